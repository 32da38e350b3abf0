"""The devices that the backend of this process sees, and the one that was asked for."""

from typing import Any

import attrs

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.backends.installed import devices_or_reason, visible_devices
from encdec_widgets.workers.device import CPU, Device
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.options import AUTO


def seen_devices() -> dict[str, Any]:
    """A command: the devices that the backend sees, the one that it takes by itself first, as plain data."""
    return {"devices": [attrs.asdict(device) for device in visible_devices()]}


def chosen_device(option: str, from_where: str | None) -> tuple[Device, list[str]]:
    """The device that was asked for, among those that the backend sees, and what is to be said of it.

    Args:
        option: The option ``device``.
        from_where: The device that the network would run on where it comes from, which "auto" prefers.

    Raises:
        TimingError: If the backend sees no such device.
    """
    devices, reason = devices_or_reason()
    backend = running_backend().proper_name
    # What is asked of the CPU does not need to know of any other.
    silent = not reason or option == CPU.option
    notices = [] if silent else [f"{backend} could not tell its devices ({reason}), and the CPU is taken"]
    found = [device for device in devices if option in (AUTO, device.option)]
    if not found:
        seen = " and ".join(device.option for device in devices)
        why = f" ({reason})" if reason else ""
        raise TimingError(
            f"{backend} sees no {option} here{why}; it sees {seen}, on which the network can run instead"
        )
    preferred = [device for device in found if device.option == from_where]
    if notices or preferred or from_where is None or option != AUTO:
        return (*preferred, *found)[0], notices
    return found[0], [f"computed on {found[0]}, as the process that computes sees no {from_where}"]
