"""Rows of a sweep as points: the front is drawn and named, and what is not drawn is counted in words."""

import json
import math
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.explore.pareto import pareto
from encdec_widgets.explore.sweeping.rows import Row
from encdec_widgets.export.designs_figure import cloud_of, designs_figure, quantity_of
from encdec_widgets.figures.designs.axis import Quantity, axis_of
from encdec_widgets.figures.designs.designs_scene import designs_scene
from encdec_widgets.figures.palette import DARK, LIGHT
from encdec_widgets.figures.shading import frame
from encdec_widgets.figures.still import still

BASE = Design(UNet(down_blocks=2, up_blocks=2), (32, 32, 1))


def row(index: int, parameters: int | None = None, sees: float | str | None = None, **more: Any) -> Row:
    """A row of a sweep over filters."""
    told: dict[str, Any] | None = {"cost": {} if parameters is None else {"parameters": parameters, **more}}
    if sees is not None:
        whole = sees == "whole image"
        told["receptive_field"] = (
            {"extent": "whole image"} if whole else {"extent": "exact", "height": sees, "width": sees}
        )
    refused = parameters is None and sees is None
    return Row(
        index=index,
        values={"filters": 8 * (index + 1)},
        base=BASE,
        told=None if refused else told,
        reason="filters must be less" if refused else "",
    )


ROWS = [
    row(0, 1_000, 50, training_bytes=5_000_000),
    row(1, 9_000, 100, training_bytes=7_000_000),
    row(2, 20_000, 100, training_bytes=90_000_000),
    row(3),
    row(4, 50_000, "whole image"),
    row(5, 70_000),
]


def test_the_front_is_drawn_apart_from_what_it_dominates_and_named() -> None:
    figure = designs_figure(ROWS, "parameters", "receptive_field", "training_bytes")
    traces = {trace["name"]: trace for trace in figure["data"]}
    assert [point[0] for point in traces["Pareto front"]["customdata"]] == ["0", "1", "4"]
    assert traces["Pareto front"]["text"] == ["filters 8", "filters 16", "filters 40"]
    assert [point[0] for point in traces["dominated"]["customdata"]] == ["2"]
    assert traces["dominated"]["marker"]["symbol"] != traces["Pareto front"]["marker"]["symbol"]
    assert "Memory to train (estimate): 90 MB" in traces["dominated"]["customdata"][0][1]
    assert go.Figure(**figure).layout.xaxis.type == "log", "plotly takes it, and ratios matter for parameters"
    json.dumps(figure, allow_nan=False)


def test_what_is_not_drawn_is_counted_in_words() -> None:
    notes = " ".join(cloud_of(ROWS, colour="training_bytes").notes)
    assert "3 of 4 designs" in notes
    assert "1 combination that makes no network" in notes
    assert "1 design without this figure: every position of the output sees" in notes
    assert "Without a colour: 2 designs" in notes
    assert "1 design sees the whole image" in notes
    assert cloud_of([]).notes == ("No designs yet",)
    assert cloud_of([ROWS[3]]).notes[0].startswith("No design with both figures")


def test_an_infinite_figure_stands_at_the_end_of_its_axis() -> None:
    cloud = cloud_of(ROWS)
    axis = cloud.y_axis
    assert axis.share(50) < axis.share(100) < axis.share(math.inf) < 1
    assert axis.quantity.written(axis.ticks[-1]) == "whole image"


def test_colour_is_never_the_only_sign() -> None:
    shades = cloud_of(ROWS, colour="training_bytes").shades
    dots = {dot.name: dot for dot in cloud_of(ROWS, colour="training_bytes").dots}
    assert shades.fill(dots["0"]) != shades.fill(dots["2"])
    assert shades.side(dots["0"]) < shades.side(dots["2"]), "more of the third figure is larger"
    assert shades.fill(dots["4"]) == "no value"
    scene = designs_scene(cloud_of(ROWS), 700, 470)
    assert [name for name, box in scene.boxes.items() if box.hollow] == ["2"]


