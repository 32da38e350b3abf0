"""PyTorch, eager and compiled: each way runs, changes weights only where it trains, and is compiled once."""

from typing import Any

import numpy as np
import pytest

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.backends.backend import Work
from encdec_widgets.workers.device import CPU
from tests.library.timed import small_model

pytestmark = [
    pytest.mark.backend,
    pytest.mark.torch,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # of torch's own modules, when the compiler is loaded
]


def weights_of(model: Any) -> list[Any]:
    return [variable.value.detach().cpu().numpy().copy() for variable in model.trainable_variables]


@pytest.mark.parametrize("compilation", ["torch.compile", "eager"])
@pytest.mark.parametrize("work", ["forward", "training"])
def test_torch_runs_compiled_as_it_does_eagerly(work: Work, compilation: str) -> None:
    import torch

    model = small_model()
    before = weights_of(model)
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    with running_backend().on(CPU):
        runner = running_backend().runner(model, work, compilation)
        image = np.random.default_rng(0).random((2, 16, 16, 1), dtype=np.float32)
        targets = [np.ones((2, 16, 16, 4), np.float32)] if work == "training" else []
        batch = runner.to_device([image], targets)
        runner.run(batch)
        compiled = torch._dynamo.utils.counters["stats"]["unique_graphs"]
        assert (compiled > 0) == (compilation == "torch.compile")
        for _ in range(3):
            runner.run(batch)
        if work == "forward":  # a step of Keras's optimizer has numbers in it that change once
            assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == compiled
    changed = any((old != new).any() for old, new in zip(before, weights_of(model), strict=True))
    assert changed == (work == "training")
    assert not torch.is_inference_mode_enabled()


def test_a_timing_that_varies_names_the_threads() -> None:
    import torch

    settings = running_backend().settings_here()
    several = {**settings, "threads within operations": 2}
    assert "2 threads" in str(running_backend().advice_when_noisy(several))
    assert running_backend().advice_when_noisy({**settings, "threads within operations": 1}) is None
    assert torch.get_num_threads() == settings["threads within operations"]
