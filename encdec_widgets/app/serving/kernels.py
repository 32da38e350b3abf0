"""The kernels of the app's pages: how many there may be, and to which visitor each belongs."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Integer

visitor: ContextVar[str] = ContextVar("visitor")
"""Who asks for the page that is being made, by the name that Jupyter gives to each browser."""


class FullError(Exception):
    """As many pages are open as may be."""


class PageKernels(AsyncMappingKernelManager):
    """Starts a kernel for each page, and knows whose it is.

    Attributes:
        at_most: How many kernels there may be (a setting).
    """

    at_most = Integer(8, config=True)

    def __init__(self, **settings: Any) -> None:
        """Begin without kernels."""
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._visitors: dict[str, str] = {}  # by the kernel's identity
        self._starting: set[str] = set()

    async def start_kernel(self, **arguments: Any) -> str:  # type: ignore[override]
        """Start a kernel for the present ``visitor``.

        Raises:
            FullError: If there are as many as there may be.
        """
        running = set(self.list_kernel_ids()) | self._starting
        self._visitors = {kernel: owner for kernel, owner in self._visitors.items() if kernel in running}
        if len(running) >= self.at_most:
            raise FullError
        kernel = str(uuid4())
        self._visitors[kernel] = visitor.get()
        self._starting.add(kernel)
        try:
            return str(await super().start_kernel(**arguments, kernel_id=kernel))
        finally:
            self._starting.discard(kernel)

    def belongs(self, kernel: str, name: str) -> bool:
        """Whether this kernel runs for the visitor of this name."""
        return kernel in self and self._visitors.get(kernel) == name
