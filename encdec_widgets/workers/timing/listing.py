"""The devices of a backend, asked in its process: each backend sees others, and the notebook has loaded one of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.device import Device
from encdec_widgets.workers.job import Ask, Progress, Tell


@attrs.frozen(kw_only=True)
class Listing:
    """A job: list the devices that a backend can compute on, the one that it takes by itself first.

    Its process sees the cards that there are, and some backends take memory of each card that they list.

    Attributes:
        backend: The Keras backend.
        budget_s: Nothing is timed.
    """

    backend: str
    budget_s: float = 0.0
    noun = "device listing"

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that it needs."""
        return (self.backend,)

    def do(self, ask: Ask, tell: Tell) -> tuple[Device, ...]:
        """Ask."""
        tell(Progress(share=0.0, doing=f"asking {backend_text(self.backend)} for its devices"))
        return devices_in(ask(self.backend, "seen_devices", 1, {}))


def devices_in(told: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Device, ...]:
    """The devices that a process told, under "devices"."""
    return tuple(Device(**device) for device in told["devices"])
