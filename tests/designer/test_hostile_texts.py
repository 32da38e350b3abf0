"""Texts that people bring are shown as they are, on every part of the screen: escaped once, and never twice."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import attrs
import ipywidgets as widgets
import keras
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder, SimpleConvBlock
from encdec_widgets.architectures.fields.described import NoEffectWhile, choice, flag, text
from encdec_widgets.designs.block_edits import BlockEdit
from encdec_widgets.session.state import Progress
from encdec_widgets.widgets.base import texts
from encdec_widgets.widgets.pages.timing_words import card_html
from encdec_widgets.workers.device import Device
from encdec_widgets.workers.gpu import Gpus
from tests.designer.reading import walk

HOSTILE = """<img src=x onerror=alert(1)>&"'&lt;"""


class Read(HTMLParser):
    """The elements and the text of a piece of HTML, as a page makes them of it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def check_html(html: str) -> bool:
    """Hold a piece of HTML against what may be in it; whether the hostile text is read there."""
    read = Read(html)
    assert not {"img", "script", "iframe"} & set(read.elements), html
    assert not [name for name, _ in read.attributes if name.startswith("on")], html
    said = [text.replace("\\", "") for text in (read.text, *(value for _, value in read.attributes if value))]
    for told in said:
        assert ("onerror" not in told) or HOSTILE in told, html
    return any(HOSTILE in told for told in said)


def read_on(widget: widgets.Widget) -> list[widgets.Widget]:
    """The parts of the screen on which the hostile text is read."""
    figures = [part for part in walk(widget) if type(part).__name__ == "FigureWidget"]
    for figure in figures:  # plotly makes elements of some tags
        assert "<img" not in str(figure.to_plotly_json())
    pieces = [part for part in walk(widget) if isinstance(part, widgets.HTML)]
    return [part for part in pieces if check_html(part.value)]


@attrs.frozen
class Hostile(EncoderBlock):
    """A block with hostile words wherever it has any."""

    colour: str = choice("red", ["red", HOSTILE], help=f"{HOSTILE}.", group=HOSTILE)
    words: str = text("", help="Words.", group=HOSTILE)
    idle: bool = flag(False, help="Idle.", needs=[NoEffectWhile(HOSTILE, lambda _: True)])
    given: tuple[str, ...] = (HOSTILE,)
    failing: bool = False

    def make_block(self, x_in: Any, prefix: str = "hostile") -> Any:
        if self.failing:
            error = RuntimeError(HOSTILE)
            error.add_note(HOSTILE)
            raise error
        x = keras.layers.Conv2D(2, 3, padding="same", name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


Hostile.__name__ = HOSTILE  # kinds of blocks are told by the names of their classes


@pytest.fixture
def designer() -> Designer:
    blocks = [Hostile(), SimpleConvBlock(filters=2)]
    shown = Designer(Design(CustomEncoderDecoder(encoder=blocks), (32, 32, 1)))
    shown.select("encoder[0]")
    return shown


def test_what_a_class_says_of_its_fields(designer: Designer) -> None:
    shown = set(read_on(designer.controls))
    assert len(shown) >= 3  # a heading, a reason and a value without a control


def test_values_and_what_they_changed(designer: Designer) -> None:
    designer.set("encoder[0].words", HOSTILE)
    assert designer.card._text in read_on(designer)
    designer.set("encoder[0].colour", HOSTILE)
    assert designer.card._text in read_on(designer)
    designer.undo()
    assert designer.card._text in read_on(designer)


def test_values_that_are_refused(designer: Designer) -> None:
    designer.set("encoder[0].pooling_stride", HOSTILE)
    assert designer.problems._text in read_on(designer)
    designer.set("encoder[0].colour", f"no {HOSTILE}")
    assert designer.problems._text in read_on(designer)


def test_what_a_block_raises(designer: Designer) -> None:
    designer.set("encoder[0].failing", True)
    assert designer.problems._text in read_on(designer)


def test_the_block_that_is_being_built(designer: Designer) -> None:
    designer.session._set(progress=Progress(0, 1, HOSTILE))
    assert designer.card._text in read_on(designer)


def test_the_names_of_edits(designer: Designer) -> None:
    designer.session.change(BlockEdit({"encoder[:]": (Hostile(),) * 2}, HOSTILE, None), now=True)
    assert designer.card._text in read_on(designer)


def test_a_family_of_such_a_name() -> None:
    @attrs.frozen
    class Own(EncoderDecoder):
        @property
        def encoder_stack(self) -> Any:
            return [SimpleConvBlock(filters=2)]

        @property
        def decoder_stack(self) -> Any:
            return []

    Own.__name__ = HOSTILE
    designer = Designer(Design(Own(), (32, 32, 1)))
    assert designer.card._text in read_on(designer)
    designer.aside.timing.pin.click()
    assert designer.aside.timing._pinned_text in read_on(designer)
    designer.aside.turn_to("Costs")
    designer.set("stacks", 1)
    read_on(designer)


def test_what_a_measurement_fails_with(designer: Designer) -> None:
    panel = designer.aside.timing
    panel._run.fail(RuntimeError(HOSTILE))
    panel._draw()
    designer.aside.receptive_field.show_effective(RuntimeError(HOSTILE))
    shown = read_on(designer)
    assert panel._result in shown
    assert designer.aside.receptive_field._effective_words in shown


def test_the_name_and_the_trouble_of_a_device() -> None:
    told = card_html(Device(name=HOSTILE, kind="CPU"), Gpus((), trouble=HOSTILE))
    assert check_html(told)


PIECES: list[Callable[[str], str]] = [
    texts.note,
    texts.error,
    lambda text: texts.heading(text, 3),
    lambda text: texts.notices([text]),
    lambda text: texts.lines([text, text]),
]


@pytest.mark.parametrize("piece", PIECES)
def test_each_piece_of_html_escapes_what_it_is_given_once(piece: Callable[[str], str]) -> None:
    once = piece(HOSTILE)
    assert check_html(once)
    assert check_html(texts.note(once))  # what is HTML already stays as it is
    assert texts.note(once).count("&lt;img") == once.count("&lt;img")
