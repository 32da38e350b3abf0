"""The worker process, seen from its parent."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encdec_widgets._keras import QUIET_AND_MODEST
from encdec_widgets.formatting import bytes_text
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import NotAvailableError, TimingError, out_of_memory, tells_of_memory
from encdec_widgets.workers.settings import inherited

_KILL_WAIT_S = 0.8

_FIRST_CALLS = ("start", "start_block")

NEAR = 0.5
"""Work that is estimated to take this share of the memory may run out of it: estimates leave out what the backend takes
for itself, such as libraries, compiled code and workspaces."""


def require_processes() -> None:
    """Check that this platform can start processes.

    Raises:
        NotAvailableError: (a TimingError) If it cannot, as Python in a web page.
    """
    if sys.platform in ("emscripten", "wasi"):
        raise NotAvailableError


class WorkerProcess:
    """A running ``encdec_widgets.workers.inside``, or another module that answers requests as it does.

    Attributes:
        backend: The Keras backend it computes with.
        pid: Its process id.
        fresh: Whether it has been asked nothing yet.
        inherited: What it found of this process when it was started.
        memory: What it told of the memory of the network that takes most of those that it holds: ``needed_bytes`` and
            ``limit_bytes``; or None.
        sees_cards: Whether it finds the cards that there are; whoever starts it with other variables says so.
        in_use: Whether a thread asks it something, or is about to; that thread then closes the channels.
    """

    def __init__(
        self,
        backend: str,
        module: str = "encdec_widgets.workers.inside",
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start it; it loads its backend when the first request comes.

        Args:
            backend: The Keras backend it computes with.
            module: What it runs.
            variables: Environment variables that are set for it.
        """
        self.backend = backend
        self.fresh = True
        self.inherited = inherited()
        self.in_use = False
        self.sees_cards = True
        self.memory: Mapping[str, int] | None = None
        self._predicted_ms: dict[str, float] = {}
        self._options: dict[str, Mapping[str, Any]] = {}
        self._retired: str | None = None
        self._owner = os.getpid()
        self._ids = itertools.count()
        # A file, not a pipe: a full pipe would hold the process up. It is appended to, wherever it is read here.
        self._stderr = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - closed in close()
        try:
            self._popen = subprocess.Popen(
                # -P: no folder is searched for modules that this process does not search.
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env={**_environment(backend), **(variables or {})},
                # The interrupt that stops a notebook's cell goes to the kernel's whole group; a timing goes on.
                start_new_session=True,
            )
        except OSError as error:
            self._stderr.close()
            raise NotAvailableError(str(error)) from error
        self.pid = self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it is still running."""
        return self._popen.poll() is None

    def ask(self, command: str, arguments: Mapping[str, Any], batch_size: int) -> dict[str, Any] | None:
        """Send a request and wait for its answer.

        Args:
            command: One of ``encdec_widgets.workers.inside.bench.Bench.commands``.
            arguments: What to call it with, plain data.
            batch_size: Images in a batch, for the line that says that memory ran out.

        Returns:
            The answer; None if the process ended first.
        """
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        number = next(self._ids)
        request = {"id": number, "command": command, "arguments": arguments, "batch_size": batch_size}
        line = json.dumps(request) + "\n"
        if command in ("begin", "clear"):  # From now on it holds no network.
            self.memory = None
        try:
            self._popen.stdin.write(line.encode())
            self._popen.stdin.flush()
        except (OSError, ValueError):  # It has ended, and the channel may be closed.
            return None
        for answer in self._popen.stdout:
            # Anything else was printed by a library before the worker could keep the channel to itself.
            with contextlib.suppress(ValueError):
                reply = json.loads(answer)
                if isinstance(reply, dict) and reply.get("id") == number:
                    return reply
        return None

    def note(self, command: str, arguments: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Keep what a result tells of the memory and the time of a network."""
        name = str(arguments.get("name"))
        told = result.get("memory")
        if told and (self.memory is None or told["needed_bytes"] > self.memory["needed_bytes"]):
            self.memory = told
        if command in ("load", "train_begin", "train_change"):  # another network of that name
            self._predicted_ms.pop(name, None)
            self._options[name] = {**arguments.get("options", {}), "device": result.get("device_option")}
        if result.get("predicted_ms") is not None:
            self._predicted_ms[name] = result["predicted_ms"]
        if result.get("run_ms") is not None:
            # A prediction may be far too low, and the machine may be slower now than when it was calibrated.
            longest = 0.0 if command == "train_slice" else self._predicted_ms.get(name, 0.0)
            self._predicted_ms[name] = max(longest, result["run_ms"])

    def predicted_s(self, command: str, arguments: Mapping[str, Any]) -> float | None:
        """How long a command takes that runs a network as seldom as it can, in seconds (an estimate).

        None where it runs none, or that is unknown. It is the prediction, or what its first runs took where that was
        longer; of a training, what the slice before took beside its seconds. A block takes no longer than its network.
        What is compiled in a first call is not counted.
        """
        predicted_ms = self._predicted_ms.get(_network_in(arguments))
        if predicted_ms is None or command not in (*_FIRST_CALLS, "run", "train_slice"):
            return None
        runs = 2 if command in _FIRST_CALLS else 1  # A first call is followed by a run.
        return runs * predicted_ms / 1000

    def repeats_s(self, command: str, arguments: Mapping[str, Any]) -> float:
        """For how many seconds a command runs its network again and again; a run that has begun is finished."""
        if command == "start":  # It warms up for a part of the budget.
            return float(self._options.get(_network_in(arguments), {}).get("budget_s", 0.0))
        return float(arguments.get("seconds", 0.0))

    def may_compile(self, command: str, arguments: Mapping[str, Any]) -> bool:
        """Whether a command calls a network for the first time, and so may compile it, which takes as long as it takes.

        For a card that is newer than a library, that compiles too, whatever the backend does. A training's first steps
        are not predicted at all.
        """
        options = self._options.get(_network_in(arguments), {})
        compiles = backend_named(self.backend).compiles(options.get("compilation", ""))
        return command in _FIRST_CALLS and (compiles or options.get("device") != CPU.option)

    def kill(self, *, wait: bool = True) -> None:
        """End it at once, with everything that it started; return when it has ended, if ``wait`` says so."""
        if not self.alive:
            return
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._popen.kill()
            else:
                os.killpg(self.pid, signal.SIGKILL)
        if wait:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(_KILL_WAIT_S)

    def retire(self, reason: str) -> None:
        """Kill it, as it should not be used again; :meth:`obituary` tells the reason then."""
        self._retired = reason
        self.kill()

    def end(self) -> None:
        """Kill it and, unless a thread is listening to it, close the channels."""
        if os.getpid() != self._owner:
            return  # A fork of this process comes here as well when it exits, and the worker is not the fork's.
        self.kill()
        if not self.in_use:
            self.close()

    def close(self) -> None:
        """Close the channels. Closing waits for a thread that reads; only that thread may call this then."""
        for channel in (self._popen.stdin, self._popen.stdout, self._stderr):
            with contextlib.suppress(OSError):
                if channel is not None:
                    channel.close()

    def obituary(self, batch_size: int, noun: str) -> TimingError:
        """Why the process ended by itself, from its exit status and from its last words; ``noun`` is what it did."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(_KILL_WAIT_S)
        status = self._popen.returncode
        details = self._last_words()
        if self._retired is not None:
            return TimingError(self._retired, details)
        # Only the very last lines: earlier ones may tell of a shortage that was overcome.
        if tells_of_memory("\n".join(details.splitlines()[-5:])):
            return TimingError(out_of_memory(batch_size), details)
        if self._is_near_its_limit and -status in _OF_A_SHORTAGE:
            assert self.memory is not None
            return TimingError(
                f"the {noun} process was ended by {signal.Signals(-status).name}, and memory is the likely reason: at "
                f"batch size {batch_size} about {bytes_text(self.memory['needed_bytes'])} are needed (an estimate, "
                f"without what the backend takes for itself), and there were {bytes_text(self.memory['limit_bytes'])}; "
                f"try a smaller {'batch, ' if batch_size > 1 else ''}input or network",
                details,
            )
        if status == -9:
            return TimingError(
                f"the {noun} process was killed from outside, as happens when the machine runs out of memory "
                f"(batch size {batch_size})",
                details,
            )
        last_line = details.splitlines()[-1][:300] if details else "it left no message"
        return TimingError(
            f"the {noun} process ended unexpectedly (exit status {status}): {last_line}", details
        )

    @property
    def _is_near_its_limit(self) -> bool:
        return self.memory is not None and self.memory["needed_bytes"] >= NEAR * self.memory["limit_bytes"]

    def _last_words(self) -> str:
        if self._stderr.closed:
            return ""
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - 8192))
        lines = self._stderr.read().decode(errors="replace").splitlines()
        return "\n".join([line for line in lines if line.strip()][-20:])


_OF_A_SHORTAGE = tuple(
    int(getattr(signal, name))
    for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGKILL")
    if hasattr(signal, name)
)
"""What ends a process whose memory ran out: libraries take memory that they did not get, or give up."""


def _network_in(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("name")).partition("/")[0]


def _environment(backend: str) -> dict[str, str]:
    """This process's environment, with the same modules to find."""
    return {
        **QUIET_AND_MODEST,
        **os.environ,
        "KERAS_BACKEND": backend,
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
    }
