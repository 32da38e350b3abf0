"""An output larger than the input: a stride below 1."""

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.foreseen import LARGE
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import area_text, listed, ratio_text


def large_output(network: Network) -> Check | None:
    """Outputs of the network that are larger than its input."""
    outputs = [data for _, data in network.calls.nodes(data=True) if data["is_output"]]
    strides = [network.layers.nodes[data["layer"]]["strides"] for data in outputs]
    large = [i for i, along in enumerate(strides) if along is not None and min(along) < 1]
    if not large:
        return None
    places = [outputs[i]["block"] or outputs[i]["layer"] for i in large]
    high, wide = (ratio_text(1 / stride) for stride in strides[large[0]])
    times = (
        f"{high} times as high and wide" if high == wide else f"{high} times as high and {wide} times as wide"
    )
    sizes = outputs[large[0]]["shapes"][0][:2]
    known = f" ({area_text(*sizes)} px)" if None not in sizes else ""
    return Check(
        kind=LARGE,
        severity="warning",
        reason=(
            "The output is larger than the input: the decoder upsamples more than the encoder pools. "
            f"It is {times}{known}; the image has no detail for so many pixels."
        ),
        places=tuple(place for place in dict.fromkeys(places) if place in network.blocks),
        mends=possible(network, LARGE, _shorter_decoders(network)),
    )


def _shorter_decoders(network: Network) -> Iterator[Mend | None]:
    """Leave out the last blocks of the decoder, which make the output too large."""
    decoder = tuple(network.architecture.decoder_stack)
    stride = network.architecture.encoder_features_stride
    count = len(decoder)
    while count and Fraction(stride, prod(block.upsampling_stride for block in decoder[:count])) < 1:
        count -= 1
    if count == len(decoder):
        return  # Its fields say that it is not too large: it is not known what makes it so.
    if (own := network.architecture.decoder_up_to(count)) is not None:
        fewer = len(decoder) - count
        words = "one level up fewer" if fewer == 1 else f"{fewer} levels up fewer"
        yield mend(own, words)
        return
    names = listed(f"dec{index}" for index in range(count, len(decoder)))
    yield mend({"decoder[:]": decoder[:count]}, f"without {names}")
