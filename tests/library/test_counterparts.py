"""Which block of an edited design is which of the design before."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import StackedHourglass, UNet
from encdec_widgets.designs.block_edits import add, duplicate, move, remove
from encdec_widgets.designs.counterparts import counterparts, lined_up
from encdec_widgets.designs.paths import STAGES

ALIKE = Design(StackedHourglass(stacks=1))  # five residual blocks in the encoder, of which four are equal


def of_encoder(before: Design, changes: dict[str, Any]) -> tuple[int | None, ...]:
    return tuple(counterparts(before, before.replace_all(changes))["encoder"])


@pytest.mark.parametrize("at", range(4))
def test_among_blocks_that_are_all_equal_the_one_that_was_edited_is_known(at: int) -> None:
    path = f"encoder[{at}]"
    others = list(range(5))
    assert of_encoder(ALIKE, remove(ALIKE, path).changes) == (*others[:at], *others[at + 1 :])
    for edit in (add, duplicate):
        with_one_more = (*others[: at + 1], None, *others[at + 1 :])
        assert of_encoder(ALIKE, edit(ALIKE, path).changes) == with_one_more


def test_a_block_that_was_moved_is_found_again() -> None:
    design = Design(UNet(down_blocks=3, up_blocks=3), (64, 64, 1))
    assert of_encoder(design, move(design, "encoder[0]", 1).changes)[:2] == (1, 0)


def test_a_level_more_leaves_the_others_their_counterparts() -> None:
    before = Design(UNet(down_blocks=3, up_blocks=3), (64, 64, 1))
    found = counterparts(before, before.replace_all({"down_blocks": 4, "up_blocks": 4}))
    assert (found["encoder"][:3], found["decoder"][1:]) == ((0, 1, 2), (0, 1, 2))


@attrs.frozen(eq=False)
class Awkward:
    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None  # type: ignore[assignment]


def test_blocks_that_cannot_be_compared_are_known_by_what_they_are() -> None:
    one, other, third = Awkward(), Awkward(), Awkward()
    assert lined_up([one, other, third], [other, third]) == (1, 2)


def test_an_edit_of_all_blocks_compares_few_of_them() -> None:
    compared = 0

    class Counted(int):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return int(self) == other

        __hash__ = int.__hash__

    before = list(map(Counted, range(100)))
    after = list(map(Counted, range(100, 200)))
    assert lined_up(before, after) == tuple(range(100))
    assert compared <= 500  # each with each would be 10,000


blocks = st.lists(st.sampled_from("abc"), max_size=7)


@given(blocks, blocks)
def test_each_block_has_one_counterpart_and_no_equal_pair_is_left_over(
    before: list[str], after: list[str]
) -> None:
    found = lined_up(before, after)
    taken = [i for i in found if i is not None]
    assert len(found) == len(after)
    assert len(set(taken)) == len(taken)
    # As many blocks as can be have one that equals them.
    equal = sum(i is not None and before[i] == block for i, block in zip(found, after, strict=True))
    assert equal == sum(min(before.count(kind), after.count(kind)) for kind in "abc")


@given(st.lists(st.integers(), max_size=7, unique=True), st.randoms(use_true_random=False))
def test_any_order_is_followed(before: list[int], random: Any) -> None:
    after = random.sample(before, len(before))
    assert [before[i] for i in lined_up(before, after) if i is not None] == after


def test_the_blocks_of_a_design_are_the_same_objects_each_time_and_each_its_own() -> None:
    for stage in STAGES:
        of_stage = ALIKE.blocks_of(stage)
        assert all(map(lambda a, b: a is b, of_stage, ALIKE.blocks_of(stage)))
        assert len(set(map(id, of_stage))) == len(of_stage)
