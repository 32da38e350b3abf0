"""What other values of a field would make of a network."""

from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import flag
from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.variants import INPUT_SIZE, with_value
from encdec_widgets.explore import what_if as module
from encdec_widgets.explore.what_if import Point, Question, WhatIf
from tests.library.tried_values import CAPRICIOUS, DESIGN, values
from tests.library.tried_values import built as built
from tests.session.conftest import gate as gate

pytestmark = pytest.mark.usefixtures("gate")


def answers(
    question: Question, what_if: WhatIf | None = None, backbone: Backbone | None = None
) -> list[Point]:
    points: list[Point] = []
    what_if = what_if or WhatIf(lambda _, point: points.append(point))
    what_if._on_point = lambda _, point: points.append(point)
    what_if.ask(question, backbone)
    return points


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
