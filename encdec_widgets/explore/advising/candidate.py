"""A network at one scale of the images, held against what must hold."""

import math
from functools import cached_property

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.costs import MOST_IMAGES
from encdec_widgets.explore.advising.looked import Looked, Work, look
from encdec_widgets.explore.advising.space import Shape
from encdec_widgets.explore.fineness import Fineness
from encdec_widgets.explore.requirements import Requirements, Wish
from encdec_widgets.workers.timing.calibration import Calibration


def size_of_input(image_px: tuple[int, int], scale: float, stride: int) -> tuple[int, int]:
    """Height and width of the images that a network sees: scaled, then padded as SLEAP does.

    >>> size_of_input((1000, 1024), 0.25, 16)
    (256, 256)

    Args:
        image_px: Height and width of the camera's images in px.
        scale: By what these are multiplied in size; parts of a px are cut off.
        stride: They are padded to multiples of it: the maximum stride of the network.
    """
    height, width = (-(-max(int(side * scale), 1) // stride) * stride for side in image_px)
    return height, width


@attrs.frozen(eq=False, kw_only=True)
class Candidate:
    """A network of the space for images at one scale; it is built when a figure of it is first asked for.

    Attributes:
        wanted: What must hold.
        shape: The network but for its widths.
        architecture: The network.
        scale: By what images are multiplied in size before it sees them.
        calibration: What the device can do; None where no time is predicted.
        slower: By what predictions are multiplied, after some were measured.
    """

    wanted: Requirements = attrs.field(repr=False)
    shape: Shape = attrs.field(repr=False)
    architecture: EncoderDecoder
    scale: float
    calibration: Calibration | None = attrs.field(default=None, repr=False)
    slower: float = 1.0

    @cached_property
    def looked(self) -> Looked:
        """What is known of the network."""
        return look(self.architecture, self.wanted.channels, self.wanted.precision)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width of the scaled image, padded to multiples of the maximum stride."""
        return size_of_input(self.wanted.image_px, self.scale, self.architecture.maximum_stride)

    @property
    def design(self) -> Design:
        """The design."""
        return Design(self.architecture, (*self.size, self.wanted.channels))

    @property
    def work(self) -> Work:
        """What is done with it."""
        return "training" if self.wanted.work == "training" else "forward"

    @property
    def fineness(self) -> Fineness:
        """How fine its output is."""
        return Fineness(
            output_stride=self.shape.output_stride, input_scale=self.scale, animal_px=self.wanted.animal_px
        )

    @property
    def animal_px(self) -> float:
        """Length of the animal in the scaled image, in px."""
        return self.wanted.animal_px * self.scale

    @property
    def parameters(self) -> int:
        """How many weights it has (exact)."""
        return self.looked.parameters

    @cached_property
    def multiply_adds(self) -> int:
        """Of one image (exact)."""
        return self.looked.multiply_adds(self.size)

    @cached_property
    def memory_bytes(self) -> int:
        """The most memory that the work holds (an estimate)."""
        return self.looked.bytes(self.size, batch_size=self.wanted.batch_size, work=self.work)

    @cached_property
    def largest_batch(self) -> int | None:
        """The most images that fit in the memory at once, up to 65,536; None without a wish for memory."""
        if self.wanted.memory is None:
            return None
        room = self.wanted.memory - self.looked.weight_bytes(self.work)
        return min(max(room // self.looked.image_bytes(self.size, self.work), 0), MOST_IMAGES)

    @cached_property
    def predicted_ms(self) -> float | None:
        """The time of a run of a batch (a prediction); None where none can be predicted."""
        if self.calibration is None:
            return None
        ms = self.looked.predicted_ms(
            self.size, self.calibration, batch_size=self.wanted.batch_size, work=self.work
        )
        return None if ms is None else ms * self.slower

    @property
    def images_per_second(self) -> float | None:
        """Images a second (a prediction)."""
        ms = self.predicted_ms
        return None if ms is None else 1000 * self.wanted.batch_size / ms

    def least(self, wish: Wish) -> float:
        """What :meth:`needs` is at least, known without building: 0 where nothing is known."""
        if wish == "fineness":
            return self.fineness.limit_px / self.wanted.fineness_px
        if wish == "animal":
            return _over(self.animal_px, self.shape.sees_at_most)
        return 0.0

    def needs(self, wish: Wish) -> float:
        """How much of what a wish allows it takes: 1 just meets the wish, more misses it."""
        if wish == "animal":
            return _over(self.animal_px, self.looked.sees_px)
        if wish == "memory":
            return self.memory_bytes / self.wanted.memory if self.wanted.memory else 0.0
        if wish == "speed":
            speed = self.images_per_second
            return _over(self.wanted.images_per_second or 0.0, speed or 0.0)
        return self.least(wish)

    def meets(self, wish: Wish) -> bool:
        """Whether it meets a wish."""
        return self.needs(wish) <= 1

    @cached_property
    def missed(self) -> tuple[Wish, ...]:
        """The wishes that it misses."""
        return tuple(wish for wish in self.wanted.wishes if not self.meets(wish))


def _over(wanted: float, there_is: float) -> float:
    """``wanted / there_is``; infinite where there is nothing, or where it is not known (NaN)."""
    return wanted / there_is if there_is > 0 else math.inf
