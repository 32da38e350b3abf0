"""Running networks on PyTorch."""

from functools import partial
from typing import Any

import torch

from encdec_widgets._keras import keras
from encdec_widgets.workers.device import Device
from encdec_widgets.workers.inside.runners.runner import Arrays, Runner, Work, one_or_all


def runner(model: Any, work: Work, compilation: str) -> Runner:
    """The network eager, or compiled by ``torch.compile``."""
    steps = {"forward": _forward, "training": _training}
    step = steps[work] if work in steps else partial(_gradients, work == "gradients")
    call: Any = partial(step, model)
    if compilation == "torch.compile":
        _never_eager()
        call = torch.compile(call, dynamic=False)

    def place(inputs: Arrays, targets: Arrays) -> Any:
        tensors = zip(inputs, model.inputs, strict=True)
        x = [keras.ops.convert_to_tensor(array, dtype=tensor.dtype) for array, tensor in tensors]
        y = [
            keras.ops.convert_to_tensor(array, dtype="float32" if work == "training" else tensor.dtype)
            for array, tensor in zip(targets, model.outputs, strict=False)
        ]
        _wait()
        return one_or_all(x), y

    def run(batch: Any) -> None:
        call(*batch)
        _wait()

    for number in range(torch.cuda.device_count()):
        torch.cuda.reset_peak_memory_stats(number)
    return Runner(place, run, _peak_bytes)


def _forward(model: Any, x: Any, _: Any) -> Any:
    with torch.inference_mode():
        return model(x, training=False)


def _training(model: Any, x: Any, y: Any) -> Any:
    return model.train_step((x, one_or_all(y)))


def _gradients(with_inputs: bool, model: Any, x: Any, of_outputs: Any) -> Any:
    inputs = [tensor.detach().requires_grad_(with_inputs) for tensor in (x if isinstance(x, list) else [x])]
    outputs = model(one_or_all(inputs), training=True)
    flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    weights = [variable.value for variable in model.trainable_variables]
    wanted = [*inputs, *weights] if with_inputs else weights
    return torch.autograd.grad(flat, wanted, grad_outputs=of_outputs, allow_unused=True) if wanted else None


def _never_eager() -> None:
    """Let torch compile every network, of which there are many, or raise: by default it gives up after eight."""
    config = torch._dynamo.config
    config.recompile_limit = config.accumulated_recompile_limit = 100_000
    config.fail_on_recompile_limit_hit = True


def _wait() -> None:
    # Keras places tensors without changing torch's current device, which alone would be waited for otherwise.
    for number in range(torch.cuda.device_count()):
        torch.cuda.synchronize(number)
    if not torch.cuda.is_available() and torch.accelerator.is_available():
        torch.accelerator.synchronize()


def _peak_bytes(device: Device) -> int | None:
    return int(torch.cuda.max_memory_allocated(device.number)) if device.kind == "GPU" else None
