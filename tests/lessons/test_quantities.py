"""Quantities: each is what the network tells of itself, and says what to do while it is not known."""

import functools
import math
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import Hourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.lessons import at_least, at_most, exactly
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.parts import PartState
from encdec_widgets.lessons.quantities import QUANTITIES, Aim
from encdec_widgets.lessons.seen import Seen, value_at
from encdec_widgets.session.conditions import Conditions
from tests.lessons.beside import START


def seen_of(design: Design, **known: Any) -> Seen:
    return Seen(backbone=design.build(), start=START, **known)


def parts_of(design: Design, **bounds: Any) -> dict[str, PartState]:
    return {part.name: part for part in Goal.of("A goal.", bounds).judged(seen_of(design))}


def test_each_quantity_of_a_network_is_what_the_backbone_says() -> None:
    design = Design(UNet(filters=8, down_blocks=3, up_blocks=2, up_interpolate=False), (96, 64, 1))
    backbone, conditions = design.build(), Conditions(batch_size=4, animal_px=60)
    cost, field = backbone.cost(batch_size=4), backbone.receptive_field().output
    seen = Seen(backbone=backbone, start=START, conditions=conditions)
    assert field.smallest is not None
    expected = {
        "receptive_field": min(field.smallest),
        "parameters": backbone.parameters,
        "multiply_adds": cost.multiply_adds,
        "training_mb": (cost.training_bytes or 0) / 1e6,
        "inference_mb": (cost.inference_bytes or 0) / 1e6,
        "maximum_stride": 8,
        "output_stride": 2,
        "height": 96,
        "width": 64,
        "warnings": len(backbone.checks(batch_size=4, animal_px=60)),
        "stacks": 1,
        "filters": 8,
    }
    assert expected["warnings"], "something to be found"
    read = {name: q.read(seen, Aim()) for name, q in QUANTITIES.items() if q.of == "network"}
    assert read == expected


def test_the_batch_of_memory_is_said() -> None:
    goal = Goal.of("Small.", {"training_mb": at_most(1), "inference_mb": at_most(1)})
    labels = [part.label for part in goal.judged(seen_of(START, conditions=Conditions(batch_size=8)))]
    assert labels == ["memory of a training step, batch 8", "memory of a forward pass, batch 8"]


def test_every_position_of_every_output_has_to_see_as_far() -> None:
    heads = [Head(2, "linear", 1, "fine"), Head(2, "linear", 4, "coarse")]
    design = Design(
        UNet(filters=4, down_blocks=2, up_blocks=2, up_interpolate=False), (64, 64, 1), heads=heads
    )
    outputs = design.build().receptive_field().outputs.values()
    smallest = [min(output.smallest) for output in outputs if output.smallest]
    assert len(set(smallest)) == 2
    assert parts_of(design, receptive_field=at_least(1))["receptive_field"].value == min(smallest)


def test_what_is_off_is_told_with_its_unit() -> None:
    parts = parts_of(
        START,
        receptive_field=at_least(150),
        parameters=at_most(1000),
        maximum_stride=exactly(8),
        warnings=exactly(0),
    )
    told = {name: (part.value_text, part.bound_text, part.off_text) for name, part in parts.items()}
    sees, parameters = parts["receptive_field"].value, parts["parameters"].value
    assert told["receptive_field"] == (f"{sees} px", "at least 150 px", f"{150 - sees} px short")
    assert told["parameters"][1] == "at most 1 k"
    assert told["parameters"][2].endswith(" over")
    assert parameters == START.build().parameters
    assert told["maximum_stride"] == ("2", "8", "6 short")
    (check,) = START.build().checks()
    assert told["warnings"] == ("1 thing", "nothing", check.kind)


def test_a_bound_that_is_missed_by_a_hair_is_told_with_all_digits() -> None:
    exact = START.build().parameters
    (part,) = parts_of(START, parameters=at_least(exact + 1)).values()
    assert (part.value_text, part.bound_text) == (f"{exact:,}", f"at least {exact + 1:,}")
    assert part.off_text == "1 short"
    (part,) = parts_of(START, parameters=at_most(exact)).values()
    assert part.holds


