"""What a network costs for images of any size, from one network that was built: all of its maps grow with the image."""

import math
from collections.abc import Callable, Generator
from typing import Any, Literal, TypeAlias, cast

import attrs
import networkx as nx

from encdec_widgets._keras import keras
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.costs import Precision
from encdec_widgets.explore.tell import TELLS
from encdec_widgets.workers.timing.calibration import Calibration, predict_ms

Work: TypeAlias = Literal["training", "forward"]
KEPT = 512
"""So many networks are remembered, with what predicts their times: some 50 kB each."""
POLICY = "float32"
"""Keras's dtype policy that networks are built with, whatever it is here: so are weights stored in each precision."""
_POSITIONS = 2
"""Of the coarsest map along each axis, in the network that is built."""


@attrs.frozen(eq=False)
class Looked:
    """What is known of an architecture whose strides decide which sizes fit; none of its weights were filled.

    Height and width must be multiples of the maximum stride. Then each map has the image's size over its stride, so
    that multiply-adds and maps grow exactly as the image does, and weights and receptive field stay.

    Attributes:
        architecture: The architecture.
        parameters: How many weights it has (exact).
        sees_px: The smaller side of what each position of the output sees, in px; infinite for the whole image (exact).
        output_stride: The stride of its output.
        maximum_stride: The stride of its coarsest map.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.explore.advising.looked import look
        >>> unet = UNet(filters=8, down_blocks=2, up_blocks=2)
        >>> cost = Design(unet, (96, 32, 1)).build().cost(batch_size=5)
        >>> looked = look(unet)
        >>> looked.bytes((96, 32), batch_size=5, work="training") == cost.training_bytes
        True
    """

    architecture: EncoderDecoder
    parameters: int
    sees_px: float
    output_stride: float
    maximum_stride: int
    _size: int
    _multiply_adds: int
    _weight_bytes: dict[str, int]
    _map_bytes: dict[str, int]
    _layers: "nx.DiGraph[str]" = attrs.field(repr=False)

    def multiply_adds(self, size: tuple[int, int]) -> int:
        """Multiply-adds of one image (exact)."""
        return self._multiply_adds * math.prod(size) // self._size**2

    def bytes(self, size: tuple[int, int], *, batch_size: int, work: Work) -> int:
        """The most memory that is held, as ``Backbone.cost`` estimates it."""
        return self._weight_bytes[work] + batch_size * self.image_bytes(size, work)

    def weight_bytes(self, work: Work) -> int:
        """The part of the memory that does not depend on the images."""
        return self._weight_bytes[work]

    def image_bytes(self, size: tuple[int, int], work: Work) -> int:
        """The memory that each image of a batch takes more (an estimate)."""
        return self._map_bytes[work] * math.prod(size) // self._size**2

    def predicted_ms(
        self, size: tuple[int, int], calibration: Calibration, *, batch_size: int, work: Work
    ) -> float | None:
        """The time of a run of a batch (a prediction); None where it cannot be predicted."""
        layers = _with_size(self._layers, self._size, size)
        return predict_ms(layers, calibration, batch_size=batch_size, training=work == "training")


_kept: dict[tuple[Any, ...], Looked] = {}


def look(architecture: EncoderDecoder, channels: int = 1, precision: str | None = None) -> Looked:
    """Build a network of an architecture once, for a small image, and read all of its figures.

    Args:
        architecture: One of a shipped family.
        channels: Of the images.
        precision: As in ``Backbone.cost``.
    """
    return to_the_end(look_in_steps(architecture, channels, precision))


def look_in_steps(
    architecture: EncoderDecoder,
    channels: int = 1,
    precision: str | None = None,
    gives_way: Callable[[], bool] = lambda: False,
) -> Generator[None, None, Looked]:
    """As :func:`look`, in steps between which something else can be built; it gives way before each block."""
    key = _key(architecture, channels, precision)
    found = _kept.get(key)
    if found is None:
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        found = _kept[key] = yield from _built(architecture, channels, precision, gives_way)
    return found


def is_known(architecture: EncoderDecoder, channels: int = 1, precision: str | None = None) -> bool:
    """Whether :func:`look` remembers it, so that nothing is built."""
    return _key(architecture, channels, precision) in _kept


def forget() -> None:
    """Forget all that was looked at."""
    _kept.clear()


def _key(architecture: EncoderDecoder, channels: int, precision: str | None) -> tuple[Any, ...]:
    """What the figures depend on."""
    return architecture, channels, precision, str(keras.config.backend())


def _built(
    architecture: EncoderDecoder, channels: int, precision: str | None, gives_way: Callable[[], bool]
) -> Generator[None, None, Looked]:
    size = _POSITIONS * architecture.maximum_stride
    design = Design(architecture, (size, size, channels))
    backbone = yield from build_in_steps(design, suggests=False, policy=POLICY, gives_way=gives_way)
    cost = backbone.cost(1, cast(Precision | None, precision))
    assert cost.multiply_adds is not None
    assert cost.training_bytes is not None
    assert cost.inference_bytes is not None
    return Looked(
        architecture=architecture,
        parameters=cost.parameters,
        sees_px=sees_px(backbone),
        output_stride=float(architecture.output_stride),
        maximum_stride=architecture.maximum_stride,
        size=size,
        multiply_adds=cost.multiply_adds,
        weight_bytes={"training": cost.training_weight_bytes, "forward": cost.inference_weight_bytes},
        map_bytes={
            "training": cost.training_bytes - cost.training_weight_bytes,
            "forward": cost.inference_bytes - cost.inference_weight_bytes,
        },
        layers=_plain(backbone.layers),
    )


def sees_px(backbone: Backbone) -> float:
    """The smaller side of the box that each position of the output sees, in px; infinite for the whole image.

    NaN where it is not known.
    """
    seen = TELLS["receptive_field"](backbone, {})
    if seen["extent"] == "exact":
        return float(min(seen["height"], seen["width"]))
    return math.inf if seen["extent"] == "whole image" else math.nan


def _plain(layers: "nx.DiGraph[str]") -> "nx.DiGraph[str]":
    """What a prediction reads of a graph of layers, without the network."""
    names = ("stage", "traits", "shape", "multiply_adds", "kernel_size")
    plain: nx.DiGraph[str] = nx.DiGraph()
    for name, data in layers.nodes(data=True):
        plain.add_node(name, **{key: data[key] for key in names})
    plain.add_edges_from(layers.edges)
    return plain


def _with_size(layers: "nx.DiGraph[str]", before: int, size: tuple[int, int]) -> "nx.DiGraph[str]":
    scaled: nx.DiGraph[str] = nx.DiGraph()
    for name, data in layers.nodes(data=True):
        *sides, channels = data["shape"]
        shape = (*(side * now // before for side, now in zip(sides, size, strict=True)), channels)
        count = data["multiply_adds"]
        grown = None if count is None else count * math.prod(size) // before**2
        scaled.add_node(name, **{**data, "shape": shape, "multiply_adds": grown})
    scaled.add_edges_from(layers.edges)
    return scaled
