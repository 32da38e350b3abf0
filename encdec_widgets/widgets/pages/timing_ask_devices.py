"""A button that asks the process of a backend which devices it sees: none is started for it before."""

import functools
from collections.abc import Callable
from typing import Any

from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.buttons import button, row_of
from encdec_widgets.widgets.base.texts import error, note
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.errors import TimingError, TimingStopped
from encdec_widgets.workers.timing.known_devices import KnownDevices
from encdec_widgets.workers.timing.listing import Listing


class AskDevices(widgets.VBox):
    """What is not known of a backend's devices, and the button that has it told; nothing where they are known."""

    def __init__(
        self,
        session: Session,
        worker: Worker,
        known: KnownDevices,
        learnt: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        """Make it; :meth:`offer` shows it.

        Args:
            session: The session.
            worker: The process that is asked.
            known: Keeps what it tells.
            learnt: Is called when it has told something.
            say: Is called with what is to be read aloud.
        """
        self._worker, self._known, self._learnt, self._say = worker, known, learnt, say
        self._backend = ""
        self._asked: str | None = None
        self._trouble = ""
        self._text = widgets.HTML()
        self.button = button(session, "", "", self._pressed)
        super().__init__([self._text, row_of(self.button)], layout={"display": "none", "margin": "0 0 6px"})

    def offer(self, backend: str) -> None:
        """Offer to ask a backend, if its devices are not known."""
        if backend != self._backend:
            self._backend, self._trouble = backend, ""
        self._draw()

    def close(self) -> None:
        """Stop asking, and close."""
        self._stop()
        self._asked = None  # What it tells is not heard.
        super().close()

    def _pressed(self) -> None:
        if self._asked is not None:
            self._stop()
            return
        backend = self._asked = self._backend
        self._trouble = ""
        try:
            self._worker.submit(Listing(backend=backend), on_done=functools.partial(self._came, backend))
        except TimingError as failure:  # Another job is under way, or there are no processes here.
            self._asked = None
            self._fail(failure)
        except BaseException:  # an interrupt
            self._came(backend, TimingStopped())
            raise
        self._draw()

    def _stop(self) -> None:
        if self._asked is not None:
            self._worker.stop()

    def _came(self, backend: str, outcome: Any) -> None:
        if self._asked != backend:
            return
        self._asked = None
        if isinstance(outcome, TimingStopped):
            self._draw()
        elif isinstance(outcome, Exception):
            self._fail(outcome)
            self._draw()
        else:
            self._known.learn(backend, outcome)
            self._say(f"{backend_text(backend)} sees {', '.join(device.name for device in outcome)}.")
            self._learnt()

    def _fail(self, failure: Exception) -> None:
        self._trouble = str(failure)
        self._say(problem_sentence(failure))

    def _draw(self) -> None:
        name = backend_text(self._backend)
        # What is being asked can be stopped, whichever backend is chosen meanwhile.
        hidden = self._asked is None and self._known.of(self._backend)
        self.layout.display = "none" if hidden else ""
        words = (
            f"The devices of {name} are not known yet: its process tells them when it is asked, or when it runs. "
            "auto is the one that it takes by itself."
        )
        if self._asked is None:
            self.button.description = f"Ask {name} for its devices"
            self.button.tooltip = "Starts its process; one that runs on the CPU alone never touches a card"
        else:
            self.button.description = "Stop asking"
            self.button.tooltip = "Ends the process"
            words = f"Asking {backend_text(self._asked)}: its process has to start …"
        self._text.value = error(self._trouble) if self._trouble else note(words)
