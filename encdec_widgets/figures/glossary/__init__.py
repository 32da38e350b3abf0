"""A small picture for each term of the glossary, computed when it is first asked for."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import attrs
from markupsafe import Markup

from encdec_widgets.architectures.fc_densenet import FCDenseNet
from encdec_widgets.architectures.hourglass import Hourglass
from encdec_widgets.architectures.unet import UNet
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.glossary import GLOSSARY, Term, term
from encdec_widgets.figures.glossary import of_channels, of_costs, of_layers, of_learning, of_networks
from encdec_widgets.figures.glossary.drawing import Picture

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

__all__ = ["DESIGNS", "Picture", "glossary_html", "picture"]

_SIZE = (64, 64, 1)
DESIGNS: Mapping[str, Design] = {
    "U-Net": Design(UNet(filters=8, down_blocks=3, up_blocks=3, up_interpolate=True), input_shape=_SIZE),
    "half": Design(UNet(filters=8, down_blocks=3, up_blocks=2, up_interpolate=True), input_shape=_SIZE),
    "stacks": Design(UNet(stacks=2, filters=4, down_blocks=2, up_blocks=2), input_shape=_SIZE),
    "dense": Design(
        FCDenseNet(growth_rate=8, first_filters=16, down_layers=(4,), bottleneck_layers=1, up_layers=(1,)),
        input_shape=_SIZE,
    ),
    "sums": Design(
        Hourglass(stacks=1, down_blocks=1, up_blocks=1, stem_filters=4, filters=8, filter_increase=0),
        input_shape=_SIZE,
    ),
}
"""The small designs that pictures are drawn from, by a name for each."""

_Draw = Callable[["Backbone"], Picture]
_OF_DESIGNS: dict[str, tuple[str, _Draw]] = {
    "encoder": ("U-Net", of_networks.encoder),
    "decoder": ("U-Net", of_networks.decoder),
    "stride": ("U-Net", of_networks.stride),
    "maximum stride": ("U-Net", of_networks.maximum_stride),
    "output stride": ("half", of_networks.output_stride),
    "bottleneck": ("U-Net", of_networks.bottleneck),
    "skip connection": ("U-Net", of_networks.skip_connection),
    "stack": ("stacks", of_networks.stack),
    "concatenation": ("stacks", of_channels.concatenation),
    "addition": ("sums", of_channels.addition),
    "dense block": ("dense", of_channels.dense_block),
    "channel": ("U-Net", of_channels.channel),
    "receptive field": ("U-Net", of_costs.receptive_field),
    "effective receptive field": ("U-Net", of_costs.effective_receptive_field),
    "multiply-adds": ("U-Net", of_costs.multiply_adds),
    "parameter": ("U-Net", of_costs.parameter),
    "batch size": ("U-Net", of_costs.batch_size),
}
"""Pictures of a network, and the small design that each is drawn from."""
_OF_LAYERS: dict[str, _Draw] = {
    "convolution": of_layers.convolution,
    "kernel": of_layers.kernel,
    "padding": of_layers.padding,
    "pooling": of_layers.pooling,
}
"""Pictures of what a layer of a network does to a small map."""
_OF_NUMBERS: dict[str, Callable[[], Picture]] = {
    "feature map": of_layers.feature_map,
    "dilation": of_layers.dilation,
    "transposed convolution": of_layers.transposed_convolution,
    "upsampling": of_layers.upsampling,
    "heat map": of_learning.heat_map,
    "sigma": of_learning.sigma,
    "peak": of_learning.peak,
    "loss": of_learning.loss,
    "cross-entropy": of_learning.cross_entropy,
    "F1": of_learning.f1,
}


def picture(word: str, design: Design | None = None) -> Picture:
    """The picture of a term.

    Args:
        word: The term, as :func:`encdec_widgets.explain.glossary.term` takes it.
        design: What it is drawn from, where it is of a network; a small one if left out. It has to have what the
            picture is of, such as skip connections, and an image of a
            fixed size.

    Raises:
        ValueError: If the glossary has no such term.

    Example:
        >>> from encdec_widgets.figures.glossary import picture
        >>> picture("maximum stride").caption
        'In a small U-Net: 64 px of the image become 8 at the maximum stride, 8.'
    """
    name = term(word).name
    if design is None:
        return _small(name)
    if name in _OF_DESIGNS:
        return _OF_DESIGNS[name][1](design.build())
    return _OF_LAYERS[name](design.build()) if name in _OF_LAYERS else _OF_NUMBERS[name]()


@cache
def _small(name: str) -> Picture:
    if name in _OF_NUMBERS:
        return _OF_NUMBERS[name]()
    if name in _OF_LAYERS:
        return _OF_LAYERS[name](_built("U-Net"))
    which, draw = _OF_DESIGNS[name]
    drawn = draw(_built(which))
    # Not of the network that is on the screen.
    family = family_name(DESIGNS[which])
    return attrs.evolve(drawn, caption=f"In a small {family}: {drawn.caption[:1].lower()}{drawn.caption[1:]}")


@cache
def _built(which: str) -> "Backbone":
    return DESIGNS[which].build()


_ENTRY = Markup(
    '<section class="encdec-entry" id="{id}"><h3>{title}</h3><p>{text}</p>'
    "<figure>{svg}<figcaption>{caption}</figcaption></figure><p>See also: {related}.</p></section>"
)
_LINK = Markup('<a href="#{}">{}</a>')


def glossary_html() -> Markup:
    """All entries one after the other, as HTML that can be put into a page or printed.

    Example:
        >>> from encdec_widgets.figures.glossary import glossary_html
        >>> glossary_html().count("<figure>") > 20
        True
    """
    return Markup('<div class="encdec-glossary">{}</div>').format(
        Markup().join(map(_entry, GLOSSARY.values()))
    )


def _entry(of: Term) -> Markup:
    drawn = picture(of.name)
    related = Markup(", ").join(_LINK.format(_anchor(name), name) for name in of.related)
    return _ENTRY.format(
        id=_anchor(of.name),
        title=of.title,
        text=of.text,
        svg=drawn.svg,
        caption=drawn.caption,
        related=related,
    )


def _anchor(name: str) -> str:
    return f"term-{name.lower().replace(' ', '-')}"
