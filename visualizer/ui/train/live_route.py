"""Serves the moving parts of a Train page, several times per second: see live_feed.py.

Anyone who knows a run's id may ask; ids cannot be guessed.
"""

import asyncio
import json
import sqlite3
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from visualizer.architecture.settings import SettingError
from visualizer.errors import UserError
from visualizer.ui.kit.links import base_path
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.viewport import NARROWEST, WIDEST
from visualizer.ui.train.answer_view import view_from_text
from visualizer.ui.train.live import moving_live
from visualizer.ui.train.live_feed import PATH, LiveView, frame_of
from visualizer.ui.train.run_controls import how_far

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route


# Requests that are answered at the same time, each in a thread; others wait.
AT_ONCE = 4
# Requests about one run that may wait: each page that shows it sends one at a time.
OF_A_RUN = 16


def live_route() -> "Route":
    """What the app serves under `live_feed.PATH`.

    The query holds the view, and the `version` and `inside` of the answer that the browser already has. The answer is
    204 (no content) if nothing has changed since, 404 if there is no such run or the query is invalid, 429 if too
    many requests about that run are waiting, 503 if its files cannot be read, else JSON: version, inside, frame,
    progress, and charts by their keys (figure as JSON text, alt).
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response
    from starlette.routing import Route

    slots = asyncio.Semaphore(AT_ONCE)
    asking: Counter[str] = Counter()

    async def answer(request: "Request") -> Response:
        run_id = request.path_params["run_id"]
        if asking[run_id] >= OF_A_RUN:
            return Response(status_code=429, headers={"Cache-Control": "no-store", "Retry-After": "2"})
        asking[run_id] += 1
        try:
            async with slots:
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

    not_stored = {"Cache-Control": "no-store"}
    query = request.query_params
    try:
        width, layer, answers = int(query["width"]), int(query["layer"]), query["answers"]
    except (KeyError, ValueError):
        return Response(status_code=404)
    record = run_store().record(request.path_params["run_id"]) if NARROWEST <= width <= WIDEST else None
    if record is None:
        return Response(status_code=404, headers=not_stored)
    try:
        seen = view_from_text(record.spec.settings.task.answer_type, answers)
    except (ValueError, TypeError, SettingError):
        return Response(status_code=404)
    view = LiveView(record.run_id, width, layer, seen)
    # The place in the queue changes when other runs do.
    place = worker_pool().place(record.run_id)
    version = f"{record.version}.{place.waiting}.{place.others}" if place else str(record.version)
    if query.get("version") == version:
        return Response(status_code=204, headers=not_stored)
    history = run_store().curves(record.run_id)
    moving = moving_live(view, record, history, query.get("inside", "")) if query.get("charts") == "1" else None
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
    return Response(json.dumps(answer), media_type="application/json", headers=not_stored)
