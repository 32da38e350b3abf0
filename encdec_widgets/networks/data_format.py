"""Networks are channels-last, (batch, height, width, channels), whatever Keras takes by default.

The layers of shipped blocks are told so. A user's block may leave it to Keras, which then takes rows for channels; that
is refused, as is what may do so where nobody can see it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import calls_to, is_of_keras, is_symbolic, layers_held_by


class DataFormatError(ValueError):
    """A block takes rows for channels, or may do so, as Keras's image data format is "channels_first"."""


def channels_first_by_default() -> bool:
    """Whether layers that are not told otherwise take images for (batch, channels, height, width)."""
    return str(keras.config.image_data_format()) == "channels_first"


def require_channels_last(maker: str, outputs: Sequence[Any], inputs: Sequence[Any] = ()) -> None:
    """Check the layers that a user's code made while Keras's default was "channels_first".

    Args:
        maker: What made them, for the error.
        outputs: Symbolic tensors that they lead to.
        inputs: Symbolic tensors that they begin at.

    Raises:
        DataFormatError: If one of them takes rows for channels, or if it cannot be known.
    """
    for call in calls_to([output for output in outputs if is_symbolic(output)], inputs):
        for operation in _with_all_inside(call.operation):
            if _may_take_rows_for_channels(operation):
                raise refusal(maker, f"its layer {operation.name!r} ({type(operation).__name__})")


def refusal(maker: str, culprit: str) -> DataFormatError:
    """The error that says who may take rows for channels, and what would work."""
    return DataFormatError(
        f'{maker} is made while Keras\'s image data format is "channels_first", and networks here are "channels_last": '
        f'{culprit} may take rows for channels. Give it data_format="channels_last", or call '
        'keras.config.set_image_data_format("channels_last") first.'
    )


def _may_take_rows_for_channels(operation: Any) -> bool:
    if hasattr(operation, "data_format"):
        return bool(operation.data_format != "channels_last")
    # What a user's own layer computes cannot be seen.
    return not is_of_keras(type(operation)) or isinstance(operation, keras.layers.Lambda)


def _with_all_inside(operation: Any) -> Iterator[Any]:
    yield operation
    if isinstance(operation, keras.layers.Layer):
        for held in layers_held_by(operation):
            yield from _with_all_inside(held)
