"""Symbolic tensors, and the calls of operations that made them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from encdec_widgets.networks.keras_private.modules import private_module


def is_symbolic(thing: Any) -> bool:
    """Whether a thing is the symbolic output of an operation."""
    return hasattr(thing, "_keras_history")


def maker_of(tensor: Any) -> Any:
    """The operation that made a symbolic tensor."""
    return tensor._keras_history.operation


def call_that_made(tensor: Any) -> Any:
    """The call of an operation that made a symbolic tensor.

    Returns:
        Keras's record of it, with ``operation``, ``arguments``, ``input_tensors`` and ``output_tensors``.
    """
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def calls_of(operation: Any) -> Sequence[Any]:
    """All calls of an operation, in the order in which they were made."""
    calls: Sequence[Any] = operation._inbound_nodes
    return calls


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
    stack = [(call_that_made(tensor), False) for tensor in reversed(outputs) if id(tensor) not in known]
    while stack:
        call, inputs_done = stack.pop()
        if inputs_done:
            calls.append(call)
        elif id(call) not in done:
            done.add(id(call))
            stack.append((call, True))
            inputs = [tensor for tensor in reversed(call.input_tensors) if id(tensor) not in known]
            stack.extend((call_that_made(tensor), False) for tensor in inputs)
    return calls


def call_as(operation: Any, call: Any, tensors: Mapping[int, Any], outputs: Sequence[Any]) -> None:
    """Record a call of ``operation`` like another one, on other tensors, without computing any shape.

    Args:
        operation: What is called.
        call: The other call.
        tensors: The tensors to take, by the ids of those that the other call takes.
        outputs: Symbolic tensors that have no maker yet: what it puts out.
    """
    arguments, keywords = call.arguments.convert(lambda value: tensors.get(id(value), value))
    # Making it writes it into the operations and the tensors.
    private_module("keras.src.ops.node").Node(operation, arguments, keywords, list(outputs))


def forget_calls_but(operation: Any, kept: Collection[int]) -> None:
    """Let an operation forget the calls on its output, but for those whose ids are ``kept``.

    Keras writes them down and never reads them; they hold every layer that was ever called on the output.
    """
    operation._outbound_nodes[:] = [call for call in operation._outbound_nodes if id(call) in kept]


def is_input(operation: Any) -> bool:
    """Whether an operation is the input of a model."""
    return type(operation).__name__ == "InputLayer"


def mask_of(tensor: Any) -> Any | None:
    """The mask that Keras attached to a symbolic tensor, or None."""
    return getattr(tensor, "_keras_mask", None)
