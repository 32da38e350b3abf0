"""Designs of a sweep are pinned to be compared, and what became of each is told in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from encdec_widgets.formatting import counted, listed, quoted
from encdec_widgets.session import Session
from encdec_widgets.session.pins import MOST_PINS

if TYPE_CHECKING:
    from encdec_widgets.explore.sweep import Row


def pin_rows(session: Session, rows: "Sequence[Row]") -> str:
    """Pin the designs of some rows as far as there is room, the first ones first; for images of the present scale.

    Args:
        session: The session that has the pins.
        rows: Rows of a sweep, each with a design.

    Returns:
        How many were pinned, how many were pinned already, and how many had no room, in sentences.
    """
    pinned: list[str] = []
    already: list[str] = []
    without_room = 0
    scale = session.conditions.input_scale  # at which a row is opened, too
    for row in rows:
        pins = session.pins
        same = next((pin.name for pin in pins if (pin.design, pin.input_scale) == (row.design, scale)), None)
        if same is not None:
            already.append(same)
        elif len(pins) >= MOST_PINS:
            without_room += 1
        else:
            session.pin(row.design, row.label, scale)
            pinned.append(row.label)
    said = []
    if pinned:
        said.append(f"Pinned: {pinned[0] if len(pinned) == 1 else counted(len(pinned), 'design')}.")
    if already:
        said.append(
            f"Pinned already: {counted(len(already), 'design')}, as {listed(quoted(name) for name in already)}."
        )
    if without_room:
        said.append(
            f"Not pinned: {counted(without_room, 'design')}, as at most {MOST_PINS} are. Unpin some in Compare first."
        )
    return " ".join(said) or "There is no design to pin."
