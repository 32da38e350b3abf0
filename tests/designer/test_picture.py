import itertools
from typing import Any

import attrs
import ipywidgets as widgets
import plotly.graph_objects as go
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.explain.checks import Check
from encdec_widgets.figures import block_figure
from encdec_widgets.figures.colour_scale import Colouring
from encdec_widgets.figures.geometry import boxes
from encdec_widgets.figures.palette import STAGE_COLOURS
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.formatting import count_text, counted, size_text, stride_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.picture.graph_view import GraphView
from encdec_widgets.widgets.picture.picture import Picture
from tests.designer.on_screen import put

UNET = Design(UNet(filters=4, down_blocks=3, up_blocks=3), (64, 64, 1))
ADDING = CustomEncoderDecoder(
    encoder=[SimpleConvBlock(filters=4, pool=False), SimpleConvBlock(filters=8, pool_before_convs=True)],
    decoder=[SimpleUpsamplingBlock(skip_connection=True, skip_add=True)],
)


def trace(figure: dict, start: str) -> dict:
    return next(item for item in figure["data"] if item["name"].startswith(start))


def test_a_u_net_looks_like_a_u() -> None:
    rows = [place.y for place in boxes(UNET.build().blocks).values()]
    assert [round(y - rows[0]) for y in rows] == [0, 0, -1, -2, -3, -3, -3, -2, -1, 0]


def test_skips_are_level_and_of_their_kind() -> None:
    figure = block_figure(UNET.build().blocks)
    line = trace(figure, "skip, concatenation")
    assert line["showlegend"]
    ys = [y for y in line["y"] if y is not None]
    assert len(set(ys)) == 3
    assert len(trace(figure, "concatenation")["text"]) == 3
    assert not trace(figure, "skip, addition")["showlegend"]

    added = block_figure(Design(ADDING, (32, 32, 1)).build().blocks)
    assert trace(added, "addition")["text"] == ["+"]
    assert trace(added, "concatenation")["text"] == []
    dashes = {trace(added, f"skip, {merge}")["line"]["dash"] for merge in ("addition", "concatenation")}
    symbols = {trace(added, merge)["marker"]["symbol"] for merge in ("addition", "concatenation")}
    assert len(dashes) == len(symbols) == 2, "not told apart by colour alone"


def test_rows_are_labelled_with_stride_and_size() -> None:
    figure = block_figure(UNET.build().blocks)
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "<b>stride 1</b><br>64 × 64",
        "<b>stride 2</b><br>32 × 32",
        "<b>stride 4</b><br>16 × 16",
        "<b>stride 8</b><br>8 × 8",
    ]


def test_wider_blocks_have_wider_boxes_that_never_touch() -> None:
    for design in (UNET, UNET.replace("filters", 512)):
        places = list(boxes(design.build().blocks).values())
        assert places[1].width < places[2].width < places[3].width
        for left, right in itertools.pairwise(places):
            assert left.right < right.left


def test_hover_has_every_fact_of_a_block() -> None:
    figure = block_figure(UNET.build().blocks)
    name, text = figure["data"][-1]["customdata"][2]
    assert name == "stack0_enc1"
    for fact in (
        "enc1",
        "SimpleConvBlock",
        "stride 2",
        "32 × 32 px",
        "8 channels",
        "kernel 3 × 3",
        "880 parameters",
    ):
        assert fact in text


@pytest.mark.parametrize("architecture", [UNet(filters=2, stacks=2), LeapCNN(filters=2), ADDING])
def test_every_figure_has_the_same_traces(architecture: object) -> None:
    figure = block_figure(Design(architecture).build().blocks)
    expected = block_figure(UNET.build().blocks)
    assert [(t["type"], t["name"]) for t in figure["data"]] == [
        (t["type"], t["name"]) for t in expected["data"]
    ]


