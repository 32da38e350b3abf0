"""The one table of Keras's layers: how each moves, merges, multiplies and keeps memory.

The analyses read it through graphs, whose nodes have the traits of their layers: receptive fields ask for ``windows``,
multiply-adds for ``products``, memory for ``output``, block graphs for ``merge``, and the prediction of times for
several of them. Classes of Keras are recognized by their names, without importing Keras.
"""

from types import FunctionType
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
        products: What it multiplies in a call, by which its multiply-adds are counted: "nothing"; each element of its
            kernels once, at every position of the "output" or of the "input"; what the layer that it wraps does, "at
            each step"; what the calls of its "graph" do; None where that is unknown.
        output: The memory of what it puts out: "new" memory; the memory of what it is "given", at most in another
            shape; or that "in inference" only, because it computes something when it is trained.
        when_linear: The traits of such a layer whose ``activation`` is Keras's "linear"; None for the same ones.
        resizes: Whether it interpolates, which backends do more slowly than other work on values.
        merge: How it joins maps, in a word; empty where there is no word but the name of the class.
    """

    windows: read.Reader | None = None
    activated: bool = False
    is_activation: bool = False
    products: Literal["nothing", "output", "input", "at each step", "graph"] | None = None
    output: Literal["new", "given", "given in inference"] = "new"
    when_linear: "Traits | None" = None
    resizes: bool = False
    merge: str = ""


UNKNOWN = Traits()
"""The traits of a layer that a user wrote, and of layers of Keras that are not in the table."""

_MULTIPLIES_NOTHING = Traits(products="nothing")
_CONVOLUTION = Traits(activated=True, products="output")
_CONVOLUTION_2D = attrs.evolve(_CONVOLUTION, windows=read.convolution)
_TRANSPOSED = Traits(activated=True, products="input")
_POOLING = Traits(windows=read.pooling, products="nothing")
_GLOBAL_POOLING = Traits(windows=read.global_pooling, products="nothing")
_POINT = Traits(windows=read.point, products="nothing")
_ACTIVATION = attrs.evolve(_POINT, is_activation=True)
_ALONG_AXES = Traits(windows=read.along_axes, products="nothing")
_REDUCTION = Traits(windows=read.reduction, products="nothing")
_TRAINED_ONLY = attrs.evolve(_POINT, output="given in inference")
_UNCHANGED = attrs.evolve(_POINT, output="given")

TRAITS: dict[str, Traits] = {
    # Layers that multiply by kernels, and what holds such layers.
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D"), _CONVOLUTION_2D),
    **dict.fromkeys(("Conv1D", "Conv3D", "DepthwiseConv1D", "SeparableConv1D"), _CONVOLUTION),
    "Conv2DTranspose": attrs.evolve(_TRANSPOSED, windows=read.transposed_convolution),
    **dict.fromkeys(("Conv1DTranspose", "Conv3DTranspose"), _TRANSPOSED),
    "Dense": Traits(windows=read.point, activated=True, products="output"),
    "TimeDistributed": Traits(products="at each step"),
    **dict.fromkeys(("Functional", "Sequential"), Traits(products="graph")),
    # Layers that pool, resize, pad and crop.
    **dict.fromkeys(("MaxPooling2D", "AveragePooling2D"), _POOLING),
    **dict.fromkeys(("GlobalMaxPooling2D", "GlobalAveragePooling2D"), _GLOBAL_POOLING),
    "UpSampling2D": Traits(windows=read.upsampling, resizes=True, products="nothing"),
    "Resizing": Traits(resizes=True, products="nothing"),
    "ZeroPadding2D": Traits(windows=read.padding, products="nothing"),
    "Cropping2D": Traits(windows=read.cropping, products="nothing"),
    # Layers and functions of keras.ops that merge maps. They have the same names.
    "Concatenate": Traits(windows=read.concatenation, merge="concatenation", products="nothing"),
    "Add": attrs.evolve(_POINT, merge="addition"),
    "Average": Traits(windows=read.average, products="nothing"),
    **dict.fromkeys(("Subtract", "Multiply", "Maximum", "Minimum"), _POINT),
    # Layers that normalize.
    **dict.fromkeys(("BatchNormalization", "Normalization", "Rescaling"), _POINT),
    "GroupNormalization": Traits(windows=read.over_the_whole_map, products="nothing"),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization", "UnitNormalization", "Softmax"), _ALONG_AXES),
    # Activations.
    "Activation": attrs.evolve(_POINT, activated=True, when_linear=_UNCHANGED),
    **dict.fromkeys(("ELU", "LeakyReLU", "PReLU", "ReLU"), _ACTIVATION),
    # Layers that change nothing, or change something in training only.
    **dict.fromkeys(("InputLayer", "Masking"), _POINT),
    **dict.fromkeys(("Identity", "ActivityRegularization"), _UNCHANGED),
    **dict.fromkeys(("Flatten", "Reshape"), Traits(output="given", products="nothing")),
    **dict.fromkeys(
        ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout2D"), _TRAINED_ONLY
    ),
    **dict.fromkeys(
        ("SpatialDropout1D", "SpatialDropout3D"), Traits(output="given in inference", products="nothing")
    ),
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
    # Layers and functions of which only this much is known.
    **dict.fromkeys(
        (
            *(
                f"{way}Pooling{d}D"
                for way in ("Max", "Average", "GlobalMax", "GlobalAverage")
                for d in (1, 3)
            ),
            *(f"Adaptive{way}Pooling{d}D" for way in ("Max", "Average") for d in (1, 2, 3)),
            *(f"{way}{d}D" for way in ("UpSampling", "ZeroPadding", "Cropping") for d in (1, 3)),
            *("Permute", "RepeatVector", "Embedding", "CenterCrop"),
            *("MaxPool", "AveragePool", "AdaptiveMaxPool", "AdaptiveAveragePool", "BatchNorm", "LayerNorm"),
            *("RMSNorm", "Moments", "Glu", "OneHot", "DepthToSpace", "SpaceToDepth"),
            *("Resize", "PadImages", "CropImages", "Slice", "Unstack", "SaturateCast", "Rearrange"),
            *(
                "Append",
                "BroadcastTo",
                "Diff",
                "ExpandDims",
                "Flip",
                "Fliplr",
                "Flipud",
                "GetItem",
                "Moveaxis",
            ),
            *("Dstack", "Hstack", "Vstack", "Stack", "Split", "ArraySplit", "Pad", "Ravel", "Repeat", "Roll"),
            *("Rot90", "Squeeze", "Swapaxes", "Take", "TakeAlongAxis", "Tile", "Transpose", "Tril", "Triu"),
            *(
                "All",
                "Any",
                "Argmax",
                "Argmin",
                "Argsort",
                "Sort",
                "TopK",
                "CountNonzero",
                "Cumsum",
                "Cumprod",
            ),
            *("Logsumexp", "Median", "Prod", "Quantile", "Std", "Var", "OnesLike", "ZerosLike"),
            *("Arctan", "Arctan2", "Cos", "Cosh", "Exp2", "Hypot", "Log2", "Log10", "Sin", "Sinh", "Tan"),
            *(
                "LogicalAnd",
                "LogicalNot",
                "LogicalOr",
                "LogicalXor",
                "Logaddexp",
                "Isfinite",
                "Isnan",
                "Trunc",
            ),
        ),
        _MULTIPLIES_NOTHING,
    ),
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

    A class that a user derived from one of the table has its traits, unless it computes something of its own. Then
    nothing is known of it.

    >>> from encdec_widgets._keras import keras
    >>> traits_of(keras.layers.Concatenate()).merge
    'concatenation'
    """
    kind = type(layer)
    traits = _known.get(kind)
    if traits is None:
        traits = _known[kind] = _of_class(kind)
    if traits.when_linear is not None and _is_linear(layer.activation):
        return traits.when_linear
    return traits


def activation_is_known(layer: Any) -> bool:
    """Whether the ``activation`` that a layer applies, if it does, changes each value on its own.

    It is one of Keras's, or a layer that is one: one that a user wrote can do anything with the map.
    """
    activation = layer.activation if traits_of(layer).activated else None
    if activation is None:
        return True
    if isinstance(activation, FunctionType):
        return is_keras_function(activation)
    return traits_of(activation).is_activation


def _is_linear(activation: Any) -> bool:
    return is_keras_function(activation) and activation.__name__ == "linear"


def _of_class(kind: type) -> Traits:
    own: set[str] = set()
    for base in kind.__mro__:
        if not is_of_keras(base):
            own |= vars(base).keys()
        elif base.__name__ in TRAITS:
            traits = TRAITS[base.__name__]
            # Every class has some of Python's own. A weight of Keras's can be a property.
            anew = own - _HARMLESS - vars(object).keys()
            computing = (getattr(base, name, None) for name in anew)
            return UNKNOWN if any(callable(one) or isinstance(one, property) for one in computing) else traits
    return UNKNOWN
