"""Which devices a backend sees, as far as that is known without a process being started for it."""

from collections.abc import Iterable, Sequence

from encdec_widgets._keras import active_backend, keras_is_loaded
from encdec_widgets.workers.backends.installed import visible_devices
from encdec_widgets.workers.device import CPU, Device
from encdec_widgets.workers.options import AUTO


class KnownDevices:
    """The devices of each backend, once they were told."""

    def __init__(self) -> None:
        """Know none."""
        self._told: dict[str, tuple[Device, ...]] = {}

    def learn(self, backend: str, devices: Iterable[Device]) -> None:
        """Take what the process of a backend tells."""
        self._told[backend] = tuple(devices)

    def of(self, backend: str) -> tuple[Device, ...]:
        """The devices of a backend, the one that it takes by itself first; none where they are not known.

        Before its process has told them, the notebook's own backend is asked here: what is set for it here is set
        there too.
        """
        told = self._told.get(backend, ())
        if not told and keras_is_loaded() and backend == active_backend():
            return visible_devices()
        return told


def meant_by(option: str, devices: Sequence[Device]) -> Device | None:
    """The one of ``devices`` that the option ``device`` of a timing means; None where that is not known.

    >>> meant_by("auto", [Device("NVIDIA H200", "GPU"), CPU]).name
    'NVIDIA H200'
    >>> meant_by("CPU", []).name
    'CPU'
    """
    found = [device for device in (*devices, CPU) if device.option == option]
    return next(iter(devices if option == AUTO else found), None)
