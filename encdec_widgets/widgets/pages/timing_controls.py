"""How the network on screen is to be timed: the controls of a timing's options."""

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.architectures.fields.info import FieldInfo
from encdec_widgets.widgets.controls.controls import FieldControls
from encdec_widgets.workers.options import AUTO
from encdec_widgets.workers.timing import COMPILATIONS, Device, Options, installed_backends

_ALWAYS_SHOWN = ("work", "batch_size")


class TimingControls(FieldControls):
    """A row for each option of a timing; those that are rarely needed are folded away.

    Attributes:
        options: What the controls say, resolved; the last possible ones while ``problem`` is set.
        problem: Why what the controls say is not possible, or None.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Make the controls; ``on_change`` is called after a person has changed one."""
        self._on_change = on_change
        self._devices: tuple[str, ...] = (AUTO,)
        self._asked: dict[str, Any] = {}
        self.problem: FieldError | None = None
        self.options = Options()
        super().__init__(self._edited)

    @property
    def backend(self) -> str:
        """The backend that is chosen, be it that another option is not possible."""
        return str(self._asked.get("backend") or Options().resolved().backend)

    def show_devices(self, devices: Sequence[Device], precision: str) -> None:
        """Offer the devices that there are, the one that is taken by itself first.

        Args:
            devices: The devices of the backend that is chosen.
            precision: The dtype policy that networks have here.
        """
        options = (AUTO, *(device.option for device in devices))
        if self._asked and options == self._devices:
            return
        self._devices = options
        known = described_fields(Options)["precision"].choices
        self._asked = {
            **{name: getattr(Options().resolved(), name) for name in described_fields(Options)},
            **self._asked,
        }
        if self._asked["device"] not in options:
            self._asked["device"] = AUTO
        self._asked["precision"] = self._asked["precision"] or (precision if precision in known else known[0])
        self._update_options()

    def _edited(self, field: str, value: Any) -> None:
        self._asked[field] = value
        if field == "backend":  # each has ways of its own to run a network, its usual one first
            self._asked["compilation"] = COMPILATIONS[value][0]
        self._update_options()
        self._on_change()

    def _update_options(self) -> None:
        try:
            self.options, self.problem = Options(**self._asked).resolved(), None
        except FieldError as error:
            self.problem = error
        bad = self.problem.field if self.problem else None
        self.show(self._infos(), self._asked, bad)
        self.refuse(bad, self.problem)

    def _infos(self) -> dict[str, FieldInfo]:
        """The options' own descriptions, with the choices that there are here."""
        choices = {
            "compilation": COMPILATIONS[self._asked["backend"]],
            "backend": installed_backends() or (self._asked["backend"],),
            "device": self._devices,
        }
        return {
            name: attrs.evolve(
                info,
                kind="choice" if name in choices else info.kind,
                choices=choices.get(name, info.choices),
                optional=False,
                folded=name not in _ALWAYS_SHOWN,
            )
            for name, info in described_fields(Options).items()
        }
