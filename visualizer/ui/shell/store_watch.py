"""Whether what the server keeps can be read: looked at when somebody asks whether the server is well."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from visualizer.log import event
from visualizer.training.opening import problem
from visualizer.workspace import workspace

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEALTH = "/_stcore/health"
LOOK_EVERY = 5.0  # seconds: whoever asks more often is told the same
_PATIENCE = 1.0  # seconds that an answer waits for a slow disk


class StoreWatch:
    """ASGI middleware: the server is not healthy (503, with the reason) where the databases cannot be read.

    A disk that is full while the server runs is no such reason: all can be looked at, and what cannot be saved says so.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app
        self._problem = ""
        self._look_at = 0.0
        self._looking: asyncio.Task[str] | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http" and scope["path"].endswith(HEALTH) and (why := await self._found()):
            from starlette.responses import PlainTextResponse

            answer = PlainTextResponse(f"What this server keeps cannot be read: {why}", 503)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _found(self) -> str:
        """What is wrong; what was wrong last where that takes too long to find out."""
        if self._looking is None and monotonic() >= self._look_at:
            self._looking = asyncio.create_task(asyncio.to_thread(problem, workspace()))
        if self._looking is not None:
            done, _ = await asyncio.wait([self._looking], timeout=_PATIENCE)
            if done and self._looking is not None:
                self._take(self._looking.result())
        return self._problem

    def _take(self, problem: str) -> None:
        if problem != self._problem:
            event("store-unreadable" if problem else "store-readable", warning=bool(problem), reason=problem or None)
        self._problem, self._looking, self._look_at = problem, None, monotonic() + LOOK_EVERY
