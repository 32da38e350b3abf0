"""Several heads on the screen: added, named, changed, chosen and taken out by controls, picture and keyboard."""

import json
from typing import Any

import ipywidgets as widgets
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.session import Session
from encdec_widgets.widgets.picture.hands.hands import why_it_stays
from tests.designer.reading import SMALL, click_box, control, mends, outlined, press, text_of

MAPS, PAFS = Head(3, stride=2, name="maps"), Head(4, stride=4, name="pafs")
TWO = Design(SMALL.architecture, SMALL.input_shape, heads=[MAPS, PAFS])


def of_head(designer: Designer, label: str) -> Any:
    return control(designer.controls.head, label)


def test_heads_are_added_named_changed_and_taken_out_and_undo_names_each_step(designer: Designer) -> None:
    control(designer, "ends in a head").value = True
    assert of_head(designer, "head").layout.display == "none"
    press(designer.controls.head, "Add a head")
    assert designer.selected == "heads[1]"
    assert outlined(designer) == ["stack0_head_2"]
    assert [label for label, _ in of_head(designer, "head").options] == ["head", "head_2"]
    of_head(designer, "name").value = "pafs"
    of_head(designer, "stride").value = "4"
    of_head(designer, "channels").value = 30
    assert designer.design.heads == (Head(16), Head(30, stride=4, name="pafs"))
    assert designer.model.output_shape == [(None, 64, 64, 16), (None, 16, 16, 30)]
    undone = []
    for _ in range(5):
        undone.append(designer.header.history.undo.tooltip)
        designer.undo()
    said = [
        "channels of pafs 16 to 30",
        "stride of pafs none to 4",
        "name of head_2",
        "add head_2",
        "head on",
    ]
    assert all(words in tooltip for words, tooltip in zip(said, undone, strict=True))
    assert designer.design == SMALL


def test_a_head_is_chosen_in_the_list_and_in_the_picture() -> None:
    designer = Designer(TWO)
    click_box(designer, "stack0_pafs")
    assert designer.selected == "heads[1]"
    assert of_head(designer, "head").value == "heads[1]"
    assert of_head(designer, "channels").value == 4
    of_head(designer, "head").value = "heads[0]"
    assert outlined(designer) == ["stack0_maps"]
    assert of_head(designer, "channels").value == 3
    press(designer.controls.head, "Remove")
    assert designer.design.heads == (PAFS,)
    assert designer.selected == "head"
    assert of_head(designer, "Remove").layout.display == "none"
    control(designer, "ends in a head").value = False
    assert designer.design == SMALL


def test_delete_in_the_picture_takes_a_head_out() -> None:
    designer = Designer(TWO)
    hands, blocks = designer.picture.hands, designer.backbone.blocks
    assert why_it_stays(TWO, blocks, "stack0_pafs") == ""
    hands._told(hands, {"remove": "stack0_pafs"}, [])
    assert designer.design.heads == (MAPS,)
    hands._told(hands, {"remove": "stack0_head"}, [])
    assert designer.design == SMALL


def test_what_is_not_possible_stands_at_the_head_that_it_belongs_to() -> None:
    designer = Designer(TWO)
    assert of_head(designer, "name").value == "maps"
    designer.set("heads[1].stride", 3)
    assert of_head(designer, "name").value == "pafs"
    assert "There is no feature map of stride 3" in text_of(designer)
    assert [button.description for button in mends(designer)[:2]] == [
        "set stride of pafs to 4",
        "set stride of pafs to 2",
    ]
    mends(designer)[1].click()
    assert designer.design.heads[1].stride == 2
    of_head(designer, "name").value = "maps"
    assert "Another head is called maps. Use maps_2." in text_of(designer)
    mends(designer)[0].click()
    assert designer.design.heads[1].name == "maps_2"


def test_another_head_can_be_looked_at_while_one_has_a_value_that_is_not_possible() -> None:
    designer = Designer(TWO)
    of_head(designer, "head").value = "heads[1]"
    designer.session.turn("heads[0].stride", 7)
    assert of_head(designer, "name").value == "maps"  # it shows what is not possible
    of_head(designer, "head").value = "heads[1]"
    assert of_head(designer, "name").value == "pafs"
    of_head(designer, "channels").value = 5  # waits with the stride
    assert of_head(designer, "head").value == "heads[1]"
    assert of_head(designer, "channels").value == 5
    of_head(designer, "head").value = "heads[0]"
    assert of_head(designer, "name").value == "maps"
    designer.undo()
    assert of_head(designer, "head").value == "heads[0]"
    designer.session.turn("heads[1].stride", 7)
    assert of_head(designer, "name").value == "pafs"


def test_a_name_says_that_it_names_nothing_while_there_is_one_head() -> None:
    designer = Designer(Design(SMALL.architecture, SMALL.input_shape, MAPS))
    row = designer.controls.head.row("head.name")
    assert "No effect on the network while it is the only head." in text_of(designer)
    assert not any(widget.disabled for widget in row.children if isinstance(widget, widgets.Text))
    of_head(designer, "name").value = "confmaps"
    assert designer.design.head.name == "confmaps"
    assert json.loads(designer.design.to_json())["encdec_widgets_design"] == 2


@pytest.mark.parametrize("path", ["heads[0]", "head"])
def test_a_lone_head_is_selected_by_either_of_its_paths(path: str) -> None:
    session = Session(Design(SMALL.architecture, SMALL.input_shape, MAPS))
    session.select(path)
    assert session.selected == "head"
    with pytest.raises(ValueError, match=r"heads\[1\]"):
        Session(TWO).select("head")


def test_pages_tell_of_each_head() -> None:
    designer = Designer(TWO)
    said = text_of(designer)
    assert "The head maps sees" in said
    assert "The head pafs sees" in said
    assert "2 heads of 3 and 4 channels, output stride 2 and 4" in said
