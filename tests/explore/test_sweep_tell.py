"""What is told of one design, as plain data."""

import errno
import importlib.util
import json
import os
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import FieldError, flag
from encdec_widgets.explore import tell as module
from encdec_widgets.explore import this_machine
from encdec_widgets.explore.tell import TELLS, tell
from encdec_widgets.explore.this_machine import machine_here, one_at_a_time_on_this_machine
from encdec_widgets.workers.errors import (
    BeyondMemoryError,
    TimingError,
    TimingStopped,
    TimingTooLongError,
    WorkerBusyError,
)

DESIGN = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1))
WITHOUT_TIME = tuple(name for name in TELLS if name != "time")
PATIENCE_S = 60


def test_it_tells_what_a_plain_build_says() -> None:
    design = DESIGN.replace("heads", [Head(3, name="a", stride=2), Head(2, name="b")])
    told = tell(design.to_json(), WITHOUT_TIME, batch_size=4, precision="mixed_float16", animal_px=60)
    backbone = design.build()
    cost = backbone.cost(batch_size=4, precision="mixed_float16")
    names = ("parameters", "multiply_adds", "training_bytes", "inference_bytes")
    assert told["cost"] == {name: getattr(cost, name) for name in names}
    smallest = min(seen.smallest or (0, 0) for seen in backbone.receptive_field().outputs.values())
    assert told["receptive_field"] == {"extent": "exact", "height": smallest[0], "width": smallest[1]}
    assert told["strides"] == {"output": 2, "maximum": design.architecture.maximum_stride}
    assert told["output_shape"] == [32, 32, 3]
    assert [(one["severity"], one["kind"], one["reason"]) for one in told["checks"]] == [
        (one.severity, one.kind, one.reason)
        for one in backbone.checks(animal_px=60, batch_size=4, precision="mixed_float16")
    ]


@pytest.mark.parametrize("name", ["LEAP (2019)", "Stacked hourglass, 2 stacks", "SLEAP medium single"])
def test_what_is_told_is_plain_data(name: str) -> None:
    told = tell(preset(name).to_json(), WITHOUT_TIME)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert set(told) == set(WITHOUT_TIME)


def test_what_is_not_asked_for_is_not_told() -> None:
    assert set(tell(DESIGN.to_json(), "strides")) == {"strides"}


def test_of_an_open_size_memory_is_not_known() -> None:
    told = tell(attrs.evolve(DESIGN, input_shape=(None, None, 1)).to_json(), ("cost", "output_shape"))
    assert (told["cost"]["training_bytes"], told["output_shape"]) == (None, [None, None, 4])


def test_memory_is_held_against_what_is_said() -> None:
    kinds = [one["kind"] for one in tell(DESIGN.to_json(), "checks", memory_bytes=1000)["checks"]]
    assert "too large to run here" in kinds


def test_where_there_is_no_network_the_reason_alone_is_told() -> None:
    text = DESIGN.to_json().replace('"filters": 4', '"filters": -4')
    assert tell(text) == {"reason": "filters must be a whole number from 1 to 4096. Received: filters=-4."}


