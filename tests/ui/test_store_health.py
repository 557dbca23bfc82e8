"""Who asks whether the server is well learns that what it keeps cannot be read."""

import asyncio
import logging
import time

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from visualizer.ui.shell import store_health
from visualizer.ui.shell.store_health import HEALTH, StoreHealth


@pytest.fixture
def problems(monkeypatch) -> list[str]:
    """What is wrong: the last one is problem_found."""
    problem_found = [""]
    monkeypatch.setattr(store_health, "problem", lambda _: problem_found[-1])
    monkeypatch.setattr(store_health, "CHECK_INTERVAL", 0.0)
    return problem_found


class Client:
    """Somebody who asks the app."""

    def __init__(self) -> None:
        routes = [Route(path, lambda _: PlainTextResponse("ok")) for path in (HEALTH, "/")]
        self._app = Starlette(routes=routes, middleware=[Middleware(StoreHealth)])

    def get(self, *paths: str) -> list[tuple[int, str]]:
        """Status and text of each answer, one after another."""
        return asyncio.run(self._ask(paths))

    async def _ask(self, paths: tuple[str, ...]) -> list[tuple[int, str]]:
        answers = []
        for path in paths:
            sent: list[dict] = []

            async def receive() -> dict:
                return {"type": "http.request", "body": b""}

            async def send(message: dict, sent: list[dict] = sent) -> None:
                sent.append(message)

            scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
            await self._app(scope, receive, send)
            answers.append((sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()))
        return answers


@pytest.fixture
def client() -> Client:
    return Client()


def test_it_is_well_as_long_as_the_databases_can_be_read(client, problems, caplog):
    caplog.set_level(logging.INFO, "visualizer.event")
    assert client.get(HEALTH, HEALTH) == [(200, "ok")] * 2
    problems.append("runs.sqlite (training runs) is damaged: file is not a database.")
    words = "What this server keeps cannot be read: runs.sqlite (training runs) is damaged: file is not a database."
    # The pages say it themselves.
    assert client.get(HEALTH, HEALTH, "/") == [(503, words)] * 2 + [(200, "ok")]
    problems.append("")
    assert client.get(HEALTH) == [(200, "ok")]
    assert [record.getMessage().split()[0] for record in caplog.records if record.name == "visualizer.event"] == [
        "store-unreadable",
        "store-readable",
    ]


def test_many_who_ask_are_told_what_was_found_last(client, monkeypatch):
    looks = []
    monkeypatch.setattr(store_health, "problem", lambda _: looks.append(1) or "")
    assert client.get(*[HEALTH] * 50) == [(200, "ok")] * 50
    assert len(looks) == 1


def test_a_slow_disk_does_not_hold_the_answer(monkeypatch):
    monkeypatch.setattr(store_health, "problem", lambda _: time.sleep(0.5) or "It is gone.")
    monkeypatch.setattr(store_health, "_PATIENCE", 0.02)
    monkeypatch.setattr(store_health, "CHECK_INTERVAL", 60.0)

    async def ask() -> list[str]:
        watch = StoreHealth(lambda *_: None)
        first = [await watch._current_problem(), await watch._current_problem()]
        assert watch._check is not None
        await asyncio.wait([watch._check])
        return [*first, await watch._current_problem(), await watch._current_problem()]

    assert asyncio.run(ask()) == ["", "", "It is gone.", "It is gone."]
