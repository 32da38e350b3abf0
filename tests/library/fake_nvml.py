"""A stand-in for ``pynvml``: the tests of NVIDIA cards need no card, no driver and no package."""

import sys
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

import pytest

from encdec_widgets.workers.gpu import GpuState, read_gpus

GIB = 2**30
NOT_SUPPORTED, NO_PERMISSION, NOT_LOADED, NO_LIBRARY, NO_FUNCTION = 3, 4, 9, 12, 13
LOST, RESET_REQUIRED, MISMATCH, UNKNOWN = 15, 16, 18, 999
IDLE, APPLICATION_CLOCKS, POWER_CAP, HW_SLOWDOWN = 0x1, 0x2, 0x4, 0x8
SW_THERMAL, HW_THERMAL, POWER_BRAKE, DISPLAY_CLOCKS = 0x20, 0x40, 0x80, 0x100

T = TypeVar("T")


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


def install(monkeypatch: pytest.MonkeyPatch, module: T) -> T:
    """Let ``import pynvml`` give ``module``, or fail if that is None."""
    monkeypatch.setitem(sys.modules, "pynvml", module)
    return module


def only_card(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> GpuState:
    install(monkeypatch, FakeNvml([Card(**answers)]))
    (card,) = read_gpus().cards
    return card
