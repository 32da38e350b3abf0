"""The catalogue of presets: designs known by name, each with its purpose and its source."""

import difflib

import attrs

from encdec_widgets.architectures import LeapCNN, UNet
from encdec_widgets.design import Design


@attrs.frozen
class Preset:
    """A design that is known by name.

    Attributes:
        name: The name that people know it by.
        design: The design.
        purpose: One sentence on what it is for.
        source: Where it comes from.
    """

    name: str
    design: Design
    purpose: str
    source: str


def _sleap_profile(name: str, purpose: str, down: int, up: int, filters: int, rate: float) -> Preset:
    unet = UNet(filters=filters, filters_rate=rate, down_blocks=down, up_blocks=up, up_interpolate=True)
    return Preset(f"SLEAP {name}", Design(unet), purpose, "training profile shipped with SLEAP 1.4.1")


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
)
_FAMILIES: dict[str, type] = {"U-Net": UNet, "LEAP CNN": LeapCNN}
CATALOGUE = {preset.name: preset for preset in _PRESETS}


def presets() -> tuple[str, ...]:
    """The names of all presets."""
    return tuple(CATALOGUE)


def preset(name: str) -> Design:
    """The design of the preset ``name``.

    Raises:
        ValueError: If there is no preset of that name; the message names the nearest, or all.
    """
    if name in CATALOGUE:
        return CATALOGUE[name].design
    near = difflib.get_close_matches(str(name), CATALOGUE, n=3, cutoff=0.5)
    raise ValueError(
        f"There is no preset named {name!r}. "
        + (f"Did you mean {' or '.join(map(repr, near))}?" if near else f"There are: {', '.join(CATALOGUE)}.")
    )


def family_name(design: Design) -> str:
    """The name of the family that ``design`` belongs to; of a user's own architecture, the name of its class."""
    cls = type(design.architecture)
    return next((name for name, family in _FAMILIES.items() if family is cls), cls.__name__)


def family_start(name: str) -> Design:
    """The first preset of a family: where its design begins."""
    return next(known.design for known in _PRESETS if family_name(known.design) == name)
