"""What must hold of a network that is looked for: a person's wishes, checked and in one unit each."""

import re
from typing import Any, Literal, TypeAlias

import attrs

from encdec_widgets.architectures.fields.described import FieldError, choice, field, integer, real
from encdec_widgets.architectures.fields.info import FieldInfo
from encdec_widgets.designs.input_shapes import INPUT_FIELDS
from encdec_widgets.explain.costs import MOST_IMAGES, PRECISIONS
from encdec_widgets.explore.cards import card_named, memory_bytes

Wish: TypeAlias = Literal["animal", "memory", "speed", "fineness"]
WISHES: tuple[Wish, ...] = ("animal", "memory", "speed", "fineness")
WISH_NAMES: dict[Wish, str] = {
    "animal": "the size of the animal",
    "memory": "the memory",
    "speed": "the speed",
    "fineness": "how exactly points are found",
}
"""What a person calls them."""
WORKS = ("training", "forward")
USUAL_FINENESS = 40
"""Where nothing is said, half a cell of the output may be the animal's length over this."""

_MOST_PX = int(INPUT_FIELDS["height"].maximum)
_DEVICE = re.compile(r"auto|CPU|[GT]PU:\d+")
_SIZE = FieldInfo(
    kind="integer",
    default=1024,
    minimum=16,
    maximum=_MOST_PX,
    unit="px",
    help="A side of the camera's images.",
)


def _image(value: Any) -> tuple[int, int]:
    sizes = (value, value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(sizes, (list, tuple)) or len(sizes) != 2:
        raise FieldError("image_px", value, "must be height and width in px", ((1024, 1024), 1024))
    try:
        height, width = (_SIZE.accept("image_px", size) for size in sizes)
    except FieldError as error:
        raise FieldError("image_px", value, error.allowed, ((1024, 1024), 1024)) from None
    return height, width


def _memory(value: Any) -> int | None:
    return None if value is None else memory_bytes(value)


def _device(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and _DEVICE.fullmatch(value)):
        return value
    card = card_named(value)
    hint = f'; the memory of a card elsewhere is said by memory="{card.name}"' if card else ""
    raise FieldError(
        "device",
        value,
        f'must be a device of this machine: "auto", "CPU", "GPU:0" and so on{hint}',
        ("auto", "CPU"),
    )


@attrs.frozen(kw_only=True)
class Requirements:
    """What must hold of a network.

    Attributes:
        animal_px: Length of the animal in px of the camera's image: a position of the output must see all of it.
        image_px: Height and width of the camera's images in px; one number for squares.
        memory: What there is, in bytes; given as :func:`encdec_widgets.explore.cards.memory_bytes` takes it. None for
            no wish.
        work: What the memory and the speed are wished of: a "training" step, or a "forward" pass.
        images_per_second: How many images that work must take a second; None for no wish.
        batch_size: Images that go through the network at once.
        within_px: How far off a point may lie for the cells of the output alone, in px of the camera's image: half a
            cell. Left out, it is a 40th of the animal.
        device: The device of this machine that the speed is wished of: "auto", "CPU", "GPU:0". None where it is another
            machine's, whose speed can't be known here.
        precision: "float32", "mixed_float16" or "mixed_bfloat16".
        channels: Of the images: 1 for grey, 3 for colour.

    Raises:
        FieldError: (a ValueError) If one of them is not possible.

    Example:
        >>> wanted = Requirements(animal_px=320, image_px=1024, memory="8 GB", batch_size=4)
        >>> wanted.memory, wanted.fineness_px, wanted.wishes
        (8000000000, 8.0, ('animal', 'memory', 'fineness'))
    """

    animal_px: float = real(
        320.0,
        minimum=1,
        maximum=_MOST_PX,
        usual=(20, 1000),
        unit="px",
        help="Length of the animal in the camera's image; each position of the output is to see all of it.",
    )
    image_px: tuple[int, int] = attrs.field(default=(1024, 1024), converter=_image)
    memory: int | None = attrs.field(default=None, converter=_memory)
    work: str = choice(
        "training",
        WORKS,
        help="What memory and speed are wished of; training takes several times as much of both.",
    )
    images_per_second: float | None = field(
        FieldInfo(
            kind="real",
            default=None,
            minimum=0.001,
            maximum=1e6,
            usual=(1, 500),
            optional=True,
            help="How many images a second the work must take, training or forward, on a device of this machine.",
        )
    )
    batch_size: int = integer(
        1,
        minimum=1,
        maximum=MOST_IMAGES,
        usual=(1, 64),
        unit="images",
        help="Images that go through the network at once; more take more memory.",
    )
    within_px: float | None = field(
        FieldInfo(
            kind="real",
            default=None,
            minimum=0.1,
            maximum=_MOST_PX,
            usual=(0.5, 50),
            unit="px",
            optional=True,
            help="How far off a point may lie for the cells of the output alone; finer outputs cost more.",
        )
    )
    device: str | None = attrs.field(default=None, converter=_device)
    precision: str = choice(
        "float32",
        PRECISIONS,
        help="How maps and weights are computed with; mixed precision takes less memory.",
    )
    channels: int = field(INPUT_FIELDS["channels"])

    def __attrs_post_init__(self) -> None:
        """Check what one wish asks of another."""
        if self.animal_px > max(self.image_px):
            raise FieldError(
                "animal_px",
                self.animal_px,
                f"must be at most the longer side of the image, {max(self.image_px)} px",
                (max(self.image_px),),
            )

    @property
    def fineness_px(self) -> float:
        """How far off a point may lie for the cells of the output alone, as said or by default."""
        return self.animal_px / USUAL_FINENESS if self.within_px is None else self.within_px

    @property
    def tests_speed(self) -> bool:
        """Whether there is a wish for speed that can be held against a device of this machine."""
        return self.images_per_second is not None and self.device is not None

    @property
    def leaves_speed_untested(self) -> bool:
        """Whether there is a wish for speed that nothing is held against: no device of this machine is named."""
        return self.images_per_second is not None and self.device is None

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """The wishes that designs are held against, by name."""
        has: dict[Wish, bool] = {
            "animal": True,
            "memory": self.memory is not None,
            "speed": self.tests_speed,
            "fineness": True,
        }
        return tuple(wish for wish in WISHES if has[wish])
