"""The child process that builds and times networks: ``python -m encdec_widgets.workers.inside``.

It reads requests from its standard input, one JSON object a line, and answers each with one JSON object a line on
what was its standard output: what a command of :class:`~encdec_widgets.workers.inside.bench.Bench` gave, or an
error. It ends when its standard input does, in the middle of a run too, so that it never outlives the notebook's
kernel.
"""

import contextlib
import functools
import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.networks.keras_private import reason_in
from encdec_widgets.workers.errors import (
    BackendFailedError,
    BeyondMemoryError,
    EditNotBuiltError,
    TimingError,
    out_of_memory,
    ran_out_of_memory,
)

if TYPE_CHECKING:
    from encdec_widgets.workers.inside.bench import Bench

Commands = Callable[[], Mapping[str, Callable[..., Any]]]

_ORPHAN_CHECK_S = 1.0


def main(commands: Commands | None = None) -> None:
    """Answer requests until standard input ends.

    Args:
        commands: Gives what can be asked for; the commands of a bench if left out.
    """
    requests, replies = _private_channels()
    _end_first_when_memory_runs_out()
    # Every network is traced anew, which is as it should be: its warnings would be taken for this process's last words.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    while True:
        reply = answer(json.loads(inbox.get()), commands)
        # The line break in front ends a line that a library may have begun before the channels were made private.
        replies.write("\n" + json.dumps(reply) + "\n")
        replies.flush()


def answer(request: dict[str, Any], commands: Commands | None = None) -> dict[str, Any]:
    """Do what a request asks for.

    Args:
        request: With an ``id``, a ``command``, its ``arguments`` and the ``batch_size`` that an error names.
        commands: Gives what can be asked for, as in :func:`main`; what goes wrong with that is an answer too.

    Returns:
        The request's ``id`` and either ``result`` or ``error`` (one line); ``retire`` is true where this process should
        not be used again, and ``beyond_memory`` has the figures of work that was refused for its memory.
    """
    try:
        result = (commands or _of_bench)()[request["command"]](**request["arguments"])
        return {"id": request["id"], "result": result}
    except BeyondMemoryError as error:
        facts = {"beyond_memory": error.to_dict(), "retire": False}
        return {"id": request["id"], "error": str(error), **facts}
    except BaseException as error:  # noqa: BLE001 - the parent waits for a line about any error
        memory = ran_out_of_memory(error)
        line = out_of_memory(request["batch_size"]) if memory else _one_line(error)
        # After a shortage, allocators keep their memory in pieces that are too small; after any other failure of a
        # library, each later call may fail in it as well. But a new process would not have what a network has learnt.
        of_library = isinstance(error, BackendFailedError) or isinstance(error.__cause__, RuntimeError)
        ours = isinstance(error, (TimingError, FieldError)) and not of_library
        works = ours or isinstance(error, EditNotBuiltError)
        return {"id": request["id"], "error": line, "retire": memory or not works}


def _of_bench() -> Mapping[str, Callable[..., Any]]:
    return _bench().commands()


@functools.cache
def _bench() -> "Bench":
    # Here and not above: it loads Keras.
    from encdec_widgets.workers.inside.bench import Bench

    return Bench()


def _one_line(error: BaseException) -> str:
    text = " ".join(reason_in(error).split())
    text = text if len(text) <= 300 else text[:299] + "…"
    return text if isinstance(error, TimingError) else f"{type(error).__name__}: {text}"


def _private_channels() -> tuple[IO[str], IO[str]]:
    """Standard input and output, moved to where no library finds them.

    What libraries print goes to standard error, and what they try to read is empty.
    """
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _receive(requests: IO[str], inbox: "queue.SimpleQueue[str]") -> None:
    for line in requests:
        inbox.put(line)
    os._exit(0)  # At once: the main thread may be in the middle of a run.


def _end_with_parent(parent: int) -> None:
    """End when the parent is gone though standard input has not ended.

    A process that the parent forked, such as one of ``multiprocessing``, may hold the other end open.
    """
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK_S)
    os._exit(0)


def _end_first_when_memory_runs_out() -> None:
    """Have Linux end this process first, not the notebook's kernel."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # A sandbox may forbid it; nothing else depends on it.
            Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
