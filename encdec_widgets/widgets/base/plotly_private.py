"""plotly's FigureWidget, changed where it has to be: the one module that uses names of plotly that are not public.

plotly may rename any of them in its next release. So pyproject.toml has an upper bound for plotly, and
``tests/designer/test_plotly_private.py`` uses each of :data:`PRIVATE_NAMES` and says which one is gone.

- **Import.** plotly imports nbformat, that jsonschema, and that, where JupyterLab brought it, a parser of international
  addresses. The parser compiles its grammars when it is imported: 1.1 to 2 s of processor time in plain Python 3.11,
  and in a kernel 5 to 7 of the 10 to 11 s before the first picture. Nothing here needs it.
- **Views.** In plotly 7.1 a view that was removed, with a cell that was run again or a tab that was closed, goes on
  listening. It then fails at each change and keeps the change from the other views, whose pictures stand still.
- **Opening.** plotly opens its channel to the page empty, and sends data and layout after that. Here it is opened with all
  of it, as that of every widget (:class:`encdec_widgets.widgets.base.ipywidgets_private.Collected` says why).
- **Stored state.** A FigureWidget sends its edits as messages. It brings the state that a page is restored from up to
  date only when it is displayed by itself, which never happens inside a box: Voila, or a page that is reloaded, would
  show the first picture. Here each change brings it up to date. A page that is open has it already: it is not sent.
- **Changes.** plotly's own ``batch_update`` checks every property and looks up every path several times: 27 ms of an
  edit's 40. What is drawn here is made of plain data, and a test has plotly check it; so it is set and sent as it is,
  in one message where plotly sends four.
- **Defaults.** plotly's script answers each change, before the page can paint it, with the defaults of all traces and
  of the layout: two messages of some 14 kB. Nothing here reads them, so it does not. What is lost is
  ``FigureWidget.on_edits_completed``, whose functions wait for these answers.
- **Missed.** A change that comes while a page is being opened, after it was told the state and before plotly's script
  hears, is lost: the page's widget has it, and the plot does not. So plotly's model on the page counts the changes that
  it has, from the one with which the state ends that it began with; each view that is drawn says up to which it has all
  of them, and is told all of the picture if that is not the newest. Others stay as they are, with a person's zoom.
- **Not told.** A change names each of its properties for each of its traces; of those that a trace is not told, a word
  for "undefined" is sent. Plotly's views skip it. Its model on the page keeps the word as the value, and a view that is
  drawn later shows it: boxes in plotly's orange. So the model here is given the change as the views read it.
- **plotly.js.** The script keeps it to itself. Whoever zooms the picture from the page needs it: each plot has it as
  ``encdecPlotly``.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import traitlets

from encdec_widgets.widgets.base.ipywidgets_private import Collected

PRIVATE_NAMES = (
    "_esm",
    "FigureView",
    "FigureModel",
    "initialize",
    "perform_render",
    "default.relayout",
    "do_",
    "_config",
    "_repr_mimebundle_",
    "_widget_layout",
    "_widget_data",
    "_data",
    "_layout",
    "_py2js_update",
    "_sendTraceDeltas",
    "_sendLayoutDelta",
)
"""What this module uses of plotly's widget: attributes, the classes of views and of models in its script, how it calls
plotly.js, and what methods of views begin with."""

_PARSER = "rfc3987_syntax"
_LONGEST_NAME = 100


@contextmanager
def _without_parser() -> Iterator[None]:
    """Let its import fail, which jsonschema expects: it then leaves such addresses unchecked."""
    if _PARSER in sys.modules:
        yield
        return
    sys.modules[_PARSER] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[_PARSER]


with _without_parser():
    from plotly.basedatatypes import Undefined
    from plotly.graph_objects import FigureWidget as PlotlyFigureWidget

# VIEW is plotly's class of views; what it does at each change are its methods do_... MODEL is that of models: views are
# drawn from them. PLOTLY is plotly.js.
_ADDED = """
;{
  const { prototype } = VIEW;
  const { remove, perform_render } = prototype;
  for (const name of Object.getOwnPropertyNames(prototype).filter((name) => name.startsWith("do_"))) {
    const method = prototype[name];
    prototype[name] = function (...all) {
      return this.removed ? undefined : method.apply(this, all);
    };
  }
  prototype._sendTraceDeltas = prototype._sendLayoutDelta = () => {};
  prototype.remove = function () {
    this.removed = true;
    return remove.call(this);
  };
  prototype.perform_render = function () {
    this.el.encdecPlotly = PLOTLY;
    perform_render.call(this);
    this.model.model.send({ encdecHas: this.model.encdecHas }); // anywidget's model
  };
  const model = MODEL.prototype;
  const { initialize, do_update } = model;
  model.initialize = function () {
    const begin = () => { this.encdecHas = this.get("_changes"); };
    begin();
    this.on("change:_changes", begin); // with all of the state, for which a page asks whose script came late
    return initialize.call(this);
  };
  model.do_update = function () {
    const change = this.get("_py2js_update");
    // It takes the change as it was sent, in which a word stands for what a trace is not told, for that trace's value.
    const read = { get: (name) => (name === "_py2js_update" ? change : this.model.get(name)) };
    do_update.call(Object.assign(Object.create(this), { model: read }));
    // After one that was missed it has not all of them, until it is told all.
    if (change?.all || change?.number === this.encdecHas + 1) this.encdecHas = change.number;
  };
}
"""


def _changed(script: str) -> str:
    """Plotly's script with that added; as it is where it has no such names, for the test to find."""
    view, model, plotly = view_class(script), model_class(script), plotly_js(script)
    if view is None or model is None or plotly is None:
        return script
    return script + _ADDED.replace("VIEW", view).replace("MODEL", model).replace("PLOTLY", plotly)


