"""How much memory there is, how many images fit in it, and how fine an output is."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explore.cards import CARDS, card_named, memory_bytes
from encdec_widgets.explore.fineness import Fineness
from encdec_widgets.explore.largest_batch import largest_batch

DESIGN = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1))
BACKBONE = DESIGN.build()


@pytest.mark.parametrize("card", CARDS.values(), ids=str)
def test_each_card_is_known_by_its_name_and_says_where_its_memory_is_from(card: Any) -> None:
    assert memory_bytes(card.name) == card.bytes == memory_bytes(f"{card.gb} GB")
    assert card_named(f"NVIDIA {card.name.upper()}") is card
    assert card.source
    year, month = map(int, card.date.split("-"))
    assert 2010 < year < 2100
    assert 1 <= month <= 12


@given(st.integers(1, 10**6), st.sampled_from([("MB", 10**6), ("GB", 10**9), ("MiB", 2**20), ("GiB", 2**30)]))
def test_a_text_with_a_unit_is_so_many_bytes(count: int, unit: tuple[str, int]) -> None:
    bytes_ = count * unit[1]
    texts = [f"{count} {unit[0]}", f" {count}{unit[0].lower()} ", f"{count:,} {unit[0]}"]
    for text in texts:
        if 10**6 <= bytes_ <= 10**15:
            assert memory_bytes(text) == bytes_ == memory_bytes(bytes_)
        else:
            with pytest.raises(ValueError, match="Received"):
                memory_bytes(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("8", 8e9),
        ("7.5 GB", 7.5e9),
        ("7,5 GB", 7.5e9),
        ("7,25 GB", 7.25e9),
        ("0,500 GB", 0.5e9),
        ("24,000 MB", 24e9),
        ("16,384 MiB", 2**34),
        ("1,000,000.5 MB", 1_000_000_500_000),
        (8e9, 8e9),
        (2**33, 2**33),
    ],
)
def test_other_ways_to_say_it(text: Any, count: float) -> None:
    assert memory_bytes(text) == count


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "GB",
        "8 GHz",
        "x" * 1000,
        "-8 GB",
        "8 8 GB",
        "1,2,3 GB",
        "24,00,000 MB",
        math.nan,
        None,
        [8],
        True,
        0,
        10**400,
        1e300,
    ],
)
def test_what_is_no_memory_is_refused_with_what_would_work(wrong: Any) -> None:
    with pytest.raises(ValueError, match="Would work: '8 GB'"):
        memory_bytes(wrong)


@settings(max_examples=40)
@given(st.integers(10**6, 10**11), st.sampled_from(["training", "forward"]))
def test_the_largest_batch_fits_and_one_image_more_does_not(memory: int, work: str) -> None:
    def needed(images: int) -> int:
        cost = BACKBONE.cost(batch_size=images)
        found = cost.training_bytes if work == "training" else cost.inference_bytes
        assert found is not None
        return found

    most = largest_batch(BACKBONE, memory, work)
    assert 0 <= most <= 65536
    assert most == 0 or needed(most) <= memory
    assert most == 65536 or needed(most + 1) > memory


def test_the_largest_batch_of_what_cannot_be_told_is_refused() -> None:
    with pytest.raises(ValueError, match="work must be one of 'training', 'forward'"):
        largest_batch(DESIGN, "8 GB", "inference")
    with pytest.raises(ValueError, match="input_shape must be fixed"):
        largest_batch(DESIGN.replace("input_shape", (None, None, 1)), "8 GB")


@given(st.sampled_from([1, 2, 4, 8, 16]), st.floats(0.1, 1), st.floats(10, 1000), st.floats(0.5, 10))
def test_a_point_is_at_most_half_a_cell_from_the_middle_of_its_cell(
    stride: int, scale: float, animal: float, sigma: float
) -> None:
    fineness = Fineness(output_stride=stride, input_scale=scale, animal_px=animal, sigma_px=sigma)
    # Brute force: points all over a cell of the camera's image, and the middle of that cell.
    cell = stride / scale
    points = [cell * i / 64 for i in range(65)]
    worst = max(
        min(abs(point - middle) for middle in (cell / 2, 3 * cell / 2, -cell / 2)) for point in points
    )
    assert fineness.limit_px == pytest.approx(worst)
    assert fineness.share_of_animal == pytest.approx(worst / animal)
    corner = 2 * (stride / 2) ** 2
    assert fineness.least_peak == pytest.approx(math.exp(-corner / (2 * sigma**2)))
    assert "half a cell" in fineness.words


def test_fineness_without_an_animal_says_nothing_of_it() -> None:
    assert Fineness(output_stride=2).share_of_animal is None
    assert "animal" not in Fineness(output_stride=2).words
