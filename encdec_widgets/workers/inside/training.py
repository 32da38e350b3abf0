"""A training in this process: a network, its images, its optimizer, and the slices that it is trained in."""

import base64
import gc
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.formatting import counted, number_text
from encdec_widgets.networks.keras_private import first_line_in
from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.backends.backend import TrainingStep
from encdec_widgets.workers.errors import EditNotBuiltError, TimingError, ran_out_of_memory
from encdec_widgets.workers.inside.laid_over import colours_of, row, words
from encdec_widgets.workers.inside.optimizer import Adam, adam
from encdec_widgets.workers.inside.trained_network import TrainedNetwork, built
from encdec_widgets.workers.inside.training_images import TrainingImages
from encdec_widgets.workers.png import png
from encdec_widgets.workers.training.scores import Score
from encdec_widgets.workers.training.sent_task import unpacked_task
from encdec_widgets.workers.training.trainee import positions_of
from encdec_widgets.workers.training.weights_file import assign, load, pairs_of, save

PICTURES = 6
MOST_AT_ONCE = 8
"""So many images go through the network at once where nothing is learnt."""


@contextmanager
def _leaves_what_was_learnt() -> Iterator[None]:
    """Have an edit that a library refuses told as such: until it is whole, nothing that was learnt is touched."""
    try:
        yield
    except Exception as error:
        ours = isinstance(error, (TimingError, FieldError))
        # Where memory ran out, what still works here is unknown.
        if ran_out_of_memory(error) or (ours and not isinstance(error.__cause__, RuntimeError)):
            raise
        reason = str(error) if ours else f"{type(error).__name__}: {first_line_in(error)}"
        raise EditNotBuiltError(reason) from error


