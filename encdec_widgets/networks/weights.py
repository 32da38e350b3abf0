"""Weights that are described when layers are made, and filled when their values are needed.

Shapes and counts are known before memory is taken, and a network that is only looked at never takes any. The values
do not depend on when they are filled, nor in which thread: an initializer draws its seed when its layer is made, and
whether a person set the seed of all random numbers is noted then.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.networks.checksum import checksums
from encdec_widgets.networks.drawing import AsItIs, Quicker, drawn_together, quicker
from encdec_widgets.networks.keras_private import (
    device_noted_for,
    draws_the_same_again,
    fill_variable,
    in_stateless_scope,
    initializer_of,
    is_filled,
    place_on,
    seed_here,
    set_initializer,
    shape_of,
    waiting_list,
)
from encdec_widgets.networks.scopes import device_here, on_device


class _NotingDevices(list[Any]):
    """Variables, each with a note of the device on which Keras would have filled it."""

    def append(self, variable: Any) -> None:
        place_on(variable, device_here())
        super().append(variable)


@contextmanager
def unfilled(*, on: Any | None = None) -> Iterator[list[Any]]:
    """Let the layers that are made inside the ``with`` statement describe their weights without filling them.

    Args:
        on: The device on which all of them are to be filled, as :func:`~encdec_widgets.networks.scopes.device_here`
            gives it. None asks for that of each weight: inside of the statement there may be scopes as well.

    Yields:
        The variables that were described, complete when the statement ends; :func:`fill` fills them.
    """
    variables: list[Any] = [] if on is not None else _NotingDevices()
    with waiting_list(variables), keras.StatelessScope(initialize_variables=False) as scope:
        yield variables
    seeded = seed_here() is not None
    for variable in variables:
        if on is not None:
            place_on(variable, on)
        if seeded:
            set_initializer(variable, AsItIs(initializer_of(variable)))
        value = scope.get_current_value(variable)
        if value is not None:  # It was set, as by a block that loads pretrained weights.
            set_initializer(variable, _Made(functools.partial(keras.ops.copy, value)))


def model_of(inputs: Any, outputs: Any, **named: Any) -> Any:
    """A ``keras.Model`` of layers whose weights may not be filled yet.

    Without a stateless scope, Keras on PyTorch asks for all their values as the model is made, for the parameters that
    PyTorch lists. They would be drawn in vain, and those of a seed's whole numbers be refused. PyTorch lists the
    weights when it is first asked for them: see :func:`list_for_torch`.
    """
    with keras.StatelessScope(initialize_variables=False):
        return keras.Model(inputs, outputs, **named)


def list_for_torch(model: Any) -> None:
    """Have PyTorch list the weights of a model that are filled, as for its ``state_dict()``; elsewhere do nothing."""
    if keras.config.backend() == "torch" and not in_stateless_scope():
        model.named_parameters()


def fill(variables: Iterable[Any], *, notes_drawn: bool = False) -> None:
    """Give values to those of ``variables`` that have none yet, each on the device on which it was described.

    In a ``keras.StatelessScope``, none gets a value.

    Args:
        variables: Keras variables.
        notes_drawn: Whether to note of each what is drawn: :func:`as_drawn` tells then whether it has changed since.
    """
    if in_stateless_scope():
        return
    waiting = (variable for variable in variables if not is_filled(variable))
    for device, together in itertools.groupby(waiting, device_noted_for):
        with on_device(device):
            for some in _in_batches(together):
                _fill_together(some, notes_drawn)


_DRAWN_AT_ONCE = 1 << 25
"""So many numbers, 128 MiB, or one weight that has more: an interrupt waits for them."""


def _in_batches(variables: Iterable[Any]) -> Iterator[list[Any]]:
    """The variables in their order, each once in a batch."""
    batch: dict[int, Any] = {}
    size = 0
    for variable in variables:
        batch.setdefault(id(variable), variable)
        size += math.prod(variable.shape)
        if size > _DRAWN_AT_ONCE:
            yield list(batch.values())
            batch, size = {}, 0
    yield list(batch.values())


def _fill_together(variables: list[Any], notes_drawn: bool) -> None:
    initializers = [quicker(initializer_of(variable), variable.dtype) for variable in variables]
    drawing = [i for i, initializer in enumerate(initializers) if isinstance(initializer, Quicker)]
    drawn = drawn_together(
        [(initializers[i], variables[i].shape) for i in drawing], with_checksums=notes_drawn
    )
    values = dict(zip(drawing, drawn, strict=True))
    del drawn
    for i, variable in enumerate(variables):
        value, drawn_checksum = values.pop(i, (None, 0))
        initializer = initializers[i] if value is None else _Prepared(initializers[i], value)
        set_initializer(variable, initializer)
        del value
        fill_variable(variable)
        if notes_drawn and (again := _again(initializer)) is not None:
            (now,) = [drawn_checksum] if drawn_checksum else checksums([_values(variable)])
            variable._encdec_widgets_drawn = Drawn(again, now)


def _again(initializer: Any) -> Any:
    """What draws the same values once more as an initializer has drawn, in any thread; None where nothing does."""
    if isinstance(initializer, _Prepared):
        return initializer.like
    like = initializer.like if isinstance(initializer, AsItIs) else initializer
    return AsItIs(like) if draws_the_same_again(like) else None


def fill_at_random(variables: Iterable[Any]) -> None:
    """Give values to those of ``variables`` that have none yet, random ones in place of what initializers would draw.

    JAX compiles an initializer anew for every shape: half a second a layer, for values that do not matter to a clock.
    """
    random = np.random.default_rng()
    variables = list(variables)
    for variable in variables:
        if not is_filled(variable) and len(variable.shape) > 1:
            set_initializer(variable, _Made(functools.partial(_uniform, variable.shape, random)))
    fill(variables)


def draw_again(variables: Iterable[Any], random: np.random.Generator) -> None:
    """Give other random values to those of ``variables`` that :func:`fill_at_random` gives random ones."""
    for variable in variables:
        if len(variable.shape) > 1:
            variable.assign(_uniform(variable.shape, random))


def _uniform(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    bound = np.float32(math.sqrt(3 / math.prod(shape[:-1])))
    values = random.random(shape, np.float32)
    values *= 2 * bound
    values -= bound
    return values


def bytes_of(variables: Iterable[Any]) -> int:
    """Bytes that the values of ``variables`` take as they are stored, filled or not."""
    return sum(math.prod(shape_of(variable)) * np.dtype(variable.dtype).itemsize for variable in variables)


def number_in(variables: Iterable[Any]) -> int:
    """How many numbers the values of ``variables`` are, filled or not."""
    return sum(math.prod(shape_of(variable)) for variable in variables)


def take_over(variable: Any, source: Any) -> None:
    """Let a variable have the values of an earlier one of the same shape, or those that it would have got.

    Args:
        variable: The variable, which may have values already.
        source: The earlier variable, or what :func:`as_drawn` gave for it.
    """
    if not isinstance(source, Drawn) and not is_filled(source):
        source = Drawn(initializer_of(source))
    if not is_filled(variable):
        if isinstance(source, Drawn):
            set_initializer(variable, source.initializer or initializer_of(variable))
        else:
            set_initializer(variable, _Made(_Copy(source)))
    elif isinstance(source, Drawn):
        if source.initializer is not None:
            initializer = quicker(source.initializer, variable.dtype)
            variable.assign(initializer(variable.shape, dtype=variable.dtype))
    else:
        variable.assign(keras.ops.copy(source.value))


def give(variable: Any, values: NDArray[Any]) -> None:
    """Let a variable have these values, in place of those that it has, or that its initializer would draw."""
    if is_filled(variable):
        variable.assign(values)
    else:
        set_initializer(variable, _Made(lambda: values))
        fill([variable])


@attrs.frozen(eq=False)
class _Made:
    """An initializer of one variable: it gives what ``make`` returns."""

    make: Callable[[], Any]

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        return self.make()


@attrs.frozen(eq=False)
class _Copy:
    """Makes a copy of a variable's values. A copy, since JAX gives the memory of weights away when it trains."""

    variable: Any

    def __call__(self) -> Any:
        return keras.ops.copy(self.variable.value)


