"""What Keras notes down for a thread, replaced for a while. Keras has no public names for it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from encdec_widgets._keras import keras_module

_GLOBAL_STATE = "keras.src.backend.common.global_state"


@contextmanager
def noting(name: str, value: Any) -> Iterator[None]:
    """Replace one of Keras's notes inside the ``with`` statement."""
    global_state = keras_module(_GLOBAL_STATE)
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, value)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, before)


@contextmanager
def names_from_the_start() -> Iterator[dict[str, int]]:
    """Number the layers without a name of their own as in a fresh session: conv2d, conv2d_1, ...

    Yields:
        How many layers of each name were numbered so far; what is changed in it counts.
    """
    numbers: dict[str, int] = defaultdict(int)
    with noting("object_name_uids", numbers):
        yield numbers


def in_stateless_scope() -> bool:
    """Whether somebody has forbidden, in this thread, that variables be filled."""
    return keras_module(_GLOBAL_STATE).get_global_attribute("stateless_scope") is not None


def node_of(tensor: Any) -> Any:
    """The call of an operation that made a symbolic tensor. Keras has no public name for it."""
    operation, node_index, _ = tensor._keras_history
    return operation._inbound_nodes[node_index]


def calls_to(outputs: Sequence[Any], given: Sequence[Any] = ()) -> list[Any]:
    """Every call of an operation that leads to ``outputs``, in topological order.

    Walking back from the outputs, rather than forward from the layers, leaves out calls that a reused layer has had in
    other models.

    Args:
        outputs: Symbolic tensors.
        given: Symbolic tensors at which the walk back ends.
    """
    calls: list[Any] = []
    known = {id(tensor) for tensor in given}
    done: set[int] = set()
    stack = [(node_of(tensor), False) for tensor in reversed(outputs) if id(tensor) not in known]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            calls.append(node)
        elif id(node) not in done:
            done.add(id(node))
            stack.append((node, True))
            inputs = [tensor for tensor in reversed(node.input_tensors) if id(tensor) not in known]
            stack.extend((node_of(tensor), False) for tensor in inputs)
    return calls


def is_input(operation: Any) -> bool:
    """Whether an operation is the input of a model."""
    return type(operation).__name__ == "InputLayer"
