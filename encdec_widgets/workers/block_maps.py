"""What a network makes of one image, as values: the liveliest maps of every block, and the peaks of every head."""

import base64
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.formatting import counted, duration_text, quoted, sizes_text, stride_text
from encdec_widgets.workers.backends import backend_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIVELIEST = 8
"""So many channels of a block are drawn: those that vary most over the map."""
LARGEST = 48
"""No side of the drawn map of a channel is longer, in px."""
LARGEST_HEAT = 128
"""No side of the heat maps of a head is longer, in px."""
DEAD = 1e-10
"""A channel whose variance over the map is smaller says the same everywhere."""


@attrs.frozen(kw_only=True)
class ChannelMap:
    """The range of one channel of a feature map, which is drawn on a scale of its own.

    Attributes:
        number: Which channel, from 0.
        low: What is drawn as black: the 1st percentile of its values, or the smallest where most values are alike.
        high: What is drawn as white: the 99th percentile, or the largest.
        least: The smallest value.
        most: The largest value.
    """

    number: int
    low: float
    high: float
    least: float
    most: float


@attrs.frozen(kw_only=True, eq=False)
class BlockMaps:
    """The feature map that a block puts out.

    Attributes:
        name: Of the block, as in ``backbone.blocks``.
        label: What the picture calls it, such as "enc2".
        size: Height and width of the map.
        stride: Size of the input over that of the map; along height and along width where they differ.
        channels: How many there are.
        dead: Channels whose variance is below 1e-10: they say the same at every position.
        not_finite: Channels with values that are infinite or no numbers.
        liveliest: The eight channels of the largest variance, the largest first; fewer where fewer live.
        tiles: Their maps, (channel, height, width), as 8-bit numbers, no side longer than 48 px.
    """

    name: str
    label: str
    size: tuple[int, int]
    stride: float | tuple[float, float] | None
    channels: int
    dead: tuple[int, ...]
    not_finite: tuple[int, ...]
    liveliest: tuple[ChannelMap, ...]
    tiles: "NDArray[np.uint8]" = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Peak:
    """Where a channel of a head is largest.

    Attributes:
        channel: Which one, from 0.
        position: Row and column of the network's input that the middle of that place of the map lies on, in px from
            the middle of its first pixel.
        value: How large it is there.
    """

    channel: int
    position: tuple[float, float]
    value: float


@attrs.frozen(kw_only=True, eq=False)
class HeadMaps:
    """What a head of the last stack predicts.

    Attributes:
        name: Of its block, as in ``backbone.blocks``.
        label: What the picture calls it.
        peaks: The largest value of each channel whose values are finite and not all alike.
        heat: The largest of all channels at each place, each on its own scale from its smallest value to its largest,
            (height, width), as 8-bit numbers, no side longer than 128 px.
    """

    name: str
    label: str
    peaks: tuple[Peak, ...]
    heat: "NDArray[np.uint8]" = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class FeatureMaps:
    """What the blocks of a network make of one image (measured: one forward pass, as in inference).

    Attributes:
        blocks: The map of each block that makes one, in the order of the network.
        heads: Of a network with heads, the predictions of its last stack.
        picture: The image as the network saw it, for the eye: (height, width) or (height, width, 3), 8-bit numbers.
        weights: What it ran with: "the network's own weights", "trained weights" (of a training), "another network's
            weights" or "random weights".
        seconds: How long the pass took, its first call and all (measured, wall clock).
        backend: The Keras backend that it ran on.
        precision: Name of the dtype policy of its layers.
        notices: What was otherwise than asked for, a sentence each.
    """

    blocks: tuple[BlockMaps, ...]
    heads: tuple[HeadMaps, ...]
    picture: "NDArray[np.uint8]"
    weights: str
    seconds: float
    backend: str
    precision: str
    notices: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the network's input, in px."""
        height, width = self.picture.shape[:2]
        return height, width

    def __getitem__(self, block: str) -> BlockMaps:
        """The map of a block, by the name that it has in ``backbone.blocks`` or in the picture.

        Raises:
            KeyError: If there is none.
        """
        for one in self.blocks:
            if block in (one.name, one.label):
                return one
        raise KeyError(
            f"There is no block {quoted(block)}. There are: {', '.join(b.label for b in self.blocks)}."
        )

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return attrs.asdict(self, value_serializer=_plain)

    def __repr__(self) -> str:
        """One line a block, with units."""
        head = (
            f"<FeatureMaps of {counted(len(self.blocks), 'block')}, image of {sizes_text(self.size)} px, "
            f"{self.weights}, {duration_text(self.seconds)}, {backend_text(self.backend)}>"
        )
        width = max((len(block.label) for block in self.blocks), default=0)
        return "\n".join([head, *(f"  {block.label:<{width}} {_figures(block)}" for block in self.blocks)])


def _figures(block: BlockMaps) -> str:
    dead = f", {len(block.dead)} dead" if block.dead else ""
    broken = f", {len(block.not_finite)} not finite" if block.not_finite else ""
    return (
        f"{sizes_text(block.size)}, stride {stride_text(block.stride)}, {counted(block.channels, 'channel')}"
        f"{dead}{broken}"
    )


def _plain(_: Any, __: Any, value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def packed(pixels: "NDArray[Any]") -> dict[str, Any]:
    """An array as plain data, for the way between processes.

    >>> import numpy as np
    >>> unpacked(packed(np.arange(6, dtype=np.uint8).reshape(2, 3))).tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    data = base64.b64encode(zlib.compress(pixels.tobytes(), 1)).decode()
    return {"shape": list(pixels.shape), "dtype": pixels.dtype.str, "data": data}


def unpacked(sent: Mapping[str, Any]) -> "NDArray[Any]":
    """The array that :func:`packed` made plain data of."""
    import numpy as np  # Here, because importing the options of a timing should not load NumPy.

    data = zlib.decompress(base64.b64decode(sent["data"]))
    return np.frombuffer(data, dtype=sent["dtype"]).reshape(sent["shape"])
