"""The catalogue of presets: designs known by name, each with its purpose and its source."""

import difflib

import attrs

from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.designs.design import Design


@attrs.frozen
class Preset:
    """A design that is known by name.

    Attributes:
        name: The name that people know it by.
        design: The design.
        purpose: One sentence on what it is for.
        source: Where it comes from.
        family: The family it is listed under, where the class of its architecture does not say.
    """

    name: str
    design: Design
    purpose: str
    source: str
    family: str | None = None


def _sleap_profile(name: str, purpose: str, down: int, up: int, filters: int, rate: float) -> Preset:
    unet = UNet(filters=filters, filters_rate=rate, down_blocks=down, up_blocks=up, up_interpolate=True)
    return Preset(f"SLEAP {name}", Design(unet), purpose, "training profile shipped with SLEAP 1.4.1")


def _fc_densenet(name: str, purpose: str, network: FCDenseNet) -> Preset:
    design = Design(network, (224, 224, 3), Head(11, "softmax"))
    return Preset(name, design, purpose, "Jegou et al. 2017 (arXiv 1611.09326), as its authors released it")


def _unet_2015() -> EncoderDecoder:
    """The published U-Net: 2 x 2 up-convolutions without ReLU. As in SLEAP, convolutions keep the size."""
    widths = (64, 128, 256, 512, 1024)
    down = (SimpleConvBlock(pool=i > 0, pool_before_convs=True, filters=w) for i, w in enumerate(widths))
    up = (
        SimpleUpsamplingBlock(
            transposed_conv=True,
            transposed_conv_filters=width,
            transposed_conv_kernel_size=2,
            transposed_conv_batch_norm=False,
            transposed_conv_activation="linear",
            skip_connection=True,
            refine_convs_filters=width,
            refine_convs_batch_norm=False,
        )
        for width in widths[-2::-1]
    )
    return CustomEncoderDecoder(encoder=tuple(down), decoder=tuple(up))


def _leap_2019() -> EncoderDecoder:
    """The published LEAP for 32 body parts: its last transposed convolution is itself the head."""
    down = (SimpleConvBlock(pool=width < 256, num_convs=3, filters=width) for width in (64, 128, 256))
    up = (
        SimpleUpsamplingBlock(
            transposed_conv=True,
            transposed_conv_filters=filters,
            transposed_conv_batch_norm=False,
            transposed_conv_activation=activation,
            refine_convs=convs,
            refine_convs_filters=filters,
            refine_convs_batch_norm=False,
        )
        for filters, activation, convs in ((128, "relu", 2), (32, "linear", 0))
    )
    return CustomEncoderDecoder(encoder=tuple(down), decoder=tuple(up))


def _stacked_hourglass(stacks: int, purpose: str) -> Preset:
    name = f"Stacked hourglass, {stacks} stack{'s' if stacks > 1 else ''}"
    design = Design(StackedHourglass(stacks=stacks), (256, 256, 3), Head(16, "linear"))
    return Preset(name, design, purpose, "Newell et al. 2016 (arXiv 1603.06937)")


