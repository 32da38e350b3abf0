"""Pixels as a PNG file, by zlib alone: what the processes that train and look into networks send of pictures.

The format: Portable Network Graphics (PNG) Specification, third edition, W3C 2025.
"""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import quoted

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""What the format calls grey, RGB and RGB with transparency, by the number of channels."""
_FAST = 1
"""A level of zlib: a picture goes to a browser on the same machine, four times a second."""


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a PNG file.

    Args:
        pixels: Height and width, or these and 1, 3 or 4 channels: grey, RGB, RGB with transparency. Of 8 bits.

    Raises:
        ValueError: If it is no such array.

    Example:
        >>> import numpy as np
        >>> from encdec_widgets.workers.png import png
        >>> png(np.zeros((64, 64, 3), np.uint8))[1:4]
        b'PNG'
    """
    shape: tuple[Any, ...] = np.shape(pixels)
    image = np.asarray(pixels)
    channels = 1 if len(shape) == 2 else shape[2] if len(shape) == 3 else 0
    if image.dtype != np.uint8 or channels not in _COLOUR_TYPES or 0 in shape:
        raise ValueError(
            "A picture must be an array of uint8 with height and width, and 1, 3 or 4 channels if any. Received: "
            f"{quoted(image.dtype.name)} of shape {shape}."
        )
    height, width = shape[:2]
    rows = image.reshape(height, width * channels)
    # Each row begins with the number of its filter; 0 is none.
    filtered = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered, _FAST)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
