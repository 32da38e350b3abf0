"""PyTorch, eager and compiled: each way runs, changes weights only where it trains, and is compiled once."""

from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.backends.backend import Work
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.timing import (
    Measurement,
    TimingError,
    Worker,
    checked,
    compare,
    installed_backends,
    measure,
    network_of,
)
from tests.library.timed import DESIGN, small_model

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


def test_the_device_is_calibrated_without_the_compiler() -> None:
    import torch

    bench, options = Bench(), checked(compilation="torch.compile")
    bench.load("network", attrs.asdict(network_of(small_model())), attrs.asdict(options))
    torch._dynamo.utils.counters.clear()
    told = bench.predict("network", None)
    assert told["predicted_ms"] > 0
    assert told["calibration"]["layer_overhead_ms"] == 0, "layers that are compiled are one call"
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 0


def test_a_timing_that_varies_names_the_threads() -> None:
    import torch

    settings = running_backend().settings_here()
    several = {**settings, "threads within operations": 2}
    assert "2 threads" in str(running_backend().advice_when_noisy(several))
    assert running_backend().advice_when_noisy({**settings, "threads within operations": 1}) is None
    assert torch.get_num_threads() == settings["threads within operations"]


@pytest.mark.skipif("tensorflow" not in installed_backends(), reason="TensorFlow is not installed")
def test_tensorflow_races_torch_after_a_compiler_has_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CXX", str(tmp_path / "no-compiler"))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "nothing compiled"))
    worker = Worker()
    with pytest.raises(TimingError) as caught:
        measure(small_model(), worker=worker, backend="torch", compilation="torch.compile", budget_s=0.05)
    said = str(caught.value)
    assert said.startswith("PyTorch (torch.compile) failed at this network (")
    assert said.endswith('; choose "eager", or another backend')
    assert len(said) < 160
    race = compare(
        DESIGN,
        DESIGN,
        worker=worker,
        backend=("tensorflow", "torch"),
        compilation=("graph", "eager"),
        budget_s=0.1,
    )
    assert (race.a.backend, race.b.backend) == ("tensorflow", "torch")
    assert race.low <= race.ratio <= race.high
    assert len(worker.pids) == 2
    worker.stop()


@pytest.mark.full
@pytest.mark.parametrize("work", ["forward", "training"])
def test_a_worker_times_what_torch_compiled_with_its_blocks(work: str) -> None:
    worker = Worker()
    told: list[str] = []
    job = Measurement(
        network=network_of(DESIGN),
        options=checked(backend="torch", compilation="torch.compile", work=work, batch_size=2, budget_s=0.2),
        by_block=True,
    )
    timing = worker.do(job, lambda progress: told.append(progress.doing))
    assert (timing.backend, timing.compilation, timing.work) == ("torch", "torch.compile", work)
    assert "first call, which compiles, and warm-up" in told
    first_calls = {doing.partition(" (")[0] for doing in told}  # One that takes long says how long already.
    assert timing.blocks
    assert {f"first call, which compiles, of {block.name}" for block in timing.blocks} <= first_calls
    assert all(block.median_ms > 0 for block in timing.blocks)
    race = compare(
        DESIGN, DESIGN, worker=worker, backend="torch", compilation=("torch.compile", "eager"), budget_s=0.2
    )
    assert (race.a.compilation, race.b.compilation) == ("torch.compile", "eager")
    worker.stop()
