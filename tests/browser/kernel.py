"""Asking the kernel behind a page, past the page: what is on the screen is compared with what is in the kernel."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, Self

from jupyter_client.blocking.client import BlockingKernelClient

ANSWERED = 240.0  # seconds: the kernel answers once what it is busy with, a first build perhaps, is done


class Kernel:
    """A second client of a running kernel, by its connection file."""

    def __init__(self, connection_file: Path) -> None:
        self.client = BlockingKernelClient(connection_file=str(connection_file))

    def __enter__(self) -> Self:
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=ANSWERED)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop_channels()

    def run(self, code: str) -> str:
        """Run `code` in the kernel; what it printed, then the text of its last expression."""
        texts: list[str] = []

        def collect(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                texts.append(content["text"])
            elif message["msg_type"] in ("execute_result", "display_data"):
                texts.append(content["data"].get("text/plain", ""))

        reply = self.client.execute_interactive(
            code, store_history=False, output_hook=collect, timeout=ANSWERED
        )
        check(reply["content"], code)
        return "".join(texts)

    def value(self, expression: str) -> Any:
        """The value of an expression in the kernel, if JSON can carry it (a tuple comes as a list)."""
        dumped = f"__import__('json').dumps({expression})"
        reply = self.client.execute(
            "",
            silent=True,
            store_history=False,
            user_expressions={"it": dumped},
            reply=True,
            timeout=ANSWERED,
        )
        check(reply["content"], expression)
        it = reply["content"]["user_expressions"]["it"]
        check(it, expression)
        return json.loads(ast.literal_eval(it["data"]["text/plain"]))


def check(content: dict[str, Any], code: str) -> None:
    """Raise what the kernel raised."""
    if content["status"] != "ok":
        raise AssertionError(f"in the kernel: {code}\n{content.get('ename')}: {content.get('evalue')}")
