"""A lesson: predictions and goals beside a designer."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from encdec_widgets.formatting import quoted
from encdec_widgets.lessons.bounds import Bound
from encdec_widgets.lessons.class_table import ClassTable
from encdec_widgets.lessons.code_of_lesson import code_of
from encdec_widgets.lessons.codes import Code, is_name
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.kept import LessonFile
from encdec_widgets.lessons.predictions import Prediction
from encdec_widgets.lessons.progress import LessonProgress
from encdec_widgets.lessons.reading import class_table

if TYPE_CHECKING:
    from encdec_widgets.widgets.designer import Designer

OTHERS = ("open", "folded", "locked")


class Lesson:
    """Predictions and goals beside a designer; as the last line of a cell, it is shown with the designer.

    Costs and checks of goals are for the batch size, precision, animal and input scale that the designer has when the
    lesson is made.

    Attributes:
        name: What it is called in its codes.
        designer: The designer.
        start: The design that it starts with.
        conditions: What costs and checks are for.
        title: Its title.
        question: The question that it answers.
        home: The sentence to take home.
        after: Where it leads on to, said at its end; empty where it is the last.
        controls: Paths of the fields that it is about.
        others: What becomes of the other controls: "open", "folded" or "locked".
        tasks: Names of the tasks that the page *Learn* offers; empty for all.
        progress: How far a person is, without a screen.
        made: When it was made, in s of ``time.perf_counter``.

    Example:
        >>> from encdec_widgets import Design, Designer
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.lessons import Lesson, at_least, at_most
        >>> designer = Designer(Design(UNet(filters=8, down_blocks=1, up_blocks=1), (64, 64, 1)))
        >>> lesson = Lesson("levels", designer, keep=None)
        >>> deeper = designer.design.replace("down_blocks", 2)
        >>> lesson.predict("How many parameters have two levels?", lambda: deeper.build().parameters)
        >>> lesson.goal("See 50 px.", receptive_field=at_least(50), parameters=at_most(40_000))
        >>> lesson.progress.guess(0, 15_000)
        >>> lesson.progress.parts[0].gap
        'It is 29.6 k; you said 15 k, 49 % too little.'
        >>> designer.set("down_blocks", 2)
        >>> [(part.label, part.value_text, part.off_text) for part in lesson.progress.parts[1].parts]
        [('every position of the output sees', '40 px', '10 px short'), ('parameters', '29.6 k', '')]
        >>> designer.set("filters", 4)
        >>> designer.set("down_blocks", 3)
        >>> lesson.code()
        levels ✓ 1 filters=4 down_blocks=3 #a566
        >>> lesson.read(f"Ada: {lesson.code()}").rows[0].goals[0].holds
        True
    """

    def __init__(
        self,
        name: str,
        designer: Designer,
        *,
        title: str = "",
        question: str = "",
        home: str = "",
        controls: Sequence[str] = (),
        others: Literal["open", "folded", "locked"] = "folded",
        tasks: Sequence[str] = (),
        keep: str | os.PathLike[str] | None = "",
    ) -> None:
        """Make a lesson of a designer, without parts yet; what was kept of it comes back as they are added.

        Args:
            name: A word; it begins the lesson's codes, and by it the lesson is kept.
            designer: The designer, at the design that the lesson starts with.
            title: Its title.
            question: The question that it answers.
            home: The sentence to take home.
            controls: Paths of the fields that it is about: they stay open.
            others: What becomes of the other controls.
            tasks: Names of the tasks that the page *Learn* offers; all if left out.
            keep: The file that guesses, hints, reached goals and the network on screen are kept in; one of its name in
                the folder ``.encdec-lessons`` if left out, None for nowhere.

        Raises:
            ValueError: If one of them is not possible.
        """
        if not isinstance(name, str) or not is_name(name):
            raise ValueError(
                "name is a word of at most 40 plain letters, digits, '.', '-' and '_', as it begins the lesson's "
                "codes; '.' and '-' don't begin it. "
                f'Received: {quoted(name)}. Would work: "3" or "skips".'
            )
        if others not in OTHERS:
            raise ValueError(f"others is one of {', '.join(map(repr, OTHERS))}. Received: {quoted(others)}.")
        for given, texts in (("controls", controls), ("tasks", tasks)):
            if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
                raise ValueError(
                    f"{given} are texts, in a list. Received: {quoted(texts)}. Would work: ['filters']."
                )
        if tasks:
            designer.learning.offer(*tasks)
        self.name, self.designer = name, designer
        self.title, self.question, self.home = title, question, home
        self.after = ""
        self.made = perf_counter()
        self.controls, self.others, self.tasks = tuple(controls), others, tuple(tasks)
        self.start, self.conditions = designer.session.editor.wanted, designer.session.conditions
        file = LessonFile(keep, name, self.start)
        self.progress = LessonProgress(designer, self.start, self.conditions, file)

    def predict(
        self,
        question: str,
        answer: Callable[[], Any],
        *,
        choices: Sequence[Any] = (),
        unit: str = "",
        because: str = "",
        then: Any = None,
    ) -> None:
        """Ask for a guess; what comes after it, and the designer, are hidden until it is made.

        Of questions that follow one another, the designer is hidden until all have their guesses: who has read one may
        turn back.

        Args:
            question: The question.
            answer: A function without arguments that computes the answer, a number or one of the choices. It is called
                once the guess is made, in a thread of its own where there are threads: it may race or train. It
                builds designs of its own: another thread that reads the designer tells its observers of edits there.
            choices: What can be chosen; left out where the answer is a number.
            unit: The unit of the answer, such as "px".
            because: Why the answer is what it is, told with it.
            then: What is hidden until the guess is made: the lesson's designer, also if left out, or False for nothing.

        Raises:
            ValueError: If one of them is not possible.
        """
        hidden = None if then is self.designer else then
        self.progress.add(Prediction.of(question, answer, choices, unit, because, hidden))

    def goal(
        self,
        text: str,
        *,
        hints: Sequence[str] = (),
        parts: Mapping[str, tuple[Callable[[Any], Any], Bound]] | None = None,
        fields: Mapping[str, Bound] | None = None,
        task: str = "",
        **bounds: Bound,
    ) -> None:
        """Set a goal, which checks itself while the network is edited.

        Args:
            text: The goal, as a person reads it.
            hints: Told one by one, when they are asked for.
            parts: Quantities of the lesson's own: by name, a function of the backbone and a bound.
            fields: Bounds of fields, by their paths.
            task: The task that figures of a training are to be of; any if left out.
            **bounds: Bounds by the names of :data:`encdec_widgets.lessons.quantities.QUANTITIES`.

        Raises:
            ValueError: If it has no bounds, one of something unknown, or one that its quantity can't have.
        """
        self.progress.add(Goal.of(text, bounds, fields=fields, parts=parts, hints=hints, task=task))

    def code(self) -> Code:
        """The line for the class: which goals were reached and with which networks, and how good the guesses were.

        Raises:
            FieldError: (a ValueError) If a field of a user's class holds something that no code can say.
        """
        return code_of(self)

    def read(self, lines: str | Iterable[str]) -> ClassTable:
        """The codes of a class, judged again: each network is built again and held against the goals.

        Args:
            lines: What the chat has of them, with names and time stamps before them.

        Raises:
            ValueError: If it is no text, and no lines.
        """
        return class_table(lines, {self.name: self}.get, self.name)

    @cached_property
    def screen(self) -> Any:
        """The panel beside the designer, a ``LessonScreen``; it is made when it is first asked for."""
        return importlib.import_module("encdec_widgets.lessons.screen.lesson_screen").LessonScreen(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.screen.displayed(**kwargs)

    def __repr__(self) -> str:
        """Its name and how far it is."""
        return f"<Lesson {self.name}: {len(self.progress.parts)} parts>"
