"""Numbers of channels that grow from level to level."""

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.formatting import exact_text, value_text

MAXIMUM_WIDTH = 16384


def geometric_width(filters: int, filters_rate: float, exponent: int) -> int:
    """``filters * filters_rate ** exponent``, truncated to a whole number of channels as in the original.

    Raises:
        FieldError: If no channel is left, or more than ``MAXIMUM_WIDTH``.
    """
    width = int(filters * filters_rate**exponent)
    if 1 <= width <= MAXIMUM_WIDTH:
        return width
    raise FieldError(
        "filters_rate",
        filters_rate,
        f"must leave every block 1 to {MAXIMUM_WIDTH} filters: "
        f"{filters} filters times {filters_rate}^{exponent} is {width}",
        (1,),
        plain=_in_words(filters, filters_rate, exponent, width),
    )


def _in_words(filters: int, filters_rate: float, exponent: int, width: int) -> str:
    """The same in a sentence for a person."""
    step = "times" if exponent >= 0 else "divided by"
    levels = f"{filters}, {step} {value_text(filters_rate)} at each of {abs(exponent)} levels"
    if width < 1:
        return f"No channel would be left in a block ({levels})."
    return f"A block would have {exact_text(width)} channels ({levels}); it can have {exact_text(MAXIMUM_WIDTH)}."
