"""The tasks: pictures that NumPy draws, and a person's own."""

from encdec_widgets.formatting import quoted
from encdec_widgets.workers.training.tasks.arrays import ArraysTask
from encdec_widgets.workers.training.tasks.halo import Halo
from encdec_widgets.workers.training.tasks.mouse import Mouse
from encdec_widgets.workers.training.tasks.task import Drawn, Task, TaskError
from encdec_widgets.workers.training.tasks.threads import Threads

__all__ = ["ArraysTask", "Drawn", "Halo", "Mouse", "Task", "TaskError", "Threads", "as_task", "tasks"]


def tasks() -> dict[str, type[Task]]:
    """The tasks that are there, by name.

    Example:
        >>> from encdec_widgets.workers.training import tasks
        >>> list(tasks())
        ['mouse', 'threads', 'halo']
    """
    return {"mouse": Mouse, "threads": Threads, "halo": Halo}


def as_task(what: "Task | str") -> Task:
    """The task of a name, or a task as it is.

    Raises:
        TaskError: (a ValueError) If there is none of that name, or it is no task.
    """
    if isinstance(what, Task):
        what.require_whole()
        return what
    known = tasks()
    if isinstance(what, str) and what in known:
        return known[what]()
    if isinstance(what, type) and issubclass(what, Task):
        raise TaskError(
            f"A task is an object of its class. Received: the class. Would work: {what.__name__}()."
        )
    raise TaskError(
        f"A task is one of {', '.join(map(repr, known))}, or an object of a class that inherits from Task. Received: "
        f"{quoted(what)}."
    )
