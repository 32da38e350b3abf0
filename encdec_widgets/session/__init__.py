"""One editing session without a screen: what is wanted, what is shown, undo; the newest edit wins."""

from encdec_widgets.session.session import Session

__all__ = ["Session"]
