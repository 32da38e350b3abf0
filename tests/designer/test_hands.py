"""The hands on the picture without a browser: where the keyboard goes, what is sent, and what the page may ask for."""

import asyncio
import re
from typing import Any

import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import Hourglass, StackedHourglass, UNet
from encdec_widgets.explain.spoken import spoken
from encdec_widgets.figures.folds import folded
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes
from encdec_widgets.figures.parts import Rect
from encdec_widgets.figures.scene import scene
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.page import Page
from encdec_widgets.widgets.picture.hands.hands import Hands, why_it_stays
from encdec_widgets.widgets.picture.hands.walk import stops
from encdec_widgets.widgets.picture.picture import LAYERS, LAYERS_OF_BLOCK, Picture
from tests.designer.on_screen import begin
from tests.session.slow import until

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


@pytest.fixture
def session() -> Session:
    return Session(SMALL)


@pytest.fixture
def picture(session: Session) -> Picture:
    return Picture(session)


def from_page(hands: Hands, content: Any) -> None:
    hands._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def sent(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    messages: list[Any] = []
    monkeypatch.setattr(hands, "_send", lambda message, buffers=None: messages.append(message))
    return messages


def places(blocks: Any) -> dict[str, Rect]:
    return {name: box.whole for name, box in scene(blocks).boxes.items()}


def name(label: str) -> str:
    return f"stack0_{label}"


def test_each_box_says_what_it_is() -> None:
    blocks = preset("SLEAP medium single").build().blocks
    assert spoken(blocks, "stack0_dec1") == "dec1, decoder, 64 channels, 64 by 64, 148 thousand parameters"
    assert (
        spoken(blocks, "stack0_enc2")
        == "enc2, encoder, 64 channels, 64 by 64, 55 thousand parameters, skip connection to dec1"
    )
    first = next(iter(blocks))
    assert spoken(blocks, first) == "input, 1 channel, 256 by 256"


def test_an_input_of_any_size_and_layers_are_said_too() -> None:
    backbone = Design(SMALL.architecture, (None, None, 1)).build()
    assert spoken(backbone.blocks, name("enc1")).startswith("enc1, encoder, 4 channels, any size by any size")
    layers = layers_as_boxes(backbone.layers, backbone.blocks, name("enc1"))
    words = [spoken(layers, each) for each in layers]
    assert words[0].startswith("from enc0, ")
    assert any("Conv2D, 4 channels" in each for each in words)


def test_a_box_that_stands_for_several_says_so() -> None:
    network = StackedHourglass(stacks=8, filters=4, down_blocks=2, up_blocks=2)
    blocks = Design(network, (64, 64, 1)).build().blocks
    boxes, _ = folded(blocks, 400)
    drawn = places(boxes)
    walk = stops(boxes, drawn)
    assert len(walk) < len(blocks)
    assert any(re.search(r", alike in stacks \d to \d", stop["words"]) for stop in walk)


def test_left_and_right_reach_every_box_and_up_and_down_follow_skips_and_rows() -> None:
    blocks = SMALL.build().blocks
    walk = stops(blocks, places(blocks))
    assert [stop["name"] for stop in walk] == list(blocks)
    labels = [blocks.nodes[stop["name"]]["label"] for stop in walk]

    def after(label: str, way: str) -> str | None:
        number = walk[labels.index(label)][way]
        return None if number < 0 else labels[number]

    assert (after("enc0", "down"), after("dec1", "up")) == ("dec1", "enc0"), "along a skip connection"
    assert (after("enc1", "down"), after("dec0", "up")) == ("dec0", "enc1")
    assert (after("enc0", "up"), after("input", "up")) == (None, None), "nothing is above the first row"
    assert after("input", "down") == "enc1", "the nearest of the next row"
    assert after("dec0", "down") == "enc4", "the nearest of the next row"


def test_boxes_that_are_not_drawn_are_no_stops() -> None:
    blocks = SMALL.build().blocks
    drawn = {each: place for each, place in places(blocks).items() if each != name("dec1")}
    walk = stops(blocks, drawn)
    assert name("dec1") not in [stop["name"] for stop in walk]
    assert all(stop[way] < len(walk) for stop in walk for way in ("up", "down"))


def test_a_box_that_something_is_remarked_of_says_it_until_it_is_dismissed(
    session: Session, picture: Picture
) -> None:
    flagged = [stop for stop in picture.hands.stops if stop["flagged"]]
    remarked = {each for check in session.shown.checks for each in check.places}
    assert {stop["name"] for stop in flagged} == remarked != set()
    kinds = [check.kind for check in session.shown.checks]
    assert all(any(stop["words"].endswith(kind) for kind in kinds) for stop in flagged)
    for kind in kinds:
        session.dismiss(kind)
    assert not any(stop["flagged"] for stop in picture.hands.stops)
    picture.view.value = LAYERS
    assert not any(stop["flagged"] for stop in picture.hands.stops)


def test_it_lies_over_the_figure_in_every_view(picture: Picture, session: Session) -> None:
    hands = picture.hands
    assert picture.graph.children == (picture.graph.figure, hands)
    session.select("encoder[1]")
    assert hands.selected == [name("enc1")]
    for view in (LAYERS, LAYERS_OF_BLOCK):
        picture.view.value = view
        drawn = [data[0] for data in picture.graph.figure.data[-1].customdata]
        assert [stop["name"] for stop in hands.stops] == drawn
        x, y = (picture.graph.figure.layout[axis].range for axis in ("xaxis", "yaxis"))
        assert hands.fit == [list(x), list(y)]


def test_a_step_of_a_slider_sends_the_boxes_before_it_alone(
    session: Session, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = sent(picture.hands, monkeypatch)

    async def edits() -> None:
        for filters in (3, 4, 5):
            session.change("filters", filters, now=True)
        assert [list(message["state"]) for message in messages] == [["before"]], (
            "they are those before the first step"
        )
        messages.clear()
        await until(lambda: bool(messages))

    asyncio.run(edits())
    assert [list(message["state"]) for message in messages] == [["stops"]], "one message, once it rests"
    assert "5 channels" in picture.hands.stops[1]["words"]


def test_fit_is_that_of_the_present_picture_at_once(session: Session) -> None:
    page = Page(session)
    picture = Picture(session, page)

    async def resized() -> None:
        page.room = (500, 300)
        layout = picture.graph.figure.layout
        fit = [list(layout.xaxis.range), list(layout.yaxis.range)]
        assert picture.hands.fit == fit == [[0, 500], [-300, 0]]

    asyncio.run(resized())


def test_enter_chooses_a_box(session: Session, picture: Picture) -> None:
    from_page(picture.hands, {"choose": name("dec1")})
    assert session.selected == "decoder[1]"
    picture.view.value = LAYERS
    layer = session.shown.backbone.blocks.nodes[name("enc1")]["layers"][0]
    from_page(picture.hands, {"choose": layer})
    assert session.selected == "encoder[1]"


def test_delete_takes_a_block_out_and_undo_brings_it_back(session: Session, picture: Picture) -> None:
    from_page(picture.hands, {"remove": name("dec1")})
    assert name("dec1") not in session.shown.backbone.blocks
    session.undo()
    assert session.design == SMALL


def test_what_cannot_be_taken_out_says_why(
    session: Session, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = sent(picture.hands, monkeypatch)
    first = next(iter(session.shown.backbone.blocks))
    from_page(picture.hands, {"remove": first})
    from_page(picture.hands, {"remove": "no block"})
    said = [message["content"]["say"] for message in messages]
    assert said == ["input can't be removed.", "A layer can't be removed by itself. Remove its block."]
    assert session.design == SMALL


def test_a_block_of_a_picture_that_is_being_replaced_stays(session: Session, picture: Picture) -> None:
    """What stands in its place in the newer design is another block."""
    shown = session.shown
    session._set(editor=session.editor.changed({"filters": 3}))
    begin(session)
    from_page(picture.hands, {"remove": name("enc0")})
    assert session.shown is shown
    assert len(session.editor.wanted.blocks_of("encoder")) == len(SMALL.blocks_of("encoder"))


@pytest.mark.parametrize(
    "content", [None, "x", {}, {"remove": 1}, {"choose": None}, {"close": "x"}, {"download": "exe"}]
)
def test_what_the_page_may_not_ask_for_does_nothing(session: Session, picture: Picture, content: Any) -> None:
    from_page(picture.hands, content)
    assert (session.design, session.selected, session.problem) == (SMALL, None, None)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_download_is_of_the_picture_without_edit_marks(
    session: Session, picture: Picture, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    session.change("filters", 3)
    session.select("encoder[1]")
    messages = sent(picture.hands, monkeypatch)
    from_page(picture.hands, {"download": kind})
    (content,) = [message["content"] for message in messages]
    assert (content["kind"], content["name"]) == (kind, f"u-net-filters3.{kind}")
    fresh = Picture(Session(session.design))
    monkeypatch.undo()
    unmarked = sent(fresh.hands, monkeypatch)
    from_page(fresh.hands, {"download": kind})
    assert content["save"] == unmarked[0]["content"]["save"]
    assert content["save"].startswith("<svg")


def test_a_file_has_the_name_of_the_preset_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Picture(Session("SLEAP centroid")).hands
    messages = sent(hands, monkeypatch)
    from_page(hands, {"download": "svg"})
    assert messages[0]["content"]["name"] == "sleap-centroid.svg"


def test_why_a_block_stays() -> None:
    blocks = SMALL.build().blocks
    assert why_it_stays(SMALL, blocks, name("enc0")) == ""
    assert why_it_stays(SMALL, blocks, next(iter(blocks))) == "input can't be removed."


def test_a_click_on_a_skip_takes_it_out_and_undo_brings_it_back(session: Session, picture: Picture) -> None:
    def click(target: str, *, made: bool) -> None:
        from_page(picture.hands, {"skip": target, "made": made})

    def skips() -> list[str]:
        edges = session.shown.backbone.blocks.edges(data=True)
        return [target for _, target, edge in edges if edge["skip"]]

    assert skips() == [name("dec1"), name("dec0")]
    click(name("dec0"), made=False)
    assert skips() == [name("dec1"), name("dec0")], "of a picture that is out of date"
    click(name("dec0"), made=True)
    assert skips() == [name("dec1")]
    assert session.selected is None, "it is an edit, no selection"
    session.undo()
    assert skips() == [name("dec1"), name("dec0")]
    assert session.design == SMALL


def test_a_skip_of_a_family_that_cannot_do_without_is_a_click_on_its_block() -> None:
    network = Hourglass(stem_filters=2, filters=2, filter_increase=2, down_blocks=2, up_blocks=2, stacks=1)
    session = Session(Design(network, (64, 64, 1)))
    picture = Picture(session)
    blocks = session.shown.backbone.blocks
    target = next(target for _, target, edge in blocks.edges(data=True) if edge["skip"])
    before = session.design
    picture._skip_clicked(target, True)
    assert session.design == before
    assert session.selected == f"decoder[{blocks.nodes[target]['index']}]"
