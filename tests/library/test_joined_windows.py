"""Joined windows, against the sets of positions that they stand for."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.explain.joined_windows import LONGEST_PERIOD, either, through
from encdec_widgets.networks.windows import POINT, Window


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Any windows: with gaps, going back, and with positions that depend on nothing."""
    period, spacing = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    firsts = draw(st.lists(st.integers(-4, 4), min_size=period, max_size=period))
    counts = draw(st.lists(st.integers(0, 3), min_size=period, max_size=period))
    lasts = tuple(first + (count - 1) * spacing for first, count in zip(firsts, counts, strict=True))
    return Window(period, draw(st.integers(1, 4)), tuple(firsts), lasts, spacing)


def _positions(chain: Sequence[Window], position: int) -> set[int]:
    """All positions of the image that a position depends on, through each layer in turn."""
    positions = {position}
    for window in reversed(chain):
        found = set()
        for p in positions:
            turns, place = divmod(p, window.period)
            start, end = (ends[place] + turns * window.step for ends in (window.first, window.last))
            found.update(range(start, end + 1, window.spacing))
        positions = found
    return positions


def _box(seen: Window, position: int) -> tuple[int, int] | None:
    turns, place = divmod(position, seen.period)
    first, last = (ends[place] + turns * seen.step for ends in (seen.first, seen.last))
    return (first, last) if first <= last else None


def _seen(chain: Sequence[Window]) -> Window:
    seen = POINT
    for window in chain:
        joined = through(window, seen)
        assert joined is not None
        seen = joined
    return seen


def _box_around(positions: set[int]) -> tuple[int, int] | None:
    return (min(positions), max(positions)) if positions else None


CHAINS = st.lists(windows(), max_size=4)


@given(chain=CHAINS, position=st.integers(-50, 50))
def test_one_after_the_other_gives_the_box_around_all_that_is_reached(
    chain: list[Window], position: int
) -> None:
    assert _box(_seen(chain), position) == _box_around(_positions(chain, position))


@settings(max_examples=200)
@given(chains=st.tuples(CHAINS, CHAINS), after=CHAINS, position=st.integers(-50, 50))
def test_side_by_side_gives_the_box_around_both(
    chains: tuple[list[Window], list[Window]], after: list[Window], position: int
) -> None:
    one, other = map(_seen, chains)
    both = either(one, other)
    if both is None:
        assert one.step * other.period != other.step * one.period
        return
    for window in after:
        joined = through(window, both)
        assert joined is not None
        both = joined
    reached = _positions([*chains[0], *after], position) | _positions([*chains[1], *after], position)
    assert _box(both, position) == _box_around(reached)


def test_what_repeats_after_too_many_positions_is_not_told() -> None:
    def up(factor: int) -> Window:
        return Window(factor, 1, (0,) * factor, (0,) * factor)

    def down(factor: int) -> Window:
        return Window(1, factor, (0,), (factor - 1,))

    longest = through(up(LONGEST_PERIOD), POINT)
    assert longest is not None
    assert through(up(2), longest) is None
    fine, coarse = _seen([down(257), up(257)]), _seen([down(256), up(256)])
    assert either(fine, coarse) is None


def test_numbers_never_overflow() -> None:
    deep = [Window(1, 4, (-1,), (2,))] * 64
    seen = _seen(deep)
    assert seen.step == 4**64
    assert (
        seen.last[0] - seen.first[0] + 1 == 2**128
    )  # 4 px wide at every step, which follow each other without a gap