def test_the_style_sheet_finds_names_and_marks_first_and_last_of_the_scatter_traces() -> None:
    for marks in ({}, {"stack0_enc1": "new"}):
        figure = block_figure(UNET.build().blocks, (), marks)
        scatter = [item for item in figure["data"] if item["type"] == "scatter"]
        assert [scatter[0]["name"], scatter[-1]["name"]] == ["names", "marks"]
        assert all(item["x"] for item in (scatter[0], scatter[-1])), "plotly draws no trace without points"
        assert "color" not in scatter[0]["textfont"]
        assert "color" not in scatter[-1]["textfont"]
        assert figure["data"][-1]["name"] == "blocks"


def outlines(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["name"].startswith("outline")]


def test_plotly_takes_the_figure_with_its_outlines_and_marks() -> None:
    picture = block_figure(UNET.build().blocks, ["stack0_enc1"], {"stack0_dec0": "new"})
    go.Figure(data=picture["data"], layout=picture["layout"])  # It validates every property.


def test_selected_boxes_are_told_by_an_outline_and_their_names() -> None:
    blocks = UNET.build().blocks
    plain, figure = block_figure(blocks), block_figure(blocks, ["stack0_enc2"])
    place = boxes(blocks)["stack0_enc2"]
    lines = outlines(figure)
    for line in lines:
        assert {*line["x"]} == {place.left, place.right, None}
        assert {*line["y"]} == {place.bottom, place.top, None}
    assert {line["line"]["color"] for line in lines} == {"#ffffff", "#000000"}, "seen on light and on dark"
    names = dict(zip(blocks, figure["data"][0]["text"], strict=True))
    assert names["stack0_enc2"] == "<b>▸enc2</b>"
    assert [name for name, text in names.items() if "<b>" in text] == ["stack0_enc2"]
    assert all(not line["x"] for line in outlines(plain))
    assert figure["layout"] == plain["layout"]


def test_neighbours_that_are_selected_have_one_outline() -> None:
    blocks = UNET.build().blocks
    # enc3, enc4 and enc5 stand side by side at stride 8; dec1 stands alone; there is no enc9.
    chosen = ["stack0_enc3", "stack0_enc4", "stack0_enc5", "stack0_dec1", "stack0_enc9"]
    for line in outlines(block_figure(blocks, chosen)):
        assert line["x"].count(None) == 2


def test_marks_stand_above_their_boxes() -> None:
    blocks = UNET.build().blocks
    figure = block_figure(
        blocks, (), {"stack0_enc1": "+12.4 k", "stack0_enc4": "stride 8 to 16", "gone": "new"}
    )
    marks = trace(figure, "marks")
    texts = dict(zip(blocks, marks["text"], strict=True))
    assert texts.pop("stack0_enc1") == "<b>+12.4\u00a0k</b>"
    assert texts.pop("stack0_enc4") == "<b>stride<br>8 to 16</b>"
    assert {text.strip() for text in texts.values()} == {""}
    for name, y in zip(blocks, marks["y"], strict=True):
        assert y > boxes(blocks)[name].top
    hover = dict(figure["data"][-1]["customdata"])
    assert hover["stack0_enc1"].endswith("<b>+12.4 k</b>")
    assert "<b>" in hover["stack0_enc2"]
    assert hover["stack0_enc2"].count("<b>") == 1


def test_marks_without_room_are_dots_whose_words_are_told_on_hover() -> None:
    blocks = Design(UNet(filters=2, stacks=4)).build().blocks
    figure = block_figure(blocks, (), {"stack0_enc1": "+12.4 k"})
    assert {text.strip() for text in trace(figure, "marks")["text"]} == {"", "<b>●</b>"}
    assert "+12.4 k" in dict(figure["data"][-1]["customdata"])["stack0_enc1"]


def test_the_mark_of_a_skip_knows_the_block_that_it_enters() -> None:
    figure = block_figure(UNET.build().blocks)
    data = trace(figure, "concatenation")["customdata"]
    assert [name for name, _ in data] == ["stack0_dec2", "stack0_dec1", "stack0_dec0"]
    assert all("skip connection" in text for _, text in data)


