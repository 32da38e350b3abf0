"""The largest memory that was taken: that of the card that a network runs on."""

from typing import Any

import keras
import pytest

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.device import CPU, Device
from tests.library.timed import small_model

pytestmark = [pytest.mark.backend, pytest.mark.tensorflow, pytest.mark.torch]


def test_the_peak_is_that_of_the_card_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks: dict[Any, int] = {0: 1_000, 1: 2_000}
    if keras.config.backend() == "torch":
        import torch

        monkeypatch.setattr(torch.cuda, "max_memory_allocated", peaks.__getitem__)
    else:
        import tensorflow as tf

        told = {f"GPU:{number}": {"peak": peak} for number, peak in peaks.items()}
        monkeypatch.setattr(tf.config.experimental, "get_memory_info", told.__getitem__)
    peak_bytes = running_backend().runner(small_model(), "forward", "eager").peak_bytes
    for number, peak in peaks.items():
        assert peak_bytes(Device(f"NVIDIA H200 (GPU:{number})", "GPU", number)) == peak
    assert peak_bytes(CPU) is None