@pytest.mark.parametrize("size", [(692, 470), (420, 200), (1300, 800)])
def test_the_scene_names_the_front_and_has_all_in_its_canvas(size: tuple[float, float]) -> None:
    cloud = cloud_of(ROWS, colour="training_bytes", current={1})
    scene = designs_scene(cloud, *size)
    assert list(scene.boxes) == ["0", "1", "2", "4"]
    assert [name for name, box in scene.boxes.items() if box.selected] == ["1"]
    inside = scene.extent
    for box in scene.boxes.values():
        assert inside.left <= box.left
        assert box.right <= inside.right
        assert inside.bottom <= box.bottom
        assert box.top <= inside.top
    for rect in (text.rect for text in scene.texts):
        for y, left, right in scene.rules:
            assert not (rect.bottom < y < rect.top and left < rect.right and rect.left < right), (
                "through words"
            )
        for line in scene.lines:
            for (x, low), (_, high) in pairwise(line.points):
                across = line.kind == "possible" and rect.left < x < rect.right
                assert not (across and low < rect.top and rect.bottom < high), "through words"
                assert line.kind != "possible" or low < high
    ringed = {tuple(frame(scene.boxes[name].whole.grown(1.5))) for name in ("0", "1", "4")}
    assert ringed <= {line.points for line in scene.lines}, "the front stands out on a dark page too"
    if size[1] > 300:
        assert {"filters 8", "filters 16"} <= {text.text for text in scene.texts}
    assert any(text.text.startswith("Parameters") for text in scene.texts)
    for palette in (LIGHT, DARK):
        assert "squares" in (drawn := still(scene, palette)) or "a square a design" in drawn


def test_a_canvas_without_designs_says_so() -> None:
    scene = designs_scene(cloud_of([]), 692, 470)
    assert [text.text for text in scene.texts] == ["No designs yet"]


def test_a_figure_or_a_theme_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no such figure\\. Received: 'speed'\\. Would work: 'parameters'"):
        designs_figure(ROWS, "speed")
    with pytest.raises(ValueError, match="no such figure"):
        designs_figure(ROWS, colour="colour")
    with pytest.raises(ValueError, match="Would work: 'light', 'dark'"):
        designs_figure(ROWS, theme="grey")


@given(st.sampled_from(list(FIGURES)), st.sampled_from(list(FIGURES)), st.data())
def test_any_figures_are_drawn_and_the_front_is_that_of_pareto(x: str, y: str, data: st.DataObject) -> None:
    number = st.one_of(st.none(), st.just(math.inf), st.floats(1e-3, 1e15), st.integers(1, 10))

    class Any_(Row):  # noqa: N801 - figures of any size
        figures = property(lambda self: self.values["figures"])  # type: ignore[assignment]

    drawn = data.draw(st.lists(st.tuples(number, number, number), max_size=12))
    rows = [
        Any_(
            index=index,
            values={
                "figures": {k: v for k, v in zip((x, y, "warnings"), found, strict=True) if v is not None}
            },
            base=BASE,
        )
        for index, found in enumerate(drawn)
    ]
    figure = designs_figure(rows, x, y, "warnings")
    json.dumps(figure, allow_nan=False)
    scene = designs_scene(cloud_of(rows, x, y, "warnings"), 692, 470)
    known = [row for row in rows if x in row.figures and y in row.figures]
    assert set(scene.boxes) == {str(row.index) for row in known}
    if known:
        aims: Any = {name: FIGURES[name].better for name in (x, y)}
        on_front = {str(known[place].index) for place in pareto(known, aims).indices}
        assert {name for name, box in scene.boxes.items() if not box.hollow} == on_front


@given(
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(-(10**15), 10**15).map(lambda n: n / 1000) | st.just(math.inf), max_size=9),
)
def test_an_axis_has_room_for_all_and_few_round_numbers(
    ratios: bool, doubles: bool, values: list[float]
) -> None:
    axis = axis_of(Quantity(name="a", label="A", ratios=ratios, doubles=doubles), values)
    shares = [axis.share(value) for value in sorted(values)]
    assert all(0 <= share <= 1 for share in shares)
    assert shares == sorted(shares)
    assert len(axis.ticks) <= 10
    assert all(-1e-9 <= axis.share(tick) <= 1 + 1e-9 for tick in axis.ticks)


def test_numbers_beside_an_axis_are_round() -> None:
    written = [
        quantity_of("training_bytes").written(tick)
        for tick in axis_of(quantity_of("training_bytes"), [1e7, 1e9]).ticks
    ]
    assert written == ["10 MB", "20 MB", "50 MB", "100 MB", "200 MB", "500 MB", "1 GB"]
    strides = axis_of(quantity_of("output_stride"), [0.25, 4])
    assert [quantity_of("output_stride").written(tick) for tick in strides.ticks] == [
        "1/4",
        "1/2",
        "1",
        "2",
        "4",
    ]
