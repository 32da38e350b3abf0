"""Which NVIDIA cards there are, what they say of themselves, and why there is none."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from encdec_widgets.workers.gpu import GpuState, read_gpus, visible_gpus
from encdec_widgets.workers.gpu_state import throttle_words
from tests.library.fake_nvml import (
    APPLICATION_CLOCKS,
    DISPLAY_CLOCKS,
    GIB,
    HW_SLOWDOWN,
    HW_THERMAL,
    IDLE,
    LOST,
    MISMATCH,
    NO_FUNCTION,
    NO_LIBRARY,
    NO_PERMISSION,
    NOT_LOADED,
    NOT_SUPPORTED,
    POWER_BRAKE,
    POWER_CAP,
    RESET_REQUIRED,
    SW_THERMAL,
    UNKNOWN,
    Card,
    FakeNvml,
    NVMLError,
    install,
    only_card,
)

ROOT = Path(__file__).parents[2]

# One card


def test_a_card_at_rest_is_read_whole_and_warns_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeNvml([Card()]))
    gpus = read_gpus()
    (card,) = gpus.cards
    assert gpus.trouble is None
    assert str(card) == "NVIDIA H200, driver 570.1, 12.3 of 140 GiB used, 3 % busy, 41 °C"
    assert (card.memory_used_bytes, card.memory_total_bytes) == (int(12.3 * GIB), 140 * GIB)
    assert card.warnings == ()
    assert (nvml.opened, nvml.times_opened) == (0, 1)


@pytest.mark.parametrize(
    ("answers", "warning"),
    [
        (
            {"utilisation": SimpleNamespace(gpu=87, memory=2)},
            "NVIDIA H200 is 87 % busy with something else.",
        ),
        (
            {"memory": SimpleNamespace(used=int(22.8 * GIB), total=24 * GIB)},
            "NVIDIA H200 has 1.2 of 24 GiB free.",
        ),
        ({"reasons": SW_THERMAL}, "NVIDIA H200 slows its clocks: too hot."),
        ({"reasons": POWER_CAP | HW_THERMAL}, "NVIDIA H200 slows its clocks: too hot, power limit."),
        (
            {"temperature": 84},
            "NVIDIA H200 has 84 °C before it starts, so it may soon slow its clocks.",
        ),
        (
            {"mig": [1, 1]},
            "NVIDIA H200 is cut into MIG slices, of which a network gets one; the figures are of the whole card.",
        ),
    ],
)
def test_what_would_spoil_a_run_is_said(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], warning: str
) -> None:
    assert only_card(monkeypatch, **answers).warnings == (warning,)


def test_a_hot_card_that_is_slowed_is_warned_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only_card(monkeypatch, temperature=91, reasons=HW_THERMAL).warnings == (
        "NVIDIA H200 slows its clocks: too hot.",
    )


@given(st.integers(0, 100), st.integers(0, 79), st.floats(0, 1))
@example(busy=9, temperature=41, share=0.5)
@example(busy=10, temperature=41, share=0.75)
def test_each_warning_has_its_cause(busy: int, temperature: int, share: float) -> None:
    card = GpuState(
        index=0,
        name="card",
        memory_used_bytes=int(share * 24 * GIB),
        memory_total_bytes=24 * GIB,
        utilisation=busy,
        temperature_c=temperature,
    )
    assert any("busy" in warning for warning in card.warnings) == (busy >= 10)
    assert any("free" in warning for warning in card.warnings) == (24 * GIB - int(share * 24 * GIB) < 6 * GIB)
    assert len(card.warnings) <= 2


@pytest.mark.parametrize("code", [NOT_SUPPORTED, NO_PERMISSION, NO_FUNCTION, UNKNOWN])
def test_what_a_card_does_not_tell_is_left_out(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    error = NVMLError(code)
    silent = dict.fromkeys(("uuid", "memory", "utilisation", "temperature", "reasons", "mig"), error)
    card = only_card(monkeypatch, **silent)
    assert card == GpuState(index=0, name="NVIDIA H200", driver="570.1")
    assert str(card) == "NVIDIA H200, driver 570.1"
    assert card.warnings == ()


@pytest.mark.parametrize(
    "lacks",
    [
        "nvmlDeviceGetCurrentClocksEventReasons nvmlDeviceGetTemperatureV nvmlDeviceGetMigMode",
        "nvmlDeviceGetCurrentClocksThrottleReasons nvmlDeviceGetTemperature",
    ],
    ids=["old package", "new package"],
)
def test_older_and_newer_packages_tell_the_same(monkeypatch: pytest.MonkeyPatch, lacks: str) -> None:
    install(monkeypatch, FakeNvml([Card(reasons=SW_THERMAL)], lacks=lacks))
    (card,) = read_gpus().cards
    assert (card.temperature_c, card.throttled) == (41, ("too hot",))


@given(st.sets(st.sampled_from([IDLE, APPLICATION_CLOCKS, DISPLAY_CLOCKS, 1 << 40])))
def test_idleness_and_settings_are_no_throttling(bits: set[int]) -> None:
    assert throttle_words(sum(bits)) == ()


@pytest.mark.parametrize("cause", [HW_THERMAL, POWER_BRAKE])
def test_a_cause_replaces_the_general_hardware_slowdown(cause: int) -> None:
    assert throttle_words(HW_SLOWDOWN | cause) == throttle_words(cause)
    assert len(throttle_words(HW_SLOWDOWN)) == 1


def test_two_ways_of_being_too_hot_are_said_once() -> None:
    assert throttle_words(SW_THERMAL | HW_THERMAL) == ("too hot",)


# No card, and why


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NVMLError(NO_LIBRARY), "install its driver"),
        (NVMLError(NOT_LOADED), "not loaded"),
        (NVMLError(MISMATCH), "different versions, as after an update; restart the machine"),
        (NVMLError(NO_PERMISSION), "no permission"),
        (NVMLError(UNKNOWN), "the driver's error 999"),
        (OSError("libnvidia-ml.so.1: file too short"), "file too short"),
        (ValueError(), "ValueError"),
    ],
)
def test_a_driver_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    nvml = install(monkeypatch, FakeNvml([Card()], init=error))
    for gpus in (read_gpus(), visible_gpus({})):
        assert gpus.cards == ()
        assert gpus.trouble is not None
        assert gpus.trouble.startswith("No NVIDIA driver answers: ")
        assert words in gpus.trouble
    assert nvml.opened == 0


def test_without_the_package_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, None)  # Python's own way to say that a module is not there.
    gpus = read_gpus()
    assert gpus.cards == ()
    assert gpus.trouble is not None
    assert "pip install nvidia-ml-py" in gpus.trouble


def test_a_package_that_is_broken_is_said(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pynvml.py").write_text("raise ValueError('half an update')")
    monkeypatch.delitem(sys.modules, "pynvml", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert read_gpus().trouble == "nvidia-ml-py cannot be imported: half an update."


def test_a_driver_without_a_card_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeNvml())
    for gpus in (read_gpus(), visible_gpus({"CUDA_VISIBLE_DEVICES": "0"})):
        assert (gpus.cards, gpus.trouble) == ((), None)


@pytest.mark.parametrize(
    ("answers", "remedy"),
    [
        ({"handle": NVMLError(LOST)}, "; restart the machine"),
        ({"handle": NVMLError(NO_PERMISSION)}, ""),
        ({"name": NVMLError(UNKNOWN)}, ""),
        ({"memory": NVMLError(LOST)}, "; restart the machine"),
        ({"utilisation": NVMLError(RESET_REQUIRED)}, "; restart the machine"),
    ],
)
def test_a_card_that_cannot_be_read_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], remedy: str
) -> None:
    (error,) = answers.values()
    nvml = install(monkeypatch, FakeNvml([Card(**answers), Card(name="NVIDIA L4", uuid="GPU-4")]))
    gpus = read_gpus()
    assert [(card.index, card.name) for card in gpus.cards] == [(1, "NVIDIA L4")]
    assert gpus.trouble == f"GPU 0 cannot be read: {error}{remedy}."
    assert nvml.opened == 0


def test_every_call_closes_what_it_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeNvml([Card(), Card(handle=NVMLError(LOST))]))
    for _ in range(5):
        read_gpus()
        visible_gpus({})
    assert (nvml.opened, nvml.times_opened) == (0, 10)


def test_a_failing_farewell_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeNvml([Card()]))

    def fail() -> None:
        raise NVMLError(UNKNOWN)

    monkeypatch.setattr(nvml, "nvmlShutdown", fail)
    assert len(read_gpus().cards) == 1


def test_asking_loads_neither_keras_nor_a_backend() -> None:
    code = (
        "import sys; from encdec_widgets.workers.gpu import visible_gpus; visible_gpus()\n"
        "print(*{'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == ""


def test_the_real_package_never_raises() -> None:
    for gpus in (read_gpus(), visible_gpus({})):
        assert all(isinstance(card, GpuState) for card in gpus.cards)
        assert gpus.trouble is None or gpus.trouble.endswith(".")


# Several cards

UUIDS = ("GPU-11aa-0", "GPU-11bb-1", "GPU-22cc-2", "GPU-33dd-3")


def four_cards() -> FakeNvml:
    return FakeNvml([Card(uuid=uuid) for uuid in UUIDS])


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (None, [0, 1, 2, 3]),
        ("", []),
        ("2,1", [2, 1]),
        (" 3 , 0 ", [3, 0]),
        ("0,2,-1,1", [0, 2]),
        ("-1", []),
        ("4", []),
        ("1,4,0", [1]),
        ("1,1", []),
        ("NoDevFiles", []),
        ("GPU-33dd-3", [3]),
        ("GPU-22", [2]),
        ("GPU-22,GPU-11bb", [2, 1]),
        ("GPU-11", []),
        ("GPU-99,GPU-22", []),
        ("GPU-22,GPU-22cc", []),
    ],
)
def test_the_cards_come_as_a_backend_numbers_them(
    monkeypatch: pytest.MonkeyPatch, wanted: str | None, order: list[int]
) -> None:
    install(monkeypatch, four_cards())
    gpus = visible_gpus({} if wanted is None else {"CUDA_VISIBLE_DEVICES": wanted})
    assert [card.index for card in gpus.cards] == order
    if order:
        assert gpus.trouble is None
    else:
        assert gpus.trouble is not None
        assert f"CUDA_VISIBLE_DEVICES is {wanted!r}, which hides all GPUs" in gpus.trouble
        assert "0 to 3" in gpus.trouble


@given(st.lists(st.integers(0, 3), unique=True, min_size=1), st.booleans())
def test_any_choice_of_cards_keeps_its_order(chosen: list[int], by_uuid: bool) -> None:
    wanted = ",".join(UUIDS[index] if by_uuid else str(index) for index in chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pynvml", four_cards())
        gpus = visible_gpus({"CUDA_VISIBLE_DEVICES": wanted})
    assert [card.index for card in gpus.cards] == chosen


@given(st.text())
def test_no_value_of_the_variable_raises(wanted: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pynvml", four_cards())
        gpus = visible_gpus({"CUDA_VISIBLE_DEVICES": wanted})
    assert bool(gpus.cards) != bool(gpus.trouble)


def test_the_variable_of_this_process_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, four_cards())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert [card.index for card in visible_gpus().cards] == [3]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert [card.index for card in visible_gpus().cards] == [1]


def test_a_slice_of_a_card_is_named_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeNvml([Card(mig=[1, 1])]))
    gpus = visible_gpus({"CUDA_VISIBLE_DEVICES": "MIG-8932f937-d72c"})
    assert gpus.cards == ()
    assert gpus.trouble is not None
    assert "MIG-8932f937-d72c" in gpus.trouble


def test_numbers_count_only_the_cards_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeNvml([Card(handle=NVMLError(NO_PERMISSION)), Card(), Card(uuid="GPU-2")]))
    assert [card.index for card in visible_gpus({"CUDA_VISIBLE_DEVICES": "1,0"}).cards] == [2, 1]


@pytest.mark.parametrize(
    ("environ", "is_guess"),
    [
        ({}, True),
        ({"CUDA_VISIBLE_DEVICES": "1"}, True),
        ({"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "FASTEST_FIRST"}, True),
        ({"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, False),
        ({"CUDA_VISIBLE_DEVICES": "GPU-11"}, False),
    ],
)
def test_the_order_of_unlike_cards_is_a_guess_unless_it_is_told(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], is_guess: bool
) -> None:
    install(monkeypatch, FakeNvml([Card(uuid="GPU-00"), Card(name="NVIDIA L4", uuid="GPU-11")]))
    gpus = visible_gpus(environ)
    assert gpus.cards
    assert ("guess" in (gpus.trouble or "")) == is_guess
