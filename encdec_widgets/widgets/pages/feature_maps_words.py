"""Feature maps in words: what is said of a channel, a block, a head and a whole pass, and the table of all blocks."""

from collections.abc import Sequence

from markupsafe import Markup

from encdec_widgets.formatting import counted, duration_text, listed, sizes_text, stride_text
from encdec_widgets.widgets.base.texts import joined, note, notices
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.feature_maps import BlockMaps, ChannelMap, FeatureMaps, Peak

_MOST_NAMED = 8


def number_words(value: float) -> str:
    """A value of a map, with a true minus sign.

    >>> number_words(-0.12345), number_words(0.0), number_words(1234.5)
    ('−0.123', '0', '1.23e+03')
    """
    return f"{value:.3g}".replace("-", "−")


def range_words(channel: ChannelMap) -> str:
    """The range of a channel, which is drawn on a scale of its own.

    >>> range_words(ChannelMap(number=3, low=-0.5, high=2.0, least=-1.0, most=4.0))
    'channel 3: black is −0.5, white 2; all values from −1 to 4'
    """
    return (
        f"channel {channel.number}: black is {number_words(channel.low)}, white {number_words(channel.high)}; all "
        f"values from {number_words(channel.least)} to {number_words(channel.most)}"
    )


def peak_words(peak: Peak) -> str:
    """Where a channel of a head is largest.

    >>> peak_words(Peak(channel=1, position=(3.5, 12.0), value=0.8))
    'channel 1: 0.8 at 4 px down, 12 px right'
    """
    down, right = peak.position
    return f"channel {peak.channel}: {number_words(peak.value)} at {down:.0f} px down, {right:.0f} px right"


def dead_words(block: BlockMaps) -> str:
    """Which channels of a block say the same everywhere, and which are no numbers; empty where all is well."""
    said = []
    if block.dead:
        count = f"{len(block.dead)} of {counted(block.channels, 'channel')}"
        are = "is" if len(block.dead) == 1 else "are"
        said.append(f"{count} {are} dead, the same at every position: {_numbers(block.dead)}.")
    if block.not_finite:
        said.append(f"Infinite, or no numbers: {_numbers(block.not_finite)}.")
    return " ".join(said)


def block_words(block: BlockMaps) -> str:
    """What a block puts out: the size of its map, its stride and its channels."""
    drawn = f", the {len(block.liveliest)} liveliest drawn" if len(block.liveliest) < block.channels else ""
    return (
        f"{block.label}: {sizes_text(block.size)}, stride {stride_text(block.stride)}, "
        f"{counted(block.channels, 'channel')}{drawn}."
    )


def pass_words(maps: FeatureMaps) -> str:
    """What was run, and how long it took."""
    return (
        f"One pass with {maps.weights} on the image at {sizes_text(maps.size)} px, the network's own input size: "
        f"{duration_text(maps.seconds)} on {backend_text(maps.backend)} (measured, with its first call)."
    )


def pass_html(maps: FeatureMaps, block: BlockMaps) -> Markup:
    """What is said under the maps of a block; what a reader should take notice of is marked."""
    return joined(
        [note(f"{block_words(block)} Run with {maps.weights}."), notices([dead_words(block), *maps.notices])]
    )


def table_html(maps: FeatureMaps, block: BlockMaps) -> Markup:
    """All that the pictures tell, in tables that open on request: all blocks, the channels of one, and peaks.

    Args:
        maps: All maps.
        block: The block whose maps are seen.
    """
    blocks = [
        (one.label, sizes_text(one.size), stride_text(one.stride), one.channels, len(one.dead) or "none")
        for one in maps.blocks
    ]
    channels = [
        (one.number, *map(number_words, (one.low, one.high, one.least, one.most))) for one in block.liveliest
    ]
    tables = [
        _table("Blocks", ("block", "size", "stride", "channels", "dead"), blocks),
        _table(f"Channels of {block.label}", ("channel", "black", "white", "least", "most"), channels),
    ]
    for head in maps.heads:
        peaks = [
            (peak.channel, number_words(peak.value), *(f"{place:.1f}" for place in peak.position))
            for peak in head.peaks
        ]
        tables.append(_table(f"Peaks of {head.label}", ("channel", "value", "px down", "px right"), peaks))
    return Markup(
        '<details><summary>All of it as tables</summary><div class="encdec-maps-tables">{}</div>{}</details>'
    ).format(joined(tables), note(pass_words(maps)))


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup:
    """A table; the first cell of a row names it."""
    column, name, cell = (
        Markup(text) for text in ('<th scope="col">{}</th>', '<th scope="row">{}</th>', "<td>{}</td>")
    )
    lines = (
        Markup("<tr>{}{}</tr>").format(name.format(row[0]), joined(cell.format(value) for value in row[1:]))
        for row in rows
    )
    return Markup(
        '<table class="encdec-maps-table"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(caption, joined(column.format(one) for one in columns), joined(lines))


def _numbers(channels: Sequence[int]) -> str:
    return listed(map(str, channels), most=_MOST_NAMED)
