"""NVIDIA cards, asked through their driver's management library, NVML.

Asking takes no memory of a card and loads no backend. The package for it, ``nvidia-ml-py`` (its module is ``pynvml``),
is optional. Where it, a driver or a card is missing, nothing here raises: the result says why no card could be read.
"""

import contextlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Self, TypeVar

import attrs

from encdec_widgets.formatting import quoted
from encdec_widgets.workers.gpu_state import GpuLoad, GpuState, throttle_words

__all__ = ["GpuLoad", "GpuState", "GpuWatch", "Gpus", "read_gpus", "visible_gpus"]

T = TypeVar("T")


@attrs.frozen
class Gpus:
    """The NVIDIA cards that could be read, and why others could not.

    Attributes:
        cards: The cards.
        trouble: One or more sentences for a person: why no card could be read, or why not all, or why their order is a
            guess; None where there is nothing to say, be it that all were read or that there is none.
        order_is_a_guess: Whether a backend may number cards of different models otherwise.
    """

    cards: tuple[GpuState, ...]
    trouble: str | None = None
    order_is_a_guess: bool = False


def read_gpus() -> Gpus:
    """All NVIDIA cards, by number in NVML. Without persistence mode, an idle card may need a second to wake up."""
    found, trouble = _find()
    return Gpus(tuple(card for _, card in found), trouble)


def visible_gpus(environ: Mapping[str, str] = os.environ) -> Gpus:
    """The NVIDIA cards in the order in which a backend numbers them: the first is its GPU:0.

    Cards of one name have these numbers behind it.

    ``CUDA_VISIBLE_DEVICES`` is obeyed as CUDA documents it: numbers, UUIDs or the first characters of one, none if it
    is empty, and none of those that follow a name of no card. A card that is named twice hides all. Source:
    https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html

    Not handled, but said in ``trouble``: slices of a card (MIG), which are not read; and the order of cards of
    different models, which CUDA numbers by speed unless ``CUDA_DEVICE_ORDER`` is ``PCI_BUS_ID``. Not known here: what
    was hidden inside a process, as by ``tf.config.set_visible_devices``, and cards that are too old for a backend.

    Args:
        environ: The environment variables of the process in which the backend runs.
    """
    found, trouble = _find()
    if not found:
        return Gpus((), trouble)
    wanted = environ.get("CUDA_VISIBLE_DEVICES")
    if wanted is not None and wanted.strip().startswith("MIG-"):
        return Gpus(
            (), f"CUDA_VISIBLE_DEVICES names a slice of a card ({wanted}); only whole cards are read here."
        )
    chosen = [card for _, card in found] if wanted is None else _named(wanted, found)
    if not chosen:
        return Gpus(
            (),
            f"CUDA_VISIBLE_DEVICES is {quoted(wanted)}, which hides all GPUs; unset it, or name one by its UUID or its "
            f"number (0{f' to {len(found) - 1}' if len(found) > 1 else ''}).",
        )
    by_number = wanted is None or not wanted.strip().startswith("GPU-")
    guessed = (
        by_number
        and len({card.name for _, card in found}) > 1
        and environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID"
    )
    if guessed:
        guess = (
            "There are GPUs of different models, and which of them is GPU:0 is a guess: CUDA numbers them by speed, "
            "unless CUDA_DEVICE_ORDER is PCI_BUS_ID."
        )
        trouble = f"{trouble} {guess}" if trouble else guess
    named = Counter(card.name for card in chosen)
    cards = (
        attrs.evolve(card, name=f"{card.name} (GPU:{number})") if named[card.name] > 1 else card
        for number, card in enumerate(chosen)
    )
    return Gpus(tuple(cards), trouble, guessed)


WITHOUT_CARDS = {
    **dict.fromkeys(("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"), ""),
    "JAX_PLATFORMS": "cpu",  # JAX fails where it is told of cards, as by "cuda,cpu", and finds none.
}
"""Variables of a process that finds no card. A backend that finds one takes some of its memory, used or not."""


