"""Every private name of plotly that the package uses is there; one module uses them."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import comm
import plotly
import pytest
from plotly.graph_objects import FigureWidget as PlotlyFigureWidget

import encdec_widgets
from encdec_widgets.widgets.base.plotly_private import (
    PRIVATE_NAMES,
    FigureWidget,
    model_class,
    plotly_js,
    view_class,
)

WHERE = "encdec_widgets/widgets/base/plotly_private.py"
SCRIPT = str(PlotlyFigureWidget._esm)


def has_script() -> None:
    assert str(FigureWidget._esm).startswith(SCRIPT)
    assert len(str(FigureWidget._esm)) > len(SCRIPT) > 1_000_000


def has_view() -> None:
    view = view_class(SCRIPT)
    assert view is not None
    added = str(FigureWidget._esm)[len(SCRIPT) :]
    assert f"{{ prototype }} = {view};" in added
    assert f"encdecPlotly = {plotly_js(SCRIPT)};" in added


def has_model() -> None:
    model = model_class(SCRIPT)
    assert model is not None
    added = str(FigureWidget._esm)[len(SCRIPT) :]
    assert f"model = {model}.prototype;" in added
    assert len(re.findall(r"\binitialize\(\)\s*{[^}]{,200}change:_widget_data", SCRIPT)) == 1
    assert len(re.findall(r"\bdo_update\(\)\s*{", SCRIPT)) == 2  # of the model, and of the view


def has_render() -> None:
    assert re.search(r"\bperform_render\(\)\s*{", SCRIPT)


def has_methods() -> None:
    assert {"do_addTraces", "do_relayout", "do_restyle", "do_update"} <= set(re.findall(r"\bdo_\w+", SCRIPT))
    assert re.search(r"change:_py2js_update\W.{,20}\bdo_update\(\)", SCRIPT)


def has_config() -> None:
    figure = FigureWidget()
    before = dict(figure._config)
    assert {"showSendToCloud": False, "displaylogo": False}.items() <= before.items()
    figure.set_options(responsive=True)
    assert figure._config == {**before, "responsive": True}
    assert figure.get_state()["_config"]["responsive"] is True  # it reaches the page


def a_figure() -> FigureWidget:
    data = [
        {"type": "scatter", "x": [1], "y": [1], "textfont": {"size": 3}},
        {"type": "scatter", "x": [2], "y": [2]},
    ]
    return FigureWidget(data=data, layout={"shapes": [{"type": "path", "path": "M0 0Z"}], "height": 100})


CHANGES: tuple[Any, Any] = (
    {0: {"x": [7], "textfont.size": [9]}, 1: {"y": [8]}},
    {"shapes[0].path": "M1 1Z", "height": 200},
)


def has_stored_state() -> None:
    figure = a_figure()
    figure.change(*CHANGES)
    data, layout = figure._widget_data, figure._widget_layout
    assert list(data[0]["x"]) == [7]
    assert [trace["uid"] for trace in data] == [trace.uid for trace in figure.data]
    assert layout["height"] == 200
    assert layout["shapes"][0]["path"] == "M1 1Z"
    assert {"_widget_data", "_widget_layout"} <= set(figure.keys)  # what a page is restored from


def has_changes() -> None:
    figure = a_figure()
    figure.change(*CHANGES)
    assert figure.data[0].x == (7,)
    assert figure.data[0].textfont.size == (9,)
    assert figure.data[1].y == (8,)
    assert figure.layout.shapes[0].path == "M1 1Z"
    assert figure.layout.height == 200


def has_answers() -> None:
    """The script sends defaults after each change by these two methods alone, and by no other road."""
    assert len(re.findall(r"\b(?:_sendTraceDeltas|_sendLayoutDelta)\(\w+\)\s*{", SCRIPT)) == 2
    assert "prototype._sendTraceDeltas = prototype._sendLayoutDelta = () => {};" in str(FigureWidget._esm)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is told to the page from now on: the kind of each message, and the state in it."""
    found: list[Any] = []

    class Channel(comm.DummyComm):
        def publish_msg(self, msg_type: str, data: Any = None, **more: Any) -> None:
            found.append((msg_type, (data or {}).get("state", {})))

    monkeypatch.setattr(comm, "create_comm", Channel)
    return found


