"""Pictures of the shape of a network: each is drawn from the block graph of one that the library has built."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from encdec_widgets.figures.glossary.drawing import HEIGHT, WIDTH, Picture, box, line, picture, words
from encdec_widgets.figures.stages import roles
from encdec_widgets.formatting import listed, sizes_text, stride_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_LEFT, _EDGE = 46.0, 8.0


def _mini(
    backbone: "Backbone", bright: Callable[[str, dict[str, Any]], bool], *, skips: bool = False
) -> Markup:
    """A network in little: a column a block, a row a stride; bright blocks in their colours, the others empty."""
    graph = backbone.blocks
    rows = sorted({data["row"] for _, data in graph.nodes(data=True)})
    down = (HEIGHT - 2 * _EDGE) / len(rows)
    across = (WIDTH - _LEFT - _EDGE) / len(graph)
    role_of = roles(graph)
    wide, high = min(0.62 * across, 26.0), 0.62 * down
    middle = {
        name: (_LEFT + (number + 0.5) * across, _EDGE + (rows.index(graph.nodes[name]["row"]) + 0.5) * down)
        for number, name in enumerate(graph)
    }
    parts = []
    for row in rows:
        stride = next(data["stride"] for _, data in graph.nodes(data=True) if data["row"] == row)
        parts.append(
            words(
                _LEFT - 8,
                _EDGE + (rows.index(row) + 0.5) * down + 4,
                stride_text(stride),
                anchor="end",
                role="muted",
            )
        )
    for source, target, data in graph.edges(data=True):
        (x0, y0), (x1, y1) = middle[source], middle[target]
        if data["skip"]:
            look = "concatenation" if data["merge"] == "concatenation" else "addition"
            way = [(x0 + wide / 2, y0), (x1 - wide / 2, y1)]
            parts.append(
                line(way, look if skips else "divider", width=2 if skips else 1, dash=not skips, head=skips)
            )
        else:
            parts.append(line([(x0, y0), (x1, y1)], "border", width=1))
    for name, data in graph.nodes(data=True):
        x, y = middle[name]
        full = bright(name, data)
        parts.append(
            box(x - wide / 2, y - high / 2, wide, high, role_of[name] if full else "page", role_of[name])
        )
    return Markup().join(parts)


def _in_stage(stage: str) -> Callable[[str, dict[str, Any]], bool]:
    return lambda _, data: data["stage"] == stage


def px_text(shape: tuple[int, ...]) -> str:
    """Height and width of a map."""
    return sizes_text(shape[:2])


def encoder(backbone: "Backbone") -> Picture:
    """The blocks that make maps smaller."""
    blocks = [data for _, data in backbone.blocks.nodes(data=True) if data["stage"] == "encoder"]
    first, last = blocks[0], blocks[-1]
    caption = f"From {px_text(first['shape'])} px in {first['label']} to {px_text(last['shape'])} in {last['label']}."
    return picture("Encoder", caption, [_mini(backbone, _in_stage("encoder"))])


def decoder(backbone: "Backbone") -> Picture:
    """The blocks that make maps larger."""
    blocks = [data for _, data in backbone.blocks.nodes(data=True) if data["stage"] == "decoder"]
    first, last = blocks[0], blocks[-1]
    caption = f"From {px_text(first['shape'])} px in {first['label']} to {px_text(last['shape'])} in {last['label']}."
    return picture("Decoder", caption, [_mini(backbone, _in_stage("decoder"))])


def image_shape(backbone: "Backbone") -> Any:
    """Height, width and channels of what goes in."""
    return next(iter(backbone.blocks.nodes.values()))["shape"]


def levels_of(backbone: "Backbone") -> list[dict[str, Any]]:
    """The last block of the encoder at each stride, the input first."""
    found = {
        data["stride"]: data
        for _, data in backbone.blocks.nodes(data=True)
        if data["stage"] in ("input", "stem", "encoder")
    }
    return [found[stride] for stride in sorted(found)]


def stride(backbone: "Backbone") -> Picture:
    """The map of each level, as large as it is."""
    levels = levels_of(backbone)
    scale = min(76.0 / levels[0]["shape"][0], 190.0 / sum(level["shape"][1] for level in levels))
    gap = (WIDTH - scale * sum(level["shape"][1] for level in levels)) / (len(levels) + 1)
    x, parts = gap, []
    for level in levels:
        high, wide = (scale * side for side in level["shape"][:2])
        parts += [
            box(x, 96 - high, wide, high, "encoder", "encoder", "faint"),
            words(x + wide / 2, 96 - high - 5, str(level["shape"][1])),
            words(x + wide / 2, 112, str(level["stride"]), bold=True),
        ]
        x += wide + gap
    parts.append(words(WIDTH / 2, HEIGHT - 2, "px across, and stride", role="muted"))
    sides = listed([str(level["shape"][1]) for level in levels], most=9)
    strides = listed([str(level["stride"]) for level in levels], most=9)
    return picture("Stride", f"Maps of {sides} px have the strides {strides}.", parts)


def maximum_stride(backbone: "Backbone") -> Picture:
    """The lowest row of a network."""
    most = max(data["stride"] for _, data in backbone.blocks.nodes(data=True))
    sides = next(data["shape"] for _, data in backbone.blocks.nodes(data=True) if data["stride"] == most)
    image = image_shape(backbone)
    caption = f"{image[1]} px of the image become {sides[1]} at the maximum stride, {most}."
    return picture("Maximum stride", caption, [_mini(backbone, lambda _, data: data["stride"] == most)])


def output_stride(backbone: "Backbone") -> Picture:
    """The last block of a network, and its row."""
    last = list(backbone.blocks)[-1]
    data = backbone.blocks.nodes[last]
    sides = f"{px_text(image_shape(backbone))} px in, {px_text(data['shape'])} out"
    caption = f"{sides}: the output stride is {data['stride']}."
    return picture("Output stride", caption, [_mini(backbone, lambda name, _: name == last)])


def bottleneck(backbone: "Backbone") -> Picture:
    """The encoder's blocks at the maximum stride."""
    role_of = roles(backbone.blocks)
    inside = [data for name, data in backbone.blocks.nodes(data=True) if role_of[name] == "bottleneck"]
    shape = inside[-1]["shape"]
    caption = (
        f"{listed(data['label'] for data in inside)}: {px_text(shape)} positions with {shape[2]} channels."
    )
    return picture("Bottleneck", caption, [_mini(backbone, lambda name, _: role_of[name] == "bottleneck")])


def skip_connection(backbone: "Backbone") -> Picture:
    """The edges from the encoder to the decoder."""
    graph = backbone.blocks
    skips = [
        f"{graph.nodes[source]['label']} to {graph.nodes[target]['label']}"
        for source, target, data in graph.edges(data=True)
        if data["skip"]
    ]
    parts = [_mini(backbone, lambda *_: False, skips=True)]
    return picture("Skip connection", f"{len(skips)} skip connections: {listed(skips)}.", parts)


def stack(backbone: "Backbone") -> Picture:
    """All stacks of a network."""
    count = max(data["stack"] for _, data in backbone.blocks.nodes(data=True)) + 1
    parts = [_mini(backbone, lambda _, data: data["stage"] in ("encoder", "decoder"))]
    caption = f"{count} stacks of {len(backbone.blocks) // count} blocks, one behind the other."
    return picture("Stack", caption, parts)