class TrainingHere:
    """A network that is trained here.

    Attributes:
        steps: Steps that were taken.
    """

    def __init__(
        self,
        network: Mapping[str, Any],
        task: str,
        options: Mapping[str, Any],
        seed: int,
        check: Callable[[Any, str], None],
    ) -> None:
        """Build a network and draw the images of its score.

        Args:
            network: The fields of a :class:`encdec_widgets.workers.sent_network.Network`.
            task: Path of the file that holds the task.
            options: The fields of :class:`encdec_widgets.workers.training.TrainingOptions`.
            seed: What images, their order and first weights come from.
            check: Is given a model before its weights take memory, and its policy; may refuse it.
        """
        self.steps = 0
        self._options = options
        self._network: TrainedNetwork
        self._optimizer: Adam
        self._images: TrainingImages
        self._step: TrainingStep
        self._called = False
        self._seed = seed
        self._check = check
        self._edits = 0
        self._score: Score | None = None
        self._longest_look_s = 0.0
        self._task = unpacked_task(Path(task).read_text(encoding="ascii"))
        self._take(built(network, f"{seed}", check))

    @property
    def parameters(self) -> int:
        """How many parameters the network has."""
        return self._network.parameters

    def start_from(self, path: str, numbers: Sequence[int]) -> None:
        """Take weights from a file, for those of the variables that have these numbers."""
        pairs, variables = load(path), self._network.model.variables
        by_path = {variable.path: variable for variable in variables}
        if len(by_path) == len(variables) and by_path.keys() >= {name for name, _ in pairs}:
            assign([by_path[name] for name, _ in pairs], pairs)
        else:  # Keras numbers layers without a name of their own anew in each process.
            assign([variables[number] for number in numbers], pairs)
        self._step = self._compiled()  # JAX keeps values apart from the variables.

    def change(self, network: Mapping[str, Any]) -> int:
        """Build another network after an edit; how many parameters kept their weights.

        Raises:
            TimingError: If it cannot be built, most often an EditNotBuiltError; the network before is as it was, and
                can be trained on.
        """
        self._step.settle()
        self._edits += 1
        before, optimizer = self._network, self._optimizer
        with _leaves_what_was_learnt():
            after = built(network, f"{self._seed}/{self._edits}", self._check, before)
            self._take(after, begins=self.steps)
        self._optimizer.carry_on(optimizer, after.pairs_with(before))
        self._step = self._compiled()  # JAX keeps values apart from the variables.
        kept = after.kept
        del before, optimizer, after
        gc.collect()  # Networks are cycles, and compiled functions hold them: each edit would take memory for good.
        return kept

    def slice(self, seconds: float, at_most: int | None, scores: bool) -> dict[str, Any]:
        """Train for a while, and look at the network.

        Args:
            seconds: Steps begin within this time; one does at least, unless ``at_most`` is 0.
            at_most: No more steps than this; None for no limit.
            scores: Whether the score is taken.
        """
        losses: list[float] = []
        spent_s = first_call_s = longest_s = 0.0
        with running_backend().training_threads(self._options["threads"]):
            while (at_most is None or len(losses) < at_most) and (not losses or spent_s < seconds):
                begin = time.perf_counter()
                losses.append(self._stepped())
                took_s = time.perf_counter() - begin
                if self._called:
                    spent_s, longest_s = spent_s + took_s, max(longest_s, took_s)
                else:
                    first_call_s, self._called = first_call_s + took_s, True
            begin = time.perf_counter()
            if scores:
                self._score = self._scored()
            pictures = self._pictures()
            # Most looks take no score, which takes longest.
            self._longest_look_s = max(self._longest_look_s, time.perf_counter() - begin)
        return {
            "losses": losses,
            "seconds": spent_s,
            "first_call_s": first_call_s,
            # What a slice takes beside its seconds: a step that has begun, and a look at the network.
            "run_ms": 1000 * (longest_s + self._longest_look_s) if longest_s else None,
            "score": attrs.asdict(self._score) if scores and self._score else None,
            **pictures,
        }

    def save(self, path: str) -> None:
        """Write the weights to a file."""
        self._step.settle()
        save(pairs_of(self._network.model.variables), path)

    def _take(self, network: TrainedNetwork, begins: int | None = None) -> None:
        """Go on with a network: its images, its optimizer and its step."""
        model = network.model
        if not model.trainable_variables:
            raise TimingError(
                "there is nothing to train: all weights of this network are frozen. A layer with trainable = True "
                "would work"
            )
        _, size, _, channels = model.inputs[0].shape
        positions = positions_of(model.outputs[-1].shape, size)
        # Nothing is changed before all that a person's own task may refuse has come.
        if begins is None or (size, channels) != (self._images.size, self._images.channels):
            images = TrainingImages(
                self._task,
                seed=self._seed,
                size=size,
                channels=channels,
                positions=positions,
                batch_size=self._options["batch_size"],
                images=self._options["images"],
            )
            self._held_out, self._seen = images.held_out(self._options["score_images"])
            self._images = images
        self._images.positions = positions
        self._network = network
        self._optimizer = adam(model.trainable_variables, self._options, begins)
        self._step = self._compiled()

    def _compiled(self) -> TrainingStep:
        """The step, which is traced and compiled when it is first taken."""
        self._called = False
        loss = self._task.of_kind.loss

        def of_all(outputs: Any, maps: Any) -> Any:
            # Each stack is to find all of it, as the papers on stacked networks train them.
            losses = [loss(output, maps) for output in outputs]
            return sum(losses[1:], losses[0]) / float(len(losses))

        return running_backend().training_step(self._network.model, of_all, self._optimizer)

    def _stepped(self) -> float:
        value = self._step.step(*self._images.batch())
        self.steps += 1
        if not math.isfinite(value):
            taken = counted(self.steps, "step")
            raise TimingError(
                f"the loss is no finite number any more after {taken}: the weights have grown without end. A learning "
                f"rate below {number_text(self._options['learning_rate'])} would work, or images without extreme values"
            )
        return value

    def _predicted(self, count: int) -> NDArray[np.float32]:
        """What the network gives for the first images of the score: in batches of one size, compiled once.

        Small ones, though it is trained in large ones: six pictures are looked at far more often than the score is.
        """
        size = min(self._options["batch_size"], MOST_AT_ONCE)
        images = self._held_out[:count]
        padded = np.concatenate([images, np.repeat(images[-1:], -len(images) % size, axis=0)])
        parts = [self._step.predict(padded[at : at + size]) for at in range(0, len(padded), size)]
        return np.concatenate(parts)[:count].astype(np.float32)

    def _scored(self) -> Score:
        logits = self._predicted(len(self._held_out))
        return self._task.score(logits, self._seen.targets, self._images.size)

    def _pictures(self) -> dict[str, Any]:
        names, task = self._task.names, self._task
        logits = self._predicted(PICTURES)
        colours = colours_of(names, task.alike)
        painted = task.of_kind.laid_over(logits, self._images.size)
        picture = row(self._seen.images[: len(painted)], painted, colours)
        score = "" if self._score is None else self._score.text
        return {
            "pictures": base64.b64encode(png(picture)).decode("ascii"),
            "picture_text": words(task.what, len(painted), names, colours, score),
        }
