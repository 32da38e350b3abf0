"""plotly's FigureWidget, without a parser that nothing here needs, and with views that end when they are removed.

Plotly imports nbformat, that jsonschema, and that, where JupyterLab brought it, a parser of international addresses.
It compiles its grammars when it is imported: in plain Python 3.11 that takes 1.1 to 2 s of processor time, in a kernel
5 to 7 of the 10 to 11 s until the first picture stands.

A view of plotly 7.1 that was removed, by a cell that was run again or a tab that was closed, goes on listening. What it
then does fails, and that keeps the change from the views that are left: their pictures stand still.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PARSER = "rfc3987_syntax"


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
    from plotly.graph_objects import FigureWidget as PlotlyFigureWidget

# VIEW is plotly's class of views; what it does at each change are its methods do_...
_END_WITH_REMOVAL = """
;{
  const { prototype } = VIEW;
  const { remove } = prototype;
  for (const name of Object.getOwnPropertyNames(prototype).filter((name) => name.startsWith("do_"))) {
    const method = prototype[name];
    prototype[name] = function (...all) {
      return this.removed ? undefined : method.apply(this, all);
    };
  }
  prototype.remove = function () {
    this.removed = true;
    return remove.call(this);
  };
}
"""


def _ending_with_removal(script: str) -> str:
    """Plotly's script with that added; as it is, should a later plotly name its class differently."""
    view = re.search(r"(\w+) as FigureView\b", script)
    return script + _END_WITH_REMOVAL.replace("VIEW", view[1]) if view else script


class FigureWidget(PlotlyFigureWidget):
    """Plotly's FigureWidget with views that end when they are removed."""

    _esm = _ending_with_removal(str(PlotlyFigureWidget._esm))
