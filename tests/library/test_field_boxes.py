import base64
import re
import zlib
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.explain.receptive_field import MapReceptiveField, ReceptiveField
from encdec_widgets.explain.receptive_words import (
    dialog_words,
    effective_words,
    extent_text,
    fits,
    output_words,
    too_small_words,
    verdict,
)
from encdec_widgets.figures.charts.receptive_heat import heat_image
from encdec_widgets.figures.colour_scale import luminance
from encdec_widgets.figures.receptive_boxes import ReceptiveBox, field_boxes

WHOLE = MapReceptiveField(extent="whole image", why="pool")
UNKNOWN = MapReceptiveField(extent="unknown", why="lambda")


def exact(
    height: int, width: int = 0, *, smallest: int = 0, offset: tuple[float, float] = (0.5, -0.5)
) -> MapReceptiveField:
    size = (height, width or height)
    return MapReceptiveField(
        extent="exact", size=size, smallest=(smallest, smallest) if smallest else size, offset=offset
    )


# A U-Net as its picture has it: the bottleneck is the last block of the encoder, and has the stride of the one before.
ROWS: dict[str, tuple[str, float | None, int]] = {
    "image": ("input", 1, 1),
    "stack0_enc0": ("encoder", 1, 5),
    "stack0_enc1": ("encoder", 2, 14),
    "stack0_enc2": ("encoder", 4, 16),
    "stack0_enc3": ("encoder", 4, 32),
    "stack0_dec0": ("decoder", 2, 40),
    "stack0_dec1": ("decoder", 1, 44),
}
FIELDS = {name: exact(size) for name, (_, _, size) in ROWS.items()}


def graph(rows: dict[str, tuple[str, float | None, int]] = ROWS) -> "nx.DiGraph[str]":
    blocks: nx.DiGraph[str] = nx.DiGraph()
    for name, (stage, stride, _) in rows.items():
        strides = None if stride is None else (stride, stride)
        blocks.add_node(name, stage=stage, strides=strides, label=name.removeprefix("stack0_"))
    return blocks


def fields(
    output: MapReceptiveField | None = None, encoder_only: int | None = 16, **blocks: MapReceptiveField
) -> ReceptiveField:
    return ReceptiveField(
        output=output or exact(44),
        blocks={**FIELDS, **{f"stack0_{name}": field for name, field in blocks.items()}},
        layers={},
        skips={},
        encoder_only=encoder_only,
    )


def boxes(*args: Any, **kwargs: Any) -> dict[str, ReceptiveBox]:
    return {box.label: box for box in field_boxes(*args, **kwargs)}


def test_there_is_a_box_for_the_output_the_dialog_and_every_stride_of_the_encoder() -> None:
    drawn = boxes(fields(), graph())
    assert list(drawn) == ["output", "SLEAP's dialog", "stride 4", "stride 2", "stride 1"]
    assert [box.size for box in drawn.values()] == [(44, 44), (16, 16), (32, 32), (14, 14), (5, 5)]
    assert [box.text for box in drawn.values()] == ["44 px", "16 px", "32 px", "14 px", "5 px"]


def test_a_stride_shows_the_block_that_sees_furthest_there_and_says_which() -> None:
    drawn = boxes(fields(enc2=exact(200)), graph())["stride 4"]
    assert drawn.size == (200, 200)
    assert "enc2" in drawn.words
    assert "enc3" in boxes(fields(), graph())["stride 4"].words


def test_a_stem_is_on_the_way_down_too() -> None:
    rows = {**ROWS, "stem0": ("stem", 2, 9), "stack0_enc1": ("encoder", 4, 14)}
    receptive = ReceptiveField(
        output=exact(44),
        blocks={**FIELDS, "stem0": exact(9)},
        layers={},
        skips={},
        encoder_only=None,
    )
    assert boxes(receptive, graph(rows))["stride 2"].size == (9, 9)


def test_a_field_that_is_not_known_or_has_no_end_is_the_largest_of_its_stride() -> None:
    drawn = boxes(fields(enc2=UNKNOWN), graph())["stride 4"]
    assert (drawn.extent, drawn.size, drawn.text) == ("unknown", None, "unknown")
    drawn = boxes(fields(enc2=UNKNOWN, enc3=WHOLE), graph())["stride 4"]
    assert (drawn.extent, drawn.size, drawn.text) == ("whole image", None, "whole image")
    assert "whole image" in drawn.words


def test_a_stride_that_is_not_known_comes_first() -> None:
    rows = {**ROWS, "stack0_enc3": ("encoder", None, 32)}
    drawn = field_boxes(fields(encoder_only=None), graph(rows))
    assert [box.label for box in drawn[1:]] == ["stride ?", "stride 4", "stride 2", "stride 1"]


def test_the_selected_block_has_a_box_and_the_input_none() -> None:
    assert boxes(fields(), graph(), selected="stack0_dec0")["dec0"].size == (40, 40)
    for name in ("image", "gone", None):
        assert field_boxes(fields(), graph(), selected=name) == field_boxes(fields(), graph())


def test_a_network_without_a_dialog_has_no_such_box() -> None:
    assert "SLEAP's dialog" not in boxes(fields(encoder_only=None), graph())


