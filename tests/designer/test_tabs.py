"""Tabs: one page of several is seen, and what turns to a page brings it in front."""

import pytest
import traitlets

from encdec_widgets import Designer
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.tabs import Tabs
from encdec_widgets.widgets.controls.control_pages import BLOCK, ENDS, NETWORK


def test_one_page_is_seen() -> None:
    pages = {name: (widgets.VBox(), f"The page {name}.") for name in ("a", "b", "c")}
    tabs = Tabs("Letters", pages, front=True)

    def seen() -> list[str]:
        return [name for name, (page, _) in pages.items() if page.layout.display != "none"]

    assert (seen(), tabs.chosen) == (["a"], "a")
    tabs.strip.chosen = "c"  # what the page tells
    assert (seen(), tabs.chosen) == (["c"], "c")
    asked = tabs.strip.asked
    tabs.turn_to("c")
    assert seen() == ["c"]
    assert tabs.strip.asked > asked, "it comes in front in a narrow designer, though it was chosen already"
    with pytest.raises(traitlets.TraitError, match=r"Received: 'd'\. Would work: 'a', 'b', 'c'"):
        tabs.turn_to("d")


def test_a_block_that_is_selected_turns_to_its_settings(designer: Designer) -> None:
    assert designer.controls.chosen == NETWORK
    designer.select("encoder[0]")
    assert designer.controls.chosen == BLOCK
    designer.controls.turn_to(NETWORK)
    designer.set("head", Head(3))
    designer.select("head")
    assert designer.controls.chosen == ENDS
