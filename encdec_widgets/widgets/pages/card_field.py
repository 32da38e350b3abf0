"""The card that a network is meant for: chosen by its name, or its memory typed."""

from typing import TYPE_CHECKING

import traitlets

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.costs import Precision
from encdec_widgets.explore.cards import CARDS, memory_bytes
from encdec_widgets.explore.largest_batch import largest_batch
from encdec_widgets.formatting import bytes_text, counted, quoted
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.base.texts import error

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class CardField(widgets.VBox):
    """A box of text that offers common cards; what is typed or chosen is the card of the session.

    Attributes:
        memory: The box.
        refusal: Why what is typed is no memory; empty if it is (a trait).
    """

    refusal = traitlets.Unicode()

    def __init__(self, session: Session) -> None:
        """Show the card of ``session``."""
        self._session = session
        self._showing = Showing()
        self.memory = widgets.Combobox(
            description="memory of your card",
            options=tuple(CARDS),
            placeholder="8 GB, or T4",
            tooltip="Choose a card or type its memory: a line in the chart of the training memory, where it ends",
        )
        self.memory.continuous_update = False
        self._said = widgets.HTML()
        super().__init__([self.memory, self._said])
        self.add_class("encdec-card-field")
        self._show()
        self.memory.observe(session.guarded(self._typed), "value")
        session.observe(self._show, "conditions")

    def _show(self, _: object = None) -> None:
        """Show the memory that the session has, where it is another one than that of the text."""
        card_bytes = self._session.conditions.card_bytes
        try:
            if _bytes_of(str(self.memory.value)) == card_bytes:
                return
        except FieldError:
            if card_bytes is None:  # What is typed is no memory, and stays to be mended.
                return
        with self._showing():
            self.memory.value = "" if card_bytes is None else bytes_text(card_bytes)
        self._refuse("")

    def _typed(self, _: object) -> None:
        if self._showing:
            return
        text = str(self.memory.value)
        try:
            card_bytes = _bytes_of(text)
        except FieldError:  # It names all cards, which are in the list here.
            self._refuse(
                f"No card has such a memory: {quoted(text)}. Use GB, such as 8 GB, or choose a card."
            )
            card_bytes = None
        else:
            self._refuse("")
        self._session.assume(card_bytes=card_bytes)

    def _refuse(self, why: str) -> None:
        self.refusal = why
        self._said.value = error(why) if why else ""


def _bytes_of(text: str) -> int | None:
    """The memory that a text says; None for an empty one.

    Raises:
        FieldError: (a ValueError) If it says none.
    """
    return memory_bytes(text) if text.strip() else None


def batch_words(backbone: "Backbone", card_bytes: int, precision: Precision) -> str:
    """How many images a training step of a network can take in a memory, in a sentence.

    Args:
        backbone: The network.
        card_bytes: The memory.
        precision: That of the layers.
    """
    if None in backbone.design.input_shape:
        return "How many images fit is known once the size of the input is set."
    most = largest_batch(backbone, card_bytes, precision=precision)
    fit = f"Up to {counted(most, 'image')} at once" if most else "Not one image"
    return f"{fit} fit{'s' * (most < 2)} into {bytes_text(card_bytes)} as the network is now (an estimate)."