def test_names_and_marks_from_outside_stay_text() -> None:
    blocks = UNET.build().blocks.copy()
    bad = '<a href="x">y</a>'
    blocks.nodes["stack0_enc1"].update(label=bad, kind=bad)
    picture = str(block_figure(blocks, ["stack0_enc1"], {"stack0_enc1": bad}))
    assert "<a" not in picture
    assert "&lt;a" in picture


def test_the_figure_widget_is_made_once_and_its_stored_state_follows() -> None:
    view = GraphView(print)
    assert view.figure is None
    view.show(block_figure(UNET.build().blocks))
    figure = view.figure
    assert view.children == (figure,)
    view.show(block_figure(UNET.replace("filters", 5).build().blocks))
    assert view.figure is figure
    # What a reloaded page or Voila is given, which plotly itself leaves as it was when the figure was made.
    assert figure._widget_data[-1]["text"][1] == "<b>5</b>"


def test_zoom_is_kept_until_the_extent_changes() -> None:
    view = GraphView(print)
    view.show(block_figure(UNET.build().blocks))
    view.figure.layout.xaxis.range = (1, 2)
    view.show(block_figure(UNET.replace("filters", 5).build().blocks))
    assert view.figure.layout.xaxis.range == (1, 2)
    view.show(block_figure(UNET.replace("down_blocks", 2).build().blocks))
    assert view.figure.layout.xaxis.range != (1, 2)


def test_nothing_offers_to_upload_the_figure() -> None:
    view = GraphView(print)
    view.show(block_figure(UNET.build().blocks))
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


def test_no_text_is_ever_empty_as_plotly_would_not_bring_it_back() -> None:
    for backbone in (UNET.build(), preset("FC-DenseNet103").build()):
        for trace in block_figure(backbone.blocks, (), {"stack0_enc0": "new"})["data"]:
            if trace["type"] == "scatter" and "text" in trace:
                assert all(trace["text"])


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


def drawn(picture: Picture) -> dict[str, Any]:
    return picture.graph._shown


def is_visible(widget: widgets.Widget) -> bool:
    return widget.layout.display != "none"


ALWAYS = ("stage", "channels", "parameters", "multiply-adds", "memory", "receptive field")


def test_colours_are_those_of_stages_until_something_else_is_chosen(picture: Picture) -> None:
    assert picture.colour.options == ALWAYS
    before = drawn(picture)
    picture.colour_by({"time": TIME})
    assert not picture.colour.disabled
    assert picture.colour.options == (*ALWAYS, "time")
    assert picture.colour.value == "stage"
    assert drawn(picture) is before, "nothing to draw"


@pytest.mark.parametrize("quantity", ALWAYS[1:])
def test_blocks_are_coloured_by_what_is_known_of_every_network(
    picture: Picture, session: Session, quantity: str
) -> None:
    picture.colour.value = quantity
    colouring = QUANTITIES[quantity](BACKBONE, {})
    assert drawn(picture) == block_figure(BACKBONE.blocks, (), {"stack0_enc1": "+12.4 k"}, colouring)
    assert is_visible(picture.legend)
    # Another network is coloured by the same, from its own numbers.
    other = UNET.replace("filters", 8).build()
    put(session, other, checks=())
    assert drawn(picture) == block_figure(other.blocks, colouring=QUANTITIES[quantity](other, {}))


def test_where_parameters_are_is_not_where_the_work_is(picture: Picture) -> None:
    said = {}
    for quantity in ("parameters", "multiply-adds"):
        picture.colour.value = quantity
        said[quantity] = picture.legend.value.partition(" of it in ")[2]
    assert "enc" in said["parameters"]
    assert said["multiply-adds"].startswith("dec")