@attrs.frozen(eq=False)
class _Prepared:
    """An initializer whose values are there already.

    Attributes:
        like: Draws the same ones.
        value: The tensor.
    """

    like: Quicker
    value: Any

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        return self.value


@attrs.frozen(eq=False)
class _Given:
    """Makes values that were learnt elsewhere, once they are needed."""

    read: Callable[[], Any]

    def __call__(self) -> Any:
        return self.read()


def give_when_filled(variable: Any, read: Callable[[], Any]) -> None:
    """As :func:`give`, but a variable without values gets them when it is filled, and takes no memory until then.

    Args:
        variable: A Keras variable.
        read: Gives the values, an array of its shape; it may be called later, and in another thread.
    """
    if is_filled(variable):
        variable.assign(read())
    else:
        set_initializer(variable, _Made(_Given(read)))


def held_elsewhere(read: Callable[[], Any]) -> "Drawn":
    """What to hold in place of values that ``read`` gives: :func:`take_over` takes it like what can be drawn again."""
    return Drawn(_Made(_Given(read)))


def values_of(variable: Any) -> NDArray[Any]:
    """The values that a variable has, or those that it gets when it is filled: it is not filled for it."""
    if is_filled(variable):
        return np.asarray(keras.ops.convert_to_numpy(variable.value))
    made = quicker(initializer_of(variable), variable.dtype)(variable.shape, dtype=variable.dtype)
    return np.asarray(keras.ops.convert_to_numpy(made))


