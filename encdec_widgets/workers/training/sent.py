"""What a worker process is told of a training: the network, its weights and the task, the large parts as files."""

from pathlib import Path
from typing import Any

import attrs

from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
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
    """

    trainee: Trainee
    network: Network
    weights: str | None = None


def sent(thing: Any, task: Task | str, options: TrainingOptions, folder: Path | None) -> Sent:
    """What is sent of a design, or of a network with its weights.

    Keras is not thread-safe: call it in the thread that owns the network.

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
    if not isinstance(backbone, Backbone):
        return Sent(trainee=copy, network=network_of(copy.design))
    frozen = frozen_weights(backbone.structure)
    # Some may be filled from elsewhere as soon as they are needed.
    if folder is None or not any(map(has_values, backbone.network.variables)):
        return Sent(trainee=copy, network=attrs.evolve(network_of(copy.design), frozen=frozen))
    # The product's own rule says which layers of the copy have the network's weights.
    built = to_the_end(build_in_steps(copy.design, backbone, policy=backbone.precision))
    network = network_of(copy.design)
    path = folder / "start.npz"
    save(
        pairs_of(built.structure.variables), path
    )  # Layers are shared: none of the network's is filled for it.
    return Sent(trainee=copy, network=attrs.evolve(network, frozen=frozen), weights=str(path))


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
