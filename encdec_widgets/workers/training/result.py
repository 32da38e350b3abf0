"""The values that a training gives."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.background import to_the_end
from encdec_widgets.formatting import exact_text, number_text
from encdec_widgets.networks.followed import FollowedLayer, keep_weights
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.training.folder import Folder
from encdec_widgets.workers.training.scores import Score
from encdec_widgets.workers.training.weights_file import assign, load

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.designs.design import Design


@attrs.frozen(kw_only=True)
class Edit:
    """An edit while a design was trained: what of the network stayed.

    Attributes:
        step: The steps that had been taken.
        kept: Parameters that went on with the weights that they had.
        parameters: All parameters after the edit.

    Example:
        >>> from encdec_widgets.workers.training import Edit
        >>> Edit(step=300, kept=29_024, parameters=29_939).text
        '29,024 of 29,939 parameters kept; the rest begins anew'
    """

    step: int
    kept: int
    parameters: int

    @property
    def text(self) -> str:
        """What was kept, in words."""
        if self.kept == 0:
            return f"a new network of {exact_text(self.parameters)} parameters: it starts from the beginning"
        if self.kept == self.parameters:
            return f"all {exact_text(self.parameters)} parameters kept"
        return (
            f"{exact_text(self.kept)} of {exact_text(self.parameters)} parameters kept; the rest begins anew"
        )

    def to_dict(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return {**attrs.asdict(self), "text": self.text}


@attrs.frozen(eq=False)
class WeightsOf:
    """Trained weights in a file, which is deleted with the last value that holds it.

    Attributes:
        design: The copy that was trained.
        path: The file.
        folder: Keeps the file.
    """

    design: "Design"
    path: Path
    folder: Folder = attrs.field(repr=False)

    def network(self, policy: str) -> "Backbone":
        """The copy that was trained, built here, with its weights.

        Args:
            policy: Name of Keras's dtype policy to build it with.
        """
        from encdec_widgets.backbone import build_in_steps

        built = to_the_end(build_in_steps(self.design, policy=policy))
        assign(built.structure.variables, load(self.path))
        return built


@attrs.frozen(kw_only=True, repr=False)
class Trained:
    """What a design has learnt.

    Attributes:
        score: The figure that says how good it is, on images that it never learnt on.
        score_name: What the figure is: "px" (median distance to the point), "swapped" (share of look-alike points that
            were taken for each other), "f1" (of the pixels of masks or classes), "right" (share of things that are told
            rightly).
        score_text: The same in words, such as "coin flip: feet swapped 48 %, 0.31 px".
        figures: All figures by name.
        losses: The loss of each step: cross-entropy in nats.
        steps: Steps that were taken.
        seconds: How long they took (measured, wall clock), without the first call, which traces and compiles.
        first_call_s: How long that took, in seconds.
        design: The design, as it was at the end.
        task: What it learnt.
        notes: What was otherwise in the copy that was trained than in the design, and what is to be said of the device,
            a sentence each.
        kept: The edits while it was trained.
        seed: What images, their order and first weights come from.
        backend: The Keras backend that trained.
        parameters: How many parameters the copy has that was trained.
        backbone: The design's network with the trained weights, its heads untrained.
        copy: The copy that was trained, with the task's maps.

    Example:
        >>> from encdec_widgets import Design, train
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1))
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> from encdec_widgets.workers.training import Trained
        >>> trained: Trained = train(design, "threads", steps=3, backend=backends_with_gradients()[0])
        >>> trained.steps, len(trained.losses), trained.score_name
        (3, 3, 'f1')
        >>> trained.backbone.design == design
        True
    """

    score: float
    score_name: str
    score_text: str
    figures: Mapping[str, float] = attrs.field(hash=False)
    losses: tuple[float, ...]
    steps: int
    seconds: float
    first_call_s: float
    design: "Design"
    task: str
    notes: tuple[str, ...]
    kept: tuple[Edit, ...] = ()
    seed: int = 0
    backend: str
    parameters: int
    judged: Score = attrs.field(eq=False)
    weights: WeightsOf = attrs.field(eq=False)

    @cached_property
    def backbone(self) -> "Backbone":
        """The design's network with the trained weights; it is built when it is first read.

        All but its heads is trained: its heads are the design's own with random weights, as training had the maps of
        its task in their place. So train them, on your data, before you look at what it predicts. What predicts the
        task's maps is :attr:`copy`. Read it in the thread that owns networks: Keras is not thread-safe.
        """
        backbone = self.design.build()
        self.give(backbone)
        backbone.fill()
        return backbone

    @cached_property
    def copy(self) -> "Backbone":
        """The copy that was trained, all of it: at its small size, with the maps of the task as its head.

        It takes images that are standardised all together, and gives logits. It is built when it is first read; read it
        in the thread that owns networks.
        """
        return self.weights.network("float32")

    def give(self, backbone: "Backbone") -> int:
        """Give a network that is built the trained weights, in place.

        Args:
            backbone: A network of the same design, or of one that was edited since: a layer gets its weights where it
                is the same and fed in the same way (:mod:`encdec_widgets.networks.followed`).

        Returns:
            How many of its parameters have trained weights now.
        """
        trained = self.weights.network(backbone.precision).network.layers
        found: dict[int, FollowedLayer] = {}
        for place, layers in backbone.network.layers.items():
            if place[0] == "head":
                continue
            earlier = trained.get(place, {})
            frozen = [layer.layer for layer in layers.values() if not layer.trainable]
            origins = keep_weights(layers, earlier)
            for layer in frozen:  # The copy that was trained does not say what is to be trained here.
                layer.trainable = False
            known = {layer.origin for layer in earlier.values()}
            kept = [layers[name] for name, origin in origins.items() if origin in known]
            found.update({id(layer.layer): layer for layer in kept})
        return sum(layer.parameters for layer in found.values())

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain data, ready for JSON; of the design, its JSON."""
        left_out = ("design", "kept", "judged", "weights", "figures")
        plain = attrs.asdict(self, filter=lambda attribute, _: attribute.name not in left_out)
        return {
            **plain,
            "figures": dict(self.figures),
            "design": self.design.to_json(),
            "kept": [edit.to_dict() for edit in self.kept],
        }

    def __str__(self) -> str:
        """One line, with units."""
        edits = f", {len(self.kept)} edits" if len(self.kept) > 1 else ", 1 edit" if self.kept else ""
        took = number_text(round(self.seconds, 1))
        return (
            f"{self.score_text} on {self.task} after {exact_text(self.steps)} steps in {took} s{edits}, seed "
            f"{self.seed}, {backend_text(self.backend)}"
        )

    def __repr__(self) -> str:
        """The same line, marked as a value."""
        return f"<Trained {self}>"
