"""A user's block whose fields hold any object is built, edited, undone, selected and sent to be timed."""

from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder, SimpleUpsamplingBlock
from encdec_widgets.workers.timing import network_of
from tests.amount import full_or
from tests.any_value import VALUES
from tests.designer.reading import block_control, press, text_of


@attrs.frozen
class Holding(EncoderBlock):
    """Its fields are described by their defaults alone, so each has a control, and holds whatever it is given."""

    held: Any = "relu"
    count: Any = 3
    flag: Any = True

    def make_block(self, x_in: Any, prefix: str = "holding") -> Any:
        act = self.held if callable(self.held) and not isinstance(self.held, type) else None
        x = keras.layers.Conv2D(2, 3, padding="same", activation=act, name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x) if self.pool else x


@attrs.frozen
class Net(EncoderDecoder):
    held: Any = "relu"

    @property
    def encoder_stack(self) -> list[EncoderBlock]:
        return [Holding(held=self.held), Holding()]

    @property
    def decoder_stack(self) -> list[Any]:
        return [SimpleUpsamplingBlock(refine_convs_filters=2)]


@pytest.fixture(scope="module")
def designer() -> Designer:
    return Designer(Design(CustomEncoderDecoder(encoder=(Holding(), Holding())), (16, 16, 1)))


NAMES = [name for name in VALUES if name != "half a character"]  # it is refused where it comes in


@pytest.mark.parametrize("name", full_or(NAMES, NAMES[::2]))
def test_any_object_is_edited_undone_and_selected(designer: Designer, name: str) -> None:
    before, held = designer.design, VALUES[name]
    for path in full_or(["encoder[1].held", "encoder[1].count", "encoder[1].flag"], ["encoder[1].count"]):
        designer.set(path, held)
        assert designer.problem is None
        after = designer.design
        designer.select("encoder[1]")
        designer.select("encoder[*]")
        text_of(designer).encode("utf-8")
        designer.undo()
        assert designer.design == before
        if after != before:
            assert str(designer.header.history.redo.tooltip).startswith("Redo: enc1 ")
            designer.redo()
            assert designer.design == after
            designer.undo()


@pytest.mark.parametrize("name", full_or(NAMES, ["a function", "an object that raises"]))
def test_blocks_that_hold_it_are_moved_and_doubled_and_a_family_that_does_is_edited(name: str) -> None:
    family = Designer(Design(Net(held=VALUES[name]), (16, 16, 1)))
    family.select("encoder[0]")
    press(family, "Duplicate")
    assert family.problem is None
    assert len(family.design.architecture.encoder_stack) == 3
    press(family, "Later")
    block_control(family, "pooling stride").value = 4
    assert family.problem is None or "input_shape" in str(family.problem)
    while family.header.history.undo.tooltip != "Nothing to undo":
        family.undo()
    assert family.design == Design(Net(held=VALUES[name]), (16, 16, 1))
    assert family.backbone.table()
    assert family.backbone.checks() is not None


def test_what_a_control_cannot_show_stands_under_it_as_text(designer: Designer) -> None:
    designer.set("encoder[0].count", ("relu", "relu"))
    designer.set("encoder[0].flag", 10**5000)
    designer.select("encoder[0]")
    assert "Received: (&#39;relu&#39;, &#39;relu&#39;)" in text_of(designer)
    assert "Received: &lt;a whole number of about 5,000 digits&gt;" in text_of(designer)
    block_control(designer, "count").value = 5
    assert designer.design.architecture.encoder[0].count == 5
    assert "relu&#39;, &#39;relu" not in text_of(designer)


def test_a_network_with_a_function_in_it_is_sent_as_its_model() -> None:
    design = Design(Net(held=keras.activations.gelu), (16, 16, 1))
    for thing in (design, design.build()):
        sent = network_of(thing)
        assert sent.kind == "model"
        assert "gelu" in sent.text
