"""The designer: header, figures, controls, picture, pages and foot of one editing session."""

import os
from typing import TYPE_CHECKING, Any

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.design import Design
from encdec_widgets.formatting import quoted
from encdec_widgets.session import Session
from encdec_widgets.session.edits_file import EditsFile
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.fallback import Fallback, widget_bundle
from encdec_widgets.widgets.base.page import Page
from encdec_widgets.widgets.compare.compare_drawer import CompareDrawer
from encdec_widgets.widgets.controls.control_pages import ControlPages
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.foot.drawer import Drawer
from encdec_widgets.widgets.foot.foot import TABLE, Foot
from encdec_widgets.widgets.glossary.glossary import Glossary
from encdec_widgets.widgets.header.figures_row import FiguresRow
from encdec_widgets.widgets.header.header import Header
from encdec_widgets.widgets.header.kept_edits import KeptEdits
from encdec_widgets.widgets.pages.aside import LEARN, Aside
from encdec_widgets.widgets.picture.checks_view import ChecksView
from encdec_widgets.widgets.picture.edit_card import EditCard
from encdec_widgets.widgets.picture.facts_table import DESIGNS, FactsTable
from encdec_widgets.widgets.picture.picture import Picture
from encdec_widgets.widgets.session_face import SessionFace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from encdec_widgets.explore.sweep import Row, Sweep
    from encdec_widgets.session.learning import Learning
    from encdec_widgets.workers.training.tasks import Task


