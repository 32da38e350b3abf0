"""What is given to be compared: designs, presets by name, files and networks, each with a name of its own."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_names import LONGEST_NAME, design_name, told_apart
from encdec_widgets.designs.presets import CATALOGUE, preset
from encdec_widgets.designs.registry import answering
from encdec_widgets.explore.comparing.scaled import checked_scales
from encdec_widgets.explore.tell import reason_in_words
from encdec_widgets.formatting import quoted, shortened

_WORK = "a Design, an architecture, the name of a preset, the path of a file, or a Backbone"


@attrs.frozen(eq=False)
class Given:
    """A design to be compared.

    Attributes:
        name: What it is called.
        design: The design.
        backbone: Its network; None where there is none.
        reason: Why there is none.
        input_scale: By what the camera's images are multiplied in size before the network sees them.
    """

    name: str
    design: Design
    backbone: Backbone | None
    reason: str = ""
    input_scale: float = 1.0


def given_of(designs: Any, names: Any = None, input_scales: Any = None) -> list[Given]:
    """The designs that are given, built, each with a name that no other has.

    Raises:
        ValueError: If there are none, if one of them is no design, or if names or scales are not as many.
    """
    if isinstance(designs, (str, os.PathLike, Design, EncoderDecoder, Backbone)) or not isinstance(
        designs, Sequence
    ):
        raise ValueError(f"Designs are given as a list, each {_WORK}. Received: {quoted(designs)}.")
    if not designs:
        raise ValueError(f"There must be a design to compare: {_WORK}. Received: an empty list.")
    found = [_named(one) for one in designs]
    own = [name for name, _, _ in found] if names is None else names
    texts = (
        isinstance(own, Sequence) and not isinstance(own, str) and all(isinstance(name, str) for name in own)
    )
    if not texts or len(own) != len(found):
        raise ValueError(
            f"There must be a name for each of the {len(found)} designs. Received: {quoted(names)}."
        )
    scales = checked_scales(input_scales, len(found))
    apart = _apart([shortened(name, LONGEST_NAME) for name in own])
    return [
        attrs.evolve(_built(name, design, backbone), input_scale=scale)
        for name, (_, design, backbone), scale in zip(apart, found, scales, strict=True)
    ]


def _named(one: Any) -> tuple[str, Design, Backbone | None]:
    if isinstance(one, Backbone):
        return design_name(one.design), one.design, one
    if isinstance(one, Design):
        return design_name(one), one, None
    if isinstance(one, EncoderDecoder):
        return _named(Design(one))
    if isinstance(one, str) and one in CATALOGUE:
        return one, CATALOGUE[one].design, None
    if isinstance(one, os.PathLike) or (isinstance(one, str) and _is_there(one)):
        path = Path(one)
        return path.name.partition(".")[0], answering("read_design")(path).design, None
    if isinstance(one, str):
        try:
            preset(one)
        except ValueError as error:
            raise ValueError(f"{error} There is no file or folder of this name either.") from None
    raise ValueError(f"What is compared is {_WORK}. Received: {quoted(one)}.")


def _is_there(path: str) -> bool:
    try:
        return Path(path).expanduser().exists()
    except (OSError, ValueError):
        return False


def _apart(names: Sequence[str]) -> list[str]:
    """Names of which no two are the same: the second of a name has its number."""
    found: list[str] = []
    for name in names:
        found.append(told_apart(name, found))
    return found


def _built(name: str, design: Design, backbone: Backbone | None) -> Given:
    if backbone is not None:
        return Given(name, design, backbone)
    try:
        return Given(name, design, to_the_end(build_in_steps(design, suggests=False)))
    except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it becomes the reason
        return Given(name, design, None, reason_in_words(error))
