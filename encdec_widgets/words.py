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
