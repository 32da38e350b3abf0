"""Controls of a lesson: those that it is about are open, the others folded away or locked; code changes all of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from encdec_widgets import Design, Designer, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.controls.control_pages import BLOCK, ENDS, NETWORK
from tests.designer.reading import mends as mends_of
from tests.designer.reading import walk

WHY = "This lesson is about filters, down blocks and decoder blocks; the other settings are locked."
ABOUT = ("filters", "down_blocks", "decoder[*]")


def shown(part: Any) -> Iterator[Any]:
    """The widgets that are seen of a part."""
    if getattr(part, "layout", None) is not None and part.layout.display == "none":
        return
    yield part
    for child in getattr(part, "children", ()):
        yield from shown(child)


def labels(part: Any) -> list[str]:
    """The fields whose rows are seen."""
    return [widget.field for widget in shown(part) if hasattr(widget, "field")]


def button(part: Any, begins: str) -> Any:
    found = [w for w in shown(part) if isinstance(w, widgets.Button) and w.description.startswith(begins)]
    assert len(found) == 1, [w.description for w in found]
    return found[0]


def test_a_lesson_s_settings_are_open_and_the_others_behind_one_button_a_page(designer: Designer) -> None:
    controls = designer.controls
    everything = labels(controls.network)
    controls.focus_on(["filters", "stem_blocks"])
    assert labels(controls.network) == ["filters", "stem_blocks"]  # the second one is rarely needed otherwise
    more = button(controls.network, "More settings")
    more.click()
    assert set(everything) < set(labels(controls.network))
    count = len(labels(controls.network)) - 2
    assert more.description == "Fewer settings"
    more.click()
    assert more.description == f"More settings ({count})"

    controls.turn_to(ENDS)
    ends = controls.ends
    assert labels(ends) == []
    button(ends, "More settings").click()
    assert {"height", "width", "channels"} < set(labels(ends))
    designer.select("decoder[0]")
    assert labels(controls.block) == []
    assert controls.block.kind not in set(shown(controls.block))
    button(controls.block, "More settings").click()
    assert controls.block.kind in set(shown(controls.block))
    assert labels(controls.block)

    controls.focus_on((), "open")
    controls.turn_to(NETWORK)
    assert labels(controls.network) == everything
    assert not [w for w in shown(controls) if getattr(w, "description", "").startswith("More")]


@pytest.mark.parametrize(
    ("field", "page"), [("kernel_size", NETWORK), ("encoder[0].filters", BLOCK), ("input_shape", ENDS)]
)
def test_an_error_at_a_setting_that_is_folded_away_is_seen(designer: Designer, field: str, page: str) -> None:
    designer.select("encoder[0]")
    designer.controls.focus_on(["up_blocks"])
    designer.set(field, 0)
    assert designer.problem is not None
    assert designer.controls.strip.chosen == page
    seen = set(shown(designer.controls))
    assert designer.problems in seen
    designer.undo()
    assert designer.problem is None


def test_what_is_locked_says_why_and_code_and_undo_change_it_as_before(designer: Designer) -> None:
    controls, session = designer.controls, designer.session
    controls.focus_on(ABOUT, others="locked")
    assert WHY in "".join(w.value for w in shown(controls) if isinstance(w, widgets.HTML))
    rows = controls.network._fields.rows

    def disabled(row: Any) -> set[bool]:
        return {child.disabled for child in row.children if hasattr(child, "disabled")}

    assert disabled(rows["filters"]) == {False}
    assert disabled(rows["kernel_size"]) == {True}
    assert WHY in rows["kernel_size"].children[0].tooltip
    for row in controls.input.rows.values():
        assert disabled(row) == {True}
    assert controls.input.any_size.disabled
    assert designer.header.family.family.disabled
    assert designer.header.family.preset.disabled
    assert WHY in designer.header.family.preset.tooltip
    titled = [box for box in walk(designer) if isinstance(box, (widgets.HBox, widgets.VBox)) and box.tooltip]
    assert titled == [], "ipywidgets draws no box that has a tooltip"
    before = designer.design
    designer.header.open_design.take(preset("LEAP (2019)").to_json())
    assert WHY in designer.header.open_design.trouble[1]
    assert designer.design == before

    designer.select("encoder[0]")
    assert controls.block.kind.disabled
    assert controls.block.add.disabled
    designer.select("decoder[0]")
    assert not controls.block.kind.disabled
    assert not controls.block.add.disabled

    designer.set("kernel_size", 5)
    assert designer.design.architecture.kernel_size == 5
    designer.undo()
    assert designer.design == before
    controls.focus_on((), others="locked")
    name = next(n for n, data in designer.backbone.blocks.nodes(data=True) if data["stage"] == "decoder")
    assert not session.switch_skip(name)
    assert designer.design == before


def test_mends_of_checks_change_nothing_that_is_locked() -> None:
    designer = Designer(
        Design(UNet(filters=8, down_blocks=2, up_blocks=2, up_interpolate=False), (64, 64, 1))
    )
    (check,) = designer.checks.told

    def mends() -> list[str]:
        buttons = [w for w in walk(designer.checks) if isinstance(w, widgets.Button)]
        return [b.description for b in buttons if b.description in {mend.label for mend in check.mends}]

    every = mends()
    assert every
    designer.controls.focus_on(["filters"], others="locked")
    assert mends() == []
    designer.controls.focus_on({path for mend in check.mends for path in mend.changes}, others="locked")
    assert mends() == every


def test_mends_of_a_problem_change_nothing_that_is_locked(designer: Designer) -> None:
    def offered() -> list[str]:
        return [mend.description for mend in mends_of(designer)]

    designer.set("down_blocks", 9)
    every = offered()
    larger = designer.session.editor.outcome.mends[0]
    assert [larger.label, larger.field] == [every[0], "input_shape"]
    designer.controls.focus_on(["filters", "down_blocks", "up_blocks"], others="locked")
    assert offered() == [*every[1:-1], "undo this change"]
    assert not designer.session.mend(larger)
    assert designer.problem is not None
    designer.controls.focus_on(["down_blocks", "input_shape"], others="locked")
    assert offered() == every
    mends_of(designer)[0].click()
    assert designer.problem is None


def test_what_can_not_be_taken_away_is_not_mended_where_that_is_locked(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    designer.set("kernel_size", 5)
    asked = {"take": "sleap", "choice": "single_instance", "of": "view"}
    sent: list[Any] = []
    menu = designer.header.take_away
    monkeypatch.setattr(menu, "send", lambda message, buffers=None: sent.append(message))
    menu._handle_custom_msg(asked, [])
    assert len(sent[-1]["page"]["entries"]) == 1
    designer.controls.focus_on(["filters"], others="locked")
    menu._handle_custom_msg(asked, [])
    assert sent[-1]["page"] is None
    assert "must be 3" in sent[-1]["error"]


@pytest.mark.parametrize(
    ("paths", "page"),
    [
        (["decoder[*].skip_connection"], BLOCK),
        (["input_shape"], ENDS),
        (["head.channels"], ENDS),
        (["input_shape", "filters"], NETWORK),
    ],
)
def test_the_page_that_is_seen_has_an_open_control(designer: Designer, paths: list[str], page: str) -> None:
    designer.controls.focus_on(paths)
    assert designer.controls.chosen == page


@pytest.mark.parametrize(
    ("paths", "others", "said"),
    [
        ("filters", "folded", "several texts"),
        ([3], "folded", "several texts"),
        (["filters"], "shut", "'shut'"),
    ],
)
def test_what_can_be_no_focus_is_refused(designer: Designer, paths: Any, others: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        designer.controls.focus_on(paths, others)
    assert designer.session.focus.others == "open"
