"""What is told of one design: plain data in, plain data out, in whichever process it is asked for."""

import importlib
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict, Unpack

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.costs import PRECISIONS, Precision
from encdec_widgets.explain.receptive_field import MapReceptiveField
from encdec_widgets.explore.this_machine import machine_here, one_at_a_time_on_this_machine
from encdec_widgets.formatting import error_text, quoted
from encdec_widgets.networks.keras_private import maker_of
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.strides import Strides, coarseness, one_stride
from encdec_widgets.workers.errors import (
    BeyondMemoryError,
    TimingError,
    TimingTooLongError,
    out_of_memory,
    ran_out_of_memory,
)
from encdec_widgets.workers.timing import measure

Told = dict[str, Any]
"""What :func:`tell` gives."""


class Conditions(TypedDict, total=False):
    """Under what a design is told of: see :func:`tell`."""

    batch_size: int
    precision: Precision | None
    policy: str | None
    animal_px: float | None
    input_scale: float
    memory_bytes: int | None
    modules: tuple[str, ...]
    timing: Mapping[str, Any]


def tell(design_json: str, what: Iterable[str] = ("cost",), **conditions: Unpack[Conditions]) -> Told:
    """Build a design and tell of it.

    It is one call for a process, a cluster's worker or a thread: it takes plain data, and gives what JSON can hold.

    Args:
        design_json: The design, as ``Design.to_json`` writes it.
        what: What to tell, of :data:`TELLS`.
        **conditions: ``batch_size`` images go through it at once, for memory and time. ``precision`` is that of
            :meth:`Backbone.cost` and of the timing; ``policy`` names Keras's dtype policy to build with, by default
            that of this process. ``animal_px`` and ``input_scale`` are those of :meth:`Backbone.checks`.
            ``memory_bytes`` are the bytes that there are, for the checks: by default those of this machine. ``modules``
            are imported first: they hold the classes that a person wrote. ``timing`` are further options of
            :func:`encdec_widgets.measure`.

    Returns:
        By what was asked for:

        - ``cost``: ``parameters``, ``multiply_adds`` (of one image), ``training_bytes`` and ``inference_bytes``;
        - ``receptive_field``: ``extent`` ("exact", "whole image" or "unknown"), ``height`` and ``width`` (px) of the
          smallest box that a position of an output sees;
        - ``strides``: ``output`` and ``maximum``, each a number, two where they differ along height and width, or None;
        - ``output_shape``: height, width and channels of the output: of the first head of the last stack;
        - ``checks``: a dict each, with ``severity``, ``kind`` and ``reason``;
        - ``time``: the figures of a :class:`~encdec_widgets.workers.timing.Timing`, with the ``host`` and its
          ``processor``; or its ``reason``, where it could not be timed, with ``failed`` where that may be otherwise
          another time or in another process: its worker was busy, say.

        Or ``reason`` alone, where there is no such network.

    Raises:
        ValueError: If there is nothing of a name in ``what``, or a condition is not possible.
        TimingError: If memory ran out while the network was built: that says nothing of the network.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.explore.tell import tell
        >>> design = Design(UNet(filters=8, down_blocks=2, up_blocks=2), (64, 64, 1))
        >>> told = tell(design.to_json(), ("cost", "strides"))
        >>> told["cost"]["parameters"], told["strides"]
        (32512, {'output': 1, 'maximum': 4})
        >>> tell(design.to_json().replace('"filters": 8', '"filters": 0'), ("cost",))
        {'reason': 'filters must be a whole number from 1 to 4096. Received: filters=0.'}
    """
    wanted = wanted_of(what)
    for module in conditions.get("modules", ()):
        importlib.import_module(module)
    if "time" not in wanted:
        return _told(design_json, wanted, conditions)
    with (
        one_at_a_time_on_this_machine()
    ):  # Nothing of the sweep computes beside it: the analysis waits for its turn too.
        return _told(design_json, wanted, conditions)


def told_of(design_json: str, what: Iterable[str], conditions: Conditions) -> Told:
    """As :func:`tell`, for an executor that has keywords of its own."""
    return tell(design_json, what, **conditions)


def wanted_of(what: Iterable[str]) -> tuple[str, ...]:
    """What is to be told, each once, in the order of :data:`TELLS`.

    Raises:
        ValueError: If it is nothing, or there is nothing of such a name.
    """
    names = (what,) if isinstance(what, str) else tuple(what)
    if not names:
        raise ValueError(f"There must be something to tell: some of {', '.join(TELLS)}.")
    for name in names:
        if name not in TELLS:
            raise ValueError(
                f"What is told of a design is some of {', '.join(TELLS)}. Received: {quoted(name)}."
            )
    return tuple(name for name in TELLS if name in names)


