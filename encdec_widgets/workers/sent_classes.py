"""Classes of a user's own that a network is made of: a worker process imports each from the module that it stands in.

Where a class was defined in a notebook, in a program itself (``__main__``) or inside of a function, nothing can import
it. That is told before anything is sent, with what to do.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.formatting import shortened
from encdec_widgets.networks.keras_private import is_of_keras, layers_held_by
from encdec_widgets.workers.errors import TimingError


def classes_of(model: Any) -> dict[str, type]:
    """The classes of a model's layers that are not Keras's, by the names by which Keras writes them.

    Raises:
        TimingError: If another process cannot import one of them, or if two have one name.
    """
    found: dict[str, type] = {}
    for layer in _with_all_inside(model.layers):
        kind = type(layer)
        if is_of_keras(kind):
            continue
        require_importable(kind, f"its layer {layer.name} is")
        if found.setdefault(keras.saving.get_registered_name(kind), kind) is not kind:
            raise TimingError(
                "this network cannot be built in another process: layers of two classes of one name, "
                f"{kind.__name__}, are in it. Give one of the classes another name"
            )
    return found


def require_importable(kind: type, what: str) -> None:
    """Check that another process can import a class.

    Args:
        kind: The class.
        what: What in the network leads to it, as the beginning of a sentence that ends with the class.

    Raises:
        TimingError: If it cannot.
    """
    in_main = kind.__module__ == "__main__"
    if not in_main and "<locals>" not in kind.__qualname__:
        return
    name = shortened(kind.__name__, 80)
    module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    where = "in this notebook or program" if in_main else "inside of a function"
    raise TimingError(
        f"this network cannot be built in another process: {what} of the class {name}, which is defined {where}. "
        f"Put the class into a file beside it, such as my_{module}.py, and write: from my_{module} import {name}"
    )


def _with_all_inside(layers: Sequence[Any]) -> Iterator[Any]:
    for layer in layers:
        yield layer
        yield from _with_all_inside(layers_held_by(layer))
