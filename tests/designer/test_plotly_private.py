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
from encdec_widgets.widgets.base.plotly_private import PRIVATE_NAMES, FigureWidget, plotly_js, view_class

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


def has_render() -> None:
    assert re.search(r"\bperform_render\(\)\s*{", SCRIPT)


def has_methods() -> None:
    assert {"do_addTraces", "do_relayout", "do_restyle", "do_update"} <= set(re.findall(r"\bdo_\w+", SCRIPT))


def has_config() -> None:
    figure = FigureWidget()
    before = dict(figure._config)
    assert {"showSendToCloud": False, "displaylogo": False}.items() <= before.items()
    figure.set_options(responsive=True)
    assert figure._config == {**before, "responsive": True}
    assert figure.get_state()["_config"]["responsive"] is True  # it reaches the page


def has_stored_state() -> None:
    figure = FigureWidget(data=[{"type": "scatter", "x": [1], "y": [1]}], layout={"height": 100})
    with figure.batch_update():
        figure.data[0].x = (7,)
        figure.layout.height = 200
    figure.update_stored_state()
    assert list(figure._widget_data[0]["x"]) == [7]
    assert figure._widget_layout["height"] == 200
    assert {"_widget_data", "_widget_layout"} <= set(figure.keys)  # what a page is restored from


def has_changes() -> None:
    data = [
        {"type": "scatter", "x": [1], "y": [1], "textfont": {"size": 3}},
        {"type": "scatter", "x": [2], "y": [2]},
    ]
    figure = FigureWidget(data=data, layout={"shapes": [{"type": "path", "path": "M0 0Z"}], "height": 100})
    sent = []
    figure.observe(lambda change: sent.append(change["new"]), "_py2js_update")
    figure.change(
        {0: {"x": [7], "textfont.size": [9]}, 1: {"y": [8]}}, {"shapes[0].path": "M1 1Z", "height": 200}
    )
    assert figure.data[0].x == (7,)
    assert figure.data[0].textfont.size == (9,)
    assert figure.data[1].y == (8,)
    assert figure.layout.shapes[0].path == "M1 1Z"
    assert figure.layout.height == 200
    message = next(filter(None, sent))
    assert message["style_traces"] == [0, 1]
    assert message["style_data"]["x"][0] == [7]
    assert message["layout_data"] == {"shapes[0].path": "M1 1Z", "height": 200}
    assert len(list(filter(None, sent))) == 1


def test_the_page_hears_of_a_figure_once_it_has_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    class Channel(comm.DummyComm):
        def publish_msg(self, msg_type: str, data: Any = None, **more: Any) -> None:
            told.append((msg_type, (data or {}).get("state", {})))

    monkeypatch.setattr(comm, "create_comm", Channel)
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
    "perform_render": has_render,
    "default.relayout": has_view,
    "do_": has_methods,
    "_config": has_config,
    "_repr_mimebundle_": has_stored_state,
    "_widget_layout": has_stored_state,
    "_widget_data": has_stored_state,
    "_data": has_changes,
    "_layout": has_changes,
    "_send_update_msg": has_changes,
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
