"""Pictures of channels: how many the maps of a network have, and what joins do to them."""

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from encdec_widgets.figures.glossary.drawing import HEIGHT, WIDTH, Picture, box, line, picture, words
from encdec_widgets.figures.glossary.of_networks import levels_of
from encdec_widgets.formatting import listed

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_THICK = 150.0
"""px for the channels of all levels together."""


def channel(backbone: "Backbone") -> Picture:
    """The maps of each level: as wide as their channels are many, as high as they are."""
    levels = levels_of(backbone)[-4:]
    scale = 84.0 / max(level["shape"][0] for level in levels)
    thin = _THICK / sum(level["channels"] for level in levels)
    gap = (WIDTH - _THICK) / (len(levels) + 1)
    x, parts = gap, []
    for level in levels:
        high, wide = scale * level["shape"][0], thin * level["channels"]
        parts += [
            box(x, 50 - high / 2, wide, high, "encoder", "encoder", "faint"),
            words(x + wide / 2, 109, str(level["channels"]), bold=True),
        ]
        x += wide + gap
    parts.append(words(WIDTH / 2, HEIGHT - 3, "channels", role="muted"))
    shown = listed([f"{level['channels']} at stride {level['stride']}" for level in levels], most=9)
    return picture("Channel", f"Channels of a map: {shown}.", parts)


def concatenation(backbone: "Backbone") -> Picture:
    """The channels of maps before and after they are concatenated."""
    given, made = _joined(backbone, "concatenation")
    caption = f"{' and '.join(map(str, given))} channels become {made}."
    return picture("Concatenation", caption, _joining(given, made, [*_in_turn(given)]))


def addition(backbone: "Backbone") -> Picture:
    """The channels of maps before and after they are added."""
    given, made = _joined(backbone, "addition")
    caption = f"{' and '.join(map(str, given))} channels stay {made}."
    return picture("Addition", caption, _joining(given, made, ["head"] * made))


def _joined(backbone: "Backbone", how: str) -> tuple[list[int], int]:
    """The channels of the maps that the first such join takes, and of what it makes."""
    layers = backbone.layers
    joins = (name for name, data in layers.nodes(data=True) if data["traits"].merge == how)
    join = next(name for name in joins if layers.in_degree(name) > 1)
    given = [layers.nodes[source]["channels"] for source in layers.predecessors(join)]
    return given, layers.nodes[join]["channels"]


def _in_turn(given: list[int]) -> list[str]:
    return [
        role for channels, role in zip(given, ("encoder", "decoder"), strict=False) for _ in range(channels)
    ]


def _joining(given: list[int], made: int, colours: list[str]) -> list[Markup]:
    """Maps on the left, a slice a channel; what they become on the right, in these colours."""
    gap = 16.0
    thick = (HEIGHT - 16 - gap * (len(given) - 1)) / max(sum(given), made)
    y = (HEIGHT - thick * sum(given) - gap * (len(given) - 1)) / 2
    parts = []
    for channels, role in zip(given, ("encoder", "decoder"), strict=False):
        height = channels * thick
        parts += [
            *_slices(30, y, thick, [role] * channels),
            words(24, y + height / 2 + 4, str(channels), anchor="end"),
            line([(86, y + height / 2), (136, HEIGHT / 2)], role, head=True),
        ]
        y += height + gap
    parts += _slices(144, (HEIGHT - made * thick) / 2, thick, colours)
    parts.append(words(200, HEIGHT / 2 + 4, str(made), anchor="start", bold=True))
    return parts


def _slices(x: float, y: float, thick: float, colours: list[str]) -> list[Markup]:
    return [box(x, y + number * thick, 50, thick, role, role, "faint") for number, role in enumerate(colours)]


def dense_block(backbone: "Backbone") -> Picture:
    """How the channels of a dense block grow, layer by layer."""
    layers = backbone.layers
    block = next(data for _, data in backbone.blocks.nodes(data=True) if _dense(backbone, data))
    joins = [name for name in block["layers"] if layers.nodes[name]["traits"].merge == "concatenation"]
    made = [layers.nodes[name]["channels"] for name in joins]
    growth = made[1] - made[0]
    steps = [made[0] - growth, *made]
    thick, wide = 92.0 / steps[-1], WIDTH / len(steps)
    parts = []
    for number, channels in enumerate(steps):
        x, old = number * wide + 0.22 * wide, steps[max(number - 1, 0)]
        parts += [
            box(x, 104 - old * thick, 0.56 * wide, old * thick, "encoder", "encoder", "faint"),
            words(x + 0.28 * wide, 120, str(channels), bold=True),
        ]
        if number:
            parts.append(
                box(x, 104 - channels * thick, 0.56 * wide, growth * thick, "decoder", "decoder", "faint")
            )
    caption = f"{len(joins)} layers of a dense block, growth rate {growth}: {listed(map(str, steps), most=9)} channels."
    return picture("Dense block", caption, parts)


def _dense(backbone: "Backbone", block: dict[str, Any]) -> bool:
    """Whether a block joins more than once."""
    joins = [n for n in block["layers"] if backbone.layers.nodes[n]["traits"].merge == "concatenation"]
    return len(joins) > 1
