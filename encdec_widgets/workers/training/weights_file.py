"""Weights as a file, which carries them from one process to another: arrays of NumPy, each with its variable's path.

A network of a hundred megabytes takes a blink as a file, and minutes as text in a reply.
"""

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import counted, error_text, quoted
from encdec_widgets.networks.weights import give, values_of
from encdec_widgets.workers.errors import TimingError

Pairs = Iterable[tuple[str, Any]]
"""The path of each variable (``keras.Variable.path``), and its values."""

_PATHS = "paths"


def pairs_of(variables: Iterable[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The path and the values of Keras variables, as :func:`save` takes them; none is filled for it.

    Example:
        >>> import keras
        >>> from encdec_widgets.workers.training.weights_file import pairs_of
        >>> bias = keras.Variable([1.0, 2.0], name="bias")
        >>> [(path, values.tolist()) for path, values in pairs_of([bias])]
        [('bias', [1.0, 2.0])]
    """
    for variable in variables:
        yield variable.path, values_of(variable)


def save(pairs: Pairs, path: str | os.PathLike[str]) -> None:
    """Write weights to a file, whole or not at all; one that is there is overwritten.

    Args:
        pairs: Paths of variables with their values, in the order of the network. Two may have one path.
        path: The file; the end of its name is left as it is.

    Raises:
        OSError: If it cannot be written, as on a full disk.
    """
    target = Path(path)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    paths, arrays = [], []
    for name, values in pairs:
        paths.append(name)
        arrays.append(_plain(np.asarray(values)))
    try:
        with unfinished.open("wb") as file:
            # Numbers name the arrays: a path may hold any sign, and two variables may share one.
            numbered = {str(number): array for number, array in enumerate(arrays)}
            np.savez(file, **{_PATHS: np.array(paths, dtype=np.str_)}, **numbered)  # type: ignore[arg-type]
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> tuple[tuple[str, NDArray[Any]], ...]:
    """The weights that :func:`save` wrote to a file, in their order. No code is run.

    Raises:
        TimingError: If there is no such file, or if it holds something else. It says which file.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from encdec_widgets.workers.training.weights_file import load, save
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save([("enc0/kernel", np.ones((3, 3)))], f"{folder}/weights.npz")
        ...     [(name, values.shape) for name, values in load(f"{folder}/weights.npz")]
        [('enc0/kernel', (3, 3))]
    """
    pairs: tuple[tuple[str, NDArray[Any]], ...] = _read(
        path, lambda held: tuple((str(name), held[str(n)]) for n, name in enumerate(held[_PATHS].tolist()))
    )
    return pairs


def load_one(path: str | os.PathLike[str], number: int) -> NDArray[Any]:
    """One of the weights in a file, by its number in their order; the others are not read.

    Raises:
        TimingError: As :func:`load`, and if there are not so many.
    """
    values: NDArray[Any] = _read(path, lambda held: held[str(number)])
    return values


def _read(path: str | os.PathLike[str], what: Callable[[Any], Any]) -> Any:
    try:
        # NumPy leaves a file open that it cannot read, unless it was opened for it.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as held:
            return what(held)
    except (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise TimingError(
            f"the file {quoted(os.fspath(path))} holds no weights that could be read ({error_text(error):.200}); "
            "one that this version of encdec_widgets wrote would work"
        ) from error


def assign(variables: Sequence[Any], pairs: Pairs) -> None:
    """Give Keras variables the values that were saved.

    Each is found by its path. Where the paths are others, as Keras numbers layers that have no name of their own anew
    in each process, the order counts. Nothing is assigned unless all of them fit.

    Args:
        variables: The variables, all of those that were saved; they may be filled or not.
        pairs: What :func:`load` gave.

    Raises:
        TimingError: If there are more or fewer of them, or if a shape differs.

    Example:
        >>> import keras
        >>> from encdec_widgets.workers.training.weights_file import assign
        >>> bias = keras.Variable([1.0, 2.0], name="bias")
        >>> assign([bias], [("bias", [3.0, 4.0])])
        >>> keras.ops.convert_to_numpy(bias).tolist()
        [3.0, 4.0]
    """
    saved = [(name, np.asarray(values)) for name, values in pairs]
    if len(saved) != len(variables):
        raise TimingError(
            f"these are weights of another network: {counted(len(saved), 'array')} for "
            f"{counted(len(variables), 'variable')}; those of the same design would work"
        )
    by_path = dict(saved)
    if len(by_path) == len(saved) and by_path.keys() == {variable.path for variable in variables}:
        saved = [(variable.path, by_path[variable.path]) for variable in variables]
    for variable, (name, values) in zip(variables, saved, strict=True):
        if tuple(variable.shape) != values.shape:
            raise TimingError(
                f"these are weights of another network: {quoted(name)} has the shape {values.shape}, and "
                f"{quoted(variable.path)} takes {tuple(variable.shape)}; those of the same design would work"
            )
    for variable, (_, values) in zip(variables, saved, strict=True):
        give(variable, values)


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """The same in a dtype that NumPy can write: of bfloat16, which it does not know, in 32 bits, which lose nothing."""
    return values if values.dtype.isbuiltin == 1 else values.astype(np.float32)