@given(st.floats(0.1, 1), st.integers(1, 999), st.integers(1, 999))
def test_at_an_input_scale_all_boxes_are_larger_by_it(scale: float, height: int, width: int) -> None:
    whole = boxes(fields(exact(height, width)), graph(), selected="stack0_dec0")
    scaled = boxes(fields(exact(height, width)), graph(), scale, selected="stack0_dec0")
    for label, box in whole.items():
        assert box.size
        assert scaled[label].size == (
            pytest.approx(box.size[0] / scale),
            pytest.approx(box.size[1] / scale),
        )
        assert scaled[label].offset == (
            pytest.approx(box.offset[0] / scale),
            pytest.approx(box.offset[1] / scale),
        )


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match=r"input_scale must be .* Would work: 1\.0"):
        field_boxes(fields(), graph(), scale)


def test_boxes_are_told_apart_without_their_colours() -> None:
    drawn = field_boxes(fields(), graph(), selected="stack0_dec0")
    assert len({(box.dash, box.width) for box in drawn}) == len(drawn)
    assert all(
        luminance(box.colour) > 0.3 for box in drawn
    )  # light, for the dark edge that they are drawn on


def test_a_real_network_has_a_box_for_every_row_of_its_encoder() -> None:
    from encdec_widgets import Design
    from encdec_widgets.architectures import UNet

    blocks = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1)).build().blocks
    receptive = ReceptiveField(
        output=exact(40),
        blocks={name: exact(5 + data["column"]) for name, data in blocks.nodes.items()},
        layers={},
        skips={},
        encoder_only=16,
    )
    assert [box.label for box in field_boxes(receptive, blocks)][2:] == ["stride 4", "stride 2", "stride 1"]


def test_the_words_of_an_exact_field() -> None:
    assert output_words(exact(188)) == "The output sees 188 × 188 px (exact), offset +0.5 down, −0.5 right."
    assert output_words(exact(188, 90, offset=(0, 0))) == "The output sees 188 × 90 px (exact)."
    assert "184 px where it sees least" in output_words(exact(188, smallest=184))
    assert "At input scale 0.5 this is 376 px of the camera's image." in output_words(exact(188), 0.5)


def test_the_words_of_a_field_without_a_size_name_the_layer() -> None:
    assert output_words(WHOLE) == "The output sees the whole image: it is due to pool."
    assert output_words(UNKNOWN) == "How far the output sees is not known: it is due to lambda."
    assert output_words(MapReceptiveField(extent="unknown")) == "How far the output sees is not known."


def test_the_figure_of_the_dialog_has_a_name_of_its_own() -> None:
    assert "dialog would show 76 px" in dialog_words(76)
    assert "152 px of the camera's image" in dialog_words(76, 0.5)
    assert "no figure" in dialog_words(None)


def test_a_network_whose_image_does_not_hold_the_animal_says_so() -> None:
    assert "256 × 128 px, does not hold the animal of 150 px" in too_small_words((256, 128), 150)
    assert too_small_words((256, 128), 150, 0.5) == too_small_words((None, None), 150) == ""


def test_a_size_is_written_with_one_decimal_at_most() -> None:
    assert extent_text("exact", (188 / 0.3, 188 / 0.3)) == "626.7 px"
    assert extent_text("exact", (1880, 120)) == "1,880 × 120 px"


@given(st.integers(1, 900), st.integers(1, 900), st.integers(1, 1000), st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_an_animal_fits_that_is_no_longer_than_the_shorter_side(
    height: int, width: int, animal: int, scale: float
) -> None:
    assert fits(exact(height, width), animal, scale) is (animal * scale <= min(height, width))


def test_the_verdict_compares_in_px_of_the_camera() -> None:
    assert verdict(exact(188), 150) == "The animal of 150 px fits into what the output sees (188 px)."
    assert verdict(exact(76), 150) == "The animal of 150 px is longer than what the output sees (76 px)."
    assert verdict(exact(76), 150, 0.5) == "The animal of 150 px fits into what the output sees (152 px)."
    assert "not at least (140 px)" in verdict(exact(188, smallest=140), 150)


def test_a_verdict_is_not_given_where_nobody_knows() -> None:
    assert fits(UNKNOWN, 150) is None
    assert "not known" in verdict(UNKNOWN, 150)
    assert fits(WHOLE, 150) is True
    assert "the whole image" in verdict(WHOLE, 150)


def test_an_effective_field_says_that_it_was_measured() -> None:
    assert (
        effective_words(95.3)
        == "effective: about 95 px across (measured on random weights; training makes it grow)"
    )
    assert "190 px of the camera's image" in effective_words(95, 0.5)
    assert "at least 95 px across, cut off" in effective_words(95, cut_off=True)


def pixels(url: str) -> tuple[int, int, bytes]:
    """Width, height and data of a PNG."""
    png = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = png.index(b"IHDR") + 4
    data = re.search(rb"IDAT(.*)....IEND", png[:-4], re.DOTALL)
    assert data
    return *(int.from_bytes(png[i : i + 4], "big") for i in (at, at + 4)), zlib.decompress(data[1][:-4])  # type: ignore[return-value]


def test_a_heat_is_a_picture_as_large_as_the_field_and_more_opaque_where_it_is_larger() -> None:
    width, height, data = pixels(heat_image(np.array([[0.0, 0.5, 1.0], [0.0, 0.0, 0.25]])))
    assert (width, height) == (3, 2)
    assert [data[4], data[8], data[12]] == [0, 128, 255]  # of the first line, which is stored as it is


def test_a_large_heat_is_thinned_out() -> None:
    width, height, _ = pixels(heat_image(np.zeros((1000, 500))))
    assert (width, height) == (125, 250)


@pytest.mark.parametrize(
    "gradient", [np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 3)), np.full((2, 2), np.nan)]
)
def test_what_cannot_be_drawn_is_refused(gradient: Any) -> None:
    with pytest.raises(ValueError, match="two axes"):
        heat_image(gradient)
