"""The value that a timing gives."""

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen(kw_only=True, repr=False)
class Timing:
    """How long a network takes on a device. Every number was measured.

    Attributes:
        median_ms: Median time of one forward pass of a whole batch, in milliseconds.
        p10_ms: 10th percentile of the same, in milliseconds.
        p90_ms: 90th percentile of the same, in milliseconds.
        n: Number of forward passes that were timed; warm-up and first call are not among them.
        first_call_ms: Time of the first call, which traces and compiles, in milliseconds.
        batch_size: Images that went through the network at once.
        precision: Name of the Keras dtype policy of the layers, such as "float32".
        device: Name of the device, such as "NVIDIA H200" or "CPU".
        backend: The Keras backend: "tensorflow", "jax", "torch" or "numpy".
    """

    median_ms: float
    p10_ms: float
    p90_ms: float
    n: int
    first_call_ms: float
    batch_size: int
    precision: str
    device: str
    backend: str

    @property
    def images_per_second(self) -> float:
        """Images a second at the median time."""
        return 1000.0 * self.batch_size / self.median_ms

    def to_dict(self) -> dict[str, Any]:
        """The fields and ``images_per_second`` as plain data, ready for JSON or a table's row."""
        return {**attrs.asdict(self), "images_per_second": self.images_per_second}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Timing":
        """The timing that ``to_dict`` made ``data`` from; what it does not know, a newer version's figure, it skips.

        Raises:
            KeyError: If a figure is missing.
        """
        return cls(**{attribute.name: data[attribute.name] for attribute in attrs.fields(cls)})

    def __str__(self) -> str:
        """One line, with units."""
        return (
            f"{_digits(self.median_ms)} ms (10 % to 90 %: {_digits(self.p10_ms)} to {_digits(self.p90_ms)} ms, "
            f"{self.n} runs), {_digits(self.images_per_second)} images/s, batch {self.batch_size}, "
            f"{self.precision}, {self.device}, {self.backend}; first call {_digits(self.first_call_ms)} ms"
        )

    def __repr__(self) -> str:
        """The same line, marked as a value."""
        return f"<Timing {self}>"


def _digits(value: float) -> str:
    """Three digits or all whole ones: more would claim a precision that no timing has."""
    decimals = next((d for d, limit in ((0, 100), (1, 10), (2, 1)) if abs(value) >= limit), 3)
    return f"{value:,.{decimals}f}"
