"""PyTorch."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.workers.backends.backend import (
    Backend,
    Gradient,
    Loss,
    Runner,
    Setting,
    TrainingStep,
    Work,
    dtype_of_target,
    one_or_all,
)
from encdec_widgets.workers.device import CPU, Device


class Torch(Backend):
    """PyTorch: eager, or compiled by ``torch.compile``."""

    name = "torch"
    proper_name = "PyTorch"
    compilations = ("eager", "torch.compile")

    @property
    def settings(self) -> dict[str, Setting]:
        """Threads, and how exactly and with which libraries it computes."""
        import torch

        cuda, cudnn, mkldnn = torch.backends.cuda, torch.backends.cudnn, torch.backends.mkldnn
        flags: dict[str, tuple[Any, str]] = {
            "TensorFloat-32 in matrix products": (cuda.matmul, "allow_tf32"),
            "TensorFloat-32 in cuDNN": (cudnn, "allow_tf32"),
            "cuDNN": (cudnn, "enabled"),
            "cuDNN's search for the fastest": (cudnn, "benchmark"),
            "cuDNN's determinism": (cudnn, "deterministic"),
            "oneDNN": (mkldnn, "enabled"),
        }
        return {
            "threads within operations": Setting(torch.get_num_threads, torch.set_num_threads),
            "threads between operations": Setting(
                torch.get_num_interop_threads, torch.set_num_interop_threads
            ),
            "deterministic algorithms": Setting(
                torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms
            ),
            "precision of matrix products": Setting(
                torch.get_float32_matmul_precision, torch.set_float32_matmul_precision
            ),
            **{
                name: Setting(
                    functools.partial(getattr, owner, flag), functools.partial(setattr, owner, flag)
                )
                for name, (owner, flag) in flags.items()
            },
        }

    def devices(self) -> list[Device]:
        """All cards; first the device where Keras puts tensors, which KERAS_TORCH_DEVICE may have moved off the GPU."""
        import torch

        default: Any = keras.ops.convert_to_tensor(0.0).device
        cards = [Device(torch.cuda.get_device_name(n), "GPU", n) for n in range(torch.cuda.device_count())]
        if default.type == "cpu":
            return [CPU, *cards]
        if default.type != "cuda":
            return [Device(f"GPU ({default.type})", "GPU")]
        return sorted(cards, key=lambda card: card.number != (default.index or 0))

    def _runner(self, model: Any, work: Work, compilation: str) -> Runner:
        import torch

        step: Any = _step(model, work)
        if compilation == "torch.compile":
            _never_eager()
            if work == "training":
                _like_later_steps(model)
            step = torch.compile(step, dynamic=False)
        if work == "forward":
            # Around what is compiled, never within: and inductor cannot compile with tensors of inference_mode.
            step = _without_gradients(step, torch.inference_mode if compilation == "eager" else torch.no_grad)

        def to_device(inputs: Sequence[Any], targets: Sequence[Any]) -> Any:
            tensors = zip(inputs, model.inputs, strict=True)
            x = [keras.ops.convert_to_tensor(array, dtype=tensor.dtype) for array, tensor in tensors]
            y = [
                keras.ops.convert_to_tensor(array, dtype=dtype_of_target(work, output))
                for array, output in zip(targets, model.outputs, strict=False)
            ]
            _wait()
            return one_or_all(x), y

        def run(batch: Any) -> None:
            step(*batch)
            _wait()

        for number in range(torch.cuda.device_count()):
            torch.cuda.reset_peak_memory_stats(number)
        return Runner(to_device, run, _peak_bytes)

    def calibrated_as(self, compilation: str) -> str:
        """Layer by layer, always: torch.compile takes seconds for each network, and leaves convolutions as they are."""
        return "eager"

    def settings_for_threads(self, threads: int) -> dict[str, Any]:
        """As many within operations as between them."""
        return {"threads within operations": threads, "threads between operations": threads}

    def advice_when_noisy(self, settings: Mapping[str, Any]) -> str | None:
        """Fewer threads, where there are several.

        A timing takes those that the program has, unlike a training: it is to tell how long that program's own loop
        takes.
        """
        threads = int(settings.get("threads within operations") or 1)
        if threads == 1:
            return None
        return (
            f"PyTorch ran with {threads} threads, as it does where the network comes from; they wait for each other "
            "busily, and torch.set_num_threads(1) there may be faster while other programs compute"
        )

    @contextmanager
    def training_threads(self, threads: int | None) -> Iterator[None]:
        """One thread, if nothing else was asked for.

        PyTorch's threads wait for each other busily. On two cores that others used too, 20 steps took 38 s with two
        threads and 3.3 s with one; where the cores are free, so small a network gains little from a second one.
        """
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(1 if threads is None else before)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def training_step(self, model: Any, loss: Loss, optimizer: Any) -> TrainingStep:
        """The step, operation by operation: torch.compile takes longer than a lesson's whole training."""
        import torch

        def placed(array: Any) -> Any:
            return keras.ops.convert_to_tensor(array)

        def outputs_of(images: Any, training: bool) -> list[Any]:
            outputs = model(placed(images), training=training)
            return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]

        def step(images: Any, maps: Any) -> float:
            value = loss(outputs_of(images, True), placed(maps))
            variables = model.trainable_variables
            weights = [variable.value for variable in variables]
            # Zeros, rather than None, for weights that the loss does not depend on.
            gradients = torch.autograd.grad(value, weights, allow_unused=True, materialize_grads=True)
            with torch.no_grad():
                optimizer.apply(list(gradients), variables)
            return float(value.detach())

        def predict(images: Any) -> Any:
            with torch.inference_mode():
                return outputs_of(images, False)[-1].cpu().numpy()

        return TrainingStep(step, predict, lambda: None)

    def gradient(self, model: Any, row: int, column: int) -> Gradient:
        """The gradient, operation by operation."""
        import torch

        def gradient_of(images: Sequence[Any], of_channels: Any) -> Any:
            placed = [keras.ops.convert_to_tensor(image) for image in images]
            placed[0].requires_grad_(True)
            outputs = model(one_or_all(placed), training=False)
            output = outputs[-1] if isinstance(outputs, (list, tuple)) else outputs
            seen = (output[0, row, column] * keras.ops.convert_to_tensor(of_channels)).sum()
            # Zeros, rather than None, where the output does not depend on the image.
            (found,) = torch.autograd.grad(seen, placed[:1], materialize_grads=True)
            return found[0].cpu().numpy()

        return gradient_of


