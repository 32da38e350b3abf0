"""The one table of Keras's layers: how each moves, merges, multiplies and keeps memory.

The analyses read it through graphs, whose nodes have the traits of their layers: receptive fields ask for ``windows``,
multiply-adds for ``products``, memory for ``output``, block graphs for ``merge``, and the prediction of times for
several of them. Classes of Keras are recognized by their names, without importing Keras.
"""

from typing import Any, Literal
from weakref import WeakKeyDictionary

import attrs

from encdec_widgets.networks import window_readers as read
from encdec_widgets.networks.keras_private import is_keras_function, is_of_keras


@attrs.frozen(kw_only=True)
class Traits:
    """What the analyses need to know of a class of layers. The defaults are those of a class that is not in the table.

    Attributes:
        windows: Reads how its output depends on its input (see :mod:`encdec_widgets.networks.window_readers`); None
            where that is unknown.
        activated: Whether its ``activation`` is applied to what it computes; one that a user wrote can do anything with
            the map.
        is_activation: Whether it can be such an activation itself: it changes each value on its own.
        products: Where each element of its kernel is multiplied once: at every position of the "output" or of the
            "input", or "otherwise", in a way that is not counted.
        output: The memory of what it puts out: "new" memory; the memory of what it is "given", at most in another
            shape; or that "in inference" only, because it computes something when it is trained.
        resizes: Whether it interpolates, which backends do more slowly than other work on values.
        merge: How it joins maps, in a word; empty where there is no word but the name of the class.
    """

    windows: read.Reader | None = None
    activated: bool = False
    is_activation: bool = False
    products: Literal["output", "input", "otherwise"] = "output"
    output: Literal["new", "given", "given in inference"] = "new"
    resizes: bool = False
    merge: str = ""


UNKNOWN = Traits()
"""The traits of a layer that a user wrote, and of layers of Keras that are not in the table."""

_CONVOLUTION = Traits(windows=read.convolution, activated=True)
_TRANSPOSED = Traits(products="input")
_POOLING = Traits(windows=read.pooling)
_GLOBAL_POOLING = Traits(windows=read.global_pooling)
_POINT = Traits(windows=read.point)
_ACTIVATION = Traits(windows=read.point, is_activation=True)
_ALONG_AXES = Traits(windows=read.along_axes)
_REDUCTION = Traits(windows=read.reduction)
_TRAINED_ONLY = Traits(windows=read.point, output="given in inference")
_UNCHANGED = Traits(windows=read.point, output="given")

TRAITS: dict[str, Traits] = {
    # Layers that multiply by kernels.
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D"), _CONVOLUTION),
    "Conv2DTranspose": attrs.evolve(_TRANSPOSED, windows=read.transposed_convolution, activated=True),
    **dict.fromkeys(("Conv1DTranspose", "Conv3DTranspose"), _TRANSPOSED),
    "Dense": Traits(windows=read.point, activated=True),
    "EinsumDense": Traits(products="otherwise"),
    # Layers that pool, resize, pad and crop.
    **dict.fromkeys(("MaxPooling2D", "AveragePooling2D"), _POOLING),
    **dict.fromkeys(("GlobalMaxPooling2D", "GlobalAveragePooling2D"), _GLOBAL_POOLING),
    "UpSampling2D": Traits(windows=read.upsampling, resizes=True),
    "Resizing": Traits(resizes=True),
    "ZeroPadding2D": Traits(windows=read.padding),
    "Cropping2D": Traits(windows=read.cropping),
    # Layers and functions of keras.ops that merge maps. They have the same names.
    "Concatenate": Traits(windows=read.concatenation, merge="concatenation"),
    "Add": Traits(windows=read.point, merge="addition"),
    "Average": Traits(windows=read.average),
    **dict.fromkeys(("Subtract", "Multiply", "Maximum", "Minimum"), _POINT),
    # Layers that normalize.
    **dict.fromkeys(("BatchNormalization", "Normalization", "Rescaling"), _POINT),
    "GroupNormalization": Traits(windows=read.over_the_whole_map),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization", "UnitNormalization", "Softmax"), _ALONG_AXES),
    # Activations.
    "Activation": Traits(windows=read.point, activated=True),
    **dict.fromkeys(("ELU", "LeakyReLU", "PReLU", "ReLU"), _ACTIVATION),
    # Layers that change nothing, or change something in training only.
    **dict.fromkeys(("InputLayer", "Masking"), _POINT),
    **dict.fromkeys(("Identity", "ActivityRegularization"), _UNCHANGED),
    **dict.fromkeys(("Flatten", "Reshape"), Traits(output="given")),
    **dict.fromkeys(
        ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout2D"), _TRAINED_ONLY
    ),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout3D"), Traits(output="given in inference")),
    # Functions of keras.ops, which are operations themselves.
    **dict.fromkeys(
        (
            *("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Silu", "Sigmoid", "HardSigmoid"),
            *("HardSilu", "LogSigmoid", "Softplus", "Softsign", "SoftShrink", "HardShrink", "TanhShrink"),
            *("HardTanh", "Squareplus", "SparsePlus", "SparseSigmoid", "Threshold", "Tanh", "Erf"),
            *("Divide", "DivideNoNan", "TrueDivide", "FloorDivide", "Mod", "Power", "Negative", "Absolute"),
            *("Abs", "Sign", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Exp", "Expm1", "Log", "Log1p"),
            *("Clip", "Round", "Floor", "Ceil", "Where", "Cast", "Copy", "StopGradient", "NanToNum"),
            *("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"),
        ),
        _POINT,
    ),
    **dict.fromkeys(("LogSoftmax", "Sparsemax", "Normalize"), _ALONG_AXES),
    **dict.fromkeys(("Mean", "Sum", "Max", "Min", "Amax", "Amin"), _REDUCTION),
}
"""Traits by the names of Keras's classes."""


# What a user's class may define anew without computing anything else than the Keras class that it derives from.
_HARMLESS = frozenset(
    ("__init__", "build", "get_config", "from_config", "compute_output_shape", "compute_output_spec")
)

# By class, which goes with it: a notebook cell that is run again defines its classes again.
_known: WeakKeyDictionary[type, Traits] = WeakKeyDictionary()


def traits_of(layer: Any) -> Traits:
    """The traits of a layer, or of another operation of Keras.

    A class that a user derived from one of the table has its traits, unless it computes something of its own. Then its
    kernels are all that is known of it: they count as those of the class that it derives from.

    >>> from encdec_widgets._keras import keras
    >>> traits_of(keras.layers.Concatenate()).merge
    'concatenation'
    """
    kind = type(layer)
    traits = _known.get(kind)
    if traits is None:
        traits = _known[kind] = _of_class(kind)
    if kind.__name__ == "Activation" and traits.activated and _is_linear(layer.activation):
        return _LINEAR
    return traits


_LINEAR = attrs.evolve(TRAITS["Activation"], output="given")


def _is_linear(activation: Any) -> bool:
    return is_keras_function(activation) and activation.__name__ == "linear"


def _of_class(kind: type) -> Traits:
    own: set[str] = set()
    for base in kind.__mro__:
        if not is_of_keras(base):
            own |= vars(base).keys()
        elif base.__name__ in TRAITS:
            traits = TRAITS[base.__name__]
            computing = {name for name in own - _HARMLESS if callable(getattr(base, name, None))}
            # Every class has some of Python's own.
            anew = computing - vars(object).keys()
            return attrs.evolve(UNKNOWN, products=traits.products) if anew else traits
    return UNKNOWN
