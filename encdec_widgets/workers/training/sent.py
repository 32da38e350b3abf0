"""What a worker process is told of a training: the network, its weights and the task, the large parts as files."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.counterparts import counterparts
from encdec_widgets.networks.followed import FollowedLayer
from encdec_widgets.networks.weights import has_values
from encdec_widgets.workers.sent_network import Network, frozen_weights, network_of
from encdec_widgets.workers.training.options import TrainingOptions
from encdec_widgets.workers.training.sent_task import packed_task
from encdec_widgets.workers.training.tasks import Task
from encdec_widgets.workers.training.trainee import Trainee, trainee
from encdec_widgets.workers.training.weights_file import pairs_of, save


@attrs.frozen(kw_only=True, eq=False)
class Sent:
    """A copy of a design, ready to be sent.

    Attributes:
        trainee: The copy.
        network: What the process builds.
        weights: Path of the file with the weights that it starts from; None for new ones.
        numbers: Which of the copy's variables have weights there, in their order; the process draws the others.
    """

    trainee: Trainee
    network: Network
    weights: str | None = None
    numbers: tuple[int, ...] = ()

    def is_same_to_train(self, other: "Sent") -> bool:
        """Whether the same is trained for both: their designs may differ in what the copies leave out."""
        return (
            self.trainee.design == other.trainee.design
            and self.network.kind == other.network.kind
            and self.network.frozen == other.network.frozen
            and self.network.config == other.network.config
        )


def sent(thing: Any, task: Task | str, options: TrainingOptions, folder: Path | None) -> Sent:
    """What is sent of a design, or of a network with its weights.

    Keras is not thread-safe: call it in the thread that owns the network. Random numbers of this process are left as
    they are: the process that trains draws from the seed.

    Args:
        thing: What :func:`~encdec_widgets.workers.training.trainee.trainee` takes.
        task: The task.
        options: How it is trained.
        folder: Where the weights of a network that has some are written; None leaves them.

    Raises:
        FieldError: (a ValueError) If the design cannot learn the task so.
        TimingError: If it holds something that cannot be sent to another process.
    """
    copy = trainee(thing, task, options)
    backbone = thing if hasattr(thing, "structure") else getattr(thing, "backbone", None)
    with _random_numbers_kept():
        if not isinstance(backbone, Backbone):
            return Sent(trainee=copy, network=network_of(copy.design))
        return _of_backbone(copy, backbone, folder)


def _of_backbone(copy: Trainee, backbone: Backbone, folder: Path | None) -> Sent:
    # The product's own rule says which layers of the copy have the network's weights, and stay frozen. Layers are
    # shared: none of the network's is filled for it. Heads are replaced, be they like the task's or not.
    replaced = {**counterparts(backbone.design, copy.design), "head": [None] * len(copy.design.heads)}
    built = to_the_end(
        build_in_steps(copy.design, backbone, counterparts=replaced, policy=backbone.precision)
    )
    network = network_of(copy.design)
    if (
        network.kind == "model"
    ):  # Keras may have numbered its layers: what is frozen is known by this one's names.
        network = network_of(built)
    network = attrs.evolve(network, frozen=frozen_weights(built.structure))
    # Some may be filled from elsewhere as soon as they are needed.
    if folder is None or not any(map(has_values, backbone.network.variables)):
        return Sent(trainee=copy, network=network)
    theirs = _of_the_same_origin(built, backbone)
    variables = built.structure.variables
    numbers = tuple(n for n, one in enumerate(variables) if id(one) in theirs and has_values(one))
    path = folder / "start.npz"
    save(pairs_of(variables[n] for n in numbers), path)
    return Sent(trainee=copy, network=network, weights=str(path), numbers=numbers)


def _of_the_same_origin(built: Backbone, backbone: Backbone) -> set[int]:
    """Ids of the variables that have a network's weights."""
    origins = {layer.origin for layer in _followed(backbone)}
    kept = [layer for layer in _followed(built) if layer.origin in origins]
    return {id(variable) for layer in kept for variable in layer.layer.variables}


def _followed(backbone: Backbone) -> Iterator[FollowedLayer]:
    for layers in backbone.network.layers.values():
        yield from layers.values()


@contextmanager
def _random_numbers_kept() -> Iterator[None]:
    """Leave Python's random numbers, from which the initializers of new layers draw their seeds, as they are."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


def written_task(task: Task, size: int, folder: Path) -> str:
    """Write a task into a file, and return its path.

    Raises:
        TaskError: (a ValueError) If it draws something that nothing can learn from.
        TimingError: If it cannot be sent.
    """
    learnt = task.to_send(size)  # What goes wrong is told here, before a process is asked.
    path = folder / "task.txt"
    path.write_text(packed_task(learnt), encoding="ascii")
    return str(path)
