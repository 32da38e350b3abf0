"""A device that Keras computes on."""

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
