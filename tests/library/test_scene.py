"""The scene that every drawing reads: its scale, its words, and that nothing in it lies on anything else."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.figures import scene
from encdec_widgets.figures.parts import Line, Rect, Scene
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.figures.scale import Scale, fitting
from encdec_widgets.figures.shading import DASHES
from tests.builds import built
from tests.library.drawn_networks import graphs, place_of

UNET = Design(UNet(filters=16), (256, 256, 1))
NARROW, USUAL, WIDE = (400.0, 330.0), (692.0, 470.0), (1024.0, 560.0)


def segments(line: Line) -> Iterator[Rect]:
    for (x0, y0), (x1, y1) in itertools.pairwise(line.points):
        yield Rect(min(x0, x1), max(x0, x1), max(y0, y1), min(y0, y1))
    if line.head:
        xs, ys = zip(*line.head, strict=True)
        yield Rect(min(xs), max(xs), max(ys), min(ys))


def crosses(one: Rect, other: Rect) -> bool:
    """As ``meets``, also of a line that has no area."""
    return one.grown(0.25).meets(other.grown(0.25))


def apart(place: Rect) -> Rect:
    """With the room of a space at its sides: "16" and "32" without it are read as one number."""
    return place._replace(left=place.left - 3, right=place.right + 3)


def collisions(drawn: Scene) -> list[str]:
    """What lies on something else."""
    texts = [(text, place_of(text)) for text in (*drawn.texts, *drawn.chips)]
    inside = {
        text: box.name
        for text, place in texts
        for box in drawn.boxes.values()
        if Rect(box.left, box.right, box.top, box.bottom).grown(1).left <= place.left
        and place.right <= box.right + 1
        and box.bottom <= place.bottom
        and place.top <= box.top
    }
    lines = [(line, part) for line in drawn.lines for part in segments(line)]
    found = [
        f"{a.text!r} and {b.text!r}"
        for (a, one), (b, other) in itertools.combinations(texts, 2)
        if one.meets(other if a in inside or b in inside else apart(other))
    ]
    for text, place in texts:
        out = drawn.extent
        if not (
            out.left <= place.left <= place.right <= out.right and out.bottom <= place.bottom < place.top <= 0
        ):
            found.append(f"{text.text!r} leaves the picture")
        found += [
            f"{text.text!r} and {line.source} to {line.target}"
            for line, part in lines
            if crosses(place, part)
        ]
        found += [
            f"{text.text!r} and the mark of {mark.target}" for mark in drawn.marks if place.meets(mark.rect)
        ]
        found += [
            f"{text.text!r} and {box.name}"
            for box in drawn.boxes.values()
            if place.meets(box.whole) and inside.get(text) != box.name
        ]
    for line, part in lines:
        name = f"{line.source} to {line.target}"
        found += [
            f"{name} and the mark of {m.target}" for m in drawn.marks if crosses(part, m.rect.grown(-0.5))
        ]
        found += [f"{name} and {b.name}" for b in drawn.boxes.values() if crosses(part, b.whole.grown(-0.6))]
    for one, other in itertools.pairwise(drawn.boxes.values()):
        if one.whole.meets(other.whole):
            found.append(f"{one.name} and {other.name}")
    return found


def test_nothing_lies_on_anything_else() -> None:
    faults = {}
    for (name, graph), (width, height) in itertools.product(graphs().items(), (NARROW, USUAL, WIDE)):
        names = list(graph)
        drawn = scene(
            graph,
            width=width,
            height=height,
            selected=names[2:4],
            flags={names[-1]: "advice", names[1]: "advice"},
            changed=dict.fromkeys(names, "×2.3"),
        )
        assert len(drawn.chips) <= 5
        if found := collisions(drawn):
            faults[name, width] = found
    assert not faults


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_nothing_lies_on_the_values_of_a_colouring(quantity: str) -> None:
    for name in ("SLEAP medium single", "U-Net", "Stacked hourglass, 2 stacks"):
        backbone = built(preset(name))
        colouring = QUANTITIES[quantity](backbone, {})
        for width, height in (NARROW, USUAL):
            drawn = scene(backbone.blocks, width=width, height=height, colouring=colouring)
            assert not collisions(drawn)
            assert sum(swatch.fill.startswith("value") for swatch in drawn.swatches) == 12
        words = " ".join(text.text for text in drawn.texts)
        assert colouring.title[1:] in words
        assert "Encoder" not in words, "the scale takes the place of the braces"


@pytest.mark.parametrize(
    "name", ["SLEAP medium single", "SLEAP large bottom-up", "U-Net", "LEAP CNN", "FC-DenseNet56"]
)
def test_usual_networks_have_all_their_words(name: str) -> None:
    blocks = built(preset(name)).blocks
    drawn = scene(blocks)
    words = [text.text for text in drawn.texts]
    for _, data in blocks.nodes(data=True):
        assert data["label"] in words
        assert str(data["channels"]) in words
    assert {"Encoder", "Bottleneck", "Decoder"} <= set(words)
    assert words.count("×2") == 1
    assert sum(word.endswith("÷2") for word in words) == 1


@pytest.mark.parametrize("width", [400, 900, 1600])
@pytest.mark.parametrize("stacks", [1, 3])
def test_the_brace_under_several_heads_says_so(stacks: int, width: int) -> None:
    unet = UNet(filters=4, down_blocks=2, up_blocks=2, stacks=stacks)
    lone = Design(unet, (64, 64, 1), Head(3))
    two = lone.replace("heads", [Head(3, name="maps"), Head(4, stride=2, name="pafs")])
    for design, said, other in ((lone, "Head", "Heads"), (two, "Heads", "Head")):
        drawn = scene(built(design).blocks, width=width)
        words = [text.text for text in drawn.texts]
        assert said in words
        assert other not in words
        assert not collisions(drawn)


def test_rows_say_the_share_of_the_size_and_the_size() -> None:
    words = [text.text for text in scene(UNET.build().blocks).texts]
    for pair in (("1", "256 × 256"), ("1/4", "64 × 64"), ("1/16", "16 × 16")):
        assert set(pair) <= set(words)


def widths(drawn: Scene) -> dict[str, float]:
    return {name: box.right - box.left for name, box in drawn.boxes.items()}


def test_boxes_are_as_wide_as_the_root_of_their_channels_in_every_family() -> None:
    scale = Scale(steps=1)
    unet = scene(UNET.build().blocks, scale=scale)
    leap = scene(Design(LeapCNN(filters=64), (256, 256, 1)).build().blocks, scale=scale)
    assert unet.scale == leap.scale == scale
    assert widths(unet)["stack0_enc2"] == pytest.approx(widths(leap)["stack0_enc0"])  # 64 channels both
    assert widths(unet)["stack0_enc5"] == pytest.approx(2 * widths(unet)["stack0_enc2"])


def test_the_scale_stays_until_the_network_outgrows_it_and_the_picture_says_so() -> None:
    small = scene(UNET.build().blocks)
    wider = scene(UNET.replace("filters", 20).build().blocks, scale=small.scale)
    assert small.scale == wider.scale == Scale()
    assert widths(wider)["stack0_enc0"] > widths(small)["stack0_enc0"]
    assert not [text for text in wider.texts if "outgrew" in text.text]
    large = scene(UNET.replace("filters", 128).build().blocks, scale=wider.scale)
    assert large.scale.steps > 0
    assert [text.text for text in large.texts if "outgrew" in text.text]
    # A network that is a little smaller is drawn at the same scale, a much smaller one at that which it had.
    assert scene(UNET.replace("filters", 100).build().blocks, scale=large.scale).scale == large.scale
    assert scene(UNET.build().blocks, scale=large.scale).scale == Scale()


@given(st.lists(st.integers(1, 4096), min_size=1, max_size=40), st.floats(220, 2000))
def test_the_scale_has_room(channels: list[int], room: float) -> None:
    scale = fitting(channels, room)
    narrowest = 5.0 * len(channels)
    assert sum(map(scale.width, channels)) <= max(room, 1.3 * narrowest + 0.1 * sum(channels) ** 0.5) or (
        scale.steps == 10
    )
    assert fitting(channels, room, scale) == scale


def test_the_bottleneck_is_what_the_encoder_has_at_its_maximum_stride() -> None:
    blocks = UNET.build().blocks
    fills = {name: box.fill for name, box in scene(blocks).boxes.items()}
    for name, data in blocks.nodes(data=True):
        bottom = data["stage"] == "encoder" and data["stride"] == 16
        assert fills[name] == ("bottleneck" if bottom else data["stage"])


def test_blocks_without_parameters_are_hollow() -> None:
    blocks = UNET.build().blocks
    hollow = {name for name, box in scene(blocks).boxes.items() if box.hollow}
    assert hollow == {"stack0_enc4"}, "the last pooling; the input is what it is"


ADDING = CustomEncoderDecoder(
    encoder=[SimpleConvBlock(filters=4, pool=False), SimpleConvBlock(filters=8, pool_before_convs=True)],
    decoder=[SimpleUpsamplingBlock(skip_connection=True, skip_add=True)],
)


def test_skips_differ_in_sign_and_dash() -> None:
    concatenated, added = (scene(design.build().blocks) for design in (UNET, Design(ADDING, (32, 32, 1))))
    assert {(mark.kind, mark.sign) for mark in concatenated.marks} == {("concatenation", "C")}
    assert {(mark.kind, mark.sign) for mark in added.marks} == {("addition", "+")}
    assert len({look.dash for look in DASHES.values()}) == len(DASHES) - 1, "flow and concatenation are plain"


def test_a_skip_that_could_be_made_is_a_faint_line() -> None:
    assert all(mark.kind != "possible" for mark in scene(UNET.build().blocks).marks), "all are made"
    without = scene(UNET.replace("decoder[1].skip_connection", False).build().blocks)
    possible = [mark for mark in without.marks if mark.kind == "possible"]
    assert [(mark.source, mark.target) for mark in possible] == [("stack0_enc2", "stack0_dec1")]
    assert "not made" in possible[0].hover
    made = [mark.target for mark in without.marks if mark.kind != "possible"]
    assert "stack0_dec1" not in made
    lines = [(line.source, line.target) for line in without.lines if line.kind == "possible"]
    assert lines == [("stack0_enc2", "stack0_dec1")]


def test_what_was_before_an_edit_leaves_outlines_of_what_moved() -> None:
    before = scene(UNET.build().blocks)
    assert before.before == ()
    assert scene(UNET.build().blocks, before=before).before == ()
    after = scene(UNET.replace("filters", 24).build().blocks, before=before)
    assert set(after.before) <= {box.whole for box in before.boxes.values()}
    assert after.before


def test_a_plain_scene_has_no_marks_of_edits() -> None:
    blocks = UNET.build().blocks
    names = list(blocks)
    edited = scene(
        blocks,
        selected=names[1:3],
        changed={names[1]: "×2"},
        before=scene(UNET.replace("filters", 24).build().blocks),
    )
    assert edited.chips
    assert edited.before
    assert len(edited.outlines) == 2
    plain = edited.plain
    assert not plain.chips
    assert not plain.before
    assert not plain.outlines
    assert plain.texts == edited.texts
    assert widths(plain) == widths(edited)


def test_selected_neighbours_of_a_row_have_one_outline() -> None:
    chosen = ["stack0_enc4", "stack0_enc5", "stack0_enc6", "stack0_dec1", "stack0_enc9"]
    assert len(scene(UNET.build().blocks, selected=chosen).outlines) == 2
