"""plotly's FigureWidget, imported without a parser that nothing here needs.

Plotly imports nbformat, that jsonschema, and that, where JupyterLab brought it, a parser of international addresses.
It compiles its grammars when it is imported: in plain Python 3.11 that takes 1.1 to 2 s of processor time, in a kernel
5 to 7 of the 10 to 11 s until the first picture stands.
"""

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
    from plotly.graph_objects import FigureWidget

__all__ = ["FigureWidget"]
