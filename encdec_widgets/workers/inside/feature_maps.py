"""One pass of a network that keeps what every block puts out, and what is drawn of it."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.formatting import bytes_text
from encdec_widgets.networks.keras_private import calls_to
from encdec_widgets.networks.long_ways import room_for_long_ways
from encdec_widgets.workers.backends.backend import one_or_all
from encdec_widgets.workers.block_maps import DEAD, LARGEST, LARGEST_HEAT, LIVELIEST, packed
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.scaling import fitting, scaled

Array = NDArray[np.float64]


def look(
    model: Any, image: NDArray[np.float32], blocks: Mapping[str, str], heads: Sequence[str]
) -> dict[str, Any]:
    """Run a network once on an image.

    Args:
        model: A functional ``keras.Model``.
        image: (height, width, channels), as its input takes it.
        blocks: The call that makes the output of each block, by the block's name; calls are named as by
            :func:`encdec_widgets.networks.call_graph.call_graph`.
        heads: Names of the blocks that predict, whose peaks are wanted.

    Returns:
        ``blocks``: what :func:`block_reply` gives of each block that makes a map, by its name; ``heads``: what
        :func:`head_reply` gives of each head; ``seconds``: how long the pass took.

    Raises:
        TimingError: If all maps together would not fit into memory.
    """
    found = tensors_of(model, set(blocks.values()))
    wanted = {
        name: found[call]
        for name, call in blocks.items()
        if call in found and len(found[call].shape) == 4 and None not in found[call].shape[1:]
    }
    _require_memory(wanted.values())
    with room_for_long_ways():
        whole = keras.Model(one_or_all(model.inputs), list(wanted.values()))
    batch = model.inputs[0].shape[0] or 1
    images = [np.repeat(image[None], batch, axis=0)]
    started = time.perf_counter()
    made = whole(one_or_all(images), training=False)
    arrays = [
        keras.ops.convert_to_numpy(one) for one in (made if isinstance(made, (list, tuple)) else [made])
    ]
    seconds = time.perf_counter() - started
    maps = dict(zip(wanted, arrays, strict=True))
    return {
        "blocks": {name: block_reply(array[0].astype(np.float64)) for name, array in maps.items()},
        "heads": {
            name: head_reply(maps[name][0].astype(np.float64), image.shape[:2])
            for name in heads
            if name in maps
        },
        "seconds": seconds,
    }


def tensors_of(model: Any, names: set[str]) -> dict[str, Any]:
    """The first output of each call of these names, as ``call_graph`` names the calls of a model."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for call in calls_to(model.outputs):
        layer = call.operation.name
        count = counts[layer] = counts.get(layer, -1) + 1
        name = f"{layer}:{count}" if count else layer
        if name in names:
            found[name] = call.output_tensors[0]
    return found


def block_reply(maps: Array) -> dict[str, Any]:
    """What is drawn and said of a feature map, as plain data.

    Args:
        maps: (height, width, channels).
    """
    finite = np.isfinite(maps).all(axis=(0, 1))
    variances = np.where(finite, np.where(finite, maps, 0).var(axis=(0, 1)), -1)
    dead = np.flatnonzero(finite & (variances < DEAD))
    lively = np.flatnonzero(variances >= DEAD)
    lively = lively[np.argsort(-variances[lively], kind="stable")][:LIVELIEST]
    height, width = fitting((maps.shape[0], maps.shape[1]), LARGEST)
    tiles = np.zeros((len(lively), height, width), np.uint8)
    ranges = []
    for tile, channel in zip(tiles, lively, strict=True):
        values = maps[..., channel]
        least, most = float(values.min()), float(values.max())
        low, high = np.percentile(values, (1, 99))
        if not low < high:  # as of a heat map, most of which is nothing
            low, high = least, most
        tile[:] = _levels(np.clip(values, low, high), low, high, (height, width))
        ranges.append(
            {"number": int(channel), "low": float(low), "high": float(high), "least": least, "most": most}
        )
    return {
        "size": list(maps.shape[:2]),
        "channels": maps.shape[2],
        "dead": dead.tolist(),
        "not_finite": np.flatnonzero(~finite).tolist(),
        "liveliest": ranges,
        "tiles": packed(tiles),
    }


def head_reply(maps: Array, input_size: tuple[int, int]) -> dict[str, Any]:
    """The peaks of a head's channels, and all of them in one picture, as plain data.

    Args:
        maps: (height, width, channels).
        input_size: Height and width of the network's input, in px.
    """
    height, width = fitting((maps.shape[0], maps.shape[1]), LARGEST_HEAT)
    heat = np.zeros((height, width), np.uint8)
    peaks = []
    for channel in range(maps.shape[2]):
        values = maps[..., channel]
        if not np.isfinite(values).all() or values.var() < DEAD:
            continue
        row, column = np.unravel_index(int(values.argmax()), values.shape)
        place = [
            (index + 0.5) * of_input / of_map - 0.5
            for index, of_input, of_map in zip((row, column), input_size, values.shape, strict=True)
        ]
        peaks.append({"channel": channel, "position": place, "value": float(values.max())})
        np.maximum(heat, _levels(values, float(values.min()), float(values.max()), (height, width)), out=heat)
    return {"peaks": peaks, "heat": packed(heat)}


def _levels(values: Array, low: float, high: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Values as grey from 0 to 255, averaged to a size."""
    shares = scaled((values - low) / (high - low), size)
    return np.round(255 * np.clip(shares, 0, 1)).astype(np.uint8)


def _require_memory(tensors: Any) -> None:
    """Refuse what does not fit: all maps are there together, as the backend has them and as numbers to read."""
    needed = sum(2 * 4 * int(np.prod(tensor.shape[1:], dtype=np.int64)) for tensor in tensors)
    limit = memory_limit()
    if limit is not None and needed > limit:
        raise TimingError(
            f"the maps of all blocks together would take about {bytes_text(needed)} (an estimate), and there are "
            f"{bytes_text(limit)}; try a smaller input or network"
        )
