"""Errors that a user's layer may raise, as against those by which a change of Keras shows."""

from typing import Any

from encdec_widgets.networks.keras_private import PRIVATE_NAMES, is_of_keras, layers_held_by

_SOMETHING_IS_GONE = (AttributeError, ImportError, NameError)


def may_be_of_a_users_class(error: Exception, layer: Any) -> bool:
    """Whether an error that came up while a layer was looked at may be due to what a user did with it.

    A user's layer may raise anything, and may keep anything under any name. A user may also have changed a setting of
    one of Keras's. But where a layer of Keras lacks a name, Keras has renamed it, and nothing may hide that.

    Args:
        error: The error.
        layer: The layer, or another operation of Keras.
    """
    if not isinstance(error, _SOMETHING_IS_GONE):
        return True
    return error.name not in PRIVATE_NAMES and not all(
        is_of_keras(type(each)) for each in _with_all_inside(layer)
    )


def _with_all_inside(layer: Any) -> list[Any]:
    found, pending = [], [layer]
    while pending:
        found.append(pending.pop())
        if hasattr(found[-1], "weights"):  # A function of keras.ops holds no layers.
            pending.extend(
                held for held in layers_held_by(found[-1]) if not any(held is one for one in found)
            )
    return found
