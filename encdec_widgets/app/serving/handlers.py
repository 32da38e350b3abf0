"""What the app's server answers: the routes that its page needs, each guarded, and no other.

All else that Voila can serve (files, log-out, whatever a later release adds) is answered by tornado's own 404.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado import web
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from encdec_widgets.app.serving.kernels import FullError, PageKernels, visitor
from encdec_widgets.app.serving.messages import message_page
from encdec_widgets.app.serving.templates import missing_template


class _VisitorsKernel:
    """Of a route to a kernel: it is there for the visitor whose kernel it is, and not found by others."""

    path_args: list[str]
    path_kwargs: dict[str, str]
    kernel_manager: PageKernels
    current_user: Any

    async def prepare(self, *arguments: Any, **more: Any) -> None:
        result = super().prepare(*arguments, **more)  # type: ignore[misc]
        if inspect.isawaitable(result):
            await result
        (kernel,) = (*self.path_args, *self.path_kwargs.values())
        # Who is not logged in is refused by the route itself.
        if self.current_user and not self.kernel_manager.belongs(kernel, self.current_user.username):
            raise web.HTTPError(404, "There is no such kernel.")


class _Kernel(_VisitorsKernel, KernelHandler):
    pass


class _Channels(_VisitorsKernel, VoilaKernelWebsocketHandler):
    pass


class _Shutdown(_VisitorsKernel, VoilaShutdownKernelHandler):
    pass


class _Found:
    """Of a route to files: what is no file, or none that may be read, is not found."""

    async def get(self, path: str, include_body: bool = True) -> None:
        try:
            await super().get(path, include_body)  # type: ignore[misc]
        except web.HTTPError as error:
            raise web.HTTPError(404) if error.status_code == 403 else error from None
        except (AssertionError, OSError, ValueError):
            # Of a path that is too long or too short, or has a zero byte.
            raise web.HTTPError(404) from None


class _TemplateFile(_Found, TemplateStaticFileHandler):
    pass


class _StaticFile(_Found, MultiStaticFileHandler):
    pass


class _Theme(_Found, ThemesHandler):
    pass


class _Extension(_Found, FileFindHandler):
    pass


class _Page(TornadoVoilaHandler):
    """The designer's page, or one that says why there is none."""

    @web.authenticated
    async def get(self) -> None:
        missing = missing_template(self.template_paths)
        if missing:
            self._say(
                "The page can't be drawn",
                f"Its template {missing} is missing. Install the app again, and start it again: "
                'pip install --force-reinstall "encdec_widgets[app]"',
            )
            return
        visitor.set(self.current_user.username)
        try:
            await super().get()
        except FullError:
            open_now = self.kernel_manager.at_most
            self._say(
                "All places are taken",
                f"{open_now} {'page is' if open_now == 1 else 'pages are'} open, and no more may be. Close one and "
                "reload this page. A page that was left without being closed ends within five minutes. "
                "encdec-designer --pages sets how many there may be.",
            )

    def _say(self, title: str, text: str) -> None:
        self.set_status(503)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Retry-After", "60")
        self.finish(message_page(title, text))


_GUARDED = {
    KernelHandler: _Kernel,
    VoilaKernelWebsocketHandler: _Channels,
    VoilaShutdownKernelHandler: _Shutdown,
    TemplateStaticFileHandler: _TemplateFile,
    MultiStaticFileHandler: _StaticFile,
    ThemesHandler: _Theme,
    FileFindHandler: _Extension,
}


def needed_routes(routes: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Of the routes that Voila would serve, those that the page needs."""
    needed = []
    for route, handler, *settings in routes:
        if handler is TornadoVoilaHandler:
            needed.append(("/", _Page, *settings))
        elif isinstance(handler, type) and issubclass(handler, LoginFormHandler):
            needed.append((route, handler, *settings))
        elif handler in _GUARDED:
            needed.append((route, _GUARDED[handler], *settings))
    return needed
