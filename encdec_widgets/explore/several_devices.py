"""Times of several devices: never ranked without a sentence that says so."""

from collections.abc import Iterable

from encdec_widgets.formatting import counted, listed

_MOST_NAMED = 5


def several_devices(devices: Iterable[str | None]) -> str:
    """A sentence where times are of several devices; empty where they are of one.

    >>> several_devices(["CPU", "NVIDIA T4", "CPU", None])
    'These times are of 2 devices: CPU and NVIDIA T4. Compare those of one device only.'
    >>> several_devices(["CPU", None])
    ''

    Args:
        devices: What each was measured on; None for what was not timed.
    """
    names = [name for name in dict.fromkeys(devices) if name is not None]
    if len(names) < 2:
        return ""
    named = listed(names, most=_MOST_NAMED)
    return f"These times are of {counted(len(names), 'device')}: {named}. Compare those of one device only."
