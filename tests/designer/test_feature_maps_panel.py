"""The panel of feature maps: what is asked of the worker, what is said and drawn of its answers, and when."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel
from encdec_widgets.widgets.pages.feature_maps_shown import block_of_page
from encdec_widgets.widgets.pages.learn_page import LearnPage
from encdec_widgets.workers.feature_maps import FeatureMapsPass, PassTooLongError
from encdec_widgets.workers.timing import Progress, TimingError, TimingStopped
from tests.designer.maps_at_once import DESIGN, from_page, maps_of, said
from tests.designer.maps_at_once import heard as heard
from tests.designer.maps_at_once import panel as panel
from tests.designer.maps_at_once import session as session
from tests.designer.maps_at_once import worker as worker
from tests.designer.timed import FakeWorker


def test_nothing_is_asked_before_the_button_is_pressed(panel: FeatureMapsPanel, worker: FakeWorker) -> None:
    assert worker.jobs == []
    assert (panel.view.image, panel.view.block, said(panel)) == ({}, {}, "")


def test_the_button_sends_what_is_on_screen(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    panel.start.click()
    (job,) = worker.jobs
    assert isinstance(job, FeatureMapsPass)
    assert job.network.shapes == ((32, 32, 1),)
    assert (job.weights, job.at_most_s) == ("random weights", 1.0)
    assert [block.label for block in job.blocks][:2] == ["enc0", "enc1"]
    assert panel.start.description == "Stop"
    worker.tell(Progress(share=0.1, doing="building the network"))
    assert said(panel) == "Building the network …"
    panel.start.click()
    assert worker.stopped
    worker.answer(TimingStopped())
    assert said(panel) == "Stopped."
    assert panel.start.description == "Show feature maps"


def test_the_maps_of_the_selected_block_are_seen(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session, heard: list[str]
) -> None:
    session.select("encoder[1]")
    panel.start.click()
    worker.answer(maps_of(session))
    view = panel.view
    assert (view.image["size"], view.image["channels"], len(view.pixels)) == ([32, 32], 1, 1024)
    assert (view.block["label"], view.block["strides"], view.block["size"]) == ("enc1", "2", [16, 16])
    assert [one["number"] for one in view.block["channels"]] == [0, 1, 2]
    assert (
        view.block["channels"][1]["words"] == "channel 1: black is −0.5, white 2.5; all values from −1 to 3"
    )
    assert len(view.tiles) == 3 * 16 * 16
    assert "enc1: 16 × 16, stride 2, 4 channels, the 3 liveliest drawn. Run with random weights." in said(
        panel
    )
    assert "1 of 4 channels is dead, the same at every position: 3." in said(panel)
    assert heard == ["The feature maps are shown."]
    session.select("encoder[0]")
    assert view.block["label"] == "enc0"
    session.select(None)
    assert view.block["label"] == "enc0"


def test_peaks_of_the_head_are_seen(panel: FeatureMapsPanel, worker: FakeWorker, session: Session) -> None:
    panel.start.click()
    worker.answer(maps_of(session))
    assert panel.view.head["peaks"] == [
        {"place": [3.0, 4.0], "words": "channel 0: 0.75 at 3 px down, 4 px right"},
        {"place": [9.0, 8.0], "words": "channel 1: −0.25 at 9 px down, 8 px right"},
    ]
    assert "Peaks of head" in said(panel)
    panel.start.click()
    worker.answer(maps_of(session, heads=()))
    assert (panel.view.head, panel.view.heat) == ({}, b"")


def test_all_of_it_stands_in_a_table(panel: FeatureMapsPanel, worker: FakeWorker, session: Session) -> None:
    panel.start.click()
    worker.answer(maps_of(session))
    rows = re.findall(r'<th scope="row">([^<]*)</th>', panel.text)
    # Blocks, the channels of the block that is seen, and the peaks of the head.
    assert rows == [block.label for block in maps_of(session).blocks] + ["0"] + ["0", "1"]
    assert "One pass with random weights on the image at 32 × 32 px, the network's own input size" in said(
        panel
    ).replace("&#39;", "'")


def test_a_position_is_followed_to_what_it_sees(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    session.select("encoder[0]")
    panel.start.click()
    worker.answer(maps_of(session))
    assert panel.view.block["sees"] == 2 * [{"period": 1, "step": 1, "first": [-2], "last": [2]}]
    session.select("decoder[0]")
    assert panel.view.block["sees"][0]["period"] == 2


def test_what_sees_no_box_says_so() -> None:
    from encdec_widgets.explain.seen import Unbounded

    block = maps_of(Session(DESIGN)).blocks[0]
    told, _ = block_of_page(block, Unbounded("whole image", "pool"))
    assert (told["sees"], told["extent"]) == ([], "the whole image")
    told, _ = block_of_page(block, None)
    assert (told["sees"], told["extent"]) == ([], "an unknown part of the image")


def test_nothing_is_drawn_while_the_page_is_not_chosen(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    panel.start.click()
    panel.visible = False
    worker.answer(maps_of(session))
    session.select("encoder[1]")
    assert panel.view.block == {}
    panel.visible = True
    assert panel.view.block["label"] == "enc1"


def test_after_an_edit_the_maps_are_said_to_be_old(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    panel.start.click()
    worker.answer(maps_of(session))
    session.change("filters", 3)
    assert "These maps are of the network before the last edit or training." in said(panel)
    assert panel.view.block["label"] == "enc0"


def test_a_result_of_a_network_before_is_said_to_be_old(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    before = maps_of(session)
    panel.start.click()
    session.change("filters", 3)
    worker.answer(before)
    assert "before the last edit" in said(panel)


def test_a_long_pass_asks_first(panel: FeatureMapsPanel, worker: FakeWorker, heard: list[str]) -> None:
    assert panel.all_the_same.layout.display == "none"
    panel.start.click()
    worker.answer(PassTooLongError(3.0, 1.0, (16, 16)))
    assert "predicted to take 3 s (an estimate)" in said(panel)
    assert "encdec-error" not in panel.text
    assert heard[-1].startswith("one pass of this network")
    assert panel.all_the_same.layout.display == ""
    panel.all_the_same.click()
    assert worker.jobs[-1].at_most_s is None
    assert panel.all_the_same.layout.display == "none"


def test_what_fails_is_said_in_a_line_and_the_maps_stay(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    panel.start.click()
    worker.answer(maps_of(session))
    panel.start.click()
    worker.answer(TimingError("the device <ran> out of memory"))
    assert "the device &lt;ran&gt; out of memory" in panel.text
    assert "encdec-error" in panel.text
    assert panel.view.block["label"] == "enc0"
    worker.refuses = TimingError("a timing is under way already")
    panel.start.click()
    assert "a timing is under way already" in said(panel)
    assert not panel.running


# Images and weights


def test_an_image_of_ones_own_goes_through_at_once(panel: FeatureMapsPanel, worker: FakeWorker) -> None:
    pixels = np.full((20, 30, 3), 255, np.uint8)
    from_page(panel, {"own": [20, 30], "name": "mouse.png"}, pixels.tobytes())
    assert panel.image.value == "own image: mouse.png"
    (job,) = worker.jobs
    assert job.image.shape == (20, 30, 3)
    assert job.image.min() == 1.0
    worker.answer(TimingStopped())
    from_page(panel, {"own": [2, 2], "name": "other.png"}, bytes(12))
    assert panel.image.options == ("a sample", "own image: other.png")


@pytest.mark.parametrize(
    ("content", "buffers"),
    [
        ({"own": [20, 30]}, ()),
        ({"own": [20, 30]}, (b"12",)),
        ({"own": [0, 30]}, (b"",)),
        ({"own": [-1, -1]}, (b"123",)),
        ({"own": ["a", 1]}, (b"123",)),
        ({"own": 3}, (b"123",)),
        ("own", (b"123",)),
        ({"own": [10**9, 10**9]}, (b"123",)),
        ({"own": [4096, 4096]}, (bytes(3 * 4096**2),)),
    ],
)
def test_what_is_no_image_from_the_page_does_nothing(
    panel: FeatureMapsPanel, worker: FakeWorker, content: Any, buffers: tuple[bytes, ...]
) -> None:
    from_page(panel, content, *buffers)
    assert worker.jobs == []
    assert panel.image.options == ("a sample",)


# In the boxes of the picture


@pytest.fixture
def pictures(session: Session) -> list[Mapping[str, str]]:
    told: list[Mapping[str, str]] = []
    session.observe(lambda change: told.append(change["new"]), "block_pictures")
    return told


def test_all_blocks_are_seen_in_their_boxes_if_that_is_asked_for(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session, pictures: list[Mapping[str, str]]
) -> None:
    panel.start.click()
    worker.answer(maps_of(session))
    assert pictures == []
    panel.in_boxes.value = True
    assert set(pictures[-1]) == {block.name for block in maps_of(session).blocks if len(block.tiles)}
    assert all(url.startswith("data:image/png;base64,") for url in pictures[-1].values())
    panel.visible = False
    assert pictures[-1] == {}
    panel.visible = True
    assert pictures[-1]
    session.change("filters", 3)
    assert pictures[-1] == {}


def test_closing_ends_a_pass_and_shows_nothing_any_more(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    panel.start.click()
    answer = worker.answer
    panel.close()
    assert worker.stopped
    answer(maps_of(session))
    assert panel.maps is None


# On its page


def test_the_page_learn_has_it_and_says_when_it_is_seen(session: Session, worker: FakeWorker) -> None:
    page = LearnPage(session, worker)  # type: ignore[arg-type]
    assert not page.maps.visible
    page.visible = True
    assert page.maps.visible
    page.close()
