"""A design packed into a few hundred letters and digits: its JSON, compressed, with a checksum.

It stands in links, and as the text of a design that no short line can say.
"""

import base64
import binascii
import json
import re
import zlib

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import to_data

_FORM = "1"
"""What a packed design begins with; another number will be another form."""
_CHECKED = 8
"""Digits of the checksum at the end: CRC-32 of what is compressed, in hexadecimal."""
LARGEST = 5_000_000
"""Of a packed design in bytes, once unpacked. So small a text can't hold more than memory has."""
LONGEST = 1_000_000
"""Of a packed design in characters."""
_RAW = -15  # zlib: deflate alone, without a header; the checksum is ours
_LETTERS = re.compile("[A-Za-z0-9_-]+")


def packed(design: Design) -> str:
    """Pack a design.

    Returns:
        Letters, digits, ``-`` and ``_`` alone, as they stand in a link.

    Raises:
        FieldError: (a ValueError) If a field of a user's class holds something that JSON has no form for.

    Example:
        >>> from encdec_widgets import preset
        >>> len(packed(preset("SLEAP centroid")))
        279
        >>> unpacked(packed(preset("SLEAP centroid"))) == preset("SLEAP centroid")
        True
    """
    text = json.dumps(to_data(design), separators=(",", ":"), allow_nan=False).encode()
    compressor = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    letters = base64.urlsafe_b64encode(compressor.compress(text) + compressor.flush()).rstrip(b"=")
    return f"{_FORM}{letters.decode()}{zlib.crc32(text):0{_CHECKED}x}"


def unpacked(text: str) -> Design:
    """The design that :func:`packed` packed.

    Raises:
        ValueError: If the text was damaged or is too long, or names what is unknown here.
    """
    if len(text) > LONGEST:
        raise ValueError(
            f"A packed design has at most {LONGEST:,} characters. Received: {len(text):,} characters."
        )
    return Design.from_json(_json_of(text))


def _json_of(text: str) -> bytes:
    if not _LETTERS.fullmatch(text):
        strange = next((sign for sign in text if not _LETTERS.fullmatch(sign)), "")
        raise _damaged(f"it has the sign {strange!r}" if strange else "nothing of it is there")
    if not text.startswith(_FORM):
        raise ValueError(
            f"This packed design is of form {text[0]!r}; this release reads form {_FORM!r}. "
            "It is damaged, or a newer release wrote it."
        )
    letters, checksum = text[1:-_CHECKED], text[-_CHECKED:]
    try:
        compressed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        reader = zlib.decompressobj(_RAW)
        found = reader.decompress(compressed, LARGEST + 1)  # no more, whatever it says
    except (binascii.Error, zlib.error):
        raise _damaged("a part is missing or was changed") from None
    if len(found) > LARGEST:
        raise ValueError(f"This packed design has more than {LARGEST:,} bytes, and no design has.")
    if not reader.eof or f"{zlib.crc32(found):0{_CHECKED}x}" != checksum:
        raise _damaged("a part is missing or was changed")
    return found


def _damaged(how: str) -> ValueError:
    return ValueError(f"This was damaged on its way: {how}.")
