"""The line about edits that are kept beyond the kernel: in a file, or by whoever plays the browser."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import LeapCNN
from tests.designer.reading import SMALL
from tests.session.slow import until


class Browser:
    """What the page does: a text by name, found when a designer is drawn and written when the kernel says so."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.every: list[str] = []

    @property
    def written(self) -> int:
        """How often something was written."""
        return len(self.every)

    def draw(self, designer: Designer) -> None:
        store = designer.kept._store
        assert store is not None
        name = store.name

        def send(content: Any, buffers: Any = None) -> None:
            self.every.append(content["write"])
            self.texts[name] = content["write"]

        store.send = send
        store._handle_custom_msg({"found": self.texts.get(name, "")}, [])


@pytest.fixture
def browser() -> Browser:
    return Browser()


def seen(designer: Designer) -> bool:
    return bool(designer.kept.layout.display != "none")


def said(designer: Designer) -> str:
    return str(designer.kept._text.value)


def labels(designer: Designer) -> list[str]:
    return [button.description for button in designer.kept._buttons]


def press(designer: Designer, label: str) -> None:
    next(button for button in designer.kept._buttons if button.description == label).click()


def test_another_kernel_shows_what_its_code_says_and_offers_the_edits(browser: Browser) -> None:
    first = Designer(SMALL)
    browser.draw(first)
    assert not seen(first)
    first.set("filters", 3)
    first.set("filters", 4)
    first.close()
    second = Designer(SMALL)
    assert not seen(second), "before it is drawn"
    browser.draw(second)
    assert second.design == SMALL
    assert labels(second) == ["Bring back 2 edits", "Let go"]
    press(second, "Bring back 2 edits")
    assert second.design == SMALL.replace("filters", 4)
    assert not seen(second)
    second.undo()
    assert second.design == SMALL.replace("filters", 3)


def test_an_edit_alone_is_kept_before_it_is_built_and_those_of_a_drag_once_it_rests(browser: Browser) -> None:
    designer = Designer(SMALL)
    browser.draw(designer)

    async def edits() -> None:
        designer.session.change("filters", 3)
        assert [text.count('"changes"') for text in browser.texts.values()] == [1], "a kernel may die of it"
        for filters in (4, 5, 6):
            designer.session.change("filters", filters)
        assert browser.written == 1
        await until(lambda: browser.written > 1)

    asyncio.run(edits())
    assert browser.written == 2
    assert [text.count('"changes"') for text in browser.texts.values()] == [4]


def test_what_is_brought_back_is_kept_at_every_moment(browser: Browser) -> None:
    first = Designer(SMALL)
    browser.draw(first)
    first.session.pin("U-Net")
    first.set("filters", 3)
    first.close()
    second = Designer(SMALL)
    browser.draw(second)
    browser.every.clear()

    async def pressed() -> None:
        press(second, "Bring back 1 edit and 1 pinned design")
        (text,) = browser.every
        (kept,) = json.loads(text)["kept"]
        assert (len(kept["edits"]), len(kept["pins"])) == (1, 1)
        assert kept["session"] == second.kept.memory.id

    asyncio.run(pressed())


def test_what_is_let_go_is_forgotten_by_the_browser(browser: Browser) -> None:
    first = Designer(SMALL)
    browser.draw(first)
    first.set("filters", 3)
    second = Designer(SMALL)
    browser.draw(second)
    press(second, "Let go")
    assert not seen(second)
    assert set(browser.texts.values()) == {""}


def test_names_keep_designers_of_one_notebook_apart(browser: Browser) -> None:
    mice = Designer(SMALL, name="mice")
    browser.draw(mice)
    mice.set("filters", 3)
    for other in (Designer(SMALL), Designer(SMALL, "flies"), Designer(LeapCNN(filters=2))):
        browser.draw(other)
        assert not seen(other)
    again = Designer(LeapCNN(filters=2), name="mice")
    browser.draw(again)
    assert labels(again)[0] == "Bring back 1 edit"


def test_a_drawn_designer_writes_only_what_changed(browser: Browser) -> None:
    designer = Designer(SMALL)
    browser.draw(designer)
    assert not browser.written
    designer.set("filters", 3)
    written = browser.written
    browser.draw(designer)
    assert browser.written == written == 1
    assert not seen(designer)


