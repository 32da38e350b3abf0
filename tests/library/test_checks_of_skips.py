"""Checks of skip connections: those that cannot be formed, and features that none starts from."""

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, Hourglass, StackedHourglass, UNet
from tests.library.checked import conv, found, mended, network_of, up

STEM = Design(UNet(filters=2, stem_blocks=1, down_blocks=2, up_blocks=3), (64, 64, 1))
MISSING, PASSED = "skip without a partner", "skip passed over"
DISPLACED = "skip displaced by the stem"


def test_a_skip_at_a_stride_without_a_feature_is_a_warning_at_its_block() -> None:
    check = found(STEM, MISSING)
    assert check is not None
    assert check.severity == "warning"
    assert check.places == ("stack0_dec2",)
    assert check.reason.startswith("dec2 asks for a skip connection at stride 1, where there is no feature")
    assert found(STEM.replace("up_blocks", 2), MISSING) is None


def test_a_missing_skip_is_mended_by_the_familys_fields_or_given_up() -> None:
    after = mended(STEM, MISSING)
    assert list(after) == ["no stem: its levels in the encoder", "output at stride 2", "no skip in dec2"]
    no_stem, coarser, no_skip = after.values()
    assert no_stem == STEM.replace_all({"stem_blocks": 0, "down_blocks": 3})
    assert coarser == STEM.replace("up_blocks", 2)
    assert [block.skip_connection for block in no_skip.architecture.decoder] == [True, True, False]


def test_several_missing_skips_make_one_check_and_are_mended_together() -> None:
    design = Design(UNet(filters=2, stem_blocks=2, down_blocks=1, up_blocks=3), (32, 32, 1))
    check = found(design, MISSING)
    assert check is not None
    assert check.places == ("stack0_dec1", "stack0_dec2")
    assert check.reason.count("asks for a skip connection") == 1
    assert "So does dec2." in check.reason
    assert "no skip in dec1 and dec2" in mended(design, MISSING)


def test_a_block_in_every_stack_is_mended_once() -> None:
    network = CustomEncoderDecoder(
        stacks=2, stem=[conv(2)], encoder=[conv(2)], decoder=[up(1, skip_connection=True), up()]
    )
    design = Design(network, (16, 16, 1))
    check = found(design, MISSING)
    assert check is not None
    assert check.places == ("stack0_dec0", "stack1_dec0")
    assert check.reason.startswith("dec0 of stack 0 asks for a skip connection")
    assert "So does dec0 of stack 1." in check.reason
    assert list(mended(design, MISSING)) == ["no skip in dec0"]


def test_a_skip_beyond_the_input_is_mended_by_fewer_levels_up() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=3), (32, 32, 1))
    assert mended(design, MISSING)["output at stride 1"] == design.replace("up_blocks", 2)


def _jumping(**fields: bool) -> Design:
    encoder = [conv(), conv(2), conv(2), conv(2)]
    return Design(CustomEncoderDecoder(encoder=encoder, decoder=[up(4, **fields), up()]), (32, 32, 1))


def test_a_feature_that_is_jumped_over_is_advice_and_mended_by_steps_of_two() -> None:
    design = _jumping(skip_connection=True)
    check = found(design, PASSED)
    assert check is not None
    assert check.severity == "advice"
    assert check.places == ("stack0_dec0",)
    assert "dec0 goes from stride 8 to 2 in one step and passes over the feature at stride 4" in check.reason
    (after,) = mended(design, PASSED).values()
    assert [block.upsampling_stride for block in after.architecture.decoder] == [2, 2, 2]
    skips = [a for a, _, data in network_of(after).blocks.edges(data=True) if data["skip"]]
    assert skips == ["stack0_enc1", "stack0_enc2"]


def test_a_decoder_without_skips_passes_over_none() -> None:
    assert found(_jumping(), PASSED) is None


def test_features_finer_than_the_output_are_not_passed_over() -> None:
    assert found(Design(UNet(filters=2, up_blocks=2), (64, 64, 1)), PASSED) is None


def test_a_jump_by_an_odd_stride_is_advice_without_a_mend() -> None:
    encoder = [conv(), conv(3), conv(3)]
    network = CustomEncoderDecoder(encoder=encoder, decoder=[up(9, skip_connection=True)])
    check = found(Design(network, (45, 45, 1)), PASSED)
    assert check is not None
    assert not check.mends


def test_steps_of_two_that_pass_over_a_feature_as_well_are_no_mend() -> None:
    encoder = [conv(), conv(4), conv(2), conv(3)]
    network = CustomEncoderDecoder(encoder=encoder, decoder=[up(8, skip_connection=True)])
    check = found(Design(network, (48, 48, 1)), PASSED)
    assert check is not None
    assert not check.mends, "from stride 24 to 12, 6 and 3: never to 8 and 4"


def test_a_stem_is_taken_away_only_where_every_skip_then_has_a_partner() -> None:
    beyond = STEM.replace_all({"up_blocks": 4, "input_shape": (16, 16, 1)})
    assert "no stem: its levels in the encoder" not in mended(beyond, MISSING)


def test_what_the_stem_displaces_is_advice_and_mended_by_no_stem() -> None:
    design = STEM.replace("up_blocks", 2)
    check = found(design, DISPLACED)
    assert check is not None
    assert check.severity == "advice"
    assert check.places == ("stack0_enc0",)
    assert "skip connection at stride 2 starts from the stem, so that enc0" in check.reason
    (after,) = mended(design, DISPLACED).values()
    assert after == design.replace_all({"stem_blocks": 0, "down_blocks": 3})
    skips = [a for a, _, data in network_of(after).blocks.edges(data=True) if data["skip"]]
    assert skips == ["stack0_enc1", "stack0_enc2"]


def test_a_stem_that_displaces_nothing_is_not_mentioned() -> None:
    narrow = {"filters": 2, "stem_filters": 2, "down_blocks": 2, "up_blocks": 2}
    coarse = UNet(filters=2, stem_blocks=1, down_blocks=2, up_blocks=1)
    for network in (Hourglass(**narrow, stacks=1), StackedHourglass(**narrow), coarse):
        assert found(Design(network, (64, 64, 1)), DISPLACED) is None
