"""The head: what turns the features of a backbone into the maps that are wanted."""

from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.fields.described import ACTIVATIONS, Described, choice, integer


@attrs.frozen
class Head(Described):
    """One 1x1 convolution at the end of a network, on every stack where there are several.

    Attributes:
        channels: Number of maps that the network puts out: one a body part, or one a class.
        activation: Name of the activation function: "linear" for confidence maps, "softmax" for classes.
        stride: Stride of the feature it is attached to, relative to the input of the backbone; None for the output.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> unet = UNet(filters=4, down_blocks=2, up_blocks=2)
        >>> Design(unet, (64, 64, 1), Head(channels=13, stride=2)).build().model.output_shape
        (None, 32, 32, 13)
    """

    channels: int = integer(
        16,
        minimum=1,
        maximum=4096,
        usual=(1, 32),
        unit="maps",
        help="Maps that the network puts out: one for each body part, or for each class; more cost little.",
    )
    activation: str = choice(
        "linear",
        ACTIVATIONS,
        help="Linear suits confidence maps, softmax classes that exclude each other; all cost about the same.",
    )
    stride: int | None = integer(
        None,
        minimum=1,
        maximum=4096,
        usual=(1, 32),
        unit="×",
        optional=True,
        help="Attached to the feature of this stride; larger strides give smaller maps, cheaper and less exact.",
    )

    def make_block(self, x_in: Any, prefix: str = "head") -> Any:
        """Create the head: from (batch, height, width, any) to (batch, height, width, channels)."""
        return keras.layers.Conv2D(
            self.channels, 1, activation=self.activation, data_format="channels_last", name=prefix
        )(x_in)
