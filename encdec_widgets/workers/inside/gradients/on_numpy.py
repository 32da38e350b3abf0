"""NumPy, which has no gradients."""

from typing import Any, NoReturn

from encdec_widgets.workers.errors import TimingError


def gradient(_model: Any, _row: int, _column: int) -> NoReturn:
    """Say so.

    Raises:
        TimingError: Always.
    """
    raise TimingError(
        "NumPy has no gradients: choose another Keras backend for the effective receptive field"
    )
