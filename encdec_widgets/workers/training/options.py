"""How a design is trained on a task: values that a person sets, each described with its reason."""

from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import choice, integer, real, text
from encdec_widgets.explain.costs import MOST_IMAGES
from encdec_widgets.formatting import quoted
from encdec_widgets.workers.backends import NAMES
from encdec_widgets.workers.effective_field import backend_with_gradients
from encdec_widgets.workers.options import Options

LEAST_SIZE = 64
"""Height and width of the images that all figures were measured with, in px: what takes longer shows no more."""


@attrs.frozen(kw_only=True)
class TrainingOptions:
    """How a design is trained on a task.

    The defaults are what was measured to show each lesson's difference within 15 s on one core.

    Attributes:
        size: Height and width of the images, in px; where the strides of a design do not fit, the next size that does.
        batch_size: Images in a step.
        learning_rate: What Adam multiplies its steps by.
        clip: The length to which the gradient of all weights together is cut; 0 leaves it.
        warm_up: Steps after an edit in which the learning rate rises to its value.
        images: Images that are drawn; they are then taken again, in another order.
        score_images: Images on which the score is taken; the network never learns on them.
        threads: Threads that compute; None for the container's quota of cores, or else as many as the backend takes,
            and for one on PyTorch.
        backend: The Keras backend; None for the active one.
        device: "CPU", "GPU:0", ...; "auto" for the one that the backend takes by itself.

    Example:
        >>> from encdec_widgets.workers.training import TrainingOptions
        >>> TrainingOptions(batch_size=4).learning_rate
        0.004
    """

    size: int = integer(
        LEAST_SIZE,
        minimum=LEAST_SIZE,
        maximum=512,
        usual=(64, 128),
        unit="px",
        help="Larger images take longer and more memory, and show nothing that 64 px do not.",
    )
    batch_size: int = integer(
        8,
        minimum=1,
        maximum=MOST_IMAGES,
        usual=(4, 32),
        unit="images",
        help="Images in one step; 8 give gradients that are steady enough, and 50 steps a second on one core.",
    )
    learning_rate: float = real(
        4e-3,
        minimum=1e-6,
        maximum=1.0,
        usual=(1e-4, 1e-2),
        help="At 6e-3 one network in ten never began to learn; at 4e-3 all did, and as fast.",
    )
    clip: float = real(
        1.0,
        minimum=0.0,
        maximum=1e6,
        usual=(0.1, 10),
        help="Cuts the gradient to this length, so that one odd batch does not throw the weights off; 0 leaves it.",
    )
    warm_up: int = integer(
        20,
        minimum=0,
        maximum=10_000,
        usual=(0, 100),
        unit="steps",
        help="After an edit, new weights begin with large steps: a rate that rises keeps the others whole.",
    )
    images: int = integer(
        1024,
        minimum=8,
        maximum=65_536,
        usual=(256, 4096),
        unit="images",
        help="To draw each anew would take a sixth of the time; 1,024 are not learnt by heart in a lesson.",
    )
    score_images: int = integer(
        48,
        minimum=8,
        maximum=4096,
        usual=(16, 128),
        unit="images",
        help="Images that the network never learns on; more make the score steadier and take time from training.",
    )
    threads: int | None = integer(
        None,
        minimum=1,
        maximum=1024,
        usual=(1, 16),
        optional=True,
        help="Hubs show more cores than they give; a thread for each then waits most of the time. None: by the quota.",
    )
    backend: str | None = choice(
        None,  # type: ignore[arg-type]
        NAMES,
        optional=True,
        help="The library that computes; TensorFlow is ready to train soonest on a processor. NumPy cannot train.",
    )
    device: str = text(
        "CPU",
        help="These networks are too small for a card to be faster, and on a processor a seed gives one run again.",
    )

    def __attrs_post_init__(self) -> None:
        """Check what depends on what is installed, and the device."""
        if self.backend is not None:
            backend_with_gradients(self.backend)
        Options(device=self.device)

    def resolved(self) -> "TrainingOptions":
        """With the active backend in place of None.

        Raises:
            FieldError: (a ValueError) If it has no gradients, as NumPy.
            NotAvailableError: (a TimingError) If this platform has no processes.
        """
        return attrs.evolve(self, backend=backend_with_gradients(self.backend))


def checked(**options: Any) -> TrainingOptions:
    """Options from keyword arguments, resolved; the error names what else there is."""
    known = [attribute.name for attribute in attrs.fields(TrainingOptions)]
    unknown = set(options) - set(known)
    if unknown:
        raise TypeError(
            f"there is no option {quoted(min(unknown))} of a training; there are {', '.join(known)}"
        )
    return TrainingOptions(**options).resolved()
