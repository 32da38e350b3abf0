"""Work that waits until the hand rests."""

import asyncio

import pytest

from encdec_widgets.background import Background
from encdec_widgets.widgets.base.at_rest import AtRest
from tests.designer.slow import until

pytestmark = pytest.mark.usefixtures("in_both_forms")


def test_without_a_loop_it_is_done_at_once(in_both_forms: Background) -> None:
    done: list[int] = []
    at_rest = AtRest(60, lambda: done.append(1), background=in_both_forms)
    at_rest.soon()
    assert done == [1]


def test_of_many_requests_in_a_row_one_is_done() -> None:
    done: list[str] = []

    async def many() -> None:
        at_rest = AtRest(0.05, lambda: done.append("at rest"))
        later = AtRest(0.1, lambda: done.append("later"))
        for _ in range(5):
            at_rest.soon()
        assert not done
        await until(lambda: bool(done))
        at_rest.soon()
        at_rest.forget()
        later.soon()
        await until(lambda: "later" in done)

    asyncio.run(many())
    assert done == ["at rest", "later"]