def test_hostile_texts_are_told_as_texts(browser: Browser) -> None:
    browser.texts["U-Net"] = json.dumps({"<img src=x onerror=alert(1)>": 1})
    designer = Designer(SMALL)
    browser.draw(designer)
    assert designer.design == SMALL
    assert "<img" not in said(designer)
    assert labels(designer) == ["Let go"]
    store = designer.kept._store
    assert store is not None
    for content in (None, 3, [], {"found": 3}, {"failed": None}, {"other": "x"}, {3: "x"}):
        store._handle_custom_msg(content, [])
    store._handle_custom_msg({"failed": "<b>full</b>"}, [])
    assert "&lt;b&gt;full" in said(designer)
    designer.set("filters", 3)
    assert designer.problem is None


def test_from_a_file_they_come_back_by_themselves(tmp_path: Path) -> None:
    path = tmp_path / "edits.json"
    first = Designer(SMALL, keep=path)
    assert not path.exists()
    first.set("filters", 3)
    first.set("filters", 4)
    second = Designer(SMALL, keep=str(path))
    assert second.design == SMALL.replace("filters", 4)
    assert "2 edits came back from edits.json" in said(second)
    press(second, "Start as the code says")
    assert second.design == SMALL
    assert not seen(second)
    second.undo()
    assert second.design == SMALL.replace("filters", 4)
    assert Designer(SMALL, keep=path).session.editor.history.undo_name == "filters 3 to 4"


@pytest.mark.parametrize("text", [b"x", b"\xff", b'{"encdec_widgets_edits": 9}'])
def test_a_file_that_is_none_of_ours_is_left_alone_and_told(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "edits.json"
    path.write_bytes(text)
    designer = Designer(SMALL, keep=path)
    assert designer.design == SMALL
    assert seen(designer)
    designer.set("filters", 3)
    designer.close()
    assert path.read_bytes() == text


def test_a_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    designer = Designer(SMALL, keep=folder / "edits.json")
    folder.rmdir()
    designer.set("filters", 3)
    assert designer.design == SMALL.replace("filters", 3)
    assert "New edits are not kept" in said(designer)


@pytest.mark.parametrize("wrong", [{"name": 3}, {"keep": 3}, {"keep": "no/folder/edits.json"}])
def test_a_name_that_is_no_text_and_a_path_that_is_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Received"):
        Designer(SMALL, **wrong)


def test_a_design_of_ones_own_class_that_is_not_defined_yet_stays_kept(browser: Browser) -> None:
    first = Designer(SMALL)
    browser.draw(first)
    first.set("filters", 3)
    text = browser.texts["U-Net"].replace('"class":"UNet"', '"class":"Mine"')
    browser.texts["U-Net"] = text
    second = Designer(Design(SMALL.architecture, (32, 32, 1)))
    browser.draw(second)
    press(second, "Bring back 1 edit")
    assert "needs the class &#39;Mine&#39;" in said(second)
    assert labels(second) == ["Bring back 1 edit", "Let go"]
    assert browser.texts["U-Net"] == text


def test_pins_that_have_no_room_are_told_and_stay(browser: Browser) -> None:
    first = Designer(SMALL)
    browser.draw(first)
    first.session.pin("U-Net")
    first.close()
    second = Designer(SMALL)
    for filters in range(3, 9):
        second.session.pin(SMALL.replace("filters", filters), str(filters))
    browser.draw(second)
    press(second, "Bring back 1 pinned design")
    assert "no room: 1 design." in said(second)
    assert labels(second) == ["Bring back 1 pinned design", "Let go"]
    second.session.unpin("3")
    press(second, "Bring back 1 pinned design")
    assert second.session.pins[-1].name == "U-Net"
    assert not seen(second)


def test_pins_come_back_too(browser: Browser, tmp_path: Path) -> None:
    first = Designer(SMALL)
    browser.draw(first)
    first.session.pin("U-Net")
    first.close()
    second = Designer(SMALL)
    browser.draw(second)
    assert labels(second) == ["Bring back 1 pinned design", "Let go"]
    press(second, "Bring back 1 pinned design")
    assert [pin.name for pin in second.session.pins] == ["U-Net"]
    assert not seen(second)

    file = tmp_path / "edits.json"
    kept = Designer(SMALL, keep=file)
    kept.session.pin("U-Net")
    kept.close()
    again = Designer(SMALL, keep=file)
    assert said(again) == "<div>1 pinned design came back from edits.json.</div>"
    assert [pin.name for pin in again.session.pins] == ["U-Net"]
    assert labels(again) == [], "there is no edit to take back"
    again.session.pin("U-Net")  # as the next line of the notebook does at each start
    assert [pin.name for pin in again.session.pins] == ["U-Net"]
