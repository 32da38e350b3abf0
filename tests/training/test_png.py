"""Pictures as PNG files, read again by the format's own words."""

import struct
import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.workers.inside.laid_over import COLOURS, colours_of, row
from encdec_widgets.workers.png import png


def read(data: bytes) -> np.ndarray:
    """A PNG file without filters, of 8 bits; each chunk's checksum is checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, header = 8, b"", b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + content),)
        packed += content if name == b"IDAT" else b""
        header = content if name == b"IHDR" else header
        at += 12 + length
    width, height, bits, colour, *_ = struct.unpack(">IIBBBBB", header)
    assert bits == 8
    channels = {0: 1, 2: 3, 6: 4}[colour]
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, channels)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([None, 1, 3, 4]), st.integers(0, 99))
def test_pixels_come_back(height: int, width: int, channels: int | None, seed: int) -> None:
    shape = (height, width) if channels is None else (height, width, channels)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    assert np.array_equal(read(png(pixels)), pixels.reshape(height, width, -1))


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_what_is_no_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"array of uint8 with height and width.* Received: .*of shape"):
        png(pixels)


def test_red_and_blue_together_are_violet() -> None:
    painted = np.zeros((2, 8, 8, 2), np.float32)
    painted[0, :, :4] = 1
    painted[1, ..., 0] = 1
    picture = row(np.zeros((2, 8, 8), np.float32), painted, ("red", "blue")).astype(int)
    assert picture.shape == (8, 18, 3)
    violet, plain, red = picture[0, 0], picture[0, 6], picture[0, 12]
    assert np.allclose(violet, 0.85 * np.mean([COLOURS["red"], COLOURS["blue"]], axis=0), atol=1)
    assert violet[0] > violet[1] < violet[2]
    assert plain.max() == 0
    assert red[0] > 2 * red[2]


@given(st.integers(1, 40))
def test_each_map_has_a_colour_and_those_beside_each_other_differ(count: int) -> None:
    names = tuple(map(str, range(count)))
    colours = colours_of(names, ())
    assert len(colours) == count
    assert all(a != b for a, b in pairwise(colours))