@attrs.frozen
class Failing(EncoderBlock):
    """A block that fails, or pools the whole image."""

    fails: bool = flag(True, help="Whether it does.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        if self.fails:
            raise ZeroDivisionError("no such block")
        means = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{prefix}_means")(x_in)
        return keras.layers.Multiply(name=f"{prefix}_weighed")([x_in, means])


def test_what_a_block_raises_is_the_reason() -> None:
    design = Design(CustomEncoderDecoder(encoder=[Failing(pool=False)]), (8, 8, 1))
    assert tell(design.to_json()) == {"reason": "ZeroDivisionError: no such block"}
    told = tell(design.replace("encoder[0].fails", False).to_json(), "receptive_field")
    assert told["receptive_field"] == {"extent": "whole image", "height": None, "width": None}


@pytest.mark.parametrize(("what", "words"), [((), "something"), (("costs",), "Received: 'costs'")])
def test_what_nothing_is_called_is_refused(what: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tell(DESIGN.to_json(), what)


def test_a_module_of_ones_own_is_imported_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "told_of_module.py").write_text("loaded = True\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    tell(DESIGN.to_json(), "strides", modules=("told_of_module",))
    assert sys.modules.pop("told_of_module").loaded


# Times


def test_a_time_names_its_machine_and_a_failure_leaves_the_rest() -> None:
    told = tell(DESIGN.to_json(), ("strides", "time"), timing={"budget_s": 0.02})
    assert told["time"]["median_ms"] > 0
    assert told["time"]["host"] == machine_here()["host"]
    assert told["time"]["device"]
    json.dumps(told, allow_nan=False)
    of_any_size = attrs.evolve(DESIGN, input_shape=(None, None, 1))
    told = tell(of_any_size.to_json(), ("strides", "time"))
    assert told["strides"]["output"] == 1
    assert "must be fixed" in told["time"]["reason"]


@pytest.mark.parametrize(
    ("error", "stays"),
    [
        (BeyondMemoryError(2, 1, 1, 0), True),
        (TimingTooLongError(1000.0, 60.0, 1.0), True),
        (FieldError("batch_size", 3, "must be 1"), True),
        (WorkerBusyError("training"), False),
        (TimingStopped(), False),
        (TimingError("the timing process was killed from outside"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_time_says_whether_it_may_be_had_another_time(
    error: Exception, stays: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(module, "measure", fails)
    monkeypatch.setattr(module, "one_at_a_time_on_this_machine", lambda: one_at_a_time_and([], tmp_path))
    told = tell(DESIGN.to_json(), ("strides", "time"))
    assert told["strides"]["output"] == 1
    assert told["time"] == {"reason": str(error), **({} if stays else {"failed": True})}


@attrs.frozen
class Hungry(EncoderBlock):
    """A block for which there is no memory."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        raise RuntimeError("the layer failed") from MemoryError()


def test_memory_that_ran_out_says_nothing_of_the_network() -> None:
    design = Design(CustomEncoderDecoder(encoder=[Hungry(pool=False)]), (8, 8, 1))
    with pytest.raises(TimingError, match="ran out of memory at batch size 1"):
        tell(design.to_json())


def test_times_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "turn"
    inside: list[int] = []
    most: list[int] = []

    def take_turns() -> None:
        for _ in range(20):
            with one_at_a_time_on_this_machine(path):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=take_turns) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert most == [1] * 80


@pytest.mark.parametrize(
    ("refusals", "locks"),
    [
        ([errno.EACCES, errno.EDEADLK, errno.EACCES], True),
        ([errno.EINVAL], False),
        ([errno.EACCES, errno.ENOLCK], False),
    ],
    ids=["another has it", "no locks there", "no locks any more"],
)
def test_on_windows_it_waits_for_another_and_not_for_a_drive_without_locks(
    refusals: list[int], locks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, done = list(refusals), []

    def locking(file: int, mode: str, count: int) -> None:
        if mode == "lock" and left:
            number = left.pop(0)
            raise OSError(number, os.strerror(number))
        assert locks or mode != "lock", "it was given up"
        done.append(mode)

    windows = types.ModuleType("msvcrt")
    vars(windows).update(LK_NBLCK="lock", LK_UNLCK="unlock", locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    spec = importlib.util.spec_from_file_location("this_machine_on_windows", this_machine.__file__)
    assert spec
    assert spec.loader
    there = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", "win32")
        spec.loader.exec_module(there)
    monkeypatch.setattr(there, "_LOOK_AGAIN_S", 0)
    with there.one_at_a_time_on_this_machine(tmp_path / "turn"):
        assert done == (["lock"] if locks else [])
    assert done == (["lock", "unlock"] if locks else [])
    assert left == []


def test_another_process_waits_and_one_that_is_killed_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "turn"
    code = (
        "import sys, pathlib\n"
        "from encdec_widgets.explore.this_machine import one_at_a_time_on_this_machine as turn\n"
        "with turn(pathlib.Path(sys.argv[1])):\n"
        "    print('has it', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    ]
    first = others[0]
    assert first.stdout is not None
    assert first.stdout.readline() == b"has it\n"
    got = threading.Event()

    def wait_for_it() -> None:
        with one_at_a_time_on_this_machine(path):
            got.set()

    thread = threading.Thread(target=wait_for_it, daemon=True)
    thread.start()
    assert not got.is_set()
    first.kill()
    first.communicate(timeout=PATIENCE_S)
    assert got.wait(PATIENCE_S)


def test_the_whole_row_has_its_turn_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise a sweep's own analysis would disturb its times."""
    turns: list[str] = []
    monkeypatch.setattr(module, "one_at_a_time_on_this_machine", lambda: one_at_a_time_and(turns, tmp_path))
    tell(DESIGN.to_json(), "strides")
    assert turns == []
    tell(DESIGN.to_json().replace('"filters": 4', '"filters": -4'), ("strides", "time"))
    assert turns == ["taken"]


def one_at_a_time_and(turns: list[str], folder: Path) -> Any:
    turns.append("taken")
    return one_at_a_time_on_this_machine(folder / "turn")
