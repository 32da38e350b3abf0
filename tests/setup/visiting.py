"""The app without a browser: the command run to its end, who gets in, and what is answered."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import websocket

from tests.browser.servers import App, clean_environment

LIMIT = 120  # seconds that any single command or answer may take


def run(folder: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command to its end; `code` runs first in the same process."""
    start = f"{code}\nimport sys\nfrom encdec_widgets.app.cli import main\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        env=clean_environment(folder),
        text=True,
        timeout=LIMIT,
    )


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def ask(url: str, cookies: CookieJar | None = None, method: str = "GET", **headers: str) -> tuple[int, str]:
    """The HTTP status and the text of an answer, with no redirect followed."""
    opener = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(cookies))
    request = urllib.request.Request(url, headers=headers, method=method)
    try:
        with opener.open(request, timeout=LIMIT) as answer:
            return int(answer.status), answer.read().decode(errors="replace")
    except urllib.error.HTTPError as refused:
        with refused:
            return int(refused.code), refused.read().decode(errors="replace")


def status(url: str, cookies: CookieJar | None = None, method: str = "GET", **headers: str) -> int:
    """The HTTP status of an answer, with no redirect followed."""
    return ask(url, cookies, method, **headers)[0]


def dial(url: str, origin: str, cookies: CookieJar | None = None) -> bool:
    """Whether a kernel's websocket lets one in."""
    cookie = "; ".join(f"{one.name}={one.value}" for one in cookies or ())
    try:
        websocket.create_connection(url, origin=origin, cookie=cookie or None, timeout=LIMIT).close()
    except websocket.WebSocketBadStatusException as refused:
        if refused.status_code not in (403, 404):
            raise
        return False
    return True


class Visitor:
    """A browser's cookies, and the page that they opened."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.cookies = CookieJar()
        self.status, self.html = ask(app.url, self.cookies)
        found = re.search(r'"kernelId": "([^"]+)"', self.html)
        self.kernel = found[1] if found else ""

    @property
    def xsrf(self) -> dict[str, str]:
        """The header that the page sends when it ends its kernel."""
        return {"X-XSRFToken": next(one.value or "" for one in self.cookies if one.name == "_xsrf")}

    @property
    def socket(self) -> str:
        """The address of its kernel's websocket."""
        return f"{self.app.base.replace('http', 'ws')}api/kernels/{self.kernel}/channels"

    def ask(self, path: str, method: str = "GET") -> int:
        """The status of an answer, asked as the page asks."""
        return status(self.app.base + path, self.cookies, method, **self.xsrf)
