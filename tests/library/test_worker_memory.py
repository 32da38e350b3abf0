"""What a worker process refuses for its size: each kind of work at exactly the memory that it is estimated to take."""

import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explain.costs import PRECISIONS
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.inside import memory
from encdec_widgets.workers.inside.memory import Work, require_memory

BACKBONE = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1)).build()


def allowed(monkeypatch: pytest.MonkeyPatch, limit: int, work: Work, batch_size: int, policy: str) -> bool:
    monkeypatch.setattr(memory, "memory_limit", lambda: limit)
    try:
        require_memory(BACKBONE.structure, work, batch_size, policy)
    except TimingError as error:
        assert ("smaller batch" in str(error)) == (batch_size > 1)
        return False
    return True


@pytest.mark.parametrize("policy", PRECISIONS)
@pytest.mark.parametrize("batch_size", [1, 8])
def test_work_may_take_what_there_is_and_no_more(
    monkeypatch: pytest.MonkeyPatch, batch_size: int, policy: str
) -> None:
    cost = BACKBONE.cost(batch_size, policy)  # type: ignore[arg-type]
    assert cost.inference_bytes is not None
    assert cost.training_bytes is not None
    for work, needed in (("forward", cost.inference_bytes), ("training", cost.training_bytes)):
        assert allowed(monkeypatch, needed, work, batch_size, policy)  # type: ignore[arg-type]
        assert not allowed(monkeypatch, needed - 1, work, batch_size, policy)  # type: ignore[arg-type]
    # Gradients of the image go back through all maps; weights have none.
    work, weights = "gradients of the image", cost.training_weight_bytes - cost.inference_weight_bytes
    assert not allowed(monkeypatch, cost.inference_bytes, work, batch_size, policy)  # type: ignore[arg-type]
    image = 2 * batch_size * 64 * 64 * 4
    most = cost.training_bytes - weights + image
    assert allowed(monkeypatch, most, work, batch_size, policy)  # type: ignore[arg-type]


def test_where_the_memory_or_a_precision_is_unknown_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert allowed(monkeypatch, 1, "forward", 1, "int8_from_float32")
    assert not allowed(monkeypatch, 1, "forward", 1, keras.config.dtype_policy().name)
    monkeypatch.setattr(memory, "memory_limit", lambda: None)
    require_memory(BACKBONE.structure, "training", 8, "float32")
