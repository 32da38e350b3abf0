"""The page asks for the words of the glossary once, and for an entry when it is opened; nothing is drawn before."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from encdec_widgets import Designer
from encdec_widgets.background import Background
from encdec_widgets.explain.glossary import GLOSSARY, PATTERN
from encdec_widgets.figures import glossary as figures
from encdec_widgets.lessons import Lesson
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.reading import SMALL


@pytest.fixture
def designer() -> Iterator[Designer]:
    designer = Designer(SMALL)
    yield designer
    designer.close()


@pytest.fixture
def sent(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page is told."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(designer.glossary, "send", messages.append)
    return messages


def ask(designer: Designer, what: Any) -> None:
    designer.glossary._handle_custom_msg({"ask": what}, [])


def heard(designer: Designer, name: str) -> None:
    designer.session.background.wait((id(designer.glossary), name))


def test_words_are_told_with_the_pattern_that_finds_them(
    designer: Designer, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "picture", lambda *_: pytest.fail("no picture was asked for"))
    ask(designer, "words")
    (told,) = sent
    assert list(told["words"]) == list(GLOSSARY)
    assert told["pattern"] == PATTERN
    assert len(repr(told)) < 4000, "it travels with the first display"
    # JavaScript reads the same pattern: it knows no named groups of Python's kind, nor inline flags.
    assert not re.search(r"\(\?[Paims]", PATTERN)


@pytest.mark.parametrize("name", ["sigma", "maximum stride"])
def test_an_entry_is_what_the_library_says_and_draws(
    designer: Designer, sent: list[dict[str, Any]], name: str
) -> None:
    ask(designer, [name])
    heard(designer, name)
    (told,) = sent
    assert told == {
        "entry": name,
        "title": GLOSSARY[name].title,
        "text": GLOSSARY[name].text,
        "svg": str(figures.picture(name).svg),
        "caption": figures.picture(name).caption,
        "related": list(GLOSSARY[name].related),
    }


def test_an_entry_comes_in_both_forms_of_the_background(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        designer = Designer(SMALL)
        messages: list[dict[str, Any]] = []
        monkeypatch.setattr(designer.glossary, "send", messages.append)
        ask(designer, ["dilation"])
        assert not messages, "it does not block the page that asks"
        async with asyncio.timeout(60):
            while not messages:
                await asyncio.sleep(0.01)
        assert messages[0]["entry"] == "dilation"
        designer.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "what", ["", "entries", ["strde"], ["stride", "sigma"], [], {"a": 1}, [["x"]], None, 3]
)
def test_what_is_no_question_of_the_page_is_left_alone(
    designer: Designer, sent: list[dict[str, Any]], what: Any
) -> None:
    ask(designer, what)
    designer.glossary._handle_custom_msg("words", [])
    assert sent == []
    assert not designer.session.background._tasks


def test_where_there_is_no_picture_the_words_come_all_the_same(
    designer: Designer, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("no backend")

    monkeypatch.setattr(figures, "picture", broken)
    ask(designer, ["loss"])
    heard(designer, "loss")
    assert sent[0]["text"] == GLOSSARY["loss"].text
    assert (sent[0]["svg"], sent[0]["caption"]) == ("", "There is no picture: no backend")


def test_the_panel_of_a_lesson_has_words_too(designer: Designer) -> None:
    screen = Lesson("test", designer, keep=None).screen
    assert "encdec-words" in screen.panel._esm
    assert screen.glossary in screen.children
    screen.close()
