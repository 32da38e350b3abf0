"""Pictures in the boxes of the figure: where they lie, and that there is one image whatever the network."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import preset
from encdec_widgets.figures.as_plotly import as_plotly
from encdec_widgets.figures.box_pictures import NO_PICTURES, picture_place
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from tests.amount import full_or

URL = "data:image/png;base64,AAAA"
BLOCKS = {name: preset(name).build().blocks for name in ("SLEAP centroid", "Stacked hourglass, 2 stacks")}


def image_of(drawn: object) -> str:
    (image,) = as_plotly(drawn)["layout"]["images"]  # type: ignore[arg-type]
    return str(image["source"])


def svg_of(url: str) -> str:
    assert url.startswith("data:image/svg+xml;base64,")
    return base64.b64decode(url.partition(",")[2]).decode()


def test_without_pictures_one_image_shows_nothing() -> None:
    assert image_of(scene(BLOCKS["SLEAP centroid"])) == NO_PICTURES


def test_all_pictures_are_one_image_of_the_size_of_the_canvas() -> None:
    blocks = BLOCKS["SLEAP centroid"]
    drawn = scene(blocks, pictures={"stack0_enc0": URL, "stack0_enc1": URL, "elsewhere": URL})
    (image,) = as_plotly(drawn)["layout"]["images"]
    assert (image["x"], image["y"], image["sizex"], image["sizey"]) == (0, 0, drawn.width, drawn.height)
    svg = svg_of(image["source"])
    assert svg.count("<image") == 2
    assert still(drawn).count("<image") == 2
    assert "<image" not in still(drawn.plain)


def test_channels_are_written_above_a_picture() -> None:
    blocks = BLOCKS["SLEAP centroid"]
    names = list(blocks)

    def inside(drawn: object) -> int:
        boxes = drawn.boxes.values()  # type: ignore[attr-defined]
        texts = drawn.texts  # type: ignore[attr-defined]
        return sum(
            any(box.left < text.x < box.right and box.bottom < text.y < box.top for box in boxes)
            for text in texts
            if text.text.isdigit()
        )

    assert inside(scene(blocks)) > 0
    assert inside(scene(blocks, pictures=dict.fromkeys(names, URL))) == 0


def test_of_alike_stacks_that_are_drawn_once_the_first_ones_pictures_are_seen() -> None:
    blocks = BLOCKS["Stacked hourglass, 2 stacks"]
    drawn = scene(blocks, width=400, pictures=dict.fromkeys(blocks, URL))
    assert set(drawn.pictures) <= set(drawn.boxes)


@pytest.mark.parametrize("name", list(BLOCKS))
@settings(max_examples=full_or(200, 20), deadline=None)
@given(width=st.integers(300, 1600), height=st.integers(200, 900))
def test_a_picture_lies_on_its_box_and_on_no_other(name: str, width: int, height: int) -> None:
    drawn = scene(BLOCKS[name], width=width, height=height)
    for box in drawn.boxes.values():
        place = picture_place(drawn, box)
        assert place.left <= box.left + 1e-6
        assert place.right >= box.right - 1e-6
        assert box.bottom - 1e-6 <= place.bottom < place.top <= box.top + 1e-6
        others = [other for other in drawn.boxes.values() if other is not box]
        assert not any(place.left < other.x < place.right for other in others if other.x != box.x)