@pytest.mark.parametrize("name", ["f1", "right", "swapped", "px", "training_steps", "slower", "time_ms"])
def test_what_is_not_known_yet_says_what_to_do(name: str) -> None:
    goal = Goal.of("Learn it.", {name: at_least(1)}, task="threads")
    (part,) = goal.judged(seen_of(START))
    assert (part.value, part.holds, part.value_text) == (None, None, "")
    page = {"slower": "page Timing", "time_ms": "page Timing"}.get(name, "on threads: page Learn")
    assert page in part.off_text
    assert not goal.holds((part,))


def test_a_size_that_is_open_is_said() -> None:
    design = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (None, None, 1))
    parts = parts_of(design, height=exactly(512), multiply_adds=at_most(1), inference_mb=at_most(1))
    assert {part.off_text for part in parts.values()} == {"the size is open: give height and width"}


def test_a_field_is_bound_by_its_path() -> None:
    fields = {
        "up_interpolate": exactly(False),
        "encoder[0].filters": exactly(8),
        "decoder[*].refine_convs": at_least(1),
        "input_shape": exactly((64, 64, 1)),
    }
    goal = Goal.of("Fields.", {}, fields=fields)
    design = START.replace("up_interpolate", False)
    parts = goal.judged(seen_of(design))
    assert [part.name for part in parts] == list(fields)
    assert {part.name: part.value for part in parts} == {path: value_at(design, path) for path in fields}
    assert parts[0].value_text == "off"
    assert parts[0].holds
    assert parts[3].holds


@pytest.mark.parametrize(
    "path", ["filters_rate", "encoder[9].filters", "heads[0].channels", "nothing[0].x", "x"]
)
def test_a_field_that_another_family_lacks_is_said_and_does_not_hold(path: str) -> None:
    goal = Goal.of("Fields.", {}, fields={path: exactly(None)})
    hourglass = Design(Hourglass(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1))
    (part,) = goal.judged(seen_of(hourglass))
    assert (part.value, part.holds) == (None, None)
    assert part.off_text == f"this network has no field {path}"
    assert not goal.holds((part,))


def test_an_own_quantity_is_a_function_of_the_backbone_and_what_it_raises_is_said() -> None:
    def broken(backbone: Any) -> int:
        raise LookupError("no such block")

    parts = {
        "blocks": (lambda backbone: len(backbone.blocks), at_most(12)),
        "broken": (broken, at_most(12)),
    }
    blocks, other = Goal.of("Own.", {}, parts=parts).judged(seen_of(START))
    assert (blocks.value, blocks.holds) == (len(START.build().blocks), True)
    assert (other.holds, other.off_text) == (None, "can't be computed: no such block")


@pytest.mark.parametrize("value", [np.int64(12), np.float32(12), 12.0, True])
def test_a_number_of_any_library_is_a_number(value: Any) -> None:
    (part,) = Goal.of("Own.", {}, parts={"own": (lambda _: value, exactly(12))}).judged(seen_of(START))
    assert part.holds == (value is not True)
    assert type(part.value) in (int, float, bool)
    assert at_most(np.int64(12)).text() == "at most 12"


def test_a_goal_takes_bounds_of_what_it_knows_and_nothing_else() -> None:
    with pytest.raises(ValueError, match=r"A goal bounds receptive_field, .* Received: field\."):
        Goal.of("See.", {"field": at_least(150)})
    with pytest.raises(ValueError, match=r"Received: parameters=500000\. Would work: parameters=at_least"):
        Goal.of("Small.", {"parameters": 500_000})
    with pytest.raises(ValueError, match="at least one bound"):
        Goal.of("Nothing.", {})
    with pytest.raises(ValueError, match="text is a sentence"):
        Goal.of("", {"height": exactly(64)})
    with pytest.raises(ValueError, match="hints are sentences, in a list"):
        Goal.of("Hint.", {"height": exactly(64)}, hints="one")
    with pytest.raises(ValueError, match="parts has a function of the backbone and a bound"):
        Goal.of("Own.", {}, parts={"blocks": at_most(12)})  # type: ignore[dict-item]


def test_no_quantity_raises_of_any_preset() -> None:
    for name in ("SLEAP medium single", "LEAP CNN"):
        seen = seen_of(preset(name))
        for quantity in QUANTITIES.values():
            value = quantity.read(seen, Aim())
            assert isinstance(quantity.unknown(seen, Aim()) if value is None else quantity.write(value), str)


# Bounds that make no sense

