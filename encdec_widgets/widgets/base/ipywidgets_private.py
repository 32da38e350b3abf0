"""Widgets that are gone when nothing holds them: the one module that uses names of ipywidgets that are not public.

ipywidgets holds every widget that was ever made in a table, and by the callback of its channel to the page, until it is
closed. A designer of which nobody kept a reference would stay with its 400 widgets and its network.
``tests/designer/test_ipywidgets_private.py`` uses each of :data:`PRIVATE_NAMES` and says which one is gone.
"""

import contextlib
import threading
import weakref
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import ipywidgets
import traitlets
from ipywidgets.widgets.widget import _instances

from encdec_widgets.background import running_loop
from encdec_widgets.widgets.base.anywidget_private import hearing

PRIVATE_NAMES = ("_instances", "_model_id", "_comm_changed", "_handle_msg", "_repr_mimebundle_")
"""What this module uses of ipywidgets: its table of widgets by id, and methods of a widget."""


class _OpenedWhenMade(type(ipywidgets.Widget)):  # type: ignore[misc]
    """Makes widgets, and opens the channel to the page of each only when all of it is made."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        widget = super().__call__(*args, **kwargs)
        widget._made = True
        widget.open()
        return widget


class Collected(ipywidgets.Widget, metaclass=_OpenedWhenMade):
    """A widget that is closed when nothing holds it, with its layout and style, unless it was displayed.

    Once it was displayed, alone or inside of another widget, the page may show it: then it stays until it is closed.

    Its channel to the page opens when all of it is made, the ``__init__`` of subclasses included. ipywidgets opens it
    before, and sends what comes later as changes; but pages have the states of all widgets written down by another
    thread of the kernel while they are made, and put them over the changes that came meanwhile. What was missing then
    were the class of a row, or the data of a figure.
    """

    _looks: tuple[ipywidgets.Widget, ...] = ()
    _made = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let an anywidget hear what the kernel says, however late its script comes."""
        super().__init_subclass__(**kwargs)
        if isinstance(vars(cls).get("_esm"), str):
            cls._esm = hearing(cls._esm)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make it with a layout and a style of its own.

        One that is assigned later may be another widget's as well, and is left alone.
        """
        self._made_in = (threading.get_ident(), running_loop())
        if hasattr(self, "_esm"):
            self.add_traits(_own_id=traitlets.Unicode(uuid4().hex).tag(sync=True))
        super().__init__(*args, **kwargs)
        looks = (getattr(self, "layout", None), getattr(self, "style", None))
        self._looks = tuple(look for look in looks if isinstance(look, ipywidgets.Widget))

    def open(self) -> None:
        """Open the channel to the page, once it is made; the script of an anywidget is told the name of its own."""
        if not self._made:
            return
        if self.has_trait("_own_id"):
            self._model_id = self._own_id
        super().open()

    @traitlets.observe("comm")
    def _comm_changed(self, change: Any) -> None:
        super()._comm_changed(change)
        if change["new"] is not None:
            change["new"].on_msg(_handing_to(weakref.WeakMethod(self._handle_msg)))
            _instances[self.model_id] = _Entry(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        _instances[self.model_id] = self
        return super()._repr_mimebundle_(**kwargs)

    def close(self) -> None:
        """Close it with its layout and style."""
        super().close()
        for look in self._looks:
            look.close()

    def __del__(self) -> None:
        """Close it without what subclasses do then: the collector comes in the middle of anything, with locks held.

        It comes in any thread as well. Closing tells the page, and the thread of a kernel that sends what the page is
        told must not wait for itself; so a widget is closed in the thread that it was made in.
        """
        thread, loop = self._made_in
        if loop is None or thread == threading.get_ident():
            Collected.close(self)
        else:
            with contextlib.suppress(RuntimeError):  # The loop was closed: the kernel shuts down.
                loop.call_soon_threadsafe(Collected.close, self)


class _Entry:
    """A widget in ipywidgets' table that the table does not hold; one that is gone counts as closed.

    ``weakref.proxy`` would do but for that: ``Widget.close_all`` goes through the table while its widgets go.
    """

    def __init__(self, widget: Collected) -> None:
        object.__setattr__(self, "_widget", weakref.ref(widget))

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what isinstance asks
        return type(self._widget())

    def __getattr__(self, name: str) -> Any:
        widget = self._widget()
        return _do_nothing if widget is None and name == "close" else getattr(widget, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._widget(), name, value)

    def __repr__(self) -> str:
        return repr(self._widget())


def _do_nothing() -> None:
    pass


def _handing_to(method: "weakref.WeakMethod[Callable[[Any], None]]") -> Callable[[Any], None]:
    """Hands messages to a method of a widget, as long as there is the widget."""

    def hand(message: Any) -> None:
        handle = method()
        if handle is not None:
            handle(message)

    return hand
