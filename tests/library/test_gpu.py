"""NVIDIA cards, asked through a stand-in for ``pynvml``: these tests need no card, no driver and no package."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from encdec_widgets.timing.gpu import GpuLoad, GpuState, GpuWatch, read_gpus, visible_gpus
from encdec_widgets.timing.gpu_state import throttle_words

GIB = 2**30
ROOT = Path(__file__).parents[2]
NOT_SUPPORTED, NO_PERMISSION, NOT_LOADED, NO_LIBRARY, NO_FUNCTION = 3, 4, 9, 12, 13
LOST, RESET_REQUIRED, MISMATCH, UNKNOWN = 15, 16, 18, 999
IDLE, APPLICATION_CLOCKS, POWER_CAP, HW_SLOWDOWN = 0x1, 0x2, 0x4, 0x8
SW_THERMAL, HW_THERMAL, POWER_BRAKE, DISPLAY_CLOCKS = 0x20, 0x40, 0x80, 0x100

Install = Callable[[Any], Any]


class NVMLError(Exception):
    def __init__(self, value: int) -> None:
        super().__init__(f"the driver's error {value}")
        self.value = value


class Card(SimpleNamespace):
    """What a fake card answers; an NVMLError among the answers is raised."""

    def __init__(self, **answers: Any) -> None:
        healthy = {
            "name": "NVIDIA H200",
            "uuid": "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
            "memory": SimpleNamespace(used=int(12.3 * GIB), total=140 * GIB),
            "utilisation": SimpleNamespace(gpu=3, memory=1),
            "temperature": 41,
            "reasons": IDLE,
            "mig": NVMLError(NOT_SUPPORTED),
            "handle": None,
        }
        super().__init__(**{**healthy, **answers})


class FakeNvml(ModuleType):
    """NVML of a machine with these cards; it insists on being opened, and counts how often it is."""

    def __init__(self, cards: Sequence[Card] = (), *, init: Exception | None = None, lacks: str = "") -> None:
        super().__init__("pynvml")
        self.cards, self.init, self.lacks = list(cards), init, lacks.split()
        self.opened = self.times_opened = 0

    def nvmlInit(self) -> None:  # noqa: N802 - NVML's name
        if self.init:
            raise self.init
        self.opened += 1
        self.times_opened += 1

    def nvmlShutdown(self) -> None:  # noqa: N802 - NVML's name
        assert self.opened > 0
        self.opened -= 1

    def __getattr__(self, name: str) -> Callable[..., Any]:
        answers: dict[str, Callable[..., Any]] = {
            "nvmlSystemGetDriverVersion": lambda: "570.1",
            "nvmlDeviceGetCount": lambda: len(self.cards),
            "nvmlDeviceGetHandleByIndex": lambda index: (
                self._answer(self.cards[index], "handle") or self.cards[index]
            ),
            "nvmlDeviceGetName": lambda card: self._answer(card, "name"),
            "nvmlDeviceGetUUID": lambda card: self._answer(card, "uuid"),
            "nvmlDeviceGetMemoryInfo": lambda card: self._answer(card, "memory"),
            "nvmlDeviceGetUtilizationRates": lambda card: self._answer(card, "utilisation"),
            "nvmlDeviceGetTemperature": lambda card, sensor: self._answer(card, "temperature"),
            "nvmlDeviceGetTemperatureV": lambda card, sensor: self._answer(card, "temperature"),
            "nvmlDeviceGetCurrentClocksEventReasons": lambda card: self._answer(card, "reasons"),
            "nvmlDeviceGetCurrentClocksThrottleReasons": lambda card: self._answer(card, "reasons"),
            "nvmlDeviceGetMigMode": lambda card: self._answer(card, "mig"),
        }
        if name not in answers or name in self.lacks:
            raise AttributeError(name)
        return answers[name]

    def _answer(self, card: Card, what: str) -> Any:
        assert self.opened > 0, f"asked for {what} while NVML was closed"
        answer = getattr(card, what)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    def install(module: Any) -> Any:
        monkeypatch.setitem(sys.modules, "pynvml", module)
        return module

    return install


def only_card(install: Install, **answers: Any) -> GpuState:
    install(FakeNvml([Card(**answers)]))
    (card,) = read_gpus().cards
    return card


# One card


def test_a_card_at_rest_is_read_whole_and_warns_of_nothing(install: Install) -> None:
    nvml = install(FakeNvml([Card()]))
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
def test_what_would_spoil_a_run_is_said(install: Install, answers: dict[str, Any], warning: str) -> None:
    assert only_card(install, **answers).warnings == (warning,)


def test_a_hot_card_that_is_slowed_is_warned_of_once(install: Install) -> None:
    assert only_card(install, temperature=91, reasons=HW_THERMAL).warnings == (
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
def test_what_a_card_does_not_tell_is_left_out(install: Install, code: int) -> None:
    error = NVMLError(code)
    silent = dict.fromkeys(("uuid", "memory", "utilisation", "temperature", "reasons", "mig"), error)
    card = only_card(install, **silent)
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
def test_older_and_newer_packages_tell_the_same(install: Install, lacks: str) -> None:
    install(FakeNvml([Card(reasons=SW_THERMAL)], lacks=lacks))
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
def test_a_driver_that_does_not_answer_is_named(install: Install, error: Exception, words: str) -> None:
    nvml = install(FakeNvml([Card()], init=error))
    for gpus in (read_gpus(), visible_gpus({})):
        assert gpus.cards == ()
        assert gpus.trouble is not None
        assert gpus.trouble.startswith("No NVIDIA driver answers: ")
        assert words in gpus.trouble
    assert nvml.opened == 0


def test_without_the_package_its_name_is_said(install: Install) -> None:
    install(None)  # Python's own way to say that a module is not there.
    gpus = read_gpus()
    assert gpus.cards == ()
    assert gpus.trouble is not None
    assert "pip install nvidia-ml-py" in gpus.trouble


def test_a_package_that_is_broken_is_said(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pynvml.py").write_text("raise ValueError('half an update')")
    monkeypatch.delitem(sys.modules, "pynvml", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert read_gpus().trouble == "nvidia-ml-py cannot be imported: half an update."


def test_a_driver_without_a_card_is_no_trouble(install: Install) -> None:
    install(FakeNvml())
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
    install: Install, answers: dict[str, Any], remedy: str
) -> None:
    (error,) = answers.values()
    nvml = install(FakeNvml([Card(**answers), Card(name="NVIDIA L4", uuid="GPU-4")]))
    gpus = read_gpus()
    assert [(card.index, card.name) for card in gpus.cards] == [(1, "NVIDIA L4")]
    assert gpus.trouble == f"GPU 0 cannot be read: {error}{remedy}."
    assert nvml.opened == 0


def test_every_call_closes_what_it_opened(install: Install) -> None:
    nvml = install(FakeNvml([Card(), Card(handle=NVMLError(LOST))]))
    for _ in range(5):
        read_gpus()
        visible_gpus({})
    assert (nvml.opened, nvml.times_opened) == (0, 10)


def test_a_failing_farewell_costs_no_answer(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(FakeNvml([Card()]))

    def fail() -> None:
        raise NVMLError(UNKNOWN)

    monkeypatch.setattr(nvml, "nvmlShutdown", fail)
    assert len(read_gpus().cards) == 1


def test_asking_loads_neither_keras_nor_a_backend() -> None:
    code = (
        "import sys; from encdec_widgets.timing.gpu import visible_gpus; visible_gpus()\n"
        "print(*{'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == ""


def test_the_real_package_never_raises() -> None:
    pytest.importorskip("pynvml")
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
    install: Install, wanted: str | None, order: list[int]
) -> None:
    install(four_cards())
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


def test_the_variable_of_this_process_is_read_at_each_call(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(four_cards())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert [card.index for card in visible_gpus().cards] == [3]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert [card.index for card in visible_gpus().cards] == [1]


def test_a_slice_of_a_card_is_named_and_not_read(install: Install) -> None:
    install(FakeNvml([Card(mig=[1, 1])]))
    gpus = visible_gpus({"CUDA_VISIBLE_DEVICES": "MIG-8932f937-d72c"})
    assert gpus.cards == ()
    assert gpus.trouble is not None
    assert "MIG-8932f937-d72c" in gpus.trouble


def test_numbers_count_only_the_cards_that_may_be_used(install: Install) -> None:
    install(FakeNvml([Card(handle=NVMLError(NO_PERMISSION)), Card(), Card(uuid="GPU-2")]))
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
    install: Install, environ: dict[str, str], is_guess: bool
) -> None:
    install(FakeNvml([Card(uuid="GPU-00"), Card(name="NVIDIA L4", uuid="GPU-11")]))
    gpus = visible_gpus(environ)
    assert gpus.cards
    assert ("guess" in (gpus.trouble or "")) == is_guess


# During a run


def test_a_watch_sums_up_its_samples(install: Install) -> None:
    card = Card()
    nvml = install(FakeNvml([Card(name="another"), card]))
    with GpuWatch(read_gpus().cards[1]) as watch:
        for busy, used, temperature, reasons in [
            (0, 10, 40, IDLE),
            (98, 30, 60, POWER_CAP),
            (99, 20, 75, POWER_CAP | HW_THERMAL | HW_SLOWDOWN),
        ]:
            card.utilisation = SimpleNamespace(gpu=busy)
            card.memory = SimpleNamespace(used=used * GIB, total=140 * GIB)
            card.temperature, card.reasons = temperature, reasons
            watch.sample()
        assert nvml.times_opened == 2  # once to read, once to watch: not once a sample
    assert nvml.opened == 0
    load = watch.summary()
    assert load == GpuLoad(
        samples=3,
        max_temperature_c=75,
        median_utilisation=98.0,
        peak_memory_bytes=30 * GIB,
        throttled=(("power limit", 2), ("too hot", 1)),
    )
    assert str(load) == (
        "98 % busy (median), at most 75 °C, at most 30 GiB used, clocks slowed in 2: power limit, "
        "clocks slowed in 1: too hot, 3 samples"
    )
    assert load.warnings == (
        "The card slowed its clocks in 2 of 3 samples: power limit.",
        "The card slowed its clocks in 1 of 3 samples: too hot.",
    )


def test_a_card_that_is_lost_during_a_run_leaves_the_samples_before(install: Install) -> None:
    card = Card()
    nvml = install(FakeNvml([card]))
    with GpuWatch(read_gpus().cards[0]) as watch:
        watch.sample()
        assert watch.trouble is None
        lost = NVMLError(LOST)
        card.memory = lost
        watch.sample()
        card.memory = SimpleNamespace(used=0, total=140 * GIB)  # It is another one that comes back.
        watch.sample()
    load = watch.summary()
    assert load is not None
    assert load.samples == 1
    assert watch.trouble == f"GPU 0 cannot be read: {lost}; restart the machine."
    assert nvml.opened == 0


@pytest.mark.parametrize(
    "nvml",
    [None, FakeNvml([Card()], init=NVMLError(MISMATCH)), FakeNvml([Card(handle=NVMLError(LOST))])],
    ids=["not installed", "mismatch", "lost"],
)
def test_a_watch_without_a_card_that_answers_says_why(install: Install, nvml: Any) -> None:
    install(nvml)
    with GpuWatch(GpuState(index=0, name="NVIDIA H200")) as watch:
        watch.sample()
    assert watch.summary() is None
    assert watch.trouble
    assert nvml is None or nvml.opened == 0


def test_a_watch_of_nothing_is_silent(install: Install) -> None:
    nvml = install(FakeNvml([Card()]))
    with GpuWatch(None) as watch:
        watch.sample()
    assert (watch.summary(), watch.trouble, nvml.times_opened) == (None, None, 0)


def test_a_watch_that_is_not_entered_asks_nothing(install: Install) -> None:
    install(FakeNvml([Card()]))
    watch = GpuWatch(GpuState(index=0, name="NVIDIA H200"))
    watch.sample()
    with watch:
        watch.sample()
    watch.sample()
    load = watch.summary()
    assert load is not None
    assert load.samples == 1


def test_a_run_that_is_broken_off_closes_the_watch(install: Install) -> None:
    nvml = install(FakeNvml([Card()]))
    watch = GpuWatch(read_gpus().cards[0])

    def run() -> None:
        with watch:
            watch.sample()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert nvml.opened == 0
    assert watch.summary() is not None


def test_a_card_that_tells_nothing_has_a_load_of_nothing(install: Install) -> None:
    silent = dict.fromkeys(("memory", "utilisation", "temperature", "reasons"), NVMLError(NOT_SUPPORTED))
    with GpuWatch(only_card(install, **silent)) as watch:
        watch.sample()
    load = watch.summary()
    assert load == GpuLoad(samples=1)
    assert str(load) == "1 sample"


# As data

words = st.text(min_size=1)
known_or_not = st.none() | st.integers(0, 2**48)
states = st.builds(
    GpuState,
    index=st.integers(0, 15),
    name=words,
    driver=st.none() | words,
    memory_used_bytes=known_or_not,
    memory_total_bytes=known_or_not,
    utilisation=st.none() | st.integers(0, 100),
    temperature_c=st.none() | st.integers(0, 110),
    throttled=st.lists(words),
    mig=st.booleans(),
)
loads = st.builds(
    GpuLoad,
    samples=st.integers(1, 1000),
    max_temperature_c=st.none() | st.integers(0, 110),
    median_utilisation=st.none() | st.floats(0, 100),
    peak_memory_bytes=known_or_not,
    throttled=st.lists(st.tuples(words, st.integers(1, 1000))),
)


@given(states | loads)
def test_what_was_read_comes_back_from_json(value: GpuState | GpuLoad) -> None:
    data = json.loads(json.dumps({**value.to_dict(), "of_a_newer_version": 1}))
    back = type(value).from_dict(data)
    assert back == value
    assert hash(back) == hash(value)
    assert str(back) == str(value)


@pytest.mark.parametrize("value", [GpuState(index=0, name="NVIDIA H200"), GpuLoad(samples=1)])
def test_data_that_lacks_a_figure_is_refused(value: GpuState | GpuLoad) -> None:
    data = value.to_dict()
    for attribute in attrs.fields(type(value)):
        with pytest.raises(KeyError, match=attribute.name):
            type(value).from_dict({key: data[key] for key in data if key != attribute.name})
