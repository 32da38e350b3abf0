"""The commands of a worker process: networks are loaded, run in rounds, taken apart and differentiated."""

import contextlib
import gc
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import networkx as nx
import numpy as np

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import first_line_in
from encdec_widgets.networks.multiply_adds import total
from encdec_widgets.networks.weights import draw_again
from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.backends.backend import Runner, Work
from encdec_widgets.workers.block_maps import unpacked
from encdec_widgets.workers.device import Device
from encdec_widgets.workers.errors import BackendFailedError, TimingError
from encdec_widgets.workers.inside.devices import chosen_device, seen_devices
from encdec_widgets.workers.inside.feature_maps import look
from encdec_widgets.workers.inside.inputs import MAX_BATCHES, random_batches
from encdec_widgets.workers.inside.loading import Loaded, load
from encdec_widgets.workers.inside.memory import Expected, Growth, expected_memory, require_memory
from encdec_widgets.workers.inside.modules import ModulesHere
from encdec_widgets.workers.inside.parts import block_models, map_values
from encdec_widgets.workers.inside.sampling import GradientSampler
from encdec_widgets.workers.inside.stopwatch import Stopwatch
from encdec_widgets.workers.inside.training import TrainingHere
from encdec_widgets.workers.timing.calibration import Calibration, calibrate, predict_ms
from encdec_widgets.workers.training.weights_file import assign
from encdec_widgets.workers.training.weights_file import load as weights_in


@attrs.frozen(eq=False)
class _OnBench:
    """A network on the bench."""

    loaded: Loaded
    options: Mapping[str, Any]
    device: Device


