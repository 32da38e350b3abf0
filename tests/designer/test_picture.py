import asyncio

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.explain.checks import Check
from encdec_widgets.figures import as_plotly, scene
from encdec_widgets.figures.colour_scale import Colouring
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.formatting import count_text, counted, size_text, stride_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.page import Page
from encdec_widgets.widgets.picture import picture as picture_module
from encdec_widgets.widgets.picture.graph_view import GraphView
from encdec_widgets.widgets.picture.picture import GHOST_S, Picture
from tests.designer.on_screen import put
from tests.session.slow import until

UNET = Design(UNet(filters=4, down_blocks=3, up_blocks=3), (64, 64, 1))
ADDING = CustomEncoderDecoder(
    encoder=[SimpleConvBlock(filters=4, pool=False), SimpleConvBlock(filters=8, pool_before_convs=True)],
    decoder=[SimpleUpsamplingBlock(skip_connection=True, skip_add=True)],
)


def test_the_figure_widget_is_made_once_and_its_stored_state_follows() -> None:
    view = GraphView()
    assert view.figure is None
    view.show(scene(UNET.build().blocks))
    figure = view.figure
    assert view.children == (figure,)
    view.show(scene(UNET.replace("filters", 5).build().blocks))
    assert view.figure is figure
    # What a reloaded page or Voila is given, which plotly itself leaves as it was when the figure was made.
    words = next(trace for trace in figure._widget_data if trace["name"] == "texts")["text"]
    assert "5" in words
    shapes = as_plotly(scene(UNET.replace("filters", 5).build().blocks))["layout"]["shapes"]
    assert [shape["path"] for shape in figure._widget_layout["shapes"]] == [shape["path"] for shape in shapes]


def test_zoom_is_kept_until_the_canvas_has_another_size() -> None:
    view = GraphView()
    view.show(scene(UNET.build().blocks))
    view.figure.layout.xaxis.range = (1, 2)
    view.show(scene(UNET.replace("down_blocks", 2).build().blocks))
    assert view.figure.layout.xaxis.range == (1, 2)
    view.show(scene(UNET.build().blocks, width=500))
    assert view.figure.layout.xaxis.range == (0, 500)


def test_an_edit_sends_no_more_than_what_changed() -> None:
    view = GraphView()
    view.show(scene(UNET.build().blocks))
    sent = []
    view.figure.observe(lambda change: sent.append(change["new"]), "_py2js_update")
    view.show(scene(UNET.build().blocks, selected=["stack0_enc1"]))
    assert len(list(filter(None, sent))) == 1, "one message"
    names = {view.figure.data[index].name for index in sent[0]["style_traces"]}
    assert names <= {"selected", "texts", "blocks"}
    assert not sent[0]["layout_data"], "the boxes are where they were"


def test_nothing_offers_to_upload_the_figure() -> None:
    view = GraphView()
    view.show(scene(UNET.build().blocks))
    config = view.figure._config
    assert config["showSendToCloud"] is False
    assert config["displaylogo"] is False


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (950, "950"), (999.9, "1 k"), (13888, "13.9 k"), (34512128, "34.5 M"), (2.5e9, "2.5 G")],
)
def test_counts_have_three_digits(count: float, words: str) -> None:
    assert count_text(count) == words


def test_numbers_of_things_have_their_plural() -> None:
    assert [counted(count, "skip") for count in (0, 1, 2)] == ["no skips", "1 skip", "2 skips"]


def test_strides_and_sizes_are_written_for_people() -> None:
    assert [stride_text(s) for s in (1, 16, 0.5, None, 1.5)] == ["1", "16", "1/2", "?", "1.5"]
    assert size_text((64, 32, 1), 1) == "64 × 32"
    assert size_text((None, None, 8), 4) == "H/4 × W/4"
    assert size_text((None, 64, 8), 1) == "H × 64"
    assert size_text((10,), None) == "no map"


BACKBONE = UNET.build()
TIME = Colouring("time", "ms", {name: float(place) for place, name in enumerate(BACKBONE.blocks) if place})


@pytest.fixture
def session() -> Session:
    session = Session(UNET)
    put(session, BACKBONE, marks={"stack0_enc1": "+12.4 k"}, checks=())
    return session


@pytest.fixture
def picture(session: Session) -> Picture:
    return Picture(session)


def fills(picture: Picture) -> set[str]:
    return {box.fill for box in picture.scene.boxes.values()}


STAGES = {"input", "encoder", "bottleneck", "decoder"}


def test_colours_are_those_of_stages_until_something_else_is_chosen(
    picture: Picture, session: Session
) -> None:
    assert fills(picture) == STAGES
    before = picture.scene
    session.set_block_times(TIME.values)
    assert picture.scene is before, "nothing to draw"


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_blocks_are_coloured_by_what_the_session_says(
    picture: Picture, session: Session, quantity: str
) -> None:
    for backbone in (BACKBONE, UNET.replace("filters", 8).build()):
        put(session, backbone, checks=())
        session.colour_by(quantity)
        colouring = QUANTITIES[quantity](backbone, session.conditions.of_costs)
        expected = scene(backbone.blocks, colouring=colouring)
        assert picture.scene.boxes == expected.boxes
        assert picture.scene.texts == expected.texts
    session.colour_by(None)
    assert fills(picture) == STAGES


