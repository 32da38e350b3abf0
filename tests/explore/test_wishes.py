"""The wishes as they are typed: what they become, and how they are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explore.advising.wishes import ANY_FAMILY, ELSEWHERE, TYPED, Wishes
from encdec_widgets.explore.cards import CARDS
from encdec_widgets.explore.requirements import Requirements


def test_they_become_requirements() -> None:
    wishes = Wishes(
        animal=90, height=480, width=640, memory="6 GB", images_per_second=30, device="CPU", batch_size=4
    )
    assert wishes.requirements() == Requirements(
        animal_px=90, image_px=(480, 640), memory="6 GB", images_per_second=30, device="CPU", batch_size=4
    )
    assert wishes.families is None
    assert wishes.replace("family", "U-Net").families == "U-Net"
    assert wishes.replace("memory", " ").requirements().memory is None
    assert Wishes().requirements().device is None


@given(st.lists(st.tuples(st.sampled_from(["card", "memory"]), st.integers(0, len(CARDS)))))
def test_a_card_and_the_memory_always_agree(edits: list[tuple[str, int]]) -> None:
    wishes = Wishes()
    cards = [TYPED, *CARDS]
    for name, number in edits:
        wishes = wishes.replace(name, cards[number] if name == "card" else f"{number + 1} GB")
    if wishes.card != TYPED:
        assert wishes.memory_bytes == CARDS[wishes.card].bytes


def test_what_is_refused_names_the_control() -> None:
    with pytest.raises(FieldError, match="Received: animal=900"):
        Wishes(animal=900, height=400, width=400).requirements()
    with pytest.raises(FieldError, match="memory must be bytes, a text such as") as caught:
        Wishes(memory="lots").requirements()
    assert caught.value.field == "memory"
    with pytest.raises(FieldError, match="is no wish; there are animal"):
        Wishes().replace("colour", 1)
    with pytest.raises(FieldError):
        Wishes().replace("family", "Transformer")


def test_what_is_not_possible_is_told_of_each_and_a_speed_elsewhere_is_untested() -> None:
    assert Wishes().problems == {}
    assert set(Wishes(animal=900, height=400, width=400, memory="lots").problems) == {"animal", "memory"}
    assert Wishes(images_per_second=30).untested["images_per_second"].reason.startswith("Not tested")
    assert Wishes(images_per_second=30, device="CPU").untested == {}
    assert Wishes().untested == {}


def test_each_has_a_description_and_the_devices_of_this_machine_are_offered() -> None:
    fields = Wishes.fields(["CPU", "GPU:0"])
    assert tuple(fields) == tuple(Wishes().values()) == tuple(described_fields(Wishes))
    assert fields["device"].choices == (ELSEWHERE, "CPU", "GPU:0")
    assert fields["family"].choices[0] == ANY_FAMILY
    assert all(info.help for info in fields.values())
