"""What stands in a notebook for a lesson where no script runs: a sentence, and the picture where nothing is hidden."""

from typing import TYPE_CHECKING

from encdec_widgets.lessons.screen.panel_state import heading
from encdec_widgets.widgets.base.fallback import Fallback

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.lessons.a_lesson import Lesson

HIDDEN = "The designer comes after your next guess."


class LessonFallback(Fallback):
    """The still of a designer, with the lesson before it; without picture and numbers until the guess is made."""

    again = "Run this cell again to go on."

    def __init__(self, lesson: "Lesson", name: str) -> None:
        """Stand in for ``lesson``; ``name`` is that of the still, by which the lesson hides it."""
        super().__init__(lesson.designer.session, name)
        self._lesson = lesson
        lesson.progress.observe(lambda _: self.update_soon(), "hidden")

    def told(self) -> "tuple[Backbone | None, str]":
        """The network on screen, where it is to be seen, and what the lesson is."""
        backbone, sentence = super().told()
        lesson = self._lesson
        if lesson.progress.hidden:
            backbone, sentence = None, HIDDEN
        title = f": {lesson.title}" if lesson.title else ""
        return backbone, " ".join(filter(None, (f"{heading(lesson)}{title}.", lesson.question, sentence)))