class Designer(SessionFace, widgets.VBox):
    """A live designer of encoder-decoder networks, to be shown in a notebook cell.

    Every change rebuilds the Keras backbone and redraws it. A change that is not possible is explained, with buttons
    that mend it; the last valid design stays on screen and in ``model``.

    What a person changes at a control is built in the background, the newest change first; reading one of the traits
    waits for it.

    Its parts are attributes: ``header`` and ``figures`` at the top; ``controls`` with ``problems``, ``picture``,
    ``card``, ``kept`` and ``aside`` below them; ``comparing``, which the header opens; ``foot``, which opens ``table``
    and ``checks``; and ``page`` and ``glossary``, which are not seen.

    Attributes:
        session: What is edited, without a screen; each part of the designer observes it.
        design: The newest valid design (a trait, to be observed).
        backbone: What was built from it (a trait).
        model: The Keras model of the backbone (a trait); its weights are filled when it is read or observed.
        problem: Why the last change was not possible, an exception, or None (a trait).

    Example:
        >>> from encdec_widgets import Designer
        >>> designer = Designer("SLEAP centroid")  # as the last line of a cell, it is shown
        >>> designer.set("filters", 24)
        >>> designer.backbone.parameters
        4393224
        >>> designer.undo()
        >>> designer.design.architecture.filters
        16
    """

    def __init__(
        self,
        design: "Design | EncoderDecoder | str | None" = None,
        name: str = "",
        keep: "str | os.PathLike[str] | None" = None,
    ) -> None:
        """Show ``design``; in a notebook where Keras is not loaded yet, load it in the background.

        Args:
            design: A design, an architecture, the name of a preset, or nothing for a small U-Net.
            name: The name by which edits are kept in the browser, beside that of the notebook: where the cell is run
                again, they can be brought back. If left out, that of the preset or the family.
            keep: A file, such as ``"edits.json"``, to keep the edits in instead; they come back from it by themselves.
                Pinned designs come back too: a line of the notebook that pins one of them again changes no more than
                its name.

        Raises:
            ValueError: If the design is none of these, the name no text, or ``keep`` no path of a file.
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        if not isinstance(name, str):
            raise ValueError(f'name is a text, such as "mice". Received: {quoted(name)}.')
        file = None if keep is None else EditsFile(keep)
        self.session = session = Session(design)
        super().__init__()
        self.page = Page(session)
        self._fallback = Fallback(session, self.page.still)
        self.header = Header(session)
        self.controls = ControlPages(session)
        self.problems = self.controls.problems
        self.swept = Swept(session, self.page.say)
        self.picture = Picture(session, self.page, self.swept)
        self.card = EditCard(session)
        self.aside = Aside(session, say=self.page.say)
        # After the pages, which say how long a network takes.
        self.figures = FiguresRow(session, self.aside.turn_to_page_of)
        self.checks = ChecksView(session, self.header.history.undo)
        self.table = FactsTable(session, kind="hide", swept=self.swept)
        self.foot = Foot(session)
        self.picture.designs.to_table = lambda _: self._open_table(DESIGNS)
        self.kept = KeptEdits(session, name, file)
        middle = widgets.VBox([self.picture, self.card])
        middle.add_class("encdec-middle")
        drawer = Drawer(session, self.foot, self.table, self.checks)
        self.comparing = CompareDrawer(session, self.header.compare, self.foot, self.page)
        body = [self.controls, middle, self.aside, self.kept, drawer, self.comparing]
        parts = [self.header, self.figures, *body, self.foot]
        frame = widgets.VBox(parts)
        frame.add_class("encdec-frame")
        self.glossary = Glossary(session)
        self.children = (frame, self.page, self.glossary)
        self.add_class("encdec")
        self._follow_session()

    def train(
        self,
        task: "str | Task" = "",
        *,
        seconds: float | None = None,
        steps: int | None = None,
        seed: int | None = None,
        anew: bool = False,
    ) -> None:
        """Train a copy of the network on screen, as *Train* does, and turn to the page *Learn*; return at once.

        It begins with the weights that the network has, if it has any, and goes on after edits. What was learnt is the
        network's when it ends; ``learning.trained`` is the result.

        Args:
            task: The name of a task, or one of your own (:class:`encdec_widgets.workers.training.tasks.Task`), which
                the page offers from then on; the one that is chosen if left out.
            seconds: How long it trains; what the page says if left out.
            steps: So many training steps instead: with the same seed they give the same weights. What the page says if
                both are left out.
            seed: Draws the images and the weights that are new; what the page says if left out.
            anew: Whether to begin with random weights in any case.

        Raises:
            FieldError: (a ValueError) If one of them is not possible.
        """
        learning = self.learning
        if not isinstance(task, str):
            learning.add(task)
            task = task.title
        for name, value in (("task", task or None), ("seconds", seconds), ("seed", seed)):
            if value is not None:
                learning.set(name, value)
        if seconds is not None and steps is None:
            learning.set("steps", None)  # which would take the place of seconds
        self.aside.turn_to(LEARN)
        self.wait()
        learning.start(anew=anew, steps=steps)

    def show_sweep(self, swept: "Sweep | Iterable[Row]") -> None:
        """Turn the picture to the designs of a sweep: those of its rows that are done.

        Args:
            swept: What :func:`encdec_widgets.sweep` gave, or rows of it.
        """
        self.swept.show(swept)
        self.picture.show_designs()

    def _open_table(self, kind: str) -> None:
        self.foot.opened = TABLE
        self.table.kind = kind

    @property
    def learning(self) -> "Learning":
        """What the network learns: settings, tasks, how far it is, and the last result."""
        return self.aside.learn.learning

    def close(self) -> None:
        """Close the designer with all its parts, and stop what is built, measured or computed for it.

        What was read of it stays: ``design``, ``backbone`` and ``model`` are those of the network that was shown last.
        An edit raises a RuntimeError from then on.

        A designer that was never displayed need not be closed: it goes when nothing holds it, like other values. One
        that was displayed stays until it is closed, as a page may still show it, even where its cell was run again.
        """
        if "session" not in vars(self):
            return  # the design to begin with was refused
        self.session.close()
        self._fallback.close()
        self.unobserve_all()
        super().close()
        for part in self.children:
            close_all(part)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        self._fallback.display()
        return widget_bundle(super()._repr_mimebundle_(**kwargs), self.page.display_metadata())