def test_a_change_is_one_message_that_differs_from_the_one_before(told: list[Any]) -> None:
    figure = a_figure()
    told.clear()
    figure.change(*CHANGES)
    figure.change(*CHANGES)
    figure.change({}, {})
    (_, first), (_, second) = told
    message = first["_py2js_update"]
    assert list(first) == list(second) == ["_py2js_update"]
    assert message != second["_py2js_update"], "the page hears of values that differ from those before"
    assert message["style_traces"] == [0, 1]
    assert message["style_data"] == {
        "x": [[7], "_undefined_"],
        "textfont.size": [[9], "_undefined_"],
        "y": ["_undefined_", [8]],
    }
    assert message["layout_data"] == {"shapes[0].path": "M1 1Z", "height": 200}


def test_only_a_page_that_has_missed_a_change_is_told_all(told: list[Any]) -> None:
    figure = a_figure()
    figure.change(*CHANGES)
    figure.on_missed(lambda: figure.change(*CHANGES))
    told.clear()
    figure._handle_custom_msg({"encdecHas": 1}, [])
    figure._handle_custom_msg({"other": 1}, [])
    assert told == []
    figure._handle_custom_msg({"encdecHas": 0}, [])
    figure.change(*CHANGES)
    assert [state["_py2js_update"]["all"] for _, state in told] == [True, False]


def test_a_page_that_asks_is_told_the_present_state(told: list[Any]) -> None:
    figure = a_figure()
    figure.change(*CHANGES)
    told.clear()
    figure.send_state()
    ((_, state),) = told
    assert state["_widget_data"][0]["x"] == [7]
    assert state["_widget_layout"]["height"] == 200
    assert state["_py2js_update"] is None, "the change is in the data"


def test_the_page_hears_of_a_figure_once_it_has_its_data(told: list[Any]) -> None:
    figure = FigureWidget(data=[{"type": "scatter", "x": [1], "y": [1]}], layout={"height": 100})
    with figure.hold_sync():
        ((opened, state),) = [(kind, state) for kind, state in told if "_widget_data" in state]
        assert opened == "comm_open"
        assert state["_widget_data"][0]["x"] == [1]
        assert state["_widget_layout"]["height"] == 100
        assert state["_config"]["showSendToCloud"] is False
    figure.layout.height = 200
    assert told[-1][0] == "comm_msg"


USES: dict[str, Callable[[], None]] = {
    "_esm": has_script,
    "FigureView": has_view,
    "FigureModel": has_model,
    "initialize": has_model,
    "perform_render": has_render,
    "default.relayout": has_view,
    "do_": has_methods,
    "_config": has_config,
    "_repr_mimebundle_": has_stored_state,
    "_widget_layout": has_stored_state,
    "_widget_data": has_stored_state,
    "_data": has_changes,
    "_layout": has_changes,
    "_py2js_update": has_methods,
    "_sendTraceDeltas": has_answers,
    "_sendLayoutDelta": has_answers,
}


def test_each_private_name_has_a_test() -> None:
    assert set(USES) == set(PRIVATE_NAMES)


@pytest.mark.parametrize("name", PRIVATE_NAMES)
def test_a_private_name_of_plotly_is_there_and_does_what_it_is_used_for(name: str) -> None:
    try:
        USES[name]()
    except (AssertionError, AttributeError, KeyError, TypeError) as error:
        pytest.fail(
            f"plotly {plotly.__version__} changed its private name {name}: {type(error).__name__}: {error}. "
            f"{WHERE} uses it. Mend it there, or lower the bound in pyproject.toml."
        )


def test_no_other_module_uses_a_private_name_of_plotly() -> None:
    package = Path(encdec_widgets.__file__).parent
    names = {"_config", "_widget_layout", "_widget_data", "_repr_mimebundle_"}
    # A widget may have a method of such a name too, which calls that of its base by super().
    found = [
        f"{path.relative_to(package)}:{node.lineno} uses {node.attr}"
        for path in package.rglob("*.py")
        if path != package / "widgets" / "base" / "plotly_private.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in names and not isinstance(node.value, ast.Call)
    ]
    assert not found, f"only {WHERE} may use private names of plotly: {found}"
