"""The effective receptive field: how much of the image counts for one position of the output, from gradients."""

import base64
import math
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets._keras import active_backend
from encdec_widgets.architectures.fields.described import FieldError, integer
from encdec_widgets.formatting import number_text, px_text, sizes_text
from encdec_widgets.workers.backends import NAMES, backend_named, backend_text
from encdec_widgets.workers.backends.installed import backends_with_gradients
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.options import Options
from encdec_widgets.workers.process import require_processes
from encdec_widgets.workers.sent_network import Network, network_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_SAMPLES = 16

THRESHOLD = 1 - 0.9545
"""A pixel counts where the gradient is larger than this share of its largest value."""


def _same_pixels(a: Any, b: Any) -> bool:
    return a.shape == b.shape and bool((a == b).all())


@attrs.frozen(kw_only=True, repr=False)
class EffectiveField:
    """How much of the image counts for the middle of an output of a network (measured, with random weights).

    It and its size are those of Luo, Li, Urtasun and Zemel, "Understanding the Effective Receptive Field in Deep
    Convolutional Neural Networks" (NIPS 2016, arXiv 1701.04128): the gradient of the middle of the output with respect
    to the image, over random weights and images; the size is the square root of the number of pixels whose value is
    greater than 1 - 95.45 % of that in the middle. With strides the largest value need not lie in the middle, so the
    share here is that of the largest value. Ours are also: the mean is that of absolute values, summed over the
    channels of the image; the channels of the output are added up in a random direction, another in each sample; every
    sample counts alike, however large its gradient; weights are uniform in plus or minus the square root of 3 over the
    number of inputs, biases are zero, pixels are uniform from 0 to 1, and the network runs as in inference.

    Training changes the effective receptive field: the paper finds that it grows.

    Attributes:
        gradient: A value for each pixel (height, width), as 32-bit floats: the mean absolute gradient, 1 at its
            largest.
        position: Row and column of the image that the middle of the output lies on, in px from the middle of its first
            pixel.
        samples: Random networks and images that it is the mean of: those in which the image had an effect.
        backend: The Keras backend that took the gradients.

    Example:
        >>> import numpy as np
        >>> from encdec_widgets.workers.timing import EffectiveField
        >>> gradient = np.zeros((9, 9), "float32")
        >>> gradient[3:6, 3:6] = 1
        >>> field = EffectiveField(gradient=gradient, position=(4, 4), samples=1, backend="jax")
        >>> field.size, field.image_size, field.cut_off
        (3.0, (9, 9), False)
    """

    gradient: "NDArray[np.float32]" = attrs.field(eq=attrs.cmp_using(eq=_same_pixels), hash=False)
    position: tuple[float, float]
    samples: int
    backend: str

    @property
    def size(self) -> float:
        """The side of a square that has as many pixels as count, in px."""
        return math.sqrt(self._counted.sum())

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image, in px."""
        height, width = self.gradient.shape
        return height, width

    @property
    def cut_off(self) -> bool:
        """Whether it reaches the border of the image, so that it would be larger in a larger one."""
        counted = self._counted
        return bool(counted[[0, -1]].any() or counted[:, [0, -1]].any())

    @property
    def _counted(self) -> "NDArray[np.bool_]":
        return self.gradient > THRESHOLD

    def to_dict(self) -> dict[str, Any]:
        """All of it, also what follows from the gradient, as plain data, ready for JSON."""
        return {
            "size": self.size,
            "image_size": self.image_size,
            "cut_off": self.cut_off,
            "position": self.position,
            "samples": self.samples,
            "backend": self.backend,
            "gradient": self.gradient.tolist(),
        }

    @classmethod
    def from_reply(cls, reply: Mapping[str, Any], backend: str) -> "EffectiveField":
        """What :meth:`encdec_widgets.workers.inside.sampling.GradientSampler.mean` answered."""
        import numpy as np  # Here, because importing the options of a timing should not load NumPy.

        row, column = reply["position"]
        pixels = np.frombuffer(base64.b64decode(reply["pixels"]), dtype="<f4")
        return cls(
            gradient=pixels.reshape(reply["image_size"]),
            position=(row, column),
            samples=reply["samples"],
            backend=backend,
        )

    def __repr__(self) -> str:
        """One line, with units."""
        row, column = self.position
        return (
            f"<EffectiveField {px_text(self.size)} around ({number_text(row)}, {number_text(column)}) of "
            f"{sizes_text(self.image_size)} px"
            f"{', cut off by the border' if self.cut_off else ''}, {self.samples} samples, "
            f"{backend_text(self.backend)}>"
        )


@attrs.frozen(kw_only=True, eq=False)
class EffectiveFieldSampling:
    """A job: the effective receptive field of one network.

    Attributes:
        network: The network.
        backend: The Keras backend to take gradients on, as :func:`backend_with_gradients` gives it.
        samples: Random networks and images to take the mean of.
        output: Which output to look at, as in :func:`effective_field`.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.timing import EffectiveFieldSampling, network_of
        >>> job = EffectiveFieldSampling(network=network_of(preset("SLEAP centroid")), backend="jax", samples=8)
        >>> job.backends, job.samples
        (('jax',), 8)
    """

    network: Network
    backend: str
    samples: int = integer(
        DEFAULT_SAMPLES,
        minimum=1,
        maximum=1024,
        usual=(4, 64),
        unit="samples",
        help="More samples make the effective receptive field smoother, and take longer.",
    )
    output: int | None = None

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that it needs."""
        return (self.backend,)

    @property
    def budget_s(self) -> float:
        """Seconds for timed runs: it has none."""
        return 0.0

    @property
    def options(self) -> Options:
        """How the network is loaded: half precision would lose small gradients."""
        batch_size = self.network.fixed_batch or 1
        return Options(backend=self.backend, precision="float32", batch_size=batch_size).resolved()

    def do(self, ask: Ask, tell: Tell) -> EffectiveField:
        """Take the gradients, one sample a step.

        Raises:
            TimingError: If there are none, or the network could not be built.
        """
        options = self.options
        output = -self.network.heads if self.output is None else self.output

        def do(command: str, **arguments: Any) -> dict[str, Any]:
            return ask(self.backend, command, options.batch_size, arguments)

        tell(Progress(share=0.0, doing="starting the process"))
        do("clear")
        try:
            tell(Progress(share=0.05, doing="building the network"))
            do("load", name="network", network=attrs.asdict(self.network), options=attrs.asdict(options))
            for number in range(self.samples):
                share = 0.1 + 0.9 * number / self.samples
                doing = f"sample {number + 1} of {self.samples}" if number else "first call"
                tell(Progress(share=share, doing=doing))
                do("sample_gradient", name="network", output=output)
            reply = do("mean_gradient", name="network")
        finally:
            # Other programs need the memory until the next job; a process that ended has none.
            with suppress(TimingError):
                do("clear")
        tell(Progress(share=1.0, doing="done"))
        return EffectiveField.from_reply(reply, self.backend)