def test_boxes_are_coloured_by_what_is_measured(picture: Picture) -> None:
    picture.colour_by({"time": TIME})
    picture.colour.value = "time"
    expected = block_figure(BACKBONE.blocks, (), {"stack0_enc1": "+12.4 k"}, TIME)
    assert drawn(picture) == expected
    assert tuple(picture.graph.figure.data[-1].marker.color) == tuple(expected["data"][-1]["marker"]["color"])
    assert f"{len(TIME.values)} ms" in picture.legend.value
    assert is_visible(picture.legend)
    other = attrs.evolve(TIME, values=dict.fromkeys(TIME.values, 2.0))
    picture.colour_by({"time": other})
    assert drawn(picture)["data"][-2]["text"][1] == "<b>2 ms</b>"

    picture.colour.value = "stage"
    assert drawn(picture) == block_figure(BACKBONE.blocks, (), {"stack0_enc1": "+12.4 k"})
    assert not is_visible(picture.legend)
    # What plotly holds and a reloaded page is given.
    bars = picture.graph.figure.data[-1]
    assert bars.marker.line.width == 0
    assert bars.textfont.color == "#000000"


def test_a_measurement_that_vanishes_leaves_the_stages_and_comes_back(
    picture: Picture, session: Session
) -> None:
    picture.colour_by({"time": TIME})
    picture.colour.value = "time"
    picture.colour_by({})
    assert drawn(picture) == block_figure(BACKBONE.blocks, (), {"stack0_enc1": "+12.4 k"})
    assert picture.colour.value == "stage"
    assert picture.colour.options == ALWAYS
    assert not is_visible(picture.legend)
    put(session, BACKBONE, checks=())
    picture.colour_by({"time": TIME})
    assert picture.colour.value == "time"
    assert drawn(picture) == block_figure(BACKBONE.blocks, (), {}, TIME)


def test_layers_have_the_colours_of_stages_and_the_control_says_so(picture: Picture) -> None:
    picture.colour_by({"time": TIME})
    picture.colour.value = "time"
    for view in ("all layers", "layers of the block"):
        picture.view.value = view
        assert picture.colour.disabled
        assert picture.colour.value == "stage"
        assert "layers" in picture.colour.tooltip
        assert picture.legend.value == "layers: by stage alone", "a list with a label shows no tooltip"
        assert set(drawn(picture)["data"][-1]["marker"]["color"]) <= set(STAGE_COLOURS.values())
    picture.view.value = "blocks"
    assert not picture.colour.disabled
    assert picture.colour.value == "time"
    assert drawn(picture)["data"][-1]["marker"]["color"][1] == TIME.colour("stack0_enc0")


def test_nothing_is_drawn_again_where_nothing_was_and_is_measured(picture: Picture) -> None:
    before = drawn(picture)
    picture.colour_by({})
    assert drawn(picture) is before


@pytest.mark.parametrize("word", ["stage", "parameters"])
def test_words_for_what_is_always_there_are_taken(picture: Picture, word: str) -> None:
    with pytest.raises(ValueError, match=f"'{word}' is how blocks are coloured"):
        picture.colour_by({word: TIME})


def test_measured_times_of_the_session_are_offered_as_a_colour(picture: Picture, session: Session) -> None:
    session.set_block_times(TIME.values)
    picture.colour.value = "time"
    assert drawn(picture)["data"][-2]["text"][1] == "<b>1 ms</b>"
    session.set_block_times({})
    assert picture.colour.options == ALWAYS


def test_blocks_that_something_is_said_of_have_a_sign_and_words(picture: Picture, session: Session) -> None:
    check = Check("bottleneck <below> 4 px", "warning", "it is", ("stack0_enc1",))
    put(session, BACKBONE, checks=(check,))
    names, bars = drawn(picture)["data"][0]["text"], drawn(picture)["data"][-1]["customdata"]
    flagged = [name for name, text in zip(BACKBONE.blocks, names, strict=True) if "⚠" in text]
    assert flagged == ["stack0_enc1"]
    assert [name for name, text in bars if "bottleneck &lt;below&gt; 4 px" in text] == flagged
    put(session, BACKBONE, checks=())
    assert not any("⚠" in text for text in drawn(picture)["data"][0]["text"])
