"""NVIDIA cards during a run, and what was read of them as data."""

import json
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.workers.gpu import GpuLoad, GpuState, GpuWatch, read_gpus
from tests.library.fake_nvml import (
    GIB,
    HW_SLOWDOWN,
    HW_THERMAL,
    IDLE,
    LOST,
    MISMATCH,
    NOT_SUPPORTED,
    POWER_CAP,
    Card,
    FakeNvml,
    NVMLError,
    install,
    only_card,
)

# During a run


def test_a_watch_sums_up_its_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card()
    nvml = install(monkeypatch, FakeNvml([Card(name="another"), card]))
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


def test_a_card_that_is_lost_during_a_run_leaves_the_samples_before(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card()
    nvml = install(monkeypatch, FakeNvml([card]))
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
def test_a_watch_without_a_card_that_answers_says_why(monkeypatch: pytest.MonkeyPatch, nvml: Any) -> None:
    install(monkeypatch, nvml)
    with GpuWatch(GpuState(index=0, name="NVIDIA H200")) as watch:
        watch.sample()
    assert watch.summary() is None
    assert watch.trouble
    assert nvml is None or nvml.opened == 0


def test_a_watch_of_nothing_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeNvml([Card()]))
    with GpuWatch(None) as watch:
        watch.sample()
    assert (watch.summary(), watch.trouble, nvml.times_opened) == (None, None, 0)


def test_a_watch_that_is_not_entered_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeNvml([Card()]))
    watch = GpuWatch(GpuState(index=0, name="NVIDIA H200"))
    watch.sample()
    with watch:
        watch.sample()
    watch.sample()
    load = watch.summary()
    assert load is not None
    assert load.samples == 1


def test_a_run_that_is_broken_off_closes_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = install(monkeypatch, FakeNvml([Card()]))
    watch = GpuWatch(read_gpus().cards[0])

    def run() -> None:
        with watch:
            watch.sample()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert nvml.opened == 0
    assert watch.summary() is not None


def test_a_card_that_tells_nothing_has_a_load_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = dict.fromkeys(("memory", "utilisation", "temperature", "reasons"), NVMLError(NOT_SUPPORTED))
    with GpuWatch(only_card(monkeypatch, **silent)) as watch:
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
