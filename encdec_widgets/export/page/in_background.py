"""Making a page beside what a person does: it gives way to every edit, and is dropped where nobody waits for it."""

from collections.abc import Callable, Generator, Hashable
from typing import Any

from encdec_widgets._keras import keras, keras_is_loaded
from encdec_widgets.backbone import Backbone
from encdec_widgets.background import Background, Priority, Task
from encdec_widgets.export.page.choices import Vary
from encdec_widgets.export.page.page import OnProgress, page_in_steps
from encdec_widgets.networks.one_at_a_time import one_at_a_time


def make_page(
    background: Background,
    key: Hashable,
    backbone: Backbone,
    *,
    vary: Vary = None,
    on_progress: OnProgress,
    done: Callable[[str], object],
    failed: Callable[[Exception], object],
) -> None:
    """Make a page in the background; without an event loop, before returning.

    Args:
        background: Where.
        key: A page of this key that is still being made is dropped.
        backbone: The network of the page.
        vary: What varies: see :func:`encdec_widgets.export.page.page.to_html`.
        on_progress: Is called with how many networks are built, and how many there are.
        done: Is called with the text of the page.
        failed: Is called with the error where there is no page.
    """
    policy: Any = keras.config.dtype_policy() if keras_is_loaded() else None  # that of this thread

    def steps(task: "Task[None]") -> Generator[None, None, None]:
        try:
            text = yield from page_in_steps(
                backbone,
                vary,
                lambda *counts: task.tell(on_progress, *counts),
                policy=policy,
                on_block=lambda _: task.check(),
                gives_way=lambda: task.over or (one_at_a_time.awaited and not task.inline),
            )
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it is told
            task.tell(failed, error)
        else:
            task.tell(done, text)

    background.begin(steps, key=key, priority=Priority.SPARE)