def may_have_cards() -> bool:
    """Whether a process that is started now may find a card, be it that its driver tells of none."""
    return any(path.exists() for path in _OF_DRIVERS) or bool(visible_gpus().cards)


_OF_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/kfd"))


class GpuWatch:
    """Watches a card during a run: the caller samples it from time to time, best between two timed passes.

    Use it as a context manager; outside of it, :meth:`sample` does nothing::

        with GpuWatch(card) as watch:
            ...
            watch.sample()
        load = watch.summary()

    Attributes:
        trouble: Why the card could not be asked, or no longer; None as long as it answers.
    """

    def __init__(self, card: GpuState | None) -> None:
        """Watch ``card``, or nothing."""
        self._card = card
        self._samples: list[GpuState] = []
        self._open = contextlib.ExitStack()
        self._ask: Callable[[], GpuState] | None = None
        self.trouble: str | None = None

    def __enter__(self) -> Self:
        """Open NVML, which stays open until the end: to open it for each sample would take longer than to sample."""
        if self._card is None:
            return self
        index, driver = self._card.index, self._card.driver
        try:
            nvml = self._open.enter_context(_nvml())
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
        except _NoNvmlError as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001 - a broken driver may raise any error
            self.trouble = _unreadable(index, error)
        else:
            self._ask = lambda: _state(nvml, handle, index, driver)
        return self

    def __exit__(self, *_: object) -> None:
        """Close NVML; the samples stay."""
        self._ask = None
        self._open.close()

    def sample(self) -> None:
        """Ask the card once. It never raises; a card that fails is named in ``trouble`` and not asked again."""
        if self._card is None or self._ask is None:
            return
        try:
            self._samples.append(self._ask())
        except Exception as error:  # noqa: BLE001 - a broken driver may raise any error
            self._ask = None
            self.trouble = _unreadable(self._card.index, error)

    def summary(self) -> GpuLoad | None:
        """What the samples say together; None if there are none."""
        if not self._samples:
            return None
        temperatures = [state.temperature_c for state in self._samples if state.temperature_c is not None]
        utilisations = [state.utilisation for state in self._samples if state.utilisation is not None]
        used = [state.memory_used_bytes for state in self._samples if state.memory_used_bytes is not None]
        return GpuLoad(
            samples=len(self._samples),
            max_temperature_c=max(temperatures, default=None),
            median_utilisation=float(median(utilisations)) if utilisations else None,
            peak_memory_bytes=max(used, default=None),
            throttled=Counter(words for state in self._samples for words in state.throttled).most_common(),
        )


_Found = list[tuple[str, GpuState]]
"""Cards with their UUIDs; "" where a card does not report it."""


def _find() -> tuple[_Found, str | None]:
    found: _Found = []
    troubles: list[str] = []
    try:
        with _nvml() as nvml:
            driver = _first_answer(nvml.nvmlSystemGetDriverVersion)
            for index in range(nvml.nvmlDeviceGetCount()):
                try:
                    found.append(_read(nvml, index, driver))
                except Exception as error:  # noqa: BLE001 - one broken card hides no other
                    troubles.append(_unreadable(index, error))
    except _NoNvmlError as error:
        troubles.append(str(error))
    except Exception as error:  # noqa: BLE001 - a broken driver may raise any error
        troubles.append(_no_driver(error))
    return found, " ".join(troubles) or None


def _read(nvml: Any, index: int, driver: str | None) -> tuple[str, GpuState]:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    return _first_answer(lambda: nvml.nvmlDeviceGetUUID(handle)) or "", _state(nvml, handle, index, driver)


def _named(wanted: str, found: _Found) -> list[GpuState]:
    """The cards that a value of ``CUDA_VISIBLE_DEVICES`` names, in its order."""
    chosen: list[GpuState] = []
    for entry in wanted.split(","):
        card = _one_named(entry.strip(), found)
        if card is None:
            break
        if card in chosen:
            return []
        chosen.append(card)
    return chosen


