"""The wishes as a person types them at controls, each described; the advisor takes them as ``Requirements``."""

from collections.abc import Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import (
    FieldError,
    choice,
    described_fields,
    field,
    integer,
    text,
)
from encdec_widgets.architectures.fields.info import FieldInfo, NoFieldError
from encdec_widgets.designs.input_shapes import INPUT_FIELDS
from encdec_widgets.designs.no_effect import NoEffect
from encdec_widgets.explore.advising.space import families
from encdec_widgets.explore.cards import CARDS, memory_bytes
from encdec_widgets.explore.requirements import Requirements

TYPED = "as typed"
ELSEWHERE = "none here"
ANY_FAMILY = "any"
_UNTESTED = "Not tested: times are known of this machine's devices alone."
_OF = described_fields(Requirements)
_MOST_PX = int(INPUT_FIELDS["height"].maximum)
_OTHER_NAMES = {"animal_px": "animal", "within_px": "points_within", "image_px": "height"}
"""What a control calls a wish that has its unit in its name."""


@attrs.frozen(kw_only=True)
class Wishes:
    """What must hold of a network, as it is typed.

    Attributes:
        animal: Length of the animal in px of the camera's image.
        family: The name of a family, or "any".
        height: Height of the camera's images in px.
        width: Width of the camera's images in px.
        card: The name of a card, whose memory it is; or that the memory is typed.
        memory: Such as "8 GB"; empty for no wish. A card sets it.
        work: "training" or "forward".
        batch_size: Images that go through the network at once.
        images_per_second: How many images the work must take a second; None for no wish.
        device: A device of this machine, or another machine's.
        points_within: How far off a point may lie, in px of the camera's image; None for a 40th of the animal.
        precision: "float32", "mixed_float16" or "mixed_bfloat16".
        channels: Of the images.

    Example:
        >>> wishes = Wishes(animal=320).replace("card", "T4")
        >>> wishes.memory, wishes.requirements().memory
        ('16 GB', 16000000000)
        >>> wishes.replace("memory", "8 GB").card
        'as typed'
    """

    animal: float = field(_OF["animal_px"])
    family: str = choice(
        ANY_FAMILY,
        (ANY_FAMILY, *families()),
        help="The family of networks to choose from; one takes less time.",
    )
    height: int = integer(
        1024,
        minimum=16,
        maximum=_MOST_PX,
        usual=(128, 2048),
        unit="px",
        help="Height of the camera's images.",
    )
    width: int = integer(
        1024, minimum=16, maximum=_MOST_PX, usual=(128, 2048), unit="px", help="Width of the camera's images."
    )
    card: str = choice(
        TYPED,
        (TYPED, *CARDS),
        help="The card that the network is to run on, which says how much memory there is.",
    )
    memory: str = text(
        "8 GB", help="How much memory there is, such as 8 GB; empty for no wish. A card sets it."
    )
    work: str = field(_OF["work"])
    batch_size: int = field(_OF["batch_size"])
    images_per_second: float | None = field(_OF["images_per_second"])
    device: str = text(
        ELSEWHERE,
        help="Where so many images a second are wished; of another machine no time is known, so that it is not tested.",
    )
    points_within: float | None = field(attrs.evolve(_OF["within_px"], folded=True))
    precision: str = field(attrs.evolve(_OF["precision"], folded=True))
    channels: int = field(attrs.evolve(_OF["channels"], folded=True))

    @staticmethod
    def fields(devices: Sequence[str]) -> dict[str, FieldInfo]:
        """The descriptions by name, with the devices of this machine that can be chosen."""
        own = described_fields(Wishes)
        own["device"] = attrs.evolve(own["device"], kind="choice", choices=(ELSEWHERE, *devices))
        return own

    def values(self) -> dict[str, Any]:
        """All of them by name."""
        return attrs.asdict(self)

    def replace(self, name: str, value: Any) -> "Wishes":
        """The same with another value of one; a card sets the memory, and memory that is typed is no card's.

        Raises:
            FieldError: (a ValueError) If it is not possible, or there is no such wish.
        """
        if name not in described_fields(Wishes):
            raise NoFieldError(name, value, f"is no wish; there are {', '.join(self.values())}")
        after = attrs.evolve(self, **{name: value})
        if name == "card" and after.card != TYPED:
            return attrs.evolve(after, memory=f"{CARDS[after.card].gb} GB")
        if name == "memory":
            return attrs.evolve(after, card=TYPED)
        return after

    @property
    def memory_bytes(self) -> int | None:
        """How much memory there is; None for no wish.

        Raises:
            FieldError: (a ValueError) If what is typed is none.
        """
        return memory_bytes(self.memory) if self.memory.strip() else None

    @property
    def problems(self) -> dict[str, FieldError]:
        """Why wishes are not possible that each field takes by itself, by name; empty where all are.

        >>> list(Wishes(animal=900, height=400, width=400, memory="lots").problems)
        ['memory', 'animal']
        """
        found = {}
        without_memory = attrs.evolve(self, memory="")
        for wishes in (attrs.evolve(without_memory, animal=1, memory=self.memory), without_memory):
            try:
                wishes.requirements()
            except FieldError as error:
                found[error.field] = error
        return found

    @property
    def untested(self) -> dict[str, NoEffect]:
        """Why a wish is held against nothing, by name: the speed, where it is another machine's."""
        if self.images_per_second is None or self.device != ELSEWHERE:
            return {}
        return {"images_per_second": NoEffect(_UNTESTED, locked=False)}

    @property
    def families(self) -> str | None:
        """The family to choose from; None for all."""
        return None if self.family == ANY_FAMILY else self.family

    def requirements(self) -> Requirements:
        """The wishes as the advisor takes them.

        Raises:
            FieldError: (a ValueError) If they are not possible together; it names the field as it is called here.
        """
        try:
            return Requirements(
                animal_px=self.animal,
                image_px=(self.height, self.width),
                memory=self.memory_bytes,
                work=self.work,
                images_per_second=self.images_per_second,
                batch_size=self.batch_size,
                within_px=self.points_within,
                device=None if self.device == ELSEWHERE else self.device,
                precision=self.precision,
                channels=self.channels,
            )
        except FieldError as error:
            name = _OTHER_NAMES.get(error.field, error.field)
            raise FieldError(name, error.value, error.allowed, error.suggestions) from None
