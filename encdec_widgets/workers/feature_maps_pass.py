"""The job of feature maps: one pass of a network in a process of its own, of which every block's map is kept."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets._keras import active_backend
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.formatting import duration_text, number_text, sizes_text
from encdec_widgets.networks.weights import has_values
from encdec_widgets.workers.block_maps import (
    BlockMaps,
    ChannelMap,
    FeatureMaps,
    HeadMaps,
    Peak,
    packed,
    unpacked,
)
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.interrupts import no_interrupt_lost
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.options import Options
from encdec_widgets.workers.seen_image import pixels_of, seen_image
from encdec_widgets.workers.sent_network import Network, network_of
from encdec_widgets.workers.timing.measuring import OnBench
from encdec_widgets.workers.training.folder import Folder
from encdec_widgets.workers.training.result import Trained
from encdec_widgets.workers.training.weights_file import pairs_of, save

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from encdec_widgets.backbone import Backbone

AT_MOST_S = 1.0
"""A pass that is predicted to take longer is refused, unless more is allowed."""
QUICK = 2e9
"""Multiply-adds that a slow core does within a second too: so few need no prediction, for which the device would have
to be measured once."""
HEADS_NOT_TRAINED = "its heads are not trained: training had the maps of its task in their place"
OWN, RANDOM = "own", "random"


class PassTooLongError(TimingError):
    """A pass through the network would take longer than was allowed; it was not begun.

    Attributes:
        predicted_s: How long it is predicted to take, in seconds (an estimate).
        smaller: Height and width of an input, in px, at which it should take no longer; None where there is none.

    Example:
        >>> from encdec_widgets.workers.feature_maps import PassTooLongError
        >>> str(PassTooLongError(3.0, 1.0, (128, 128))).partition("; ")[2]
        'allow more, or try an input of 128 × 128 px'
    """

    def __init__(self, predicted_s: float, allowed_s: float, smaller: tuple[int, int] | None) -> None:
        """Say how long, and what would do."""
        other = f"try an input of {sizes_text(smaller)} px" if smaller else "try a smaller network"
        super().__init__(
            f"one pass of this network is predicted to take {duration_text(predicted_s)} (an estimate), more than "
            f"{number_text(allowed_s)} s; allow more, or {other}"
        )
        self.predicted_s = predicted_s
        self.smaller = smaller


@attrs.frozen(kw_only=True)
class _Block:
    """A block as the job knows it: ``call`` makes its output."""

    name: str
    label: str
    stride: float | tuple[float, float] | None
    call: str


@attrs.frozen(kw_only=True, eq=False)
class FeatureMapsPass:
    """A job: one pass of a network, of which every block's map is kept.

    Attributes:
        network: The network.
        image: What it is given, (height, width, channels), of any size.
        standardise: Whether that is shifted and scaled to a mean of 0 and a standard deviation of 1.
        blocks: The blocks whose maps are wanted.
        heads: Names of the blocks that predict.
        folder: Has the file with its weights, and goes with this value; None for random ones.
        weights: In a word or two, what it runs with.
        seed: Of random weights.
        at_most_s: Seconds that the pass may take, as far as that is predicted; None for any.
        coarsest: By how much the input is divided at most, for suggestions of a smaller one.
        backend: The Keras backend.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> import numpy as np
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> job = FeatureMapsPass.of(design.build(), np.zeros((32, 32)))
        >>> job.weights, [block.label for block in job.blocks]
        ('random weights', ['enc0', 'enc1', 'enc2', 'enc3', 'dec0'])
    """

    network: Network
    image: "NDArray[np.float32]"
    blocks: tuple[_Block, ...]
    heads: tuple[str, ...]
    folder: Folder | None
    weights: str
    standardise: bool = False
    seed: int = 0
    at_most_s: float | None = AT_MOST_S
    coarsest: int = 1
    notices: tuple[str, ...] = ()
    backend: str = attrs.field(factory=active_backend)

    @classmethod
    @no_interrupt_lost()
    def of(
        cls,
        backbone: "Backbone",
        image: Any,
        *,
        weights: Any = OWN,
        seed: int = 0,
        at_most_s: float | None = AT_MOST_S,
        standardise: bool = False,
    ) -> "FeatureMapsPass":
        """The job for a network and an image. Keras is not thread-safe: call it in the thread that owns the network.

        Args:
            backbone: The network.
            image: As in :func:`~encdec_widgets.workers.feature_maps.feature_maps`.
            weights: As in :func:`~encdec_widgets.workers.feature_maps.feature_maps`.
            seed: Of random weights.
            at_most_s: As in :func:`~encdec_widgets.workers.feature_maps.feature_maps`.
            standardise: As in :func:`~encdec_widgets.workers.feature_maps.feature_maps`.

        Raises:
            FieldError: (a ValueError) If the image does not fit, the size of the input is left open, or the weights are
                none of these.
            TimingError: If the network cannot be sent to another process.
            OSError: If its weights cannot be written to the folder for temporary files.
        """
        source = _source(backbone, weights)
        network = network_of(backbone)
        network.check(network.fixed_batch or 1)
        pixels = pixels_of(image, network.shapes[0][-1] or 1)
        nodes = backbone.blocks.nodes
        made_by = {block: call for call, blocks in backbone.calls.nodes(data="output_of") for block in blocks}
        blocks = tuple(
            _Block(
                name=name, label=str(data["label"]), stride=data["strides"] and _one(data), call=made_by[name]
            )
            for name, data in nodes(data=True)
            if data["stage"] != "input" and name in made_by
        )
        last = max((data["stack"] for _, data in nodes(data=True)), default=0)
        return cls(
            network=network,
            image=pixels,
            standardise=standardise,
            blocks=blocks,
            heads=tuple(
                name for name, data in nodes(data=True) if data["stage"] == "head" and data["stack"] == last
            ),
            folder=None if source is None else _written(source),
            weights=_words(backbone, source, weights),
            notices=(HEADS_NOT_TRAINED,) if isinstance(weights, Trained) and backbone.design.heads else (),
            seed=seed,
            at_most_s=at_most_s,
            coarsest=max((int(data["stride"] or 1) for _, data in nodes(data=True)), default=1),
        )

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that it needs."""
        return (self.backend,)

    @property
    def budget_s(self) -> float:
        """Seconds that its pass may take."""
        return self.at_most_s or 0.0

    @property
    def options(self) -> Options:
        """How the network is loaded."""
        return Options(backend=self.backend, batch_size=self.network.fixed_batch or 1).resolved()

    def do(self, ask: Ask, tell: Tell) -> FeatureMaps:
        """Make the pass.

        Raises:
            PassTooLongError: If it would take longer than allowed.
            TimingError: If it could not be made.
        """
        tell(Progress(share=0.0, doing="starting the process"))
        ask(self.backend, "clear", 1, {})
        try:
            return self._passed(ask, tell)
        finally:
            # Other programs need the memory until the next job; a process that ended has none.
            with suppress(TimingError):
                ask(self.backend, "clear", 1, {})

    def _passed(self, ask: Ask, tell: Tell) -> FeatureMaps:
        tell(Progress(share=0.1, doing="building the network"))
        built = OnBench.built(ask, "network", self.network, self.options)
        self._require_short(built, tell)
        tell(Progress(share=0.6, doing="taking the weights"))
        built.do("take_weights", path=None if self.folder is None else _file_in(self.folder), seed=self.seed)
        tell(Progress(share=0.8, doing="one pass"))
        # Not before: of an input that no memory holds, an image would hold up the kernel.
        height, width, channels = self._input
        seen = seen_image(self.image, (height, width, channels), standardise=self.standardise)
        reply = built.do(
            "look",
            image=packed(seen.values),
            blocks={block.name: block.call for block in self.blocks},
            heads=self.heads,
        )
        tell(Progress(share=1.0, doing="done"))
        labels = {block.name: block.label for block in self.blocks}
        return FeatureMaps(
            blocks=tuple(
                _block_maps(block, reply["blocks"][block.name])
                for block in self.blocks
                if block.name in reply["blocks"]
            ),
            heads=tuple(_head_maps(name, labels[name], told) for name, told in reply["heads"].items()),
            picture=seen.picture,
            weights=self.weights,
            seconds=reply["seconds"],
            backend=self.backend,
            precision=built.facts["precision"],
            notices=(*self.notices, *built.facts["notices"]),
        )

    @property
    def _input(self) -> tuple[int, int, int]:
        """Height, width and channels of the input: none of them is open, which was checked."""
        height, width, channels = (side or 1 for side in self.network.shapes[0])
        return height, width, channels

    def _require_short(self, built: OnBench, tell: Tell) -> None:
        """Refuse a pass that is predicted to take longer than allowed."""
        if self.at_most_s is None or (built.facts["multiply_adds"] or 0) <= QUICK * self.at_most_s:
            return
        tell(Progress(share=0.2, doing="predicting how long a pass takes"))
        predicted_ms = built.predicted().facts["predicted_ms"]
        if predicted_ms is not None and predicted_ms > 1000 * self.at_most_s:
            share = (1000 * self.at_most_s / predicted_ms) ** 0.5
            raise PassTooLongError(predicted_ms / 1000, self.at_most_s, self._smaller(share))

    def _smaller(self, share: float) -> tuple[int, int] | None:
        """The input with sides of so large a share at most, of a size that the network can divide."""
        height, width = (int(share * side) // self.coarsest * self.coarsest for side in self._input[:2])
        return (height, width) if height and width else None


def _source(backbone: "Backbone", weights: Any) -> "Backbone | None":
    """The network whose weights it runs with; None for random ones."""
    if isinstance(weights, str):
        if weights == OWN:
            return backbone if any(map(has_values, backbone.network.variables)) else None
        if weights == RANDOM:
            return None
    held = weights if hasattr(weights, "structure") else getattr(weights, "backbone", None)
    if held is None or not hasattr(held, "structure"):
        allowed = (
            "must be 'own', 'random', or a Backbone, a Designer or a training whose weights are to be taken"
        )
        raise FieldError("weights", weights, allowed, (OWN, RANDOM))
    source: Backbone = held
    return source


def _words(backbone: "Backbone", source: "Backbone | None", weights: Any) -> str:
    """What it runs with, in words."""
    if source is None:
        return "random weights"
    if isinstance(weights, Trained):
        return "trained weights"
    return "the network's own weights" if source is backbone else "another network's weights"


def _written(source: "Backbone") -> Folder:
    """A folder with the weights of a network; none of them is filled for it."""
    folder = Folder()
    save(pairs_of(source.structure.weights), _file_in(folder))
    return folder


def _file_in(folder: Folder) -> str:
    return str(folder.path / "weights.npz")


def _one(data: Mapping[str, Any]) -> float | tuple[float, float]:
    stride: float | tuple[float, float] = data["strides"] if data["stride"] is None else data["stride"]
    return stride


def _block_maps(block: _Block, told: Mapping[str, Any]) -> BlockMaps:
    height, width = told["size"]
    return BlockMaps(
        name=block.name,
        label=block.label,
        size=(height, width),
        stride=block.stride,
        channels=told["channels"],
        dead=tuple(told["dead"]),
        not_finite=tuple(told["not_finite"]),
        liveliest=tuple(ChannelMap(**one) for one in told["liveliest"]),
        tiles=unpacked(told["tiles"]),
    )


def _head_maps(name: str, label: str, told: Mapping[str, Any]) -> HeadMaps:
    peaks = tuple(
        Peak(channel=one["channel"], position=(one["position"][0], one["position"][1]), value=one["value"])
        for one in told["peaks"]
    )
    return HeadMaps(name=name, label=label, peaks=peaks, heat=unpacked(told["heat"]))
