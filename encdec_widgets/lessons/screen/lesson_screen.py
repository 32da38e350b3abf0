"""A lesson on screen: its panel, and beside or below it the designer, or a card while that is hidden."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from encdec_widgets.lessons.screen.lesson_fallback import HIDDEN, LessonFallback
from encdec_widgets.lessons.screen.panel import LessonPanel
from encdec_widgets.lessons.screen.shown_in_cells import SHOWN_IN_CELLS, running_cell
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.fallback import widget_bundle
from encdec_widgets.widgets.glossary.glossary import Glossary

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson


class LessonScreen(widgets.VBox):
    """The panel of a lesson beside its designer.

    While a prediction has no guess, the designer keeps its place and is not seen, by eye, keyboard or screen reader: a
    card says when it comes.

    Attributes:
        panel: The panel.
        card: What is seen in place of the designer.
        glossary: Explains words of the panel; it is not seen.
    """

    def __init__(self, lesson: "Lesson") -> None:
        """Show ``lesson``; its designer's controls are those that the lesson is about."""
        self._lesson = lesson
        designer = lesson.designer
        if lesson.controls or lesson.others == "locked":
            designer.controls.focus_on(lesson.controls, lesson.others)
        still = uuid4().hex
        self._fallback = LessonFallback(lesson, still)
        self.panel = LessonPanel(lesson, still)
        self.card = widgets.HTML(f"<p>{HIDDEN}</p>")
        self.card.add_class("encdec-lesson-card")
        stage = widgets.VBox([designer, self.card])
        stage.add_class("encdec-lesson-stage")
        frame = widgets.VBox([self.panel, stage])
        frame.add_class("encdec-lesson-frame")
        self.glossary = Glossary(designer.session)
        super().__init__([frame, self.glossary])
        self.add_class("encdec-lesson")
        self._hide()
        lesson.progress.observe(self._hide, "hidden")

    def close(self) -> None:
        """Close it, with the designer; what is trained or measured for it ends."""
        self._fallback.close()
        super().close()
        self._lesson.designer.close()
        for part in self.children:
            close_all(part)

    def _hide(self, _: Any = None) -> None:
        """Hide the designer or show it, by its own style: no script has to come first."""
        hidden = self._lesson.progress.hidden
        self._lesson.designer.layout.visibility = "hidden" if hidden else None
        self.card.layout.display = "" if hidden else "none"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        return self.displayed(**kwargs)

    def displayed(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What a notebook gets where this is displayed: the widget, and what stands for it where there is none.

        Where a cell is run again with a lesson that was made again, the one that it showed before is closed. Words are
        shown in place of a closed one.
        """
        if self.comm is None:
            return {
                "text/plain": f"{self!r} was closed. Would work: the one that was made last, or a new one."
            }, {}
        self._fallback.display()
        if running := running_cell():
            SHOWN_IN_CELLS.note(self, *running, name=self._lesson.name, made=self._lesson.made)
        metadata = self._lesson.designer.page.display_metadata()
        return widget_bundle(super()._repr_mimebundle_(**kwargs), metadata, repr(self._lesson))

    def __repr__(self) -> str:
        """What the lesson says of itself: what it is made of would tell numbers."""
        return repr(self._lesson)