def _one_named(entry: str, found: _Found) -> GpuState | None:
    if entry.startswith("GPU-"):
        cards = [card for uuid, card in found if uuid.startswith(entry)]
        return cards[0] if len(cards) == 1 else None
    # CUDA numbers only the cards that this process may use, so a number counts those that were found.
    number = re.match(r"[0-9]+", entry)
    if number is None or int(number[0]) >= len(found):
        return None
    return found[int(number[0])][1]


class _NoNvmlError(Exception):
    """NVML cannot be opened; the message is a sentence for a person."""


@contextlib.contextmanager
def _nvml() -> Iterator[Any]:
    """The module ``pynvml``, initialised; NVML counts who opened it, so others in this process are not disturbed."""
    try:
        import pynvml
    except ModuleNotFoundError:
        raise _NoNvmlError(
            "nvidia-ml-py is not installed, so NVIDIA cards cannot be asked: pip install nvidia-ml-py"
        ) from None
    except Exception as error:
        raise _NoNvmlError(f"nvidia-ml-py cannot be imported: {_words(error)}.") from error
    try:
        pynvml.nvmlInit()
    except Exception as error:
        raise _NoNvmlError(_no_driver(error)) from error
    try:
        yield pynvml
    finally:
        with contextlib.suppress(Exception):  # What was read is valid, even if the driver fails to close.
            pynvml.nvmlShutdown()


def _state(nvml: Any, handle: Any, index: int, driver: str | None) -> GpuState:
    """Ask a card for its state. An error of the driver is raised only where the card does not even report its name."""
    memory = _first_answer(lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    utilisation = _first_answer(lambda: nvml.nvmlDeviceGetUtilizationRates(handle))
    mig = _first_answer(lambda: nvml.nvmlDeviceGetMigMode(handle))
    # Each of these has two names: the second is asked where the driver or the package lacks the first.
    temperature = _first_answer(
        lambda: nvml.nvmlDeviceGetTemperature(handle, _CHIP_SENSOR),
        lambda: nvml.nvmlDeviceGetTemperatureV(handle, _CHIP_SENSOR),
    )
    reasons = _first_answer(
        lambda: nvml.nvmlDeviceGetCurrentClocksEventReasons(handle),
        lambda: nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle),
    )
    return GpuState(
        index=index,
        name=nvml.nvmlDeviceGetName(handle),
        driver=driver,
        memory_used_bytes=None if memory is None else int(memory.used),
        memory_total_bytes=None if memory is None else int(memory.total),
        utilisation=None if utilisation is None else int(utilisation.gpu),
        temperature_c=None if temperature is None else int(temperature),
        throttled=throttle_words(reasons or 0),
        mig=mig is not None and mig[0] == 1,
    )


def _first_answer(*questions: Callable[[], T]) -> T | None:
    """The first answer; None if the card, the driver or the package knows none of the questions. A lost card raises."""
    for question in questions:
        try:
            return question()
        except Exception as error:
            if _code(error) in _GONE:
                raise
    return None


# Numbers of NVML's C interface, which do not change from version to version.
_CHIP_SENSOR = 0
_NO_PERMISSION, _NOT_LOADED, _NO_LIBRARY, _LOST, _RESET_REQUIRED, _MISMATCH = 4, 9, 12, 15, 16, 18
_GONE = (_LOST, _RESET_REQUIRED)

_CAUSES = {
    _NO_PERMISSION: "this user or container has no permission to ask it",
    _NOT_LOADED: "it is installed but not loaded, or there is no NVIDIA card",
    _NO_LIBRARY: "its library (NVML) is not here; where there is an NVIDIA card, install its driver",
    _MISMATCH: "its library and its kernel module are of different versions, as after an update; restart the machine",
}


def _no_driver(error: Exception) -> str:
    return f"No NVIDIA driver answers: {_CAUSES.get(_code(error)) or _words(error)}."


def _unreadable(index: int, error: Exception) -> str:
    remedy = "; restart the machine" if _code(error) in _GONE else ""
    return f"GPU {index} cannot be read: {_words(error)}{remedy}."


def _code(error: Exception) -> int:
    """The number of an NVMLError; -1 of any other error."""
    return getattr(error, "value", -1)


def _words(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
