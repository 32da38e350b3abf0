"""Work that waits until the hand rests."""

import asyncio

from encdec_widgets.widgets.base.at_rest import AtRest


def test_without_a_loop_it_is_done_at_once() -> None:
    done: list[int] = []
    at_rest = AtRest(60, lambda: done.append(1))
    at_rest.soon()
    assert done == [1]


def test_of_many_requests_in_a_row_one_is_done() -> None:
    done: list[int] = []

    async def many() -> None:
        at_rest = AtRest(0.05, lambda: done.append(1))
        for _ in range(5):
            at_rest.soon()
        assert not done
        await asyncio.sleep(0.2)
        at_rest.soon()
        at_rest.forget()
        await asyncio.sleep(0.2)

    asyncio.run(many())
    assert done == [1]
