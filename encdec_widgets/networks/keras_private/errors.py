"""What Keras's own words say of an error in a layer."""

import re

from encdec_widgets.formatting import error_text, shortened


def refused_to_fill(error: ValueError) -> bool:
    """Whether Keras raised ``error`` because a layer made or filled a variable with values in a stateless scope."""
    return "stateless scope" in error_text(error)


def reason_in(error: BaseException) -> str:
    """The reason in Keras's message of an error in a layer, without the configuration that stands before it."""
    return error_text(error).rpartition("Exception encountered: ")[2]


def first_line_in(error: BaseException, most: int = 160) -> str:
    r"""The first line of the reason, at most so many characters: of an error in a layer's call too.

    >>> first_line_in(ValueError("Exception encountered when calling Odd.call().\n\nToo wide.\n\nArguments: ..."))
    'Too wide.'
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", reason_in(error))  # Keras writes the reason in bold.
    around = ("Exception encountered when calling", "Arguments received by")
    lines = [" ".join(line.split()) for line in plain.partition(around[1])[0].splitlines() if line.strip()]
    return shortened(next((line for line in lines if not line.startswith(around[0])), ""), most)