def _told(design_json: str, wanted: tuple[str, ...], conditions: Conditions) -> Told:
    with one_at_a_time:  # Also while graphs are read: threads of an executor share Keras's state.
        try:
            design = Design.from_json(design_json)
            policy = conditions.get("policy")
            backbone = to_the_end(build_in_steps(design, policy=policy, suggests=False))
        except Exception as error:  # a user's class may raise anything; it becomes the reason
            if ran_out_of_memory(error):
                raise TimingError(out_of_memory(conditions.get("batch_size", 1))) from error
            return {"reason": reason_in_words(error)}
        told = {name: TELLS[name](backbone, conditions) for name in wanted if name != "time"}
    return {**told, "time": _time(backbone, conditions)} if "time" in wanted else told


def reason_in_words(error: BaseException) -> str:
    """Why there is no network, in the words of the error; what it suggests was not tried, and is left out."""
    if isinstance(error, FieldError):
        return str(error.suggesting(()))
    if isinstance(error, TimingError):
        return str(error)
    return f"{type(error).__name__}: {error_text(error)}"


def _cost(backbone: Backbone, conditions: Conditions) -> Told:
    cost = backbone.cost(conditions.get("batch_size", 1), conditions.get("precision"))
    return {
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "training_bytes": cost.training_bytes,
        "inference_bytes": cost.inference_bytes,
    }


def _receptive_field(backbone: Backbone, _: Conditions) -> Told:
    known = backbone.receptive_field()
    # Of an output that may see anything, the smallest is not known.
    return min(map(_smallest, (known.output, *known.outputs.values())), key=_sees_least)


def _smallest(seen: MapReceptiveField) -> Told:
    height, width = seen.smallest or (None, None)
    return {"extent": seen.extent, "height": height, "width": width}


def _sees_least(seen: Told) -> float:
    if seen["extent"] == "exact":
        return float(min(seen["height"], seen["width"]))
    return math.inf if seen["extent"] == "whole image" else -math.inf


def _strides(backbone: Backbone, _: Conditions) -> Told:
    known = [data["strides"] for _, data in backbone.blocks.nodes(data=True) if data["strides"] is not None]
    return {
        "output": _plain(_output_layer(backbone)["strides"]),
        "maximum": _plain(max(known, key=coarseness, default=None)),
    }


def _output_shape(backbone: Backbone, _: Conditions) -> list[int | None]:
    return list(_output_layer(backbone)["shape"])


def _output_layer(backbone: Backbone) -> Mapping[str, Any]:
    """What is known of the layer that makes the output: of the first head of the last stack."""
    output = backbone.structure.outputs[-max(len(backbone.design.heads), 1)]
    found: Mapping[str, Any] = backbone.layers.nodes[maker_of(output).name]
    return found


def _plain(strides: Strides | None) -> float | list[float] | None:
    stride = one_stride(strides)
    return list(strides) if stride is None and strides is not None else stride


def _checks(backbone: Backbone, conditions: Conditions) -> list[Told]:
    found = backbone.checks(
        animal_px=conditions.get("animal_px"),
        input_scale=conditions.get("input_scale", 1.0),
        batch_size=conditions.get("batch_size", 1),
        precision=conditions.get("precision"),
        memory_bytes=conditions.get("memory_bytes"),
    )
    return [{"severity": check.severity, "kind": check.kind, "reason": check.reason} for check in found]


def _time(backbone: Backbone, conditions: Conditions) -> Told:
    options = {**conditions.get("timing", {}), "batch_size": conditions.get("batch_size", 1)}
    policy = conditions.get("policy")
    options["precision"] = conditions.get("precision") or (policy if policy in PRECISIONS else None)
    try:
        timing = measure(backbone.design, **options)
    except (BeyondMemoryError, TimingTooLongError, FieldError) as error:
        return {"reason": str(error)}
    except TimingError as error:  # of its worker or of this process, not of the network
        return {"reason": str(error), "failed": True}
    figures = {name: value for name, value in timing.to_dict().items() if name not in _LEFT_OUT}
    return {**figures, "notices": list(timing.notices), **machine_here()}


_LEFT_OUT = ("blocks", "gpu", "load", "remainder_ms")

TELLS: dict[str, Callable[[Backbone, Conditions], Any]] = {
    "cost": _cost,
    "receptive_field": _receptive_field,
    "strides": _strides,
    "output_shape": _output_shape,
    "checks": _checks,
    "time": _time,
}
"""What can be told of a design, by name."""
