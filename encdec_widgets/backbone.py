"""Building a design: a real Keras model, and the graphs that are read from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import attrs

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.encoder_decoder import IntermediateFeature
from encdec_widgets.architectures.fields.working import is_trying
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.counterparts import counterparts
from encdec_widgets.designs.registry import answering
from encdec_widgets.designs.ways_out import NetworkWaysOut
from encdec_widgets.explain.checks import Check, Network, as_built, checks
from encdec_widgets.explain.cost_table import block_cost_rows, layer_cost_rows
from encdec_widgets.explain.costs import Cost, Precision, costs, value_bytes
from encdec_widgets.explain.live_memory import inference_peak
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.explain.receptive_field import ReceptiveField, receptive_fields
from encdec_widgets.explain.refused import refused_in_words
from encdec_widgets.explain.table import Row, block_rows, layer_rows
from encdec_widgets.explain.too_large import require_memory_to_fill
from encdec_widgets.explain.weight_memory import copy_bytes, weight_memory
from encdec_widgets.formatting import quoted
from encdec_widgets.networks.building import BuiltNetwork, How, network_in_steps
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.call_graph import as_trained_now, call_graph
from encdec_widgets.networks.graph import block_graph, layer_graph
from encdec_widgets.networks.keras_private import is_filled
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.weights import bytes_of

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.designs.design import Design

__all__ = ["Backbone", "build_backbone", "build_in_steps"]


@attrs.frozen(eq=False)
class Backbone(NetworkWaysOut):
    """A network that was built from a design.

    Attributes:
        design: What it was built from.
        network: What was built.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.backbone import Backbone
        >>> backbone: Backbone = Design(UNet(filters=8, down_blocks=2, up_blocks=2), (64, 64, 1)).build()
        >>> backbone.model.output_shape
        (None, 64, 64, 8)
        >>> backbone.cost().parameters, backbone.receptive_field().output.size
        (32512, (48, 48))
        >>> [(source, target) for source, target, skip in backbone.blocks.edges(data="skip") if skip]
        [('stack0_enc0', 'stack0_dec1'), ('stack0_enc1', 'stack0_dec0')]
    """

    design: Design
    network: BuiltNetwork

    @property
    def structure(self) -> Any:
        """The Keras model, to be read: its weights are described, and filled when :attr:`model` is asked for."""
        return self.network.structure

    @property
    def built_blocks(self) -> tuple[BuiltBlock, ...]:
        """The blocks in the order in which they were made."""
        return self.network.blocks

    @property
    def settings(self) -> tuple[Any, ...]:
        """What of Keras's configuration the layers depend on, the name of the backend first."""
        return self.network.settings

    @property
    def build_seconds(self) -> float:
        """How long building took (measured, wall clock), without filling the weights."""
        return self.network.seconds

    @property
    def model(self) -> Any:
        """The Keras model, from an image to the output or the heads of every stack, with its weights.

        Its outputs are ordered by stack, then by head. The weights take their memory when this is first asked for.
        Layers that did not change since the network that this one was rebuilt from have its weights
        (:mod:`encdec_widgets.networks.followed` has the rule): they are shared, or copied where an edit renumbered
        them.

        Raises:
            TooLargeError: (a MemoryError) If they take more than there is: see :meth:`fill`.
        """
        self._fill()
        return self.structure

    @property
    def features(self) -> tuple[tuple[IntermediateFeature, ...], ...]:
        """Intermediate features of every stack: the input of each decoder block, coarse to fine."""
        self._fill()
        return self.network.features

    @property
    def predictions(self) -> tuple[tuple[Any, ...], ...]:
        """The output tensors of every stack: of each of its heads, in their order, or of its decoder."""
        outputs, heads = self.model.outputs, max(len(self.design.heads), 1)
        return tuple(tuple(outputs[i : i + heads]) for i in range(0, len(outputs), heads))

    @property
    def filled(self) -> bool:
        """Whether any of its weights have taken their memory."""
        return any(map(is_filled, self.network.variables))

    def fill(self, *, anyway: bool = False) -> None:
        """Give all weights their values, which takes their memory; reading :attr:`model` does it too.

        Args:
            anyway: Whether to do it even where they take more memory than there is.

        Raises:
            TooLargeError: (a MemoryError) If they do. Where there is memory for them and not for training, there is a
                warning.
        """
        self._fill(anyway)

    def _fill(self, anyway: bool = False) -> None:
        empty = {id(weight): weight for weight in self.network.variables if not is_filled(weight)}
        if not empty:
            return  # at once, whatever is being built
        if not anyway:
            require_memory_to_fill(self, bytes_of(empty.values()))
        with one_at_a_time:
            self.network.fill()

    @property
    def backend(self) -> str:
        """Name of the Keras backend that it was built on."""
        return str(self.settings[0])

    @cached_property
    def layers(self) -> nx.DiGraph[str]:
        """The layers of the model: see :func:`encdec_widgets.networks.graph.layer_graph`."""
        return layer_graph(self.structure, self.built_blocks)

    @cached_property
    def blocks(self) -> nx.DiGraph[str]:
        """The blocks of the model: see :func:`encdec_widgets.networks.graph.block_graph`."""
        return block_graph(self.layers, self.built_blocks)

    @property
    def precision(self) -> str:
        """Name of the Keras dtype policy that it was built with, such as "float32" or "mixed_float16"."""
        compute, variable = map(str, self.settings[-2:])
        return compute if compute == variable else f"mixed_{compute}"

    @property
    def calls(self) -> nx.DiGraph[str]:
        """The calls of the model's layers: see :func:`encdec_widgets.networks.call_graph.call_graph`.

        What training changes is that of now, as layers can be frozen at any time.
        """
        trained = frozenset(map(id, self.structure.trainable_weights))
        if trained not in self._calls_by_trained:
            self._calls_by_trained.clear()
            self._calls_by_trained[trained] = as_trained_now(self._calls, self.structure)
        return self._calls_by_trained[trained]

    @cached_property
    def _calls_by_trained(self) -> dict[frozenset[int], nx.DiGraph[str]]:
        """The calls as they were last read, by the ids of the weights that training changed then."""
        return {}

    @cached_property
    def _calls(self) -> nx.DiGraph[str]:
        return call_graph(self.structure, self.built_blocks)

    def cost(self, batch_size: int = 1, precision: Precision | None = None) -> Cost:
        """What the network costs: parameters, multiply-adds and memory, in all, by block and by layer.

        Args:
            batch_size: Images that go through it at once.
            precision: "float32", "mixed_float16" or "mixed_bfloat16"; None for what it was built with.

        Raises:
            ValueError: If there is no such batch size or precision.
        """
        return costs(self.calls, batch_size=batch_size, precision=precision, built_with=self.precision)

    def receptive_field(self) -> ReceptiveField:
        """How much of the image the output, every block and every layer depend on (exact)."""
        return self._receptive_field

    @cached_property
    def _receptive_field(self) -> ReceptiveField:
        calls = self._calls
        outputs = {block: call for call, blocks in calls.nodes(data="output_of") for block in blocks}
        dialog = self.design.architecture.sleap_dialog_receptive_field()
        return receptive_fields(calls, outputs, dialog, heads=max(len(self.design.heads), 1))

    def checks(
        self,
        *,
        animal_px: float | None = None,
        input_scale: float = 1.0,
        batch_size: int = 1,
        precision: Precision | None = None,
        memory_bytes: int | None = None,
    ) -> tuple[Check, ...]:
        """What is unexpected in the network, each with its reason, its blocks and edits that mend it.

        Args:
            animal_px: Length of the animal in px of the camera's image, to be held against the receptive field.
            input_scale: By what images are multiplied in size before the network sees them.
            batch_size: Images that go through it at once, for its memory.
            precision: As in :meth:`cost`.
            memory_bytes: Bytes of memory that it is to fit into; those of this machine if left out.

        Returns:
            Warnings first, then advice.

        Raises:
            ValueError: If one of the arguments is not possible.
        """
        return self._checks(
            receptive_field=self.receptive_field(),
            cost=self.cost(batch_size, precision),
            memory_bytes=memory_limit() if memory_bytes is None else memory_bytes,
            animal_px=animal_px,
            input_scale=input_scale,
        )

    def _checks(self, **known: Any) -> tuple[Check, ...]:
        return checks(
            Network(
                design=self.design,
                layers=self.layers,
                blocks=self.blocks,
                calls=self.calls,
                built=as_built(self.built_blocks, self.layers),
                **known,
            )
        )

    def table(self, kind: Literal["blocks", "layers"] = "blocks") -> list[Row]:
        """Every fact of the blocks or the layers, a plain dict each, ready for ``pandas.DataFrame``.

        The columns are those of :mod:`encdec_widgets.explain.table` and :mod:`encdec_widgets.explain.cost_table`.

        Raises:
            ValueError: If it is another kind.
        """
        if kind not in ("blocks", "layers"):
            raise ValueError(
                f"A table has a row for each of the 'blocks' or of the 'layers'. Received: {quoted(kind)}."
            )
        of_blocks = kind == "blocks"
        graph = self.blocks if of_blocks else self.layers
        facts = block_rows(graph) if of_blocks else layer_rows(graph)
        of_costs = block_cost_rows if of_blocks else layer_cost_rows
        costs = of_costs(graph, self.cost(), self.receptive_field())
        # The two say the same of what and where a row is. Parameters are those of the costs: layers can share weights,
        # and there these count once, so that the column adds up to the network's.
        return [{**row, **of_row} for row, of_row in zip(facts, costs, strict=True)]

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        on_progress: Callable[[str], object] | None = None,
    ) -> Path:
        """Write the network with its weights to a file, in the format that the end of its name says.

        The ends are ``.keras``, ``.weights.h5``, ``.h5``, ``.onnx``, ``.tflite``, and none for the folder of a
        SavedModel; ``export/README.md`` says which backend and packages each takes.

        Args:
            path: The file or folder.
            overwrite: Whether one of this name may be overwritten.
            on_progress: Is told in words what is being done; it takes some seconds.

        Raises:
            FileExistsError: If there is one of this name; a FileNotFoundError if there is no folder for it.
            ValueError: If the name has another end, or its format is not to be had here: it says what would work.
        """
        written: Path = answering("save_model")(self, path, overwrite=overwrite, on_progress=on_progress)
        return written

    @cached_property
    def parameters(self) -> int:
        """Number of parameters, trainable or not (exact)."""
        return int(self.structure.count_params())

    @cached_property
    def weight_bytes(self) -> int:
        """Bytes that the values of all weights take, filled or not (exact)."""
        return bytes_of(self.structure.weights)

    @property
    def training_weight_bytes(self) -> int:
        """Bytes that training holds for the weights, filled or not, as ``cost().training_weight_bytes`` says."""
        trained = bytes_of(self.structure.trainable_weights)
        copies = copy_bytes(self.parameters, self.precision)
        return weight_memory(self.weight_bytes, copies=copies, trained_bytes=trained)

    @property
    def running_bytes(self) -> int | None:
        """Bytes that running the network on one image takes (an estimate), as ``cost().inference_bytes`` says.

        None where a size is open.
        """
        peak = inference_peak(self._calls)
        if peak is None:
            return None
        weights = weight_memory(self.weight_bytes, copies=copy_bytes(self.parameters, self.precision))
        return weights + peak.values * value_bytes(self.precision)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was built otherwise than its fields say, in words: the warnings of :meth:`checks`, on any machine."""
        return tuple(check.reason for check in self._checks() if check.severity == "warning")


def build_backbone(
    design: Design, previous: Backbone | None = None, on_block: Callable[[BlockCall], None] | None = None
) -> Backbone:
    """Build the Keras model of ``design`` on the active backend.

    Args:
        design: What to build.
        previous: A network that was built before, to reuse as much of as is as it was.
        on_block: Is called before each block is made; what it raises ends the building.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.backbone import build_backbone
        >>> design = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> made = []
        >>> first = build_backbone(design, on_block=lambda call: made.append(call.prefix))
        >>> made
        ['stack0_enc0', 'stack0_enc1', 'stack0_enc2', 'stack0_enc3', 'stack0_dec0']
        >>> second = build_backbone(design.replace("decoder[0].refine_convs", 1), previous=first)
        >>> second.model.layers[1] is first.model.layers[1]  # reused, weights and all
        True
    """
    return to_the_end(build_in_steps(design, previous, on_block=on_block))


def build_in_steps(
    design: Design, previous: Backbone | None = None, *, suggests: bool = True, **how: Unpack[How]
) -> Generator[None, None, Backbone]:
    """As :func:`build_backbone`, in steps between which something else can be built.

    Args:
        design: What to build.
        previous: A network that was built before, to reuse as much of as is as it was.
        suggests: Whether an error suggests values that were tried: each is built.
        **how: As in :func:`encdec_widgets.networks.building.network_in_steps`.

    Yields:
        None after each step.

    Returns:
        What was built.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.backbone import build_in_steps
        >>> design = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> steps = build_in_steps(design, gives_way=lambda: True)
        >>> len(list(steps))  # after each block but the last
        4
    """
    earlier = None if previous is None else previous.network
    if previous is not None:
        how.setdefault("counterparts", counterparts(previous.design, design))
    try:
        network = yield from network_in_steps(
            design.architecture, design.input_shape, design.heads, earlier, **how
        )
    except Exception as error:
        if not suggests or is_trying():
            raise
        refused = yield from refused_in_words(error, design, how)
        if refused is error:
            raise
        raise refused from error
    return Backbone(design, network)
