"""A device that Keras computes on."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import attrs


@attrs.frozen
class Device:
    """A device that networks run on.

    Attributes:
        name: What a person calls it: "NVIDIA H200", or "CPU" where there is no other.
        kind: "GPU", "TPU" or "CPU".
        number: Which of its kind, from 0, as the backend counts them.

    Example:
        >>> from encdec_widgets.workers.timing import Device
        >>> card = Device("NVIDIA H200", "GPU", number=1)
        >>> str(card), card.option
        ('NVIDIA H200', 'GPU:1')
    """

    name: str
    kind: Literal["GPU", "TPU", "CPU"]
    number: int = 0

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def option(self) -> str:
        """What the option ``device`` of a timing calls it: "CPU", "GPU:0", ..."""
        return self.kind if self.kind == "CPU" else f"{self.kind}:{self.number}"


CPU = Device("CPU", "CPU")


def told_apart(devices: Sequence[Device]) -> tuple[Device, ...]:
    """The same devices, each once; those of one name have their numbers behind it.

    >>> [str(device) for device in told_apart([Device("NVIDIA H200", "GPU", n) for n in (1, 0)])]
    ['NVIDIA H200 (GPU:1)', 'NVIDIA H200 (GPU:0)']
    """
    each = dict.fromkeys(devices)
    named = Counter(device.name for device in each)
    return tuple(
        attrs.evolve(device, name=f"{device.name} ({device.option})") if named[device.name] > 1 else device
        for device in each
    )


def option_in(name: str) -> str | None:
    """The option that a backend's own name of a device stands for, or None.

    >>> option_in("/job:localhost/replica:0/task:0/device:GPU:1"), option_in("cuda:0"), option_in("TFRT_CPU_0")
    ('GPU:1', 'GPU:0', 'CPU')
    """
    found = re.search(r"(cpu|gpu|cuda|rocm|tpu)(?:[:_](\d+))?$", name.lower())
    if found is None:
        return None
    kind = {"cpu": "CPU", "tpu": "TPU"}.get(found[1], "GPU")
    return kind if kind == "CPU" else f"{kind}:{found[2] or 0}"