@attrs.frozen(eq=False)
class Drawn:
    """Values that an initializer can draw again.

    Attributes:
        initializer: Draws them; None where that is unknown.
        checksum: Tells whether a variable still has them.
    """

    initializer: Any
    checksum: int = 0


def has_values(variable: Any) -> bool:
    """Whether a variable has values, or is to get some that are no drawn ones, such as those of another one."""
    if is_filled(variable):
        return True
    initializer = initializer_of(variable)
    return isinstance(initializer, _Made) and isinstance(initializer.make, (_Copy, _Given))


def as_drawn(sources: Sequence[Any]) -> list[Any]:
    """What to hold for the values of variables: how to draw them again, where they are what was drawn; else themselves.

    Args:
        sources: Variables, or what this gave for some.
    """
    held = list(sources)
    noted: dict[int, Drawn] = {}
    for i, source in enumerate(held):
        if isinstance(source, Drawn):
            continue
        if not is_filled(source):
            held[i] = source if has_values(source) else Drawn(initializer_of(source))
        elif (note := getattr(source, "_encdec_widgets_drawn", None)) is not None:
            noted[i] = note
    now = checksums([_values(held[i]) for i in noted])
    for (i, note), checksum in zip(noted.items(), now, strict=True):
        if note.checksum == checksum:
            held[i] = note
    return held


def bytes_held(sources: Iterable[Any]) -> int:
    """Bytes that are held for what :func:`as_drawn` gave, whether or not anything else holds them as well."""
    return bytes_of(source for source in sources if not isinstance(source, Drawn))


def _values(variable: Any) -> NDArray[Any]:
    """The values of a variable, not copied where that can be."""
    value = keras.ops.stop_gradient(variable.value)  # a tensor on every backend, and no copy
    try:
        return np.frombuffer(value, np.uint8)
    except (TypeError, ValueError, BufferError):  # on another device, or of a dtype that NumPy does not know
        return np.ascontiguousarray(keras.ops.convert_to_numpy(value))
