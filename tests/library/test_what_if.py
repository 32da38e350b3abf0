"""What other values of a field would make of a network, computed beside the one that is edited."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import FieldError, flag, integer
from encdec_widgets.backbone import Backbone, build_backbone, build_in_steps
from encdec_widgets.background import Background, Steps
from encdec_widgets.designs.variants import INPUT_SIZE, with_value
from encdec_widgets.explore import what_if as module
from encdec_widgets.explore.what_if import Point, Question, WhatIf
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.weights import fill
from encdec_widgets.session.live_builder import LiveBuilder, Request
from tests.designer.slow import GATE, PATIENCE_S, in_a_loop, until

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (36, 36, 1), Head(channels=3))


@attrs.frozen
class Capricious(EncoderBlock):
    """A block that does not take every width, and can be made to wait."""

    filters: int = integer(2, minimum=1, maximum=9, usual=(1, 5), help="Channels of the output.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        GATE.pass_through(self.filters)
        if self.filters == 3:
            raise FieldError("filters", 3, "must not be 3: it brings bad luck", (2, 4))
        if self.filters == 4:
            raise ZeroDivisionError("no <four>\nat all")
        if self.filters == 5:
            raise SystemExit("enough")
        return keras.layers.Conv2D(self.filters, 1, name=f"{prefix}_conv")(x_in)


CAPRICIOUS = Design(CustomEncoderDecoder(encoder=[Capricious(pool=False)] * 3), (8, 8, 1))


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    GATE.open.set()
    GATE.reached.clear()
    GATE.made.clear()
    yield
    GATE.open.set()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Backbone]:
    """The variants that are built from now on."""
    backbones: list[Backbone] = []

    def build(*args: Any, **kwargs: Any) -> Steps[Backbone]:
        backbones.append((yield from build_in_steps(*args, **kwargs)))
        return backbones[-1]

    monkeypatch.setattr(module, "build_in_steps", build)
    return backbones


def answers(
    question: Question, what_if: WhatIf | None = None, backbone: Backbone | None = None
) -> list[Point]:
    points: list[Point] = []
    what_if = what_if or WhatIf(lambda _, point: points.append(point))
    what_if._on_point = lambda _, point: points.append(point)
    what_if.ask(question, backbone)
    return points


def values(points: list[Point]) -> list[Any]:
    return [point.value for point in points]


# What the points say


@pytest.mark.parametrize(
    "path", ["convs_per_block", "encoder[1].filters", "head.channels", "up_interpolate", INPUT_SIZE]
)
def test_points_are_what_a_plain_build_says(path: str) -> None:
    question = Question(design=DESIGN, path=path, batch_size=4, precision="mixed_float16")
    points = answers(question)
    assert sorted(values(points)) == list(question.values)
    for point in points[:5]:
        backbone = with_value(DESIGN, path, point.value).build()
        cost = backbone.cost(batch_size=4, precision="mixed_float16")
        size = backbone.receptive_field().output.size
        assert point == Point(
            value=point.value,
            parameters=backbone.parameters,
            multiply_adds=cost.multiply_adds,
            inference_bytes=cost.inference_bytes,
            training_bytes=cost.training_bytes,
            receptive_field_px=None if size is None else max(size),
        )


def test_the_present_value_comes_first_and_the_nearest_next() -> None:
    points = answers(Question(design=DESIGN, path="convs_per_block"))
    assert values(points) == [2, 1, 3, 4, 5]


def test_memory_is_that_of_the_batch_and_the_precision() -> None:
    one, four, half = (
        answers(Question(design=DESIGN, path="middle_block", **more))[0].training_bytes or 0
        for more in ({}, {"batch_size": 4}, {"batch_size": 4, "precision": "mixed_float16"})
    )
    assert one < half < four


def test_of_an_open_size_memory_is_not_known() -> None:
    points = answers(
        Question(design=attrs.evolve(DESIGN, input_shape=(None, None, 1)), path="convs_per_block")
    )
    assert all(point.parameters and point.receptive_field_px for point in points)
    assert {point.inference_bytes for point in points} == {None}


@attrs.frozen
class Gathering(EncoderBlock):
    """A block that weighs its channels by their means over the whole image, or does not."""

    gathers: bool = flag(True, help="Whether it does.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        if not self.gathers:
            return keras.layers.Activation("relu", name=f"{prefix}_relu")(x_in)
        means = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{prefix}_means")(x_in)
        return keras.layers.Multiply(name=f"{prefix}_weighed")([x_in, means])


def test_an_output_that_sees_the_whole_image_is_not_called_unknown() -> None:
    design = Design(CustomEncoderDecoder(encoder=[Gathering(pool=False)]), (8, 8, 1))
    seen = {point.value: point for point in answers(Question(design=design, path="encoder[0].gathers"))}
    assert (seen[True].whole_image, seen[True].receptive_field_px) == (True, None)
    assert (seen[False].whole_image, seen[False].receptive_field_px) == (False, 1)


# What is not possible


def test_a_value_that_the_design_refuses_says_why() -> None:
    by_value = {point.value: point for point in answers(Question(design=DESIGN, path="down_blocks"))}
    assert by_value[2].error == ""
    assert by_value[3].error == "36 px can't be halved three times (36, 18, 9)"
    assert attrs.evolve(by_value[3], error="") == Point(value=3)


def test_what_a_block_raises_is_told_in_a_few_words_and_the_others_go_on() -> None:
    by_value = {p.value: p for p in answers(Question(design=CAPRICIOUS, path="encoder[1].filters"))}
    assert by_value[1].parameters == 4 + 3 + 4
    assert by_value[3].error == "enc1 filters must not be 3"
    assert by_value[4].error == "ZeroDivisionError: no <four>"
    assert by_value[5].error == "SystemExit: enough"


def test_a_variant_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GIVE_UP_S", -1.0)
    points = answers(Question(design=DESIGN, path="convs_per_block"), backbone=DESIGN.build())
    assert [point.error for point in points] == ["", *["takes too long to build"] * 4]


# What is built


def test_nothing_is_shared_with_the_live_network_or_filled(built: list[Backbone]) -> None:
    live = DESIGN.build()
    layers = {id(layer) for layer in live.structure.layers}
    points = answers(Question(design=DESIGN, path="convs_per_block"), backbone=live)
    assert len(built) == len(points) - 1  # the present one is there already
    for backbone in (live, *built):
        assert not backbone.filled
    assert not any(id(layer) in layers for backbone in built for layer in backbone.structure.layers)


def test_what_was_computed_is_remembered(built: list[Backbone]) -> None:
    question, what_if = Question(design=DESIGN, path="convs_per_block"), WhatIf(lambda *_: None)
    assert what_if.known(question) == ()
    points = answers(question, what_if)
    once = len(built)
    moved = Question(design=DESIGN.replace("convs_per_block", 4), path="convs_per_block")
    assert sorted(answers(moved, what_if), key=lambda p: p.value) == list(what_if.known(question))
    assert sorted(points, key=lambda p: p.value) == list(what_if.known(moved))
    assert len(built) == once
    other = attrs.evolve(question, batch_size=2)
    assert what_if.known(other) == ()


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    what_if = WhatIf(lambda *_: None)
    questions = [Question(design=DESIGN, path=path) for path in ("middle_block", "stacks", "up_interpolate")]
    for question in questions:
        answers(question, what_if)
    assert [len(what_if.known(question)) for question in questions] == [0, len(questions[1].values), 2]


def test_what_is_known_holds_wherever_in_the_range_the_field_stands() -> None:
    question, what_if = Question(design=DESIGN, path="filters"), WhatIf(lambda *_: None)
    answers(question, what_if)
    between = Question(design=DESIGN.replace("filters", 5), path="filters")
    assert 5 not in question.values
    assert what_if.known(between) == what_if.known(question)
    assert len(what_if.known(between)) == len(between.values) - 1
    assert what_if.known(attrs.evolve(question, design=DESIGN.replace("stacks", 2))) == ()


def test_finding_what_is_known_makes_no_design(monkeypatch: pytest.MonkeyPatch) -> None:
    question, what_if = Question(design=DESIGN, path="filters"), WhatIf(lambda *_: None)
    answers(question, what_if)
    moved = DESIGN.replace("filters", 8)
    made: list[Design] = []
    monkeypatch.setattr(Design, "__attrs_post_init__", made.append)
    assert len(what_if.known(Question(design=moved, path="filters"))) == len(question.values)
    assert made == []


# Beside an event loop


def test_points_come_on_the_loop_that_asked_and_at_their_precision(
    built: list[Backbone], in_both_forms: Background
) -> None:
    async def scenario() -> None:
        threads: set[int] = set()
        points: list[Point] = []

        def came(_: Question, point: Point) -> None:
            threads.add(threading.get_ident())
            points.append(point)

        question = Question(design=DESIGN, path="convs_per_block")
        WhatIf(came).ask(question)
        assert not points
        await until(lambda: len(points) == len(question.values))
        assert threads == {threading.get_ident()}
        assert {backbone.structure.dtype_policy.name for backbone in built} == {"mixed_bfloat16"}

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        in_a_loop(scenario)
    finally:
        keras.config.set_dtype_policy(before)


async def held_up(points: list[Point]) -> WhatIf:
    """A question whose first block is being made and waits at the gate, or was just made on the event loop alone."""
    GATE.open.clear()
    what_if = WhatIf(lambda _, point: points.append(point))
    what_if.ask(Question(design=CAPRICIOUS, path="encoder[2].filters"))
    await until(GATE.reached.is_set)
    return what_if


def no_thread_left() -> bool:
    return not any(thread.name == "encdec-background" for thread in threading.enumerate())


async def ended(what_if: WhatIf) -> None:
    """Stop, and wait until no thread is left that would make blocks of the next test."""
    what_if.stop()
    GATE.open.set()
    await until(no_thread_left)


def test_what_is_stopped_ends_after_a_block_and_tells_nothing(in_both_forms: Background) -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        what_if.stop()
        GATE.open.set()
        await until(lambda: no_thread_left() and not in_both_forms._tasks)
        await asyncio.sleep(0)  # a turn of the loop, for what would be told
        assert GATE.made == [2]
        assert points == []

    in_a_loop(scenario)


def test_an_edit_waits_for_one_block_at_most() -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        what_if.stop()
        edit = asyncio.create_task(
            asyncio.to_thread(lambda: build_backbone(CAPRICIOUS.replace("encoder[0].filters", 7)))
        )
        await until(lambda: one_at_a_time.awaited)
        assert not edit.done()
        GATE.open.set()
        backbone = await edit
        assert GATE.made == [2, 7, 2, 2]
        assert backbone.parameters == 14 + 16 + 6
        assert points == []

    in_a_loop(scenario)


def test_weights_that_are_there_wait_for_nothing() -> None:
    async def scenario() -> None:
        live = DESIGN.build()
        model = live.model
        what_if = await held_up([])
        try:
            assert await asyncio.wait_for(asyncio.to_thread(lambda: live.model), PATIENCE_S / 3) is model
            assert live.features
        finally:
            await ended(what_if)

    in_a_loop(scenario)


def test_weights_to_be_filled_wait_for_one_block_and_the_variant_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_before: list[int] = []

    def fill_in_turn(variables: Iterable[Any], *, notes_drawn: bool) -> None:
        made_before.extend(GATE.made)
        fill(variables)

    monkeypatch.setattr("encdec_widgets.networks.building.fill", fill_in_turn)

    async def scenario() -> None:
        live = DESIGN.build()
        points: list[Point] = []
        what_if = await held_up(points)
        assert not one_at_a_time.awaited
        reading = asyncio.create_task(asyncio.to_thread(lambda: live.model))
        await until(lambda: one_at_a_time.awaited)
        GATE.open.set()
        await reading
        assert made_before == [2]
        assert live.filled
        await until(lambda: len(points) > 1)
        await ended(what_if)
        assert GATE.made[:5] == [2, 2, 2, 2, 2]  # three blocks of the first variant, two of the second
        assert GATE.made[5] == points[1].value != 2
        assert points[0].parameters == 4 + 6 + 6

    in_a_loop(scenario)


def test_two_of_them_do_not_give_way_to_each_other() -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        other = WhatIf(lambda _, point: points.append(point))
        other.ask(Question(design=CAPRICIOUS, path="encoder[2].filters"))
        GATE.open.set()
        await until(lambda: len(points) == 10)
        await ended(what_if)
        assert len(GATE.made) == 2 * 5 * 3

    in_a_loop(scenario)


def test_a_newer_question_drops_the_older_one(in_both_forms: Background) -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        newer = Question(design=DESIGN, path="convs_per_block")
        what_if.ask(newer)
        GATE.open.set()
        await until(lambda: len(points) == len(newer.values))
        await until(no_thread_left)
        assert values(points) == [2, 1, 3, 4, 5]

    in_a_loop(scenario)


def test_an_edit_is_built_between_two_blocks_of_a_variant_which_then_goes_on(
    in_both_forms: Background,
) -> None:
    async def scenario() -> None:
        points: list[Point] = []
        results: list[Any] = []
        await held_up(points)
        builder = LiveBuilder(lambda _, result: results.append(result), lambda *_: None)
        builder.build(Request(CAPRICIOUS.replace("encoder[0].filters", 7)))
        GATE.open.set()
        builder.wait()
        assert results[0].parameters == 14 + 16 + 6
        assert GATE.made[:4] == [2, 7, 2, 2]
        await until(lambda: len(points) == 5)
        assert GATE.made[4:6] == [2, 2]
        assert len(GATE.made) == 3 + 5 * 3

    in_a_loop(scenario)


def test_a_loop_that_has_been_closed_ends_the_work() -> None:
    async def scenario() -> None:
        await held_up([])

    in_a_loop(scenario)
    GATE.open.set()
    asyncio.run(until(no_thread_left))
    assert len(GATE.made) <= 3
