"""How shapes, strides and counts are written for people."""

from collections.abc import Iterable, Sequence

_BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "numpy": "NumPy"}


def backend_text(backend: str) -> str:
    """A Keras backend by its proper name."""
    return _BACKENDS.get(backend, backend)


def stride_text(stride: float | None) -> str:
    """A stride: "4", "1/2" where the map is larger than the input, "?" where it is unknown."""
    if stride is None:
        return "?"
    if stride < 1:
        return f"1/{1 / stride:g}"
    return f"{stride:g}"


def size_text(shape: Sequence[int | None], stride: float | None) -> str:
    """Height and width in px; of an unknown input, its share: "H/4 × W/4"."""
    if len(shape) != 3:
        return " × ".join("?" if size is None else str(size) for size in shape[:-1]) or "no map"
    share = "" if stride in (None, 1) else f"/{stride_text(stride)}"
    sizes = zip(shape[:2], ("H", "W"), strict=True)
    return " × ".join(f"{letter}{share}" if size is None else str(size) for size, letter in sizes)


def count_text(count: float) -> str:
    """A large count with three digits: "950", "13.9 k", "2.15 M"."""
    for factor, unit in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= factor * 0.9995:
            return f"{count / factor:.3g}{unit}"
    return f"{count:g}"


def bytes_text(count: float) -> str:
    """So many bytes with three digits, in decimal units: "12.3 MB", "1 byte"."""
    if round(count) == 1:
        return "1 byte"
    number, _, prefix = count_text(count).partition(" ")
    return f"{number} {'kB' if prefix == 'k' else f'{prefix}B' if prefix else 'bytes'}"


def kernel_text(sizes: Iterable[int]) -> str:
    """The sizes of a kernel: "3 × 3"; "3" of a kernel that has one."""
    return " × ".join(map(str, sizes))


def counted(count: int, word: str) -> str:
    """A number of things: "1 skip", "12,400 parameters", "no layers"."""
    return f"{f'{count:,}' if count else 'no'} {word}{'' if count == 1 else 's'}"


def quantity_text(value: float) -> str:
    """A measured quantity with three digits and a true minus sign: "4.21", "0.0423", "−1,230"."""
    rounded = float(f"{value:.3g}")
    text = f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
    return text.replace("-", "−")


def duration_text(seconds: float) -> str:
    """A predicted time in a unit that fits: "0.35 s", "12 s", "4 minutes", "1.5 hours"."""
    if seconds < 100:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:,.2g} hours"


def digits(value: float) -> str:
    """Three digits or all whole ones: more would claim a precision that no timing has."""
    decimals = next((d for d, limit in ((0, 100), (1, 10), (2, 1)) if abs(value) >= limit), 3)
    return f"{value:,.{decimals}f}"


def flops_text(flops_per_second: float) -> str:
    """Operations a second: "41.2 GFLOP/s"."""
    number, _, prefix = count_text(flops_per_second).partition(" ")
    return f"{number} {prefix.upper() if prefix == 'k' else prefix}FLOP/s"


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
