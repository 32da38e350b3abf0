"""Observers that are told of a change one by one: none of them decides what the others are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import traitlets

from encdec_widgets.architectures.fields.by_content import same


class Telling(traitlets.HasTraits):
    """Traits of which each observer is told by :meth:`_tell`."""

    def observe(self, handler: Callable[..., Any], names: Any = traitlets.All, type: Any = "change") -> None:
        """Have ``handler`` called when a trait changes."""
        super().observe(_Observer(self, handler), names, type)

    def unobserve(
        self, handler: Callable[..., Any], names: Any = traitlets.All, type: Any = "change"
    ) -> None:
        """Have ``handler`` called no more."""
        super().unobserve(_Observer(self, handler), names, type)

    def _tell(self, handler: Callable[..., Any], change: Any) -> None:
        """Call one observer with a change."""
        handler(change)


class AlwaysTold(traitlets.Instance[Any]):
    """A trait whose observers are told whenever it is set to another object, also to one that is equal."""

    def set(self, obj: Any, value: Any) -> None:
        """Set it, and tell of it where traitlets does not, as nothing has changed."""
        before = obj._trait_values.get(self.name)
        super().set(obj, value)
        if before is not value and same(before, value):
            obj._notify_trait(self.name, before, value)


@attrs.frozen
class _Observer:
    """One observer of an owner of traits; traitlets finds it again by its equality."""

    owner: Telling
    handler: Callable[..., Any]

    def __call__(self, change: Any) -> None:
        handler = self.handler
        if isinstance(handler, traitlets.EventHandler) and handler.name:  # a method under @traitlets.observe
            handler = getattr(self.owner, handler.name)
        self.owner._tell(handler, change)


def observes(names: Any, name: str) -> bool:
    """Whether ``name`` is among the ``names`` that an observer was given."""
    return names in (None, traitlets.All) or name in ([names] if isinstance(names, str) else names)
