"""What a worker process refuses for its size: each kind of work at exactly the memory that it is estimated to take."""

from types import SimpleNamespace

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explain.costs import PRECISIONS
from encdec_widgets.workers.device import CPU, Device
from encdec_widgets.workers.errors import BeyondMemoryError
from encdec_widgets.workers.inside import memory
from encdec_widgets.workers.inside.memory import Work, memory_of, require_memory
from tests.library.fake_nvml import NOT_SUPPORTED, Card, FakeNvml, NVMLError, install

BACKBONE = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1)).build()


CARD = Device("card", "GPU", 0)


def allowed(monkeypatch: pytest.MonkeyPatch, limit: int, work: Work, batch_size: int, policy: str) -> bool:
    monkeypatch.setattr(memory, "memory_of", lambda device: limit)
    try:
        require_memory(BACKBONE.structure, work, batch_size, policy, CARD)
    except BeyondMemoryError as error:
        assert ("smaller batch" in str(error)) == (batch_size > 1 and error.fits > 0)
        assert error.limit_bytes == limit
        assert error.fits < batch_size
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
    monkeypatch.setattr(memory, "memory_of", lambda device: None)
    require_memory(BACKBONE.structure, "training", 8, "float32", CPU)


@given(st.integers(10**5, 10**8), st.sampled_from(["forward", "training", "gradients of the image"]))
def test_the_batch_that_is_named_fits_and_one_image_more_does_not(limit: int, work: Work) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "memory_limit", lambda: limit)
        with pytest.raises(BeyondMemoryError) as caught:
            require_memory(BACKBONE.structure, work, 65_536, "float32", CPU)
        fits = caught.value.fits
        if fits:
            require_memory(BACKBONE.structure, work, fits, "float32", CPU)
        with pytest.raises(BeyondMemoryError, match="smaller"):
            require_memory(BACKBONE.structure, work, fits + 1, "float32", CPU)


@given(st.integers(10**6, 10**8), st.integers(0, 10**6), st.integers(1, 512))
def test_maps_that_stay_besides_count_for_every_image(limit: int, values: int, batch_size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "memory_limit", lambda: limit)

        def expected(images: int) -> memory.Expected:
            found = memory.expected_memory(BACKBONE.structure, "training", images, "float32", CPU)
            assert found is not None
            return found

        alone, beside = expected(batch_size), expected(batch_size).with_maps(values)
        assert beside.needed_bytes == alone.needed_bytes + 4 * batch_size * values
        if beside.fits:
            expected(beside.fits).with_maps(values).require()
        more = expected(beside.fits + 1)
        with pytest.raises(BeyondMemoryError) as caught:
            more.with_maps(values).require()
        assert caught.value.only_blocks == (more.needed_bytes <= limit)


@pytest.mark.parametrize(("device", "of_a_value"), [(CARD, 2), (CPU, 4)])
def test_a_card_keeps_maps_in_half_precision_and_a_processor_does_not(
    monkeypatch: pytest.MonkeyPatch, device: Device, of_a_value: int
) -> None:
    monkeypatch.setattr(memory, "memory_of", lambda device: 10**12)
    alone = memory.expected_memory(BACKBONE.structure, "forward", 8, "mixed_float16", device)
    assert alone is not None
    assert alone.with_maps(1000).needed_bytes == alone.needed_bytes + 8 * 1000 * of_a_value


def test_work_on_a_card_is_compared_with_the_memory_of_that_card(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = (Card(memory=SimpleNamespace(used=0, total=total)) for total in (10**6, 10**12))
    install(monkeypatch, FakeNvml([large, small]))
    require_memory(BACKBONE.structure, "training", 64, "float32", Device("card", "GPU", 0))
    with pytest.raises(BeyondMemoryError) as caught:
        require_memory(BACKBONE.structure, "training", 64, "float32", Device("card", "GPU", 1))
    assert caught.value.limit_bytes == 10**6
    unknown = Device("card", "GPU", 2)
    assert require_memory(BACKBONE.structure, "training", 65_536, "float32", unknown) is None


@pytest.mark.parametrize("work", ["forward", "training"])
def test_a_processor_is_not_taken_to_save_what_half_precision_saves_a_card(
    monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    monkeypatch.setattr(memory, "memory_of", lambda device: 10**12)

    def needed(precision: str, device: Device) -> int:
        expected = require_memory(BACKBONE.structure, work, 8, precision, device)
        assert expected is not None
        return expected.needed_bytes

    assert needed("mixed_bfloat16", CARD) < needed("float32", CARD)
    assert needed("mixed_bfloat16", CPU) == needed("float32", CPU) == needed("float32", CARD)


@pytest.mark.parametrize("number", [0, 1])
def test_where_the_order_of_cards_is_a_guess_what_the_largest_holds_is_not_refused(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    small, large, untold = (
        Card(name=name, memory=memory)
        for name, memory in (
            ("NVIDIA T400", SimpleNamespace(used=0, total=10**6)),
            ("NVIDIA H200", SimpleNamespace(used=0, total=10**12)),
            ("NVIDIA L4", NVMLError(NOT_SUPPORTED)),
        )
    )
    device = Device("card", "GPU", number)
    install(monkeypatch, FakeNvml([small, large]))
    assert memory_of(device) == 10**12
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    assert memory_of(device) == (10**6, 10**12)[number]
    monkeypatch.delenv("CUDA_DEVICE_ORDER")
    install(monkeypatch, FakeNvml([small, untold]))
    assert memory_of(device) is None
