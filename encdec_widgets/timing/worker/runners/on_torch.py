"""Running networks on PyTorch."""

from typing import Any

import torch

from encdec_widgets._keras import keras
from encdec_widgets.timing.device import Device
from encdec_widgets.timing.worker.runners.runner import Arrays, Runner, Work, one_or_all


def runner(model: Any, work: Work, compilation: str) -> Runner:
    """The network eager, or compiled by ``torch.compile``."""
    step = {"forward": _forward, "training": _training, "gradients": _gradients}[work]

    def call(x: Any, y: Any) -> Any:
        return step(model, x, y)

    if compilation == "torch.compile":
        call = torch.compile(call)

    def place(inputs: Arrays, targets: Arrays) -> Any:
        tensors = zip(inputs, model.inputs, strict=True)
        x = [keras.ops.convert_to_tensor(array, dtype=tensor.dtype) for array, tensor in tensors]
        y = [keras.ops.convert_to_tensor(array) for array in targets]
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


def _gradients(model: Any, x: Any, _: Any) -> Any:
    inputs = [tensor.detach().requires_grad_() for tensor in (x if isinstance(x, list) else [x])]
    outputs = model(one_or_all(inputs), training=True)
    flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    total = sum(output.float().sum() for output in flat)
    wanted = [*inputs, *(variable.value for variable in model.trainable_variables)]
    return torch.autograd.grad(total, wanted, allow_unused=True)


def _wait() -> None:
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def _peak_bytes(device: Device) -> int | None:
    return int(torch.cuda.max_memory_allocated(device.number)) if device.kind == "GPU" else None
