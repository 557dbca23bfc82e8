"""The health check includes the databases: whether what the server stores can be read."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from visualizer.log import event
from visualizer.training.opening import problem
from visualizer.workspace import workspace

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEALTH = "/_stcore/health"
CHECK_INTERVAL = 5.0  # seconds; more frequent requests get the last result
_PATIENCE = 1.0  # seconds that a response waits for a slow disk


class StoreHealth:
    """ASGI middleware: the health check answers 503, with the reason, if the databases cannot be read.

    A disk that fills up while the server runs does not count: everything can still be viewed, and whatever cannot be
    saved says so.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app
        self._problem = ""
        self._next_check = 0.0
        self._check: asyncio.Task[str] | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http" and scope["path"].endswith(HEALTH) and (problem := await self._current_problem()):
            from starlette.responses import PlainTextResponse

            response = PlainTextResponse(f"What this server keeps cannot be read: {problem}", 503)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _current_problem(self) -> str:
        """What is wrong, or empty; the last result if a new check takes too long."""
        if self._check is None and monotonic() >= self._next_check:
            self._check = asyncio.create_task(asyncio.to_thread(problem, workspace()))
        if self._check is not None:
            done, _ = await asyncio.wait([self._check], timeout=_PATIENCE)
            if done and self._check is not None:
                self._record(self._check.result())
        return self._problem

    def _record(self, problem_found: str) -> None:
        if problem_found != self._problem:
            event(
                "store-unreadable" if problem_found else "store-readable",
                warning=bool(problem_found),
                reason=problem_found or None,
            )
        self._problem, self._check, self._next_check = problem_found, None, monotonic() + CHECK_INTERVAL
