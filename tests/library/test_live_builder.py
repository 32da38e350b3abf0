"""Building while somebody goes on editing, without a screen: in threads, and on the event loop alone."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.backbone import Backbone
from encdec_widgets.background import Background, InThreads
from encdec_widgets.networks.one_at_a_time import OneAtATime, one_at_a_time
from encdec_widgets.session import live_builder as module
from encdec_widgets.session.live_builder import LiveBuilder, Request, Result
from tests.designer.slow import GATE, SLOW, in_a_loop, until


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    GATE.open.set()
    GATE.reached.clear()
    GATE.made.clear()
    yield
    GATE.open.set()


class Heard:
    """What a builder tells."""

    def __init__(self, background: Background) -> None:
        self.results: list[Result] = []
        self.progress: list[tuple[int, int, str]] = []
        self.builder = LiveBuilder(
            lambda _, result: self.results.append(result),
            lambda *progress: self.progress.append(progress),
            background=background,
        )
        self.builder.build_first(Request(SLOW))
        GATE.made.clear()

    async def is_building(self, first: int) -> None:
        """Begin a build that is held up after its first block, or while that is made."""
        GATE.reached.clear()
        GATE.open.clear()
        self.builder.build(Request(with_filters(first)))
        await until(GATE.reached.is_set)

    @property
    def first_filters(self) -> list[Any]:
        return [filters_of(result)[0] for result in self.results]


def with_filters(first: int, last: int = 2) -> Design:
    return SLOW.replace("encoder[0].filters", first).replace("encoder[2].filters", last)


def filters_of(result: Result) -> list[Any]:
    assert isinstance(result, Backbone)
    return [block.filters for block in result.design.architecture.encoder_stack]  # type: ignore[attr-defined]


def test_a_build_that_was_overtaken_is_dropped_at_the_next_block(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FINISH_S", -1.0)

    async def scenario() -> None:
        heard = Heard(in_both_forms)
        await heard.is_building(3)
        heard.builder.build(Request(with_filters(4)))
        heard.builder.build(Request(with_filters(5)))
        GATE.open.set()
        await until(lambda: bool(heard.results))
        heard.builder.wait()
        assert heard.first_filters == [5]
        assert GATE.made[:2] == [3, 5]

    in_a_loop(scenario)


def test_one_that_should_soon_be_done_ends_and_is_told_first(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FINISH_S", 1e9)

    async def scenario() -> None:
        heard = Heard(in_both_forms)
        await heard.is_building(3)
        GATE.open.set()
        await until(lambda: len(GATE.made) > 1)  # Only then it can say when it should be done.
        heard.builder.build(Request(with_filters(5)))
        await until(lambda: len(heard.results) == 2)
        assert heard.first_filters == [3, 5]
        assert heard.builder.latest is heard.results[1]

    in_a_loop(scenario)


def test_one_that_is_overtaken_during_its_last_block_is_told(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FINISH_S", 0.0)

    async def scenario() -> None:
        heard = Heard(in_both_forms)
        GATE.reached.clear()
        GATE.open.clear()
        heard.builder.build(Request(with_filters(2, last=3)))
        await until(GATE.reached.is_set)
        heard.builder.build(Request(with_filters(2, last=4)))
        GATE.open.set()
        await until(lambda: len(heard.results) == 2)
        assert [filters_of(result)[-1] for result in heard.results] == [3, 4]

    in_a_loop(scenario)


def test_what_was_stopped_is_not_told_and_not_built_on(in_both_forms: Background) -> None:
    async def scenario() -> None:
        heard = Heard(in_both_forms)
        first = heard.builder.latest
        await heard.is_building(3)
        heard.builder.stop()
        GATE.open.set()
        heard.builder.wait()
        heard.builder.build(Request(with_filters(2, last=4)))
        await until(lambda: bool(heard.results))
        assert heard.first_filters == [2]
        assert isinstance(first, Backbone)
        assert heard.builder.latest is not None
        shared = set(first.structure.layers) & set(heard.builder.latest.structure.layers)
        assert {layer.name for layer in shared} >= {"stack0_enc0_conv", "stack0_enc1_conv"}

    in_a_loop(scenario)


def test_a_result_that_was_not_heard_yet_is_dropped_too(in_both_forms: Background) -> None:
    async def scenario() -> None:
        heard = Heard(in_both_forms)
        heard.builder.build(Request(with_filters(3)))
        in_both_forms._await(in_both_forms._under_way(heard.builder)[0])  # It is done, and not told.
        told = list(heard.results)
        heard.builder.stop()
        heard.builder.wait()
        assert heard.results == told
        assert heard.builder.latest is (told[0] if told else heard.builder._delivered)

    in_a_loop(scenario)


def test_what_a_block_raises_is_a_result_and_progress_is_that_of_blocks(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROGRESS_S", 0.0)

    async def scenario() -> None:
        heard = Heard(in_both_forms)
        heard.builder.build(Request(SLOW.replace("encoder[2].filters", 13)))
        await until(lambda: bool(heard.results))
        assert "must not be 13" in str(heard.results[0])
        assert [(done, total) for done, total, _ in heard.progress][-1] == (2, 3)
        assert heard.progress[-1][2] == "stack0_enc2"

    in_a_loop(scenario)


def test_an_interrupt_of_a_block_is_a_result(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Any, filters: int) -> None:
        if filters == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(type(GATE), "pass_through", interrupted)

    async def scenario() -> None:
        heard = Heard(in_both_forms)
        heard.builder.build(Request(with_filters(7)))
        await until(lambda: bool(heard.results))
        assert "building was interrupted: KeyboardInterrupt()" in str(heard.results[0])
        heard.builder.build(Request(with_filters(8)))
        await until(lambda: len(heard.results) == 2)
        assert filters_of(heard.results[1]) == [8, 2, 2]

    in_a_loop(scenario)


def test_what_is_built_by_hand_waits_for_one_block_and_not_for_the_whole_edit() -> None:
    async def scenario() -> None:
        heard = Heard(InThreads())
        await heard.is_building(3)
        by_hand = asyncio.create_task(asyncio.to_thread(with_filters(9).build))
        await until(lambda: one_at_a_time.awaited)
        GATE.open.set()
        assert filters_of(await by_hand) == [9, 2, 2]
        heard.builder.wait()
        assert heard.first_filters == [3]
        assert GATE.made == [3, 9, 2, 2, 2]  # the last block of the edit is as it was, and made of twins

    in_a_loop(scenario)


def test_what_a_caller_waits_for_is_built_in_one_pass_while_others_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes: list[int] = []
    make_backbone = EncoderDecoder.make_backbone

    def counted(self: EncoderDecoder, x_in: Any, **options: Any) -> Any:
        passes.append(threading.get_ident())
        return make_backbone(self, x_in, **options)

    async def scenario() -> None:
        heard = Heard(InThreads())
        monkeypatch.setattr(OneAtATime, "awaited", True)
        monkeypatch.setattr(EncoderDecoder, "make_backbone", counted)
        with_filters(3).build()
        assert len(passes) == 1
        heard.builder.build_now(Request(with_filters(4)))
        assert len(passes) == 2
        heard.builder.build(Request(with_filters(5)))
        heard.builder.wait()
        assert len(passes) > 3
        assert heard.first_filters == [4, 5]

    in_a_loop(scenario)


def test_without_an_event_loop_it_is_built_at_once(in_both_forms: Background) -> None:
    heard = Heard(in_both_forms)
    heard.builder.build(Request(with_filters(3)))
    heard.builder.build_now(Request(with_filters(4)))
    assert heard.first_filters == [3, 4]
    assert heard.progress == []
