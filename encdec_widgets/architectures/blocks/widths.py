"""Numbers of channels that grow from level to level."""

from encdec_widgets.architectures.fields.described import FieldError

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
    )
