"""What can go wrong with work in another process: a timing, a training, feature maps."""

from encdec_widgets.formatting import bytes_text, counted, duration_text, error_text, number_text
from encdec_widgets.travelling import Travelling


class TimingError(Travelling, RuntimeError):
    """A network could not be timed, trained or run; the message is one line that a person can act on.

    Attributes:
        details: The last lines that the timing process wrote before it ended, for a bug report; may be empty.
        of: Which of several networks it is about, by the name that it has in a race; empty where there is one.

    Example:
        >>> from encdec_widgets.workers.timing import TimingError
        >>> try:
        ...     raise TimingError("the timing process ended", details="Killed")
        ... except TimingError as error:
        ...     print(error, error.details, sep=": ")
        the timing process ended: Killed
    """

    def __init__(self, message: str, details: str = "") -> None:
        """Keep the line and, apart from it, the details."""
        super().__init__(message)
        self.details = details
        self.of = ""

    def __str__(self) -> str:
        """The line, after the name of the network where there are several."""
        line = super().__str__()
        return f"{self.of}: {line}" if self.of else line


class TimingStopped(TimingError):  # noqa: N818 - it was asked for, so it is no failure
    """The work was stopped on request.

    Example:
        >>> from encdec_widgets.workers.timing import TimingError, TimingStopped
        >>> try:
        ...     raise TimingStopped
        ... except TimingError as error:  # what catches a failure catches this too
        ...     print(error)
        stopped
    """

    def __init__(self) -> None:
        """Say that it was stopped."""
        super().__init__("stopped")


class WorkerBusyError(TimingError):
    """The worker does another job; it is free once that is done, or stopped.

    Example:
        >>> print(WorkerBusyError("training"))
        a training is under way already; wait for it or stop it
    """

    def __init__(self, noun: str) -> None:
        """Say what is under way."""
        super().__init__(f"a {noun} is under way already; wait for it or stop it")
        self.noun = noun


class TimingTooLongError(TimingError):
    """The timing would take far longer than was allowed; none of its runs was begun.

    Attributes:
        predicted_ms: How long one run is predicted to take, in milliseconds (an estimate).
        seconds: How long its runs would take at least, in seconds (an estimate).

    Example:
        >>> from encdec_widgets import Design, measure
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> from encdec_widgets.workers.timing import TimingTooLongError
        >>> try:
        ...     measure(design, at_most_s=1e-9)
        ... except TimingTooLongError as error:
        ...     print(error.seconds > 1e-9)
        True
    """

    def __init__(self, predicted_ms: float, seconds: float, allowed_s: float) -> None:
        """Say how long, and what would do."""
        super().__init__(
            f"this timing would take {duration_text(seconds)} or more ({duration_text(predicted_ms / 1000)} a run are "
            f"predicted), more than {number_text(allowed_s)} s; allow more, or take a smaller batch or network"
        )
        self.predicted_ms = predicted_ms
        self.seconds = seconds


class BeyondMemoryError(TimingError):
    """The work would take more memory than its device has; none of it was begun.

    Attributes:
        needed_bytes: The memory that it would take (an estimate).
        limit_bytes: The memory that there is.
        batch_size: The images at once that were asked for.
        fits: The most images at once that fit (an estimate); 0 where not one does.
        networks: How many networks take it together.
        only_blocks: Whether the network fits, but not with each of its blocks beside it.

    Example:
        >>> from encdec_widgets import measure, preset
        >>> from encdec_widgets.workers.timing import BeyondMemoryError
        >>> try:
        ...     measure(preset("SLEAP centroid"), batch_size=65_536, device="CPU", work="training")
        ... except BeyondMemoryError as error:
        ...     print(0 < error.fits < 65_536, error.needed_bytes > error.limit_bytes)
        True True
    """

    def __init__(
        self,
        needed_bytes: int,
        limit_bytes: int,
        batch_size: int,
        fits: int,
        networks: int = 1,
        only_blocks: bool = False,
    ) -> None:
        """Say how much, and what would do."""
        remedy = "try a smaller input or network"
        if networks > 1:
            remedy = f"race fewer of the {networks}, or smaller ones"
        elif only_blocks:
            remedy = "the network fits without the maps between its blocks: do not time each block"
            remedy += f", or take up to {counted(fits, 'image')} at once" if fits else ""
        elif batch_size > 1:
            remedy = (
                f"try a smaller batch: up to {counted(fits, 'image')} at once"
                if fits
                else f"{remedy}: not one image fits"
            )
        super().__init__(
            f"this would take about {bytes_text(needed_bytes)} of memory (an estimate), and there are "
            f"{bytes_text(limit_bytes)}; {remedy}"
        )
        self.needed_bytes = needed_bytes
        self.limit_bytes = limit_bytes
        self.batch_size = batch_size
        self.fits = fits
        self.networks = networks
        self.only_blocks = only_blocks

    def to_dict(self) -> dict[str, int | bool]:
        """What it is made from, ready for JSON."""
        return {
            "needed_bytes": self.needed_bytes,
            "limit_bytes": self.limit_bytes,
            "batch_size": self.batch_size,
            "fits": self.fits,
            "networks": self.networks,
            "only_blocks": self.only_blocks,
        }


class BackendFailedError(TimingError):
    """A backend or its compiler failed at a network; its process is not used again, as its state is unknown."""

    def __init__(self, backend: str, compilation: str, reason: str) -> None:
        """Say what failed, and what to do.

        Args:
            backend: The backend's name, as people write it.
            compilation: How it was to run the network.
            reason: The kind of its error, and what it says where that helps.
        """
        remedy = "choose another backend" if compilation == "eager" else 'choose "eager", or another backend'
        super().__init__(f"{backend} ({compilation}) failed at this network ({reason}); {remedy}")


class EditNotBuiltError(TimingError):
    """An edit of a network in training cannot be built; the network before it is as it was, and so is its process."""

    def __init__(self, reason: str) -> None:
        """Say why, and what goes on."""
        super().__init__(
            f"this edit cannot be built ({reason}); the network before it is trained on, and another edit would work"
        )


class NotAvailableError(TimingError):
    """What was asked for runs in a process of its own, and none can be started here."""

    def __init__(self, reason: str = "Python in a web page has no processes") -> None:
        """Say so, and why."""
        super().__init__(
            f"not available here: it runs in a process of its own ({reason}); use a notebook server or a script instead"
        )


def out_of_memory(batch_size: int) -> str:
    """The message for a device that ran out of memory."""
    remedy = "try a smaller one" if batch_size > 1 else "try a smaller input or a smaller network"
    return f"the device ran out of memory at batch size {batch_size}; {remedy}"


def tells_of_memory(text: str) -> bool:
    """Whether an error text of a backend, a driver or the C++ runtime says that memory ran out."""
    lowered = text.lower()
    return any(words in lowered for words in _MEMORY_WORDS)


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error, or what it was raised from, says so: Keras wraps the errors of layers in its own."""
    cause: BaseException | None = error
    while cause is not None:
        if tells_of_memory(f"{type(cause).__name__}: {error_text(cause)}"):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


_MEMORY_WORDS = (
    "resource_exhausted",
    "resourceexhausted",
    "out of memory",
    "out_of_memory",
    "alloc_failed",
    "failed to allocate",
    "outofmemory",
    "oom when allocating",
    "can't allocate memory",
    "cannot allocate memory",
    "unable to allocate",
    "memoryerror",
    "std::bad_alloc",
)
