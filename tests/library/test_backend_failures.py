"""A backend or a compiler that fails: told in a sentence, and its process is not used again."""

from typing import Any

import keras
import pytest

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.errors import BackendFailedError, EditNotBuiltError, TimingError
from encdec_widgets.workers.inside.__main__ import answer
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.timing import Worker, checked, measure, network_of
from tests.library.timed import DESIGN, FactsOf, alive, eventually, small_model

TRACEBACK = "backend='inductor' raised:\nRuntimeError: " + 30 * "a compiler has much to say. "


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def failing(*_: Any, **__: Any) -> Any:
    raise AssertionError(TRACEBACK)


@pytest.mark.backend
@pytest.mark.tensorflow
@pytest.mark.jax
@pytest.mark.torch
@pytest.mark.parametrize("command", ["predict", "start"])
def test_what_a_compiler_says_becomes_a_sentence_that_tells_what_to_do(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    import attrs

    bench, arguments = Bench(), {"name": "network", **({"calibration": None} if command == "predict" else {})}
    compiled = next(way for way in running_backend().compilations if way != "eager")
    options = checked(compilation=compiled)
    bench.load("network", attrs.asdict(network_of(small_model())), attrs.asdict(options))
    monkeypatch.setattr(type(running_backend()), "runner", failing)
    monkeypatch.setattr(type(running_backend()), "calibrated_as", lambda self, way: way)
    reply = answer({"id": 1, "command": command, "arguments": arguments, "batch_size": 1}, bench.commands)
    assert reply["retire"]
    assert reply["error"] == (
        f"{running_backend().proper_name} ({compiled}) failed at this network (AssertionError); "
        'choose "eager", or another backend'
    )


@pytest.mark.backend
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("the mask must be square\n\nArguments received: ...", "ValueError: the mask must be square"),
        (200 * "wide ", f"ValueError: {(200 * 'wide ')[:80]}…{(200 * 'wide ').strip()[-79:]}"),
        ("", "ValueError"),
    ],
)
def test_without_a_compiler_what_a_layer_raises_is_told(words: str, told: str) -> None:
    import attrs

    bench = Bench()
    bench.load("network", attrs.asdict(network_of(small_model())), attrs.asdict(checked(compilation="eager")))

    class Raises(keras.layers.Layer):  # type: ignore[misc]
        def compute_output_spec(self, x: Any) -> Any:
            return keras.KerasTensor(x.shape, x.dtype)

        def call(self, x: Any) -> Any:
            raise ValueError(words)

    x_in = keras.layers.Input((16, 16, 1))
    model = keras.Model(x_in, Raises()(x_in))
    on_bench = bench._networks["network"]
    bench._networks["network"] = attrs.evolve(on_bench, loaded=attrs.evolve(on_bench.loaded, model=model))
    request = {"id": 1, "command": "start", "arguments": {"name": "network"}, "batch_size": 1}
    reply = answer(request, bench.commands)
    assert reply["retire"]
    backend = running_backend().proper_name
    assert reply["error"] == f"{backend} (eager) failed at this network ({told}); choose another backend"


@pytest.mark.parametrize(
    ("error", "retire"),
    [
        (AssertionError(TRACEBACK), True),
        (RuntimeError("PythonDispatcherTLS was not set"), True),
        (BackendFailedError("PyTorch", "eager", "RuntimeError"), True),
        (caused(TimingError("Keras says: no kernel"), RuntimeError("no kernel")), True),
        (caused(EditNotBuiltError("no kernel"), RuntimeError("no kernel")), False),
        (TimingError("there is no such device"), False),
    ],
)
def test_only_an_error_of_ours_leaves_a_process_in_use(error: Exception, retire: bool) -> None:
    def fails() -> Any:
        raise error

    reply = answer({"id": 1, "command": "it", "arguments": {}, "batch_size": 1}, lambda: {"it": fails})
    assert reply["retire"] == retire


def test_a_process_in_which_a_library_failed_is_replaced_at_once(worker: Worker) -> None:
    measure(small_model(), worker=worker, budget_s=0.05)
    (pid,) = worker.pids

    class Failing(FactsOf):
        def do(self, ask: Any, tell: Any) -> Any:
            return ask(self.backends[0], "run", 1, {"name": "never loaded", "seconds": 1.0, "at_most": 1})

    with pytest.raises(TimingError, match="KeyError"):
        worker.do(Failing(network_of(DESIGN), backend=keras.config.backend()))
    assert eventually(lambda: not alive(pid))
    assert measure(small_model(), worker=worker, budget_s=0.05)