def backend_with_gradients(backend: str | None = None) -> str:
    """The Keras backend to take gradients on: the active one, unless another is named.

    Raises:
        FieldError: (a ValueError) If it has none or is not installed; those that would do are suggested.
        NotAvailableError: (a TimingError) If this platform has no processes.
    """
    require_processes()
    name = backend or active_backend()
    others = backends_with_gradients()
    if name in others:
        return name
    without = name in NAMES and not backend_named(name).has_gradients
    reason = (
        f"{backend_text(name)} has none" if without else f"installed are {' and '.join(others) or 'none'}"
    )
    raise FieldError("backend", name, f"must be one that is installed and has gradients ({reason})", others)


def effective_field(
    design: Any,
    *,
    samples: int = DEFAULT_SAMPLES,
    backend: str | None = None,
    output: int | None = None,
    worker: Worker | None = None,
) -> EffectiveField:
    """Take the effective receptive field of a network, in a process of its own, and wait for it.

    It is that of the middle of the last stack's output; of several heads, the first one's. The image is of the size
    that the network is built for, which cuts off what lies outside it; of several inputs the first one is looked at.

    Args:
        design: A Design, or anything that :func:`encdec_widgets.workers.timing.measure` takes. Its weights do not
            count.
        samples: Random networks and images to take the mean of, from 1 to 1024.
        backend: The Keras backend to take gradients on; None for the active one. NumPy has no gradients.
        output: Another output to look at, by its number in ``model.outputs``, from 0.
        worker: The processes to work in; those that all timings share if left out.

    Raises:
        FieldError: (a ValueError) If the size of the network's input is left open, the backend has no gradients, or
            there cannot be so many samples.
        TimingError: If it could not be taken: out of memory, no such output, or one that is not a map, say.
        TypeError: If there is no network in ``design``.

    Example:
        >>> from encdec_widgets import Design, effective_field
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> field = effective_field(design, samples=4, backend=backends_with_gradients()[0])
        >>> 0 < field.size <= design.build().receptive_field().output.size[0]
        True
    """
    chosen = backend_with_gradients(backend)  # Before seconds are spent on building.
    network = network_of(design)
    network.check(network.fixed_batch or 1)
    job = EffectiveFieldSampling(network=network, backend=chosen, samples=samples, output=output)
    return (worker or shared_worker()).do(job)