def view_class(script: str) -> str | None:
    """What plotly's script calls its class of views; None if it has none."""
    return _name_before(script, " as FigureView")


def model_class(script: str) -> str | None:
    """What plotly's script calls its class of models; None if it has none."""
    return _name_before(script, " as FigureModel")


def plotly_js(script: str) -> str | None:
    """What plotly's script calls plotly.js; None if it changes no layout by it."""
    name = _name_before(script, ".default.relayout(this.el")
    return name and f"{name}.default"


def _name_before(script: str, words: str) -> str | None:
    """The name that stands before the first such words: a pattern that begins with it takes 0.3 s for 5 MB."""
    at = script.find(words)
    name = re.search(r"\w+$", script[max(at - _LONGEST_NAME, 0) : at]) if at > 0 else None
    return name and name[0]


class FigureWidget(Collected, PlotlyFigureWidget):
    """Plotly's FigureWidget with views that end when they are removed, and that let the page zoom."""

    _esm = _changed(str(PlotlyFigureWidget._esm))
    _kept_back = ""  # the trait that is being set without telling the page
    _tells_all = False
    _changes = traitlets.Int(0).tag(sync=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make it without a button that uploads it."""
        super().__init__(*args, **kwargs)
        self.set_options(showSendToCloud=False, displaylogo=False)

    def set_options(self, **options: Any) -> None:
        """Change options of the plot.

        Args:
            **options: As plotly.js lists them (``plotly.js/src/plot_api/plot_config.js``): ``responsive=True``.
        """
        self._config: dict[str, Any] = {**self._config, **options}

    def change(self, traces: Mapping[int, Mapping[str, Any]], layout: Mapping[str, Any]) -> None:
        """Set properties and send them to the page, in one message; none of them is checked.

        The state that a page is restored from is up to date then.

        Args:
            traces: New values of traces, by the number of the trace and the path, such as ``"textfont.size"``.
            layout: New values of the layout, by path, such as ``"shapes[2].path"``. What is in a list must be there.
        """
        if not traces and not layout:
            return
        for number, values in traces.items():
            for path, value in values.items():
                _put(self._data[number], path, value)
        for path, value in layout.items():
            _put(self._layout, path, value)
        paths = dict.fromkeys(path for values in traces.values() for path in values)
        self._put_quietly("_changes", self._changes + 1)
        self._put_quietly("_widget_data", [dict(trace) for trace in self._data])
        self._put_quietly("_widget_layout", dict(self._layout))
        self._py2js_update = {
            "style_data": {
                path: [values.get(path, Undefined) for values in traces.values()] for path in paths
            },
            "layout_data": dict(layout),
            "style_traces": list(traces),
            "all": self._tells_all,
            "number": self._changes,  # The page does nothing about a message that is equal to the one before.
        }
        self._put_quietly("_py2js_update", None)  # A page that is restored has it in its data.

    def on_missed(self, tell: Callable[[], object]) -> None:
        """Have ``tell`` called where a page has missed a change: it is to :meth:`change` all that is drawn."""

        def heard(_: Any, content: Mapping[str, Any], __: Any) -> None:
            if content.get("encdecHas", self._changes) == self._changes:
                return
            self._tells_all = True
            try:
                tell()
            finally:
                self._tells_all = False

        self.on_msg(heard)

    def send_state(self, key: Any = None) -> None:
        """Send the page what it is to know; all of it where it asks."""
        if key is None or key != self._kept_back:
            super().send_state(key)

    def _put_quietly(self, name: str, value: Any) -> None:
        """Set a trait without sending it: what a page that is opened from now on is to begin with."""
        self._kept_back = name
        try:
            self.set_trait(name, value)
        finally:
            self._kept_back = ""


def _put(where: Any, path: str, value: Any) -> None:
    """Set one value in nested dictionaries and lists, by a path as plotly.js writes it."""
    *steps, last = re.findall(r"[^.\[\]]+", path)
    for step in steps:
        where = where[int(step)] if isinstance(where, list) else where.setdefault(step, {})
    where[last] = value
