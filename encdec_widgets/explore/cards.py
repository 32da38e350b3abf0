"""How much memory there is: by the name of a common card, or in GB."""

import math
import re
from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.formatting import bytes_text

LEAST_BYTES, MOST_BYTES = 10**6, 10**15
"""A card with less memory, or with more, is taken for a mistake."""
_UNITS = {
    "b": 1,
    "kb": 1e3,
    "mb": 1e6,
    "gb": 1e9,
    "tb": 1e12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_THOUSANDS = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_AMOUNT = re.compile(
    rf"(?:({_THOUSANDS})|([0-9]+(?:[.,][0-9]+)?|[0-9]*\.?[0-9]+e[+-]?[0-9]+))\s*([kmgt]?i?b)?", re.IGNORECASE
)
_WORKS = ("8 GB", "GeForce RTX 4090")


@attrs.frozen
class Card:
    """A graphics card and its memory.

    Attributes:
        name: What its maker calls it.
        gb: Its memory in GB. A maker's GB are at least 10^9 bytes each, and are counted as that here.
        source: Where that was read. It is not the maker's own page, and says what that is known to say.
        date: When the card was announced with it, as year and month; by general knowledge.
    """

    name: str
    gb: int
    source: str
    date: str

    @property
    def bytes(self) -> int:
        """Its memory in bytes."""
        return self.gb * 10**9


_HARDWARE = "https://github.com/huggingface/huggingface.js, packages/tasks/src/hardware.ts"
_GPU_SPEC = "https://huggingface.co/datasets/ohdoking/gpu_spec, data/nvidia_gpu.csv"
_NOTES = "https://calwoo.github.io/notes/concepts/deep-learning-engineering/nvidia-gpu-hardware"
_REVIEW = "https://siliconcat.net/gpu/nvidia-geforce-rtx-4060"

CARDS: Mapping[str, Card] = {
    card.name: card
    for card in (
        Card("GeForce GTX 1080 Ti", 11, _NOTES, "2017-03"),
        Card("GeForce RTX 2080 Ti", 11, _NOTES, "2018-08"),
        Card("GeForce RTX 3060", 12, _HARDWARE, "2021-01"),
        Card("GeForce RTX 3080", 10, _HARDWARE, "2020-09"),  # a later one has 12 GB
        Card("GeForce RTX 3090", 24, _HARDWARE, "2020-09"),
        Card("GeForce RTX 4060", 8, _REVIEW, "2023-05"),
        Card("GeForce RTX 4070", 12, _HARDWARE, "2023-04"),
        Card("GeForce RTX 4080", 16, _HARDWARE, "2022-09"),
        Card("GeForce RTX 4090", 24, _HARDWARE, "2022-09"),
        Card("GeForce RTX 5090", 32, _HARDWARE, "2025-01"),
        Card("RTX A4000", 16, _GPU_SPEC, "2021-04"),
        Card("RTX A6000", 48, _GPU_SPEC, "2020-10"),
        Card("T4", 16, _HARDWARE, "2018-09"),
        Card("L4", 24, _HARDWARE, "2023-03"),
        Card("A100 40 GB", 40, _HARDWARE, "2020-05"),
        Card("A100 80 GB", 80, _HARDWARE, "2020-11"),
        Card("H100 80 GB", 80, _HARDWARE, "2022-03"),
        Card("H200", 141, _HARDWARE, "2023-11"),
    )
}
"""Common cards by name, in the order in which they are offered."""


def card_named(text: Any) -> Card | None:
    """The card of a name, whatever its capitals and with or without "NVIDIA" and "GeForce"; None if it is no such name.

    >>> card_named("rtx 4090").gb, card_named("NVIDIA T4").gb, card_named("8 GB")
    (24, 16, None)
    """
    if not isinstance(text, str):
        return None
    wanted = _short(text)
    return next((card for card in CARDS.values() if _short(card.name) == wanted), None)


def memory_bytes(memory: Any, field: str = "memory") -> int:
    """Read how much memory there is, in bytes.

    >>> memory_bytes("8 GB"), memory_bytes(8e9), memory_bytes("1.5 GiB"), memory_bytes("T4")
    (8000000000, 8000000000, 1610612736, 16000000000)

    Args:
        memory: A number of bytes, a text such as "8 GB" or "7.5GiB" (a plain number in a text is in GB), or the name of
            one of ``CARDS``. A GB are 10^9 bytes, a GiB 2^30. Three digits after a comma are thousands, as in
            "24,576 MB"; another number of them are decimals, as in "7,5 GB".
        field: What the error calls it.

    Raises:
        FieldError: (a ValueError) If it is none of these, or from less than a MB to more than a thousand TB.
    """
    card = card_named(memory)
    if card is not None:
        return card.bytes
    count = _count(memory)
    if count is None or not math.isfinite(count):
        raise FieldError(field, memory, 'must be bytes, a text such as "8 GB", or the name of a card', _WORKS)
    if not LEAST_BYTES <= count <= MOST_BYTES:
        allowed = f"must be from {bytes_text(LEAST_BYTES)} to 1,000 TB (a number alone is in bytes)"
        raise FieldError(field, memory, allowed, _WORKS)
    return round(count)


def _count(memory: Any) -> float | None:
    if isinstance(memory, bool):
        return None
    if isinstance(memory, (int, float)):
        return max(min(memory, 2 * MOST_BYTES), -2 * MOST_BYTES)
    match = _AMOUNT.fullmatch(memory.strip()) if isinstance(memory, str) and len(memory) < 40 else None
    if match is None:
        return None
    grouped, plain, unit = match.groups()
    number = grouped.replace(",", "") if grouped else plain.replace(",", ".")
    return float(number) * _UNITS[(unit or "GB").lower()]


def _short(name: str) -> str:
    return re.sub(r"nvidia|geforce|[^a-z0-9]", "", name.lower())
