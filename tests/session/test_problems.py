"""What is not possible: told, mended or given up, while the last valid network stays."""

from typing import Any

import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.explain import too_large as memory
from encdec_widgets.session import Session
from tests.session.conftest import SMALL


def labels(session: Session) -> list[str]:
    """What the mends of the problem are called."""
    return [mend.label for mend in session.editor.outcome.mends]


def mend(session: Session, number: int) -> None:
    """Make the mend of that number."""
    assert session.mend(session.editor.outcome.mends[number])


def test_a_size_that_does_not_divide_is_mended(session: Session) -> None:
    session.change("down_blocks", 5)
    session.change("input_shape", (300, 300, 1))
    assert "the maximum stride, 32, divides: 300 → 150 → 75 px, which encoder[3]" in str(session.problem)
    assert session.design.input_shape == (64, 64, 1)
    assert labels(session) == [
        "use 288 × 288",
        "use 320 × 320 (pad images with zeros, bottom and right)",
        "undo this change",
    ]
    mend(session, 1)
    assert session.design == SMALL.replace_all({"down_blocks": 5, "input_shape": (320, 320, 1)})


def test_a_size_that_suits_one_level_fewer_is_mended_by_that(session: Session) -> None:
    session.change("input_shape", (66, 50, 1))
    assert labels(session)[2:] == ["one level fewer", "undo this change"]
    assert session.problem.suggestions == ((64, 48, 1), (68, 52, 1))
    mend(session, 2)
    assert session.design == SMALL.replace_all({"down_blocks": 1, "up_blocks": 1, "input_shape": (66, 50, 1)})


def test_one_level_fewer_keeps_what_else_was_asked_of_blocks(session: Session) -> None:
    session.change("encoder[0].filters", 5)
    session.change("input_shape", (66, 66, 1))
    mend(session, 2)
    custom = session.design.architecture
    assert session.problem is None
    assert (custom.maximum_stride, custom.output_stride, custom.encoder[0].filters) == (2, 1, 5)


def test_a_level_too_many_is_given_up_once(session: Session) -> None:
    session.change("input_shape", (68, 68, 1))
    session.change("down_blocks", 3)
    assert labels(session) == [
        "use 64 × 64",
        "use 72 × 72 (pad images with zeros, bottom and right)",
        "undo this change",
    ]


def test_other_edits_go_on_while_one_is_pending(session: Session) -> None:
    session.change("filters", 0)
    session.change("kernel_size", 5)
    assert session.design == SMALL.replace("kernel_size", 5)
    assert session.problem.field == "filters"
    session.change("filters", 3)
    assert session.design == SMALL.replace_all({"kernel_size": 5, "filters": 3})
    assert session.problem is None


def test_an_unknown_field_is_a_problem_not_an_exception(session: Session) -> None:
    session.change("filtres", 3)
    assert "filtres is no field of UNet" in str(session.problem)
    assert session.design == SMALL


class Breaks(EncoderBlock):
    """A user's block that raises when it is made."""

    def make_block(self, x_in: Any, prefix: str = "breaks") -> Any:
        raise ZeroDivisionError("a bug in <b>my</b> block")


class Own(EncoderDecoder):
    """A user's architecture with a field and a bug."""

    @property
    def encoder_stack(self) -> Any:
        return [SimpleConvBlock(filters=2)] if self.stacks == 1 else [SimpleConvBlock(filters=2), Breaks()]

    @property
    def decoder_stack(self) -> Any:
        return [SimpleUpsamplingBlock() for _ in self.encoder_stack]


def test_an_exception_in_a_users_block_is_told_and_the_network_stays() -> None:
    session = Session(Own())
    model = session.model
    session.change("stacks", 2)
    assert isinstance(session.problem, ZeroDivisionError)
    assert session.model is model
    assert session.editor.wanted.architecture.stacks == 1
    session.change("stacks", 1)
    assert session.problem is None


@pytest.mark.parametrize("value", ["abc", [1], float("nan"), {}, 1e300])
@pytest.mark.parametrize(
    "field", ["filters", "filters_rate", "up_interpolate", "input_shape", "head", "stacks"]
)
def test_any_bad_value_is_a_problem_and_never_an_exception(
    session: Session, field: str, value: object
) -> None:
    session.change(field, value)
    assert session.problem is not None
    assert session.design == SMALL
    mend(session, -1)
    assert session.problem is None


@pytest.mark.parametrize(("field", "value"), [("filters", "12"), ("filters_rate", "2"), ("kernel_size", "x")])
def test_a_number_as_text_is_a_problem_and_the_next_edit_works(
    session: Session, field: str, value: str
) -> None:
    session.change(field, value)
    assert f"{field}={value!r}" in str(session.problem)
    session.change(field, 2)
    assert session.problem is None
    assert getattr(session.design.architecture, field) == 2


def test_what_only_building_can_tell_can_be_given_up_too(session: Session) -> None:
    session.change("encoder[1].pooling_stride", 3)
    session.change("input_shape", (48, 48, 1))
    assert "upsampling_stride" in str(session.problem)
    mend(session, -1)
    assert session.problem is None


def test_a_mend_of_a_check_is_for_the_design_that_it_was_found_of(session: Session) -> None:
    (check,) = session.shown.checks
    session.change("filters", 4)
    assert not session.mend(check.mends[0], SMALL)
    assert session.design == SMALL.replace("filters", 4)
    assert session.mend(check.mends[0], session.design)
    assert session.design.architecture.up_interpolate
    session.undo()
    assert session.design == SMALL.replace("filters", 4)


@pytest.fixture
def little_memory(session: Session, monkeypatch: pytest.MonkeyPatch) -> Design:
    """The memory is such that 16 filters are too many; a design that has them."""
    large = session.design.replace("filters", 16)
    monkeypatch.setattr(memory, "memory_limit", lambda: 4 * large.build().weight_bytes - 1)
    return large


def test_a_large_network_is_asked_about_with_its_numbers(session: Session, little_memory: Design) -> None:
    before = session.design
    session.change("filters", 16)
    assert session.design == before
    assert isinstance(session.problem, MemoryError)
    assert f"{little_memory.build().parameters:,} parameters" in str(session.problem)
    assert labels(session) == ["build it all the same", "undo this change"]


def test_a_large_network_can_be_built_all_the_same(session: Session, little_memory: Design) -> None:
    session.change("filters", 16)
    mend(session, 0)
    assert session.design == little_memory
    assert session.problem is None
    assert session.steps == ()


@pytest.mark.parametrize("edit", ["undo", "another"])
def test_a_large_network_can_be_given_up(session: Session, little_memory: Design, edit: str) -> None:
    session.change("filters", 16)
    if edit == "undo":
        mend(session, 1)
    else:
        session.change("filters", 3)
    assert session.problem is None
    assert labels(session) == []
    assert session.design.architecture.filters == (2 if edit == "undo" else 3)


def test_a_large_network_that_was_given_up_leaves_the_weights(
    session: Session, little_memory: Design
) -> None:
    before = session.model.get_layer("stack0_enc0_conv0").get_weights()[0]
    session.change("filters", 16)
    mend(session, 1)
    session.change("input_shape", (32, 32, 1))
    assert np.array_equal(session.model.get_layer("stack0_enc0_conv0").get_weights()[0], before)


def test_a_network_that_gets_smaller_is_not_asked_about(session: Session, little_memory: Design) -> None:
    session.change("filters", 20)
    mend(session, 0)
    session.change("filters", 18)
    assert session.problem is None
    assert session.design.architecture.filters == 18