class Bench:
    """Networks under names, each with the stopwatches that run on it."""

    def __init__(self) -> None:
        """Make an empty bench."""
        self._networks: dict[str, _OnBench] = {}
        self._watches: dict[str, tuple[Stopwatch, Device]] = {}
        self._samplers: dict[str, GradientSampler] = {}
        self._trainings: dict[str, tuple[TrainingHere, Device]] = {}
        self._notices: list[str] = []
        self._settings: Mapping[str, Any] = {}
        self._usual: Mapping[str, Any] = {}
        self._modules = ModulesHere()
        self._growth = Growth()

    def begin(self, settings: Mapping[str, Any], fresh: bool) -> dict[str, Any]:
        """Begin a job, and take what is set for the backend where the job comes from.

        Args:
            settings: What ``Backend.settings_here`` gave there.
            fresh: Whether this process has done nothing yet. Most settings count only before that, and not all of them
                say so when they come too late.

        Returns:
            Whether it is too late, so that another process is needed: also where a module of a person's own that this
            one has imported was edited since, and where this one has grown by too much memory.
        """
        if not fresh:
            # What could not be taken before cannot be taken by another process either. What the last job had set and
            # this one does not name is as it was before.
            wanted = {**self._usual, **settings}
            changed = settings != self._settings and running_backend().differs(wanted)
            return {"too_late": changed or self._modules.edited() or self._growth.is_too_much()}
        self._growth.begins_anew()
        self._settings = settings
        self._usual = running_backend().now(settings)
        self._notices = running_backend().take(settings)
        return {"too_late": False}

    def clear(self) -> dict[str, Any]:
        """Take everything off the bench."""
        self._networks.clear()
        self._watches.clear()
        self._samplers.clear()
        self._trainings.clear()
        # This process has no other networks that this could touch.
        keras.utils.clear_session(free_memory=False)
        gc.collect()
        return {}

    def load(
        self,
        name: str,
        network: Mapping[str, Any],
        options: Mapping[str, Any],
        beyond_memory: bool = False,
        by_block: bool = False,
    ) -> dict[str, Any]:
        """Build a network.

        Args:
            name: What to call it.
            network: The fields of a :class:`encdec_widgets.workers.sent_network.Network`.
            options: The fields of :class:`encdec_widgets.workers.timing.Options`, resolved.
            beyond_memory: Whether to build it even where it would take more memory than there is.
            by_block: Whether to take it apart too; its blocks are called ``name/block``, and started one by one.
        """
        if keras.config.backend() != options["backend"]:
            raise TimingError(
                f"the timing process runs on {keras.config.backend()}, not on {options['backend']}"
            )
        device, notices = chosen_device(options["device"], network["devices"].get(options["backend"]))

        expected: list[Expected | None] = [None]

        def check(model: Any, policy: str) -> None:
            expected[0] = expected_memory(model, options["work"], options["batch_size"], policy, device)
            if expected[0] is not None and not beyond_memory:
                expected[0].require()

        with running_backend().on(device), self._modules.noted():
            loaded = load(network, options["precision"], check)
            models = block_models(loaded.model, loaded.blocks) if by_block else {}
        self._networks[name] = _OnBench(loaded, options, device)
        for block, model in models.items():
            part = attrs.evolve(loaded, model=model)
            self._networks[f"{name}/{block}"] = _OnBench(part, options, device)
        if models and expected[0] is not None:
            expected[0] = expected[0].with_maps(map_values(models.values(), options["work"]))
            if not beyond_memory:
                expected[0].require()
        return {
            "blocks": list(models),
            "precision": loaded.precision,
            "policy": loaded.policy,
            "settings": running_backend().settings_here(),
            "notices": [*network["notices"], *self._notices, *notices],
            "device": device.name,
            "device_option": device.option,
            **seen_devices(),
            "memory": _told(expected[0]),
            "multiply_adds": total(data["multiply_adds"] for _, data in loaded.layers.nodes(data=True)),
        }

    def predict(self, name: str, calibration: Mapping[str, Any] | None) -> dict[str, Any]:
        """Predict how long a network will take.

        Args:
            name: The network.
            calibration: A calibration of its device under the same conditions; None to make one.
        """
        network = self._networks[name]
        options = network.options
        known = Calibration.from_dict(calibration) if calibration else _calibration(network)
        predicted_ms = predict_ms(
            network.loaded.layers,
            known,
            batch_size=options["batch_size"],
            training=options["work"] == "training",
        )
        return {"predicted_ms": predicted_ms, "calibration": known.to_dict()}

    def start(self, name: str) -> dict[str, Any]:
        """Run a network for the first time, then until it is warm."""
        network = self._networks[name]
        options, model = network.options, network.loaded.model
        with running_backend().on(network.device), _told_plainly(options["compilation"]):
            runner = running_backend().runner(model, options["work"], options["compilation"])
            watch = _stopwatch(runner, model, options["work"], options["batch_size"])
            warm = watch.warm_up(options["budget_s"])
        self._watches[name] = watch, network.device
        return {
            "first_call_ms": watch.first_call_ms,
            # The peak is asked for now, while nothing else is on the bench.
            "peak_bytes": runner.peak_bytes(network.device),
            "run_ms": max(warm, default=watch.first_call_ms),
        }

    def run(self, name: str, seconds: float, at_most: int) -> dict[str, Any]:
        """Time a network, or one of its blocks, for a while."""
        watch, device = self._watches[name]
        with running_backend().on(device), _told_plainly(self._networks[name].options["compilation"]):
            return {"times_ms": watch.round(seconds, at_most)}

    def start_block(self, name: str) -> dict[str, Any]:
        """Run a block for the first time, as the work asked for needs it."""
        network = self._networks[name]
        model, options = network.loaded.model, network.options
        work: Work = "forward"
        if options["work"] == "training":
            work = "gradients" if self._needs_gradients_of_inputs(name) else "weight gradients"
        with running_backend().on(network.device), _told_plainly(options["compilation"]):
            runner = running_backend().runner(model, work, options["compilation"])
            # One batch: all blocks are on the bench together.
            watch = _stopwatch(runner, model, work, options["batch_size"], batches=1)
            watch.round(0.0, 1)
        self._watches[name] = watch, network.device
        return {}

    def sample_gradient(self, name: str, output: int) -> dict[str, Any]:
        """Take one more gradient of a network, with other weights and another image; see :class:`GradientSampler`.

        Args:
            name: The network.
            output: Which of its outputs to look at; of all its samples, the first one's counts.
        """
        network = self._networks[name]
        with running_backend().on(network.device):
            if name not in self._samplers:
                model, batch_size = network.loaded.model, network.options["batch_size"]
                policy = network.loaded.policy
                require_memory(model, "gradients of the image", batch_size, policy, network.device)
                self._samplers[name] = GradientSampler(model, output)
            self._samplers[name].sample()
        return {}

    def mean_gradient(self, name: str) -> dict[str, Any]:
        """The mean of the gradients of a network; see :meth:`GradientSampler.mean`."""
        return self._samplers[name].mean()

    def take_weights(self, name: str, path: str | None, seed: int) -> dict[str, Any]:
        """Give a network the weights of a file; without one, random ones that a seed draws."""
        network = self._networks[name]
        model = network.loaded.model
        with running_backend().on(network.device):
            if path is None:
                draw_again(model.weights, np.random.default_rng(seed))
            else:
                assign(model.weights, weights_in(path))
        return {}

    def look(
        self, name: str, image: Mapping[str, Any], blocks: Mapping[str, str], heads: Sequence[str]
    ) -> dict[str, Any]:
        """Run a network once on an image, and tell what every block makes of it: see :func:`look`.

        Args:
            name: The network.
            image: What :func:`encdec_widgets.workers.block_maps.packed` made of it.
            blocks: The call that makes the output of each block, by the block's name.
            heads: Names of the blocks that predict.
        """
        network = self._networks[name]
        with running_backend().on(network.device):
            return look(network.loaded.model, unpacked(image), blocks, heads)

    def train_begin(
        self,
        name: str,
        network: Mapping[str, Any],
        task: str,
        options: Mapping[str, Any],
        seed: int,
        weights: str | None,
        numbers: Sequence[int],
    ) -> dict[str, Any]:
        """Build a network to be trained; see :class:`TrainingHere`.

        Args:
            name: What to call it.
            network: The fields of a :class:`encdec_widgets.workers.sent_network.Network`.
            task: Path of the file that holds the task.
            options: The fields of :class:`encdec_widgets.workers.training.TrainingOptions`, resolved.
            seed: What images, their order and first weights come from.
            weights: Path of the file with the weights to start from; None for new ones.
            numbers: Which of the network's variables have weights there.
        """
        device, notices = chosen_device(options["device"], network["devices"].get(options["backend"]))

        expected: list[Expected | None] = [None]

        def check(model: Any, policy: str) -> None:
            expected[0] = require_memory(model, "training", options["batch_size"], policy, device)

        with running_backend().on(device), self._modules.noted():
            training = TrainingHere(network, task, options, seed, check)
            if weights is not None:
                training.start_from(weights, numbers)
        self._trainings[name] = training, device
        return {"parameters": training.parameters, "notices": notices, "memory": _told(expected[0])}

    def train_change(self, name: str, network: Mapping[str, Any]) -> dict[str, Any]:
        """Go on with another network after an edit; layers that are the same keep their weights."""
        training, device = self._trainings[name]
        with running_backend().on(device), self._modules.noted():
            kept = training.change(network)
        return {"kept": kept, "parameters": training.parameters}

    def train_slice(self, name: str, seconds: float, at_most: int | None, scores: bool) -> dict[str, Any]:
        """Train for a while and look at the network; see :meth:`TrainingHere.slice`."""
        training, device = self._trainings[name]
        with running_backend().on(device):
            return training.slice(seconds, at_most, scores)

    def train_weights(self, name: str, path: str) -> dict[str, Any]:
        """Write the weights of a network that is trained to a file."""
        training, device = self._trainings[name]
        with running_backend().on(device):
            training.save(path)
        return {}

    def _needs_gradients_of_inputs(self, name: str) -> bool:
        """Whether a training step takes the gradients of what enters a block: where a weight before it is trained."""
        network = self._networks[name]
        whole = self._networks[name.partition("/")[0]].loaded
        layers, block = whole.layers, set(network.loaded.blocks[name.partition("/")[2]])
        before = set().union(*(nx.ancestors(layers, layer) for layer in block)) - block
        return any(layer.trainable_weights for layer in whole.model.layers if layer.name in before)

    def commands(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """The commands of this process, by name."""
        names = (
            self.begin,
            self.clear,
            seen_devices,
            self.load,
            self.predict,
            self.start,
            self.run,
            self.start_block,
            self.sample_gradient,
            self.mean_gradient,
            self.take_weights,
            self.look,
            self.train_begin,
            self.train_change,
            self.train_slice,
            self.train_weights,
        )
        return {command.__name__: command for command in names}


@contextlib.contextmanager
def _told_plainly(compilation: str) -> Iterator[None]:
    """Say in a sentence what to do where a backend or a compiler fails.

    A compiler's words are a traceback. Without one, what a layer raises says what is wrong with it.
    """
    try:
        yield
    except TimingError:
        raise
    except Exception as error:
        name = running_backend().proper_name
        reason = type(error).__name__
        said = first_line_in(error) if compilation == "eager" else ""
        raise BackendFailedError(name, compilation, f"{reason}: {said}" if said else reason) from error


def _told(expected: Expected | None) -> dict[str, int] | None:
    return None if expected is None else attrs.asdict(expected)


def _calibration(network: _OnBench) -> Calibration:
    """A calibration of a network's device, at the network's precision and in the way that stands for its own."""
    way = running_backend().calibrated_as(network.options["compilation"])

    def time_model(model: Any, batch_size: int) -> float:
        runner = running_backend().runner(model, "forward", way)
        watch = _stopwatch(runner, model, "forward", batch_size, batches=1)
        watch.round(0.005, 20)
        times = watch.round(0.02, 50)
        return statistics.median(times)

    keras.config.set_dtype_policy(network.loaded.policy)
    with running_backend().on(network.device), _told_plainly(way):
        calibration = calibrate(time_model)
    if way != network.options["compilation"]:
        # What is compiled is one call: of layers that are run one by one it has the work, and not the overhead of each.
        calibration = attrs.evolve(calibration, layer_overhead_ms=0.0)
    gc.collect()  # Keras models are cycles, and a card's memory is for the network.
    return calibration


def _stopwatch(
    runner: Runner, model: Any, work: Work, batch_size: int, batches: int = MAX_BATCHES
) -> Stopwatch:
    inputs = random_batches(model.inputs, batch_size, batches)
    targets = [] if work == "forward" else random_batches(model.outputs, batch_size, batches)
    # There may be fewer batches of one than of the other, where both together take much memory.
    pairs = zip(inputs, targets or [[]] * len(inputs), strict=False)
    return Stopwatch(runner.run, [runner.to_device(*pair) for pair in pairs])
