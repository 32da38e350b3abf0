"""The top of the designer: what is designed, undo and redo, and how designs come and go."""

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.header.compare_button import CompareButton
from encdec_widgets.widgets.header.family_controls import FamilyControls
from encdec_widgets.widgets.header.history_buttons import HistoryButtons
from encdec_widgets.widgets.header.open_design import OpenDesign
from encdec_widgets.widgets.header.take_away import TakeAway

_HEADING = '<h2 class="encdec-unseen">Designer of encoder-decoder networks</h2>'


class Header(widgets.HBox):
    """One line; its parts are attributes.

    Attributes:
        family: The lists of families and presets.
        history: Undo and redo.
        compare: Opens the table of designs that are compared.
        open_design: Opens a design that was taken away.
        take_away: Takes the present one away.
    """

    def __init__(self, session: Session) -> None:
        """Make the header of what ``session`` edits."""
        self.family = FamilyControls(session)
        self.history = HistoryButtons(session)
        self.compare = CompareButton(session)
        self.open_design = OpenDesign(session)
        self.take_away = TakeAway(session)
        ways = widgets.HBox([self.compare, self.open_design, self.take_away])
        ways.add_class("encdec-ways")
        super().__init__([widgets.HTML(_HEADING), self.family, self.history, ways])
        self.add_class("encdec-header")
