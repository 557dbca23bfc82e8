"""Serves the moving parts of a Train page, several times per second: see live_feed.py.

Whoever knows a run's id may ask; it cannot be guessed.
"""

import asyncio
import json
import sqlite3
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from visualizer.errors import UserError
from visualizer.ui.kit.links import base_path
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.viewport import NARROWEST, WIDEST
from visualizer.ui.train.live import moving_live
from visualizer.ui.train.live_feed import PATH, LiveView, frame_of
from visualizer.ui.train.run_controls import how_far

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route


# Answers that are made at once, each in a thread; further questions wait.
AT_ONCE = 4
# Questions about one run that may wait: each page that shows it asks one at a time.
OF_A_RUN = 16


def live_route() -> "Route":
    """What the app serves under `live_feed.PATH`.

    The query holds the view, and of the answer that the browser has already its `version` and `inside`. The answer is
    204 (no content) where nothing has changed since then, 404 where there is no such run or the question makes no
    sense, 429 where too many wait for an answer about that run, 503 where its files cannot be read, else JSON:
    version, inside, frame, progress, and charts by their keys (figure as JSON text, alt).
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response
    from starlette.routing import Route

    places = asyncio.Semaphore(AT_ONCE)
    asking: Counter[str] = Counter()

    async def answer(request: "Request") -> Response:
        run_id = request.path_params["run_id"]
        if asking[run_id] >= OF_A_RUN:
            return Response(status_code=429, headers={"Cache-Control": "no-store", "Retry-After": "2"})
        asking[run_id] += 1
        try:
            async with places:
                # In a thread, so that nobody else waits while charts are made.
                return await run_in_threadpool(_answer, request)
        finally:
            asking[run_id] -= 1
            if not asking[run_id]:
                del asking[run_id]

    return Route(f"{base_path()}{PATH}/{{run_id}}", answer)


def _answer(request: "Request") -> "Response":
    from starlette.responses import Response

    try:
        return _news(request)
    except (UserError, sqlite3.DatabaseError, OSError):
        # Each tab asks several times per second; the page itself, and the log, report problems with the files.
        return Response(status_code=503, headers={"Cache-Control": "no-store"})


def _news(request: "Request") -> "Response":
    from starlette.responses import Response

    nothing = {"Cache-Control": "no-store"}
    asked = request.query_params
    try:
        view = LiveView(request.path_params["run_id"], int(asked["width"]), int(asked["layer"]))
    except (KeyError, ValueError):
        return Response(status_code=404)
    record = run_store().record(view.run_id) if NARROWEST <= view.width <= WIDEST else None
    if record is None:
        return Response(status_code=404, headers=nothing)
    # The place in the queue changes when other runs do.
    place = worker_pool().place(record.run_id)
    version = f"{record.version}.{place.waiting}.{place.others}" if place else str(record.version)
    if asked.get("version") == version:
        return Response(status_code=204, headers=nothing)
    history = run_store().curves(record.run_id)
    moving = moving_live(view, record, history, asked.get("inside", "")) if asked.get("charts") == "1" else None
    answer = {
        "version": version,
        "inside": moving.inside if moving else "",
        "frame": frame_of(record, moving),
        "progress": asdict(how_far(record, history, place)),
        "charts": {
            key: {"figure": chart.to_json(), "alt": chart.alt}
            for key, chart in (moving.charts if moving else {}).items()
        },
    }
    return Response(json.dumps(answer), media_type="application/json", headers=nothing)
