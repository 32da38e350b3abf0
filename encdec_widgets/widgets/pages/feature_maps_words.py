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
    return joined([note(block_words(block)), notices([dead_words(block), *maps.notices])])


def table_html(maps: FeatureMaps) -> Markup:
    """All that the pictures tell, as a table of blocks and one of peaks, which open on request."""
    row = Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>')
    rows = (
        row.format(
            block.label,
            sizes_text(block.size),
            stride_text(block.stride),
            block.channels,
            len(block.dead) or "none",
            _liveliest(block.liveliest),
        )
        for block in maps.blocks
    )
    head = _head_row("block", "size", "stride", "channels", "dead", "liveliest: its range")
    tables = [
        Markup('<table class="encdec-maps-table">{}<tbody>{}</tbody></table>').format(head, joined(rows))
    ]
    for one in maps.heads:
        peaks = (
            Markup('<tr><th scope="row">{}</th><td>{}</td><td>{:.1f}</td><td>{:.1f}</td></tr>').format(
                peak.channel, number_words(peak.value), *peak.position
            )
            for peak in one.peaks
        )
        caption = Markup("<caption>Peaks of {}</caption>").format(one.label)
        tables.append(
            Markup('<table class="encdec-maps-table">{}{}<tbody>{}</tbody></table>').format(
                caption, _head_row("channel", "value", "px down", "px right"), joined(peaks)
            )
        )
    return Markup(
        '<details><summary>All blocks as a table</summary><div class="encdec-maps-tables">{}</div>{}</details>'
    ).format(joined(tables), note(pass_words(maps)))


def _head_row(*names: str) -> Markup:
    cell = Markup('<th scope="col">{}</th>')
    return Markup("<thead><tr>{}</tr></thead>").format(joined(cell.format(name) for name in names))


def _liveliest(channels: Sequence[ChannelMap]) -> str:
    if not channels:
        return "none"
    first = channels[0]
    return f"{first.number}: {number_words(first.least)} to {number_words(first.most)}"


def _numbers(channels: Sequence[int]) -> str:
    return listed(map(str, channels), most=_MOST_NAMED)
