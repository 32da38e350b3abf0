"""How checks name blocks and sizes."""

from collections.abc import Iterable, Sequence


def listed(names: Iterable[str], most: int = 3) -> str:
    """The first few of some names: "dec0", "dec0 and dec1", "dec0, dec1, dec2 and 4 more"; empty for none."""
    several = list(dict.fromkeys(names))
    if len(several) > most + 1:
        several = [*several[:most], f"{len(several) - most} more"]
    return " and ".join(filter(None, (", ".join(several[:-1]), *several[-1:])))


def area_text(height: float, width: float) -> str:
    """Height and width, rounded: "300 × 200"."""
    return f"{height:.0f} × {width:.0f}"


def shape_text(shape: Sequence[int | None]) -> str:
    """Height and width of an input shape: "320 × 256"; "any" for a size that is open."""
    return " × ".join("any" if size is None else str(size) for size in shape[:2])
