"""Feature maps: what every block of a network makes of one image, in one pass."""

from typing import TYPE_CHECKING, Any

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.presets import as_design
from encdec_widgets.workers.block_maps import BlockMaps, ChannelMap, FeatureMaps, HeadMaps, Peak
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.feature_maps_pass import AT_MOST_S, OWN, FeatureMapsPass, PassTooLongError
from encdec_widgets.workers.interrupts import no_interrupt_lost
from encdec_widgets.workers.process import require_processes
from encdec_widgets.workers.seen_image import sample_image
from encdec_widgets.workers.training.result import Trained

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

__all__ = [
    "BlockMaps",
    "ChannelMap",
    "FeatureMaps",
    "FeatureMapsPass",
    "HeadMaps",
    "PassTooLongError",
    "Peak",
    "feature_maps",
]


def feature_maps(
    design: Any,
    image: Any = None,
    *,
    weights: Any = OWN,
    standardise: bool = False,
    seed: int = 0,
    at_most_s: float | None = AT_MOST_S,
    worker: Worker | None = None,
) -> FeatureMaps:
    """Show what every block of a network makes of one image, in a process of its own, and wait for it.

    The pass is at the size that the network is built for: an image of another size is scaled to it.

    Args:
        design: A Design, an architecture or the name of a preset; or a Backbone, or what has one: a Designer, a
            training.
        image: (height, width) or (height, width, channels): whole numbers from 0 to 255, or other numbers as the
            network is to get them. A sample if left out: a mouse from above, drawn from the seed.
        weights: "own" for those that the network has, where they are filled, and random ones else; "random"; or
            another network of the same layers whose weights are taken: a Backbone, a Designer, a training.
        standardise: Whether the image is shifted and scaled to a mean of 0 and a standard deviation of 1.
        seed: Of random weights and of the sample.
        at_most_s: Refuse a pass that is predicted to take longer, in seconds; None for no limit. What takes fewer than
            two billion multiply-adds is not predicted.
        worker: The processes to work in; those that all timings share if left out.

    Raises:
        FieldError: (a ValueError) If the image does not fit, the size of the input is left open, or the weights are
            none of these.
        PassTooLongError: If the pass is predicted to take longer than ``at_most_s``.
        TimingError: If it could not be made: out of memory, or weights of another network, say.
        TypeError: If there is no network in ``design``.

    Example:
        >>> from encdec_widgets import Design, feature_maps
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> maps = feature_maps(design)
        >>> maps["enc2"].size, maps["enc2"].stride, maps["enc2"].channels
        ((16, 16), 2, 4)
        >>> maps.weights
        'random weights'
    """
    require_processes()
    backbone = _backbone_of(design)
    if isinstance(design, Trained) and isinstance(weights, str) and weights == OWN:
        weights = design
    if image is None:
        image = sample_image(seed)
    job = FeatureMapsPass.of(
        backbone, image, weights=weights, seed=seed, at_most_s=at_most_s, standardise=standardise
    )
    return (worker or shared_worker()).do(job)


@no_interrupt_lost()
def _backbone_of(thing: Any) -> "Backbone":
    if hasattr(thing, "structure"):
        found: Backbone = thing
        return found
    if hasattr(thing, "backbone"):
        return _backbone_of(thing.backbone)
    if isinstance(thing, (str, EncoderDecoder)) or (
        hasattr(thing, "architecture") and hasattr(thing, "to_json")
    ):
        built: Backbone = as_design(thing).build()
        return built
    raise TypeError(
        f"there is no network with blocks in {type(thing).__name__}: give a Design, an architecture, the name of a "
        "preset, a Backbone, a Designer or a training"
    )