def _step(model: Any, work: Work) -> Callable[..., Any]:
    """What one run computes, from inputs and from targets or gradients of the outputs."""
    import torch

    def forward(x: Any, _: Any) -> Any:
        return model(x, training=False)

    def training(x: Any, y: Any) -> Any:
        return model.train_step((x, one_or_all(y)))

    def gradients(x: Any, of_outputs: Any) -> Any:
        with_inputs = work == "gradients"
        given = x if isinstance(x, list) else [x]
        inputs = [tensor.detach().requires_grad_(with_inputs) for tensor in given]
        outputs = model(one_or_all(inputs), training=True)
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        weights = [variable.value for variable in model.trainable_variables]
        wanted = [*inputs, *weights] if with_inputs else weights
        if not wanted:
            return None
        return torch.autograd.grad(flat, wanted, grad_outputs=of_outputs, allow_unused=True)

    return {"forward": forward, "training": training}.get(work, gradients)


def _without_gradients(step: Callable[..., Any], context: Callable[[], Any]) -> Callable[..., Any]:
    def run(*batch: Any) -> Any:
        with context():
            return step(*batch)

    return run


def _like_later_steps(model: Any) -> None:
    """Have a first step that is like all others.

    Else Keras builds its loss there, in a way that cannot be compiled.
    """
    import torch

    maps = [
        keras.ops.zeros((1, *output.shape[1:]), dtype=dtype_of_target("training", output))
        for output in model.outputs
    ]
    model.compute_loss(y=one_or_all(maps), y_pred=one_or_all(maps), training=True)
    for (
        variable
    ) in model.trainable_variables:  # As in all later steps: else the second one is compiled once more.
        variable.value.grad = torch.zeros_like(variable.value)


def _never_eager() -> None:
    """Let torch compile every network, of which there are many, or raise: by default it gives up after eight."""
    import torch

    config = torch._dynamo.config
    config.recompile_limit = config.accumulated_recompile_limit = 100_000
    config.fail_on_recompile_limit_hit = True


def _wait() -> None:
    """Wait for all cards: Keras puts tensors on one without making it torch's current device."""
    import torch

    for number in range(torch.cuda.device_count()):
        torch.cuda.synchronize(number)
    if not torch.cuda.is_available() and torch.accelerator.is_available():
        torch.accelerator.synchronize()


def _peak_bytes(device: Device) -> int | None:
    import torch

    return int(torch.cuda.max_memory_allocated(device.number)) if device.kind == "GPU" else None


BACKEND = Torch()
