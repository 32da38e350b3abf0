"""Writing a model file beside what a person does.

For ONNX, LiteRT and a SavedModel, Keras traces a network, which takes seconds; and a network shares layers with those
that are edited from it. So a copy is traced, in a thread of its own, and edits go on. Keras's own formats are written
in one short step.
"""

import functools
from collections.abc import Callable, Generator, Hashable
from pathlib import Path

from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import Background, Priority, Task
from encdec_widgets.export.model_files import file_bytes, writable_format
from encdec_widgets.networks.one_at_a_time import one_at_a_time


def write_model(
    background: Background,
    key: Hashable,
    backbone: Backbone,
    ending: str,
    *,
    done: Callable[[bytes], object],
    failed: Callable[[Exception], object],
) -> None:
    """Write a model file in the background; without an event loop, before returning.

    Args:
        background: Where.
        key: What is still to be written of this key is dropped, unless Keras is writing it.
        backbone: The network.
        ending: As of :func:`encdec_widgets.export.model_files.file_bytes`.
        done: Is called with what the file holds.
        failed: Is called with the error where there is no file.
    """

    def write(task: "Task[None]", network: Backbone, is_shared: bool) -> None:
        try:
            data = file_bytes(network, ending, is_shared=is_shared)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it is told
            task.tell(failed, error)
        else:
            task.tell(done, data)

    def steps(task: "Task[None]") -> Generator[None, None, None]:
        yield
        try:
            traced = writable_format(Path(f"network{ending}"), backbone).traced
            if traced and background.has_threads and not task.inline:
                copy = yield from _copied(task, backbone)
                if copy is not None:
                    background.aside(functools.partial(write, task, copy, False), awaited=True)
                    return
        except Exception as error:  # noqa: BLE001 - the same
            task.tell(failed, error)
            return
        write(task, backbone, True)

    background.begin(steps, key=key, priority=Priority.SPARE)


def _copied(task: "Task[None]", backbone: Backbone) -> Generator[None, None, Backbone | None]:
    """The same network with layers of its own, which have the same weights; None where it has others by now."""
    copy = yield from build_in_steps(
        backbone.design,
        suggests=False,
        policy=backbone.precision,
        on_block=lambda _: task.check(),
        gives_way=lambda: task.over or one_at_a_time.awaited,
    )
    yield
    with one_at_a_time:
        own, held = copy.model.variables, backbone.model.variables
        if [(each.shape, each.dtype) for each in own] != [(each.shape, each.dtype) for each in held]:
            return None  # as where a person quantized it
        for each, value in zip(own, held, strict=True):
            each.assign(value)
    return copy