def test_where_parameters_are_is_not_where_the_work_is(picture: Picture, session: Session) -> None:
    said = {}
    for quantity in ("parameters", "multiply-adds"):
        session.colour_by(quantity)
        words = next(text.text for text in picture.scene.texts if " of it in " in text.text)
        said[quantity] = words.partition(" of it in ")[2]
    assert "enc" in said["parameters"]
    assert said["multiply-adds"].startswith("dec")


def test_measured_times_colour_the_blocks_as_long_as_they_hold(picture: Picture, session: Session) -> None:
    session.colour_by("time")
    assert fills(picture) == STAGES, "nothing is measured"
    session.set_block_times(TIME.values)
    assert {box.fill for box in picture.scene.boxes.values()} == {TIME.step(name) for name in BACKBONE.blocks}
    assert "1 ms" in [text.text for text in picture.scene.texts]
    session.set_block_times({})
    assert fills(picture) == STAGES


def test_layers_have_the_colours_of_stages(picture: Picture, session: Session) -> None:
    session.colour_by("parameters")
    for view in ("all layers", "layers of the block"):
        picture.view.value = view
        assert fills(picture) <= STAGES
    picture.view.value = "blocks"
    assert any(fill.startswith("value") for fill in fills(picture))


def test_blocks_that_something_is_said_of_have_a_sign_and_words(picture: Picture, session: Session) -> None:
    check = Check("bottleneck <below> 4 px", "warning", "it is", ("stack0_enc1",))
    put(session, BACKBONE, checks=(check,))
    assert [text.text for text in picture.scene.texts if "⚠" in text.text] == ["⚠ enc1"]
    told = [name for name, box in picture.scene.boxes.items() if "bottleneck &lt;below&gt; 4 px" in box.hover]
    assert told == ["stack0_enc1"]
    put(session, BACKBONE, checks=())
    assert not any("⚠" in text.text for text in picture.scene.texts)


def test_the_page_tells_the_theme_and_the_size(session: Session) -> None:
    page = Page(session)
    picture = Picture(session, page)
    light = picture.graph._shown["layout"]
    page.dark = True
    assert picture.graph._shown["layout"] != light
    page.room = (900, 600)
    assert (picture.scene.width, picture.scene.height) == (900, 600)
    page.room = (400, 300)
    assert picture.graph.figure.layout.xaxis.range == (0, 400)


def test_the_scale_stays_while_a_slider_moves(session: Session, picture: Picture) -> None:
    put(session, UNET.replace("filters", 128), checks=())
    large = picture.scene.scale
    assert large.steps > 0
    put(session, UNET.replace("filters", 100), checks=())
    assert picture.scene.scale == large


def test_the_state_before_an_edit_is_seen_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(picture_module.time, "monotonic", lambda: clock[0])
    session = Session(UNET)
    picture = Picture(session)
    session.change("filters", 16)
    first = picture.scene.before
    assert first
    assert picture.hands.before == [
        [round(end, 1) for end in (box.left, box.right, box.bottom, box.top)] for box in first
    ]
    clock[0] += GHOST_S - 0.1
    session.change("filters", 24)
    assert set(first) <= set(picture.scene.before), "the state before both edits, as in a drag"
    clock[0] += GHOST_S + 0.1
    before = {box.whole for box in picture.scene.boxes.values()}
    session.change("filters", 12)
    assert set(picture.scene.before) <= before, "that before the drag has faded"
    clock[0] += GHOST_S + 0.1
    session.select("encoder[1]")
    assert not picture.scene.before, "it is drawn anew for another reason"
    session.load("LEAP CNN")
    assert not picture.scene.before, "another network has nothing to do with it"


def test_at_most_five_boxes_say_what_an_edit_changed() -> None:
    session = Session(UNET)
    picture = Picture(session)
    session.change("filters", 16)
    assert 1 <= len(picture.scene.chips) <= 5
    assert all(chip.text.startswith("×") for chip in picture.scene.chips)
    session.change("encoder[1].filters", 40)
    assert "×" in "".join(chip.text for chip in picture.scene.chips)


def test_plotly_is_on_the_page_before_keras_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.session.live_builder.keras_is_loaded", lambda: False)

    async def first_picture() -> None:
        session = Session(UNET)
        picture = Picture(session)
        assert picture.graph.figure is None, "the rest of the screen does not wait for it"
        await until(lambda: picture.graph.figure is not None)
        figure = picture.graph.figure
        assert session.shown is None
        assert not figure.data[-1].customdata
        session.wait()
        assert picture.graph.figure is figure
        assert [name for name, _ in figure.data[-1].customdata] == list(session.backbone.blocks)
        picture.close()

    asyncio.run(first_picture())
