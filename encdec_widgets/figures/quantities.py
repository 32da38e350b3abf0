"""The quantities that blocks can be coloured by: their costs and their receptive fields."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.figures.colour_scale import Colouring
from encdec_widgets.formatting import count_text, unit_of_bytes

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.explain.costs import PartCost

Conditions = Mapping[str, Any]
"""Arguments of ``backbone.cost``: batch size and precision."""


def _channels(backbone: "Backbone", _: Conditions) -> Colouring:
    numbers = {name: data["channels"] for name, data in backbone.blocks.nodes(data=True)}
    return Colouring("channels", "", _known(numbers), text=count_text)


def _parameters(backbone: "Backbone", conditions: Conditions) -> Colouring:
    return _counts(backbone, conditions, "parameters", lambda cost: cost.parameters)


def _multiply_adds(backbone: "Backbone", conditions: Conditions) -> Colouring:
    return _counts(backbone, conditions, "multiply-adds", lambda cost: cost.multiply_adds)


def _memory(backbone: "Backbone", conditions: Conditions) -> Colouring:
    sizes = _costs(backbone, conditions, lambda cost: cost.map_bytes)
    # All are in one unit, so that they can be compared where there is no room for it.
    factor, unit = unit_of_bytes(max(1, *sizes.values()))
    values = {name: size / factor for name, size in sizes.items()}
    return Colouring("maps, as training keeps them", unit, values, adds_up=True, without="not known")


def _receptive_field(backbone: "Backbone", _: Conditions) -> Colouring:
    fields = backbone.receptive_field().blocks
    sizes = {name: max(field.size) if field.size else None for name, field in fields.items()}
    shown = {name: size for name, size in sizes.items() if name in backbone.blocks}
    return Colouring("receptive field", "px", _known(shown), without="whole image, or not known")


QUANTITIES: Mapping[str, Callable[["Backbone", Conditions], Colouring]] = {
    "channels": _channels,
    "parameters": _parameters,
    "multiply-adds": _multiply_adds,
    "memory": _memory,
    "receptive field": _receptive_field,
}
"""What makes the colouring of a network, by the word in the list *colour*."""


def _counts(
    backbone: "Backbone", conditions: Conditions, title: str, number: Callable[["PartCost"], int | None]
) -> Colouring:
    return Colouring(
        title, "", _costs(backbone, conditions, number), text=count_text, adds_up=True, without="not known"
    )


def _costs(
    backbone: "Backbone", conditions: Conditions, number: Callable[["PartCost"], int | None]
) -> dict[str, float]:
    costs = backbone.cost(**conditions).blocks
    return _known({name: number(cost) for name, cost in costs.items() if name in backbone.blocks})


def _known(numbers: Mapping[str, float | None]) -> dict[str, float]:
    return {name: number for name, number in numbers.items() if number is not None}
