"""Opens the designer in the user's browser, and keeps its token to the user."""

from __future__ import annotations

import html
import os
import threading
import webbrowser
from pathlib import Path


def open_browser(url: str, folder: Path) -> None:
    """Open ``url`` in a browser, by a file in ``folder`` that only this user can read.

    The command line of a browser can be read by every user of the machine, so it names the file and not the address,
    which has the token. Jupyter does the same.
    """
    page = folder / "open-designer.html"
    address = html.escape(url)
    with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(
            '<!DOCTYPE html><meta charset="utf-8"><title>Encoder-decoder designer</title>'
            '<meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0; url={address}"><a href="{address}">Open the designer</a>\n'
        )
    # In a thread: some browsers return only when they are closed.
    threading.Thread(target=_open, args=(page.as_uri(),), daemon=True).start()


def _open(file: str) -> None:
    if not webbrowser.open(file):
        print("No browser could be opened: open the address above in one.", flush=True)