NO_NUMBERS = (None, "150", "", True, False, math.nan, 10**400, (150,), [150], Fraction(10**400, 3))
NUMBERS = st.one_of(
    st.sampled_from(
        (0, -1, -0.5, 1, 95, 1e-320, 1e308, -1e308, 10**300, math.inf, -math.inf, Fraction(1, 3))
    ),
    st.integers(),
    st.floats(),
)
SIGNS = (at_least, at_most, exactly)


@functools.cache
def small_one() -> Seen:
    return seen_of(Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1)))


def goal_or_error(sign: Any, value: Any, how: Any) -> Goal | str:
    """A goal with such a bound, or what is said of it."""
    try:
        return Goal.of("A goal.", **how(sign(value)))
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("name", QUANTITIES)
def test_what_is_no_number_bounds_no_quantity(name: str, value: Any) -> None:
    for sign in SIGNS:
        said = goal_or_error(sign, value, lambda bound: {"bounds": {name: bound}})
        assert isinstance(said, str)
        assert "number" in said
        assert "Received: " in said
        assert "Would work: " in said


@given(st.sampled_from(SIGNS), st.sampled_from(sorted(QUANTITIES)), NUMBERS)
def test_a_bound_is_refused_with_what_would_work_or_can_be_judged(sign: Any, name: str, value: Any) -> None:
    goal = goal_or_error(sign, value, lambda bound: {"bounds": {name: bound}})
    if isinstance(goal, str):
        assert "Received: " in goal
        would_work = goal.partition(f"Would work: {name}=")[2].partition(", say.")[0]
        if would_work:
            bound = eval(would_work, {sign.__name__: sign})
            assert isinstance(goal_or_error(lambda _: bound, 0, lambda b: {"bounds": {name: b}}), Goal)
        else:
            assert not math.isfinite(value), "which is said of it wherever it stands"
        return
    numbers = QUANTITIES[name].numbers
    assert numbers is not None
    assert value in numbers
    for seen in (small_one(), attrs.evolve(small_one(), reported={name: 0.5})):
        (part,) = goal.judged(seen)
        assert part.bound_text
        assert part.holds or part.off_text


@given(st.sampled_from(SIGNS), st.one_of(NUMBERS, st.sampled_from(NO_NUMBERS)))
def test_a_field_and_an_own_quantity_take_any_bound_that_is_one(sign: Any, value: Any) -> None:
    def bounds(bound: Any) -> dict[str, Any]:
        own = {str(given): (lambda _, given=given: given, bound) for given in (3, 2.5, "a", None, 10**400)}
        fields = dict.fromkeys(("filters", "input_shape", "encoder[0].filters", "up_interpolate"), bound)
        return {"bounds": {}, "fields": fields, "parts": own}

    goal = goal_or_error(sign, value, bounds)
    if isinstance(goal, str):
        assert sign is not exactly
        assert "takes a finite number. Received: " in goal
        return
    for part in goal.judged(small_one()):
        assert part.bound_text
        assert part.holds or part.off_text


@pytest.mark.parametrize(
    ("name", "bound", "said"),
    [
        (
            "output_stride",
            at_least(0),
            (
                "output_stride is a number above 0. Received: output_stride=at_least(0). Would work: "
                "output_stride=at_least(2), say."
            ),
        ),
        (
            "right",
            at_least(95),
            "right is a number from 0 to 1. Received: right=at_least(95). Would work: right=at_least(0.95), say.",
        ),
        (
            "height",
            exactly("512"),
            "height is a number of 1 or more. Received: height=exactly('512'). Would work: height=exactly(256), say.",
        ),
    ],
)
def test_a_bound_that_makes_no_sense_is_told_what_would_work(name: str, bound: Any, said: str) -> None:
    with pytest.raises(ValueError, match="is a number") as refused:
        Goal.of("A goal.", {name: bound})
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("name", "bare", "would_work"),
    [
        ("parameters", "many", "at_least(500000)"),
        ("right", 95, "at_least(0.95)"),
        ("height", 64, "at_least(64)"),
    ],
)
def test_a_value_in_place_of_a_bound_is_told_one_that_would_work(
    name: str, bare: Any, would_work: str
) -> None:
    with pytest.raises(ValueError, match="A goal takes bounds") as refused:
        Goal.of("A goal.", {name: bare})
    assert str(refused.value).endswith(f"Received: {name}={bare!r}. Would work: {name}={would_work}, say.")


def test_every_number_that_errors_name_is_possible() -> None:
    for name, quantity in QUANTITIES.items():
        assert quantity.numbers is not None, name
        assert quantity.numbers.like in quantity.numbers, name