_PRESETS = (
    Preset(
        "U-Net",
        Design(UNet()),
        "The default U-Net of SLEAP: wide, learned upsampling, 34.5 million parameters.",
        "Ronneberger et al. 2015 (arXiv 1505.04597), as in SLEAP 1.4.1",
    ),
    _sleap_profile("medium single", "One animal in the image, at half resolution.", 4, 3, 16, 2),
    _sleap_profile("centroid", "Finds where animals are, at half resolution.", 4, 3, 16, 2),
    _sleap_profile("medium top-down", "Body parts in a crop around each animal.", 4, 2, 24, 2),
    _sleap_profile("medium bottom-up", "Body parts of all animals in the whole image.", 5, 3, 16, 2),
    _sleap_profile("large single", "One large animal: a wider receptive field.", 5, 3, 32, 1.5),
    _sleap_profile("large top-down", "Crops of large animals: a wider receptive field.", 5, 3, 24, 1.5),
    _sleap_profile("large bottom-up", "All animals in a large image: the widest field.", 6, 4, 32, 1.5),
    Preset(
        "LEAP CNN",
        Design(LeapCNN()),
        "The simplest of the four: straight down and up, without skip connections.",
        "Pereira et al. 2019 (doi 10.1038/s41592-018-0234-5), as generalised in SLEAP 1.4.1",
    ),
    Preset(
        "U-Net (2015)",
        Design(_unet_2015(), (576, 576, 1), Head(2, "softmax")),
        "The U-Net as published, which tells cells from background in microscope images.",
        "Ronneberger et al. 2015 (arXiv 1505.04597); padded, so that 576 px stand for its 572",
        family="U-Net",
    ),
    Preset(
        "LEAP (2019)",
        Design(_leap_2019(), (192, 192, 1)),
        "LEAP as published: 32 body parts of one fly, with 2.5 million parameters.",
        "Pereira et al. 2019 (doi 10.1038/s41592-018-0234-5)",
        family="LEAP CNN",
    ),
    Preset(
        "Hourglass (SLEAP)",
        Design(Hourglass()),
        "The default hourglass of SLEAP: three stacks of plain convolutions, 66 million parameters.",
        "Newell, Huang & Deng 2017 (arXiv 1611.05424), as in SLEAP 1.4.1",
    ),
    _stacked_hourglass(1, "Body parts of one person by a single hourglass, the cheapest to train."),
    _stacked_hourglass(2, "Body parts of one person; the second hourglass corrects the first one's maps."),
    _stacked_hourglass(8, "Body parts of one person by the paper's deepest network: 25 million parameters."),
    _fc_densenet(
        "FC-DenseNet56",
        "Classes of pixels in street scenes, with the fewest parameters: 1.4 million.",
        FCDenseNet(),
    ),
    _fc_densenet(
        "FC-DenseNet67",
        "Classes of pixels in street scenes, with 5 layers in every dense block: 3.5 million parameters.",
        FCDenseNet(
            growth_rate=16, down_layers=(5, 5, 5, 5, 5), bottleneck_layers=5, up_layers=(5, 5, 5, 5, 5)
        ),
    ),
    _fc_densenet(
        "FC-DenseNet103",
        "Classes of pixels in street scenes, with ever deeper dense blocks: 9.4 million parameters.",
        FCDenseNet(
            growth_rate=16, down_layers=(4, 5, 7, 10, 12), bottleneck_layers=15, up_layers=(12, 10, 7, 5, 4)
        ),
    ),
)
_FAMILIES: dict[str, type] = {
    "U-Net": UNet,
    "LEAP CNN": LeapCNN,
    "Hourglass": Hourglass,
    "Stacked hourglass": StackedHourglass,
    "FC-DenseNet": FCDenseNet,
    "Custom": CustomEncoderDecoder,
}
_DEFAULT = "SLEAP medium single"
CATALOGUE = {preset.name: preset for preset in _PRESETS}


def presets() -> tuple[str, ...]:
    """The names of all presets."""
    return tuple(CATALOGUE)


def preset(name: str) -> Design:
    """The design of the preset ``name``.

    Raises:
        ValueError: If there is no preset of that name; the message names the nearest, or all.
    """
    if isinstance(name, str) and name in CATALOGUE:
        return CATALOGUE[name].design
    near = difflib.get_close_matches(str(name), CATALOGUE, n=3, cutoff=0.5)
    raise ValueError(
        f"There is no preset named {name!r}. "
        + (f"Did you mean {' or '.join(map(repr, near))}?" if near else f"There are: {', '.join(CATALOGUE)}.")
    )


def as_design(what: "Design | EncoderDecoder | str | None") -> Design:
    """The design that is meant by a design, an architecture or the name of a preset; by nothing, a small U-Net.

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(what, Design):
        return what
    if isinstance(what, EncoderDecoder):
        return Design(what)
    if what is None or isinstance(what, str):
        return preset(_DEFAULT if what is None else what)
    raise ValueError(
        "A Designer starts from a Design, an architecture such as UNet(), or the name of a preset. "
        f"Received: {what!r}."
    )


def preset_name(design: Design) -> str | None:
    """The name of the first preset that is this design; None if there is none."""
    return next((known.name for known in _PRESETS if known.design == design), None)


def family_name(design: Design) -> str:
    """The name of the family that ``design`` belongs to.

    Of a user's own architecture, it is the name of its class, which says so where it is that of a family.
    """
    for known in _PRESETS:
        if known.family is not None and known.design.architecture == design.architecture:
            return known.family
    cls = type(design.architecture)
    own = f"{cls.__name__} (your own)" if cls.__name__ in _FAMILIES else cls.__name__
    return next((name for name, family in _FAMILIES.items() if family is cls), own)


def family_start(name: str) -> Design:
    """The first preset of a family: where its design begins."""
    return next(known.design for known in _PRESETS if family_name(known.design) == name)
