"""What outlives a session: its edits and pins, as a text that is kept, and those of earlier sessions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import attrs
import traitlets

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.history import State
from encdec_widgets.designs.kept_history import HistoryWriter, KeptHistory
from encdec_widgets.designs.strict_json import data_of
from encdec_widgets.formatting import counted, error_text, quoted
from encdec_widgets.session.pins import Pinned, pins_data, pins_of
from encdec_widgets.session.session import Session

VERSION = 1
_VERSION_KEY = "encdec_widgets_edits"
MOST_SESSIONS = 3
"""The edits of so many sessions are kept beside each other, until they are brought back or let go."""
LARGEST = 4_000_000
"""Of a text that is read, in characters: a browser keeps no more."""


@attrs.frozen(eq=False)
class Offer:
    """The edits of an earlier session.

    Attributes:
        session: Which one.
        edits: What was kept of it.
    """

    session: str
    edits: KeptHistory

    @property
    def pinned(self) -> int:
        """How many pinned designs were kept with the edits."""
        return len(self._pins)

    @property
    def words(self) -> str:
        """How much it is, such as "12 edits and 2 pinned designs"."""
        edits = [counted(self.edits.count, "edit")] if self.edits.count else []
        return " and ".join([*edits, *([counted(self.pinned, "pinned design")] if self.pinned else [])])

    def pins(self) -> tuple[Pinned, ...]:
        """The pinned designs.

        Raises:
            ValueError: If one of them can't be read; it says which.
        """
        return pins_of(self._pins)

    def with_pins_alone(self, pins: Sequence[Pinned]) -> Offer:
        """What is left of it where its edits are back, and these pins are not."""
        data = {**self.edits.data, "edits": [], "position": 0, "pins": pins_data(pins)}
        return Offer(self.session, KeptHistory(data))

    @property
    def _pins(self) -> list[Any]:
        found: list[Any] = self.edits.data.get("pins", [])
        return found


class Memory(traitlets.HasTraits):
    """The edits of a session and its pinned designs as a text, and those that were kept before it.

    Whoever keeps the text, in a file or in a browser, tells once what was found there, and asks for :meth:`text` after
    edits. What was found stays in the text until it is brought back or let go.

    Attributes:
        offers: The edits of earlier sessions that can come back, the newest first (a trait).
        unreadable: Why what was found can't be read; empty if it can. It is left as it is until it is let go (a trait).
        unwritable: Why the edits of this session can't be kept; empty if they can (a trait).
    """

    offers = traitlets.Tuple(read_only=True)
    unreadable = traitlets.Unicode(read_only=True)
    unwritable = traitlets.Unicode(read_only=True)

    def __init__(self, session: Session) -> None:
        """Keep the edits of ``session``."""
        super().__init__()
        self.id = uuid4().hex
        self._session = session
        self._writer = HistoryWriter()
        self._looked = False  # whether it is known what was kept before
        self._settled: set[str] = set()  # sessions whose edits were brought back or let go
        self._returning: tuple[Offer, State] | None = None  # edits whose network is not shown yet
        self._is_half_back = False  # whether pins are back and the edits beside them are not
        session.observe(self._follow, ["editor", "shown"])

    def found(self, text: str | None) -> None:
        """Take what was kept before; nothing or an empty text if there was nothing.

        It may be told again, as by a page that is loaded again: the edits of this session and what was offered before
        are not offered once more.
        """
        self._looked = True
        if not text:
            return
        try:
            offers = _read(text)
        except ValueError as error:
            self.set_trait("unreadable", error_text(error))
            return
        known = {self.id, *self._settled, *(offer.session for offer in self.offers)}
        if self._returning is not None:
            known.add(self._returning[0].session)
        self.set_trait("offers", (*self.offers, *(o for o in offers if o.session not in known)))

    def bring_back(self, offer: Offer, *, now: bool = False) -> int:
        """Make the edits of an offer again, and pin its designs; it stays an offer where its network can't be built.

        Pins that have no room stay an offer of their own.

        Args:
            offer: One of the offers.
            now: Whether to build before returning, also where an event loop runs.

        Returns:
            How many of its pins have no room.

        Raises:
            ValueError: If one of its edits or pins can't be read; it says which.
        """
        kept, pins = offer.edits.history(), offer.pins()
        self._is_half_back = True
        try:
            no_room = self._session.bring_back_pins(pins)
            left = [offer.with_pins_alone(no_room)] if no_room else []
            at = self.offers.index(offer)
            self.set_trait("offers", (*self.offers[:at], *left, *self.offers[at + 1 :]))
            if len(kept.states) == 1:
                self._settled.add(offer.session)
            else:
                self._returning = offer, kept.states[-1]
                self._session.bring_back(kept, now=now)
        finally:
            self._is_half_back = False
        return len(no_room)

    def let_go(self) -> None:
        """Forget what was kept before."""
        self._settled |= {offer.session for offer in self.offers}
        self.set_trait("offers", ())
        self.set_trait("unreadable", "")

    def text(self) -> str | None:
        """What is to be kept, empty for nothing; None where what is kept must stay as it is."""
        if not self._looked or self.unreadable or self._is_half_back:
            return None
        kept = [*self._own(), *(offer.edits.data for offer in self.offers)]
        if not kept:
            return ""
        return json.dumps({_VERSION_KEY: VERSION, "kept": kept[:MOST_SESSIONS]}, separators=(",", ":"))

    @property
    def drops_one(self) -> bool:
        """Whether the oldest offer goes with the first edit of this session, as no more are kept."""
        return len(self.offers) >= MOST_SESSIONS

    def _own(self) -> list[dict[str, Any]]:
        history, pins = self._session.editor.history, self._session.pins
        if len(history.states) == 1 and not pins:
            return []
        try:
            own = self._writer.data_of(history)
            if pins:
                own["pins"] = pins_data(pins)
        except FieldError as error:
            self.set_trait("unwritable", error_text(error))
            return []
        self.set_trait("unwritable", "")
        return [{"session": self.id, **own}]

    def _follow(self, _: Any) -> None:
        """See what became of edits that are being brought back."""
        if self._returning is None:
            return
        offer, state = self._returning
        if not any(one is state for one in self._session.editor.history.states):  # it was refused, or stopped
            self._returning = None
            others = (other for other in self.offers if other.session != offer.session)
            self.set_trait("offers", (offer, *others))
        elif not self._session.steps:
            self._settled.add(offer.session)
            self._returning = None


def _read(text: str) -> list[Offer]:
    if len(text) > LARGEST:
        raise ValueError(f"It has {len(text)} characters, and at most {LARGEST} are read.")
    data = data_of(text)
    version = data.get(_VERSION_KEY) if isinstance(data, dict) else None
    if type(version) is not int or version != VERSION or not isinstance(data.get("kept"), list):
        raise ValueError(
            f'It is no text of edits of version {VERSION}: one has "{_VERSION_KEY}" and a list "kept". '
            f"Received: {quoted(data)}."
        )
    return [_offer(entry) for entry in data["kept"][:MOST_SESSIONS]]


def _offer(entry: Any) -> Offer:
    has_pins = isinstance(entry, dict) and bool(entry.get("pins"))
    edits = KeptHistory.of(entry, least=0 if has_pins else 1)
    session = edits.data.get("session")
    if not isinstance(session, str) or not session:
        raise ValueError(f"Edits name their session, a text. Received: {quoted(session)}.")
    if not isinstance(pins := edits.data.get("pins", []), list):
        raise ValueError(f"Pinned designs are a list. Received: {quoted(pins)}.")
    return Offer(session, edits)
