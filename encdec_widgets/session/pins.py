"""Designs that are pinned to be compared: up to six, each with a name that no other one has."""

from collections.abc import Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import fields_of, to_data
from encdec_widgets.designs.design_names import LONGEST_NAME, design_name, told_apart
from encdec_widgets.formatting import error_text, quoted, shortened
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.workers.timing.result import Timing

MOST_PINS = 6
_INPUT_SCALE = described_fields(Conditions)["input_scale"]


@attrs.frozen
class Pinned:
    """A design that is kept to be compared with others.

    Attributes:
        name: What it is called; no other pin has this name.
        design: The design.
        timing: The time of its network as it was measured last; None where it was not.
        input_scale: By what the camera's images are multiplied in size before the network sees them.
        came_back: Whether it was pinned in an earlier session, and the code of this one has not pinned it again.
    """

    name: str
    design: Design
    timing: Timing | None = None
    input_scale: float = 1.0
    came_back: bool = attrs.field(default=False, eq=False)

    def is_of(self, design: Design, input_scale: float) -> bool:
        """Whether it is of this design at this scale."""
        return (self.design, self.input_scale) == (design, input_scale)


class PinError(ValueError):
    """Why a design is not pinned, or a pin not taken away: it says what would work."""


def with_pin(
    pins: Sequence[Pinned],
    design: Design,
    name: str = "",
    timing: Timing | None = None,
    input_scale: float = 1.0,
) -> tuple[Pinned, ...]:
    """The pins with one more, the last.

    Args:
        pins: The designs that are pinned.
        design: The design to pin.
        name: What it is called; its preset or its family and filters if left out. A name that another pin has gets a
            number.
        timing: The time of its network where it was measured.
        input_scale: By what the camera's images are multiplied in size before the network sees them. The same design
            at another scale is another pin.

    Raises:
        PinError: (a ValueError) If the design is pinned already at this scale, or there are six.
        FieldError: (a ValueError) If the scale is not possible.

    Example:
        >>> from encdec_widgets import preset
        >>> pins = with_pin((), preset("SLEAP centroid"), "mice")
        >>> [one.name for one in with_pin(pins, preset("U-Net"), "mice")]
        ['mice', 'mice (2)']
    """
    input_scale = _INPUT_SCALE.accept("input_scale", input_scale)
    same = next((one for one in pins if one.is_of(design, input_scale)), None)
    if same is not None:
        raise PinError(f"This design is pinned already, as {quoted(same.name)}.")
    if len(pins) >= MOST_PINS:
        raise PinError(f"{MOST_PINS} designs are pinned, and there is no room for more: unpin one first.")
    wanted = shortened(name.strip() or design_name(design), LONGEST_NAME)
    return (*pins, Pinned(told_apart(wanted, [one.name for one in pins]), design, timing, input_scale))


def with_those_that_came_back(
    pins: Sequence[Pinned], kept: Sequence[Pinned]
) -> tuple[tuple[Pinned, ...], tuple[Pinned, ...]]:
    """The pins with those of an earlier session, and which of these have no room.

    Args:
        pins: The designs that are pinned.
        kept: The pins of an earlier session. What is pinned already stays as it is.

    Example:
        >>> from encdec_widgets import preset
        >>> kept = with_pin((), preset("U-Net"), "mine")
        >>> pins, no_room = with_those_that_came_back((), kept)
        >>> pins == kept, pins[0].came_back, no_room
        (True, True, ())
    """
    result = tuple(pins)
    missing = [one for one in kept if not any(pin.is_of(one.design, one.input_scale) for pin in pins)]
    room = MOST_PINS - len(result)
    for one in missing[:room]:
        *others, new = with_pin(result, one.design, one.name, input_scale=one.input_scale)
        result = (*others, attrs.evolve(new, came_back=True))
    return result, tuple(missing[room:])


def pinned_again(
    pins: Sequence[Pinned], design: Design, name: str = "", input_scale: float = 1.0
) -> tuple[Pinned, ...] | None:
    """The pins where code pins a design that came back; None where it did not, so that it is to be pinned.

    A notebook that pins a design does so at each start, also where the design has come back before.

    Args:
        pins: The designs that are pinned.
        design: The design.
        name: What it is called from now on; as before if left out.
        input_scale: By what the camera's images are multiplied in size before the network sees them.

    Example:
        >>> from encdec_widgets import preset
        >>> kept = with_pin((), preset("U-Net"), "mine")
        >>> pins, _ = with_those_that_came_back((), kept)
        >>> [one.name for one in pinned_again(pins, preset("U-Net"), "yours")]
        ['yours']
        >>> pinned_again(kept, preset("U-Net"), "yours") is None
        True
    """
    same = next((one for one in pins if one.came_back and one.is_of(design, input_scale)), None)
    if same is None:
        return None
    others = [one.name for one in pins if one is not same]
    wanted = shortened(name.strip() or same.name, LONGEST_NAME)
    new = attrs.evolve(same, name=told_apart(wanted, others), came_back=False)
    return tuple(new if one is same else one for one in pins)


def without_pin(pins: Sequence[Pinned], name: str) -> tuple[Pinned, ...]:
    """The pins without the one of a name.

    Raises:
        PinError: (a ValueError) If there is none of that name.
    """
    rest = tuple(one for one in pins if one.name != name)
    if len(rest) == len(pins):
        names = ", ".join(quoted(one.name) for one in pins) or "none, as nothing is pinned"
        raise PinError(f"No pinned design has this name. Received: {quoted(name)}. There is: {names}.")
    return rest


def with_timing(pins: Sequence[Pinned], design: Design, timing: Timing) -> tuple[Pinned, ...]:
    """The pins with the newest time of a design, where it is among them."""
    return tuple(attrs.evolve(one, timing=timing) if one.design == design else one for one in pins)


def pins_data(pins: Sequence[Pinned]) -> list[dict[str, Any]]:
    """Pins as data of JSON, without times: those hold for the machine and the moment.

    Args:
        pins: The pins.

    Raises:
        FieldError: (a ValueError) If a field of a user's class holds something that JSON has no form for.

    Example:
        >>> from encdec_widgets import preset
        >>> pins = with_pin((), preset("U-Net"), "mine")
        >>> pins_of(pins_data(pins)) == pins
        True
    """
    return [{"name": pin.name, "design": to_data(pin.design), "input_scale": pin.input_scale} for pin in pins]


def pins_of(data: Any) -> tuple[Pinned, ...]:
    """The pins that :func:`pins_data` wrote.

    Args:
        data: What it gave; of more than six the first.

    Raises:
        ValueError: If it is no such list, or a design is not possible; it says which.
    """
    if not isinstance(data, list):
        raise ValueError(f"pinned designs are a list. Received: {quoted(data)}.")
    pins: tuple[Pinned, ...] = ()
    for number, entry in enumerate(data[:MOST_PINS], 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise ValueError(f"pinned design {number} has a name and a design. Received: {quoted(entry)}.")
        try:
            design = Design(**fields_of(entry.get("design")))
            # Pins that were kept before they had a scale are of the camera's own images.
            scale = _INPUT_SCALE.accept("input_scale", entry.get("input_scale", 1.0))
        except ValueError as error:
            raise ValueError(f"pinned design {number}: {error_text(error)}") from None
        pins = with_pin(pins, design, entry["name"], input_scale=scale)
    return pins
