"""What a training is asked for, to be observed: the task, the settings, and why one of them is not possible."""

from __future__ import annotations

from typing import Any

import traitlets

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.formatting import listed, quoted
from encdec_widgets.session.learning_settings import LearningSettings
from encdec_widgets.workers.training.tasks import Task, as_task, tasks


class Asked(traitlets.HasTraits):
    """The settings of a training, and what is to be read aloud of it.

    Attributes:
        settings: What is asked for (a trait): see :meth:`set`.
        problem: Why a setting that was asked for is not possible, an exception, or None (a trait).
        tasks: The tasks by name (a trait): those of the library, and those of a notebook's own: see :meth:`add`.
        sentence: What is to be read aloud, after its number (a trait): at the start, at an edit, at the end.

    Example:
        >>> from encdec_widgets.session.learning_asked import Asked
        >>> asked = Asked()
        >>> asked.ask("seconds", 0)
        >>> print(asked.problem)
        seconds must be a number from 1 to 600. Received: seconds=0. Would work: 1.
        >>> asked.ask("seconds", 5)
        >>> asked.problem, asked.settings.seconds
        (None, 5)
    """

    settings = traitlets.Instance(LearningSettings, (), read_only=True)
    problem = traitlets.Instance(FieldError, allow_none=True, read_only=True)
    tasks = traitlets.Dict(read_only=True)
    sentence = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, ""), read_only=True)

    def __init__(self) -> None:
        """Offer the library's tasks."""
        super().__init__()
        self.set_trait("tasks", {name: task() for name, task in tasks().items()})

    def set(self, name: str, value: Any) -> None:
        """Change a setting: ``task``, ``seconds``, ``steps``, ``seed``, or a field of ``TrainingOptions``.

        Raises:
            FieldError: (a ValueError) If it is not possible; nothing changes.
        """
        known = LearningSettings.fields(self.tasks)
        if name in known:
            value = known[name].accept(name, value)
        settings = self.settings.replace(name, value)
        if self.problem is not None and self.problem.field == name:
            self.set_trait("problem", None)
        self.set_trait("settings", settings)

    def ask(self, name: str, value: Any) -> None:
        """Change a setting as a control does: what is not possible becomes the :attr:`problem`."""
        try:
            self.set(name, value)
        except FieldError as problem:
            self.set_trait("problem", problem)
            self._say(problem_sentence(problem))

    def add(self, task: Task) -> None:
        """Offer a task of one's own; one of the same name goes.

        Raises:
            TaskError: (a ValueError) If nothing can learn from it.
        """
        self.set_trait("tasks", {**self.tasks, task.title: as_task(task)})

    def offer(self, *names: str) -> None:
        """Offer some of the tasks and no others; the first of them is chosen where the chosen one is not among them.

        Raises:
            ValueError: If there is no such task, or none is named.

        Example:
            >>> from encdec_widgets.session.learning_asked import Asked
            >>> asked = Asked()
            >>> asked.offer("halo")
            >>> asked.settings.task, list(asked.tasks)
            ('halo', ['halo'])
        """
        if not names or any(name not in self.tasks for name in names):
            raise ValueError(
                f"There is no such task. Received: {listed(map(quoted, names)) or 'none'}. Would work: "
                f"{listed(map(repr, self.tasks))}."
            )
        if self.settings.task not in names:
            self.set("task", names[0])
        self.set_trait("tasks", {name: self.tasks[name] for name in names})

    @property
    def task(self) -> Task:
        """The task that is chosen."""
        chosen: Task = self.tasks[self.settings.task]
        return chosen

    def _say(self, text: str) -> None:
        if text:
            self.set_trait("sentence", (self.sentence[0] + 1, text))
