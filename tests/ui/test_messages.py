"""What a browser may send over its connection: how often, how much, of which kinds."""

import asyncio
import time
from itertools import pairwise

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import DoubleArray, StringArray
from streamlit.proto.WidgetStates_pb2 import WidgetState

from visualizer.ui.shell import messages
from visualizer.ui.shell.messages import (
    BURST,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    MAX_WAITING,
    MAX_WIDGETS,
    MESSAGES_PER_SECOND,
    POLICY_VIOLATION,
    TOO_BIG,
    MessageGuard,
    TokenBucket,
    refusal,
    unused_kind,
)


def rerun(*widgets: WidgetState) -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.extend(widgets)
    return message.SerializeToString()


def json(text: str) -> WidgetState:
    return WidgetState(id="w", json_value=text)


class Connection:
    """A browser that sends these messages at once, and the app behind the door, which notes what it gets."""

    def __init__(self, sent: list, *, reads: bool = True) -> None:
        self.left = list(sent)
        self.came: list = []
        self.answers: list = []
        self.reads = asyncio.Event()
        if reads:
            self.reads.set()

    async def receive(self):
        if not self.left:
            return {"type": "websocket.disconnect", "code": 1000}
        data = self.left.pop(0)
        return {"type": "websocket.receive", "text" if isinstance(data, str) else "bytes": data}

    async def send(self, message):
        await self.reads.wait()
        self.answers.append(message)

    async def app(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            self.came.append(message["bytes"])
        self.code = message["code"]

    async def go(self) -> None:
        await MessageGuard(self.app)({"type": "websocket"}, self.receive, self.send)


def through(*sent) -> Connection:
    async def go() -> Connection:
        connection = Connection(list(sent))
        await connection.go()
        return connection

    return asyncio.run(go())


@pytest.fixture
def hurried(monkeypatch):
    """Thirty times as many are allowed, so that a test need not last; a flood is still faster."""
    monkeypatch.setattr(messages, "MESSAGES_PER_SECOND", 30 * MESSAGES_PER_SECOND)


def test_a_bucket_gives_so_many_at_once_and_so_many_a_second():
    bucket = TokenBucket(rate=2, size=3)
    assert [bucket.take(100.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(100.25) == pytest.approx(0.25)
    assert bucket.take(100.5) == 0
    assert bucket.take(100.5) == 0.5
    assert [bucket.take(200.0) for _ in range(4)] == [0, 0, 0, 0.5]


def test_what_a_person_sends_passes_at_once_and_whole():
    began = time.monotonic()
    sent = [rerun(WidgetState(id=f"w{number}", bool_value=True)) for number in range(BURST)]
    connection = through(*sent)
    assert connection.came == sent
    assert connection.code == 1000
    # No time is asserted: none of them waited, and each would have for a thirtieth of a second.
    assert time.monotonic() - began < BURST / MESSAGES_PER_SECOND


def test_who_sends_faster_than_anybody_can_waits_and_then_is_closed(hurried):
    sent = [rerun()] * 20_000
    connection = through(*sent)
    assert BURST + MAX_WAITING <= len(connection.came) < len(sent)
    assert connection.code == POLICY_VIOLATION
    assert connection.answers == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": POLICY_VIOLATION}]


def test_who_is_faster_for_a_while_loses_nothing(hurried):
    sent = [rerun(WidgetState(id="w", int_value=number)) for number in range(BURST + MAX_WAITING)]
    assert through(*sent).came == sent


def test_others_are_answered_between_any_two_messages_of_all_connections():
    async def go() -> list[int]:
        connections = [Connection([rerun()] * 50) for _ in range(10)]
        door = MessageGuard(lambda scope, receive, send: scope["app"](scope, receive, send))
        tasks = [
            asyncio.ensure_future(door({"type": "websocket", "app": each.app}, each.receive, each.send))
            for each in connections
        ]
        came = [0]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)  # a turn of somebody else
            came.append(sum(len(each.came) for each in connections))
        return came

    came = asyncio.run(go())
    assert came[-1] == 500
    assert max(after - before for before, after in pairwise(came)) == 1


def test_who_does_not_read_the_answers_cannot_ask_for_more():
    async def go() -> None:
        connection = Connection([rerun()] * 3, reads=False)

        async def app(scope, receive, send):
            # As Streamlit does: what is sent, and what is received, each in a task of its own.
            sending = asyncio.create_task(send({"type": "websocket.send", "bytes": b"a page"}))
            await asyncio.sleep(0)
            await connection.app(scope, receive, lambda message: asyncio.sleep(0))
            await sending

        door = asyncio.create_task(MessageGuard(app)({"type": "websocket"}, connection.receive, connection.send))
        await asyncio.sleep(0.02)
        assert connection.came == []
        connection.reads.set()
        await door
        assert len(connection.came) == 3

    asyncio.run(go())


def test_a_browser_that_leaves_while_it_is_sent_something_is_no_error():
    async def go() -> None:
        connection = Connection([])

        async def lost(message):
            raise OSError("the other side has left")

        await MessageGuard(connection.app)({"type": "websocket"}, connection.receive, lost)
        assert connection.code == 1000

    asyncio.run(go())


ARRAY = WidgetState(id="w", double_array_value=DoubleArray(data=[0.0] * (MAX_VALUES + 1)))
WORDS = WidgetState(id="w", string_array_value=StringArray(data=["x"] * (MAX_VALUES + 1)))
HASHES = BackMsg()
HASHES.rerun_script.cached_message_hashes.extend(["x"] * (MAX_VALUES + 1))
NAMES = BackMsg()
NAMES.file_urls_request.file_names.extend(["x"] * (MAX_VALUES + 1))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(MAX_BYTES + 1), "its message is too long"),
        (b"\xff\xff\xff", "its message cannot be read"),
        (rerun(*[WidgetState(id="w")] * (MAX_WIDGETS + 1)), "its message has too many values"),
        (rerun(*[WidgetState(id="w")] * 100_000), "its message has too many values"),
        (rerun(ARRAY), "its message has too many values"),
        (rerun(WORDS), "its message has too many values"),
        (rerun(json(f"[{'0,' * MAX_VALUES}0]")), "its message has too many values"),
        (rerun(json("{" * (MAX_VALUES + 1))), "its message has too many values"),
        # Nothing opens in them, but going through them takes as long.
        (rerun(json("]" * (MAX_VALUES + 1))), "its message has too many values"),
        (rerun(WidgetState(id="w", json_trigger_value="}" * (MAX_VALUES + 1))), "its message has too many values"),
        (HASHES.SerializeToString(), "its message has too many values"),
        (NAMES.SerializeToString(), "its message has too many values"),
        (rerun(json("[" * (MAX_DEPTH + 1))), "the values of its message are nested too deeply"),
        (rerun(json('{"a":' * 5_000 + "1" + "}" * 5_000)), "the values of its message are nested too deeply"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_that_would_make_too_much_closes_the_connection(data, reason):
    assert refusal(data) == reason
    connection = through(data, rerun())
    assert connection.came == []
    assert connection.code == TOO_BIG


def test_text_closes_the_connection():
    assert through("text", rerun()).code == POLICY_VIOLATION


def test_the_largest_that_the_pages_send_is_taken():
    from visualizer.data.class_names import MAX_NAME_LENGTH
    from visualizer.source_code.python_source import MAX_CHARACTERS
    from visualizer.ui.pictures.camera_series import COUNT

    # A picture of 128 x 128 pixels of noise has 15,000 bytes as a JPEG, 20,000 letters.
    pictures = WidgetState(id="w", json_trigger_value=str(["x" * 40_000] * COUNT))
    source = WidgetState(id="w", string_value="\N{SNOWMAN}" * MAX_CHARACTERS)
    page = [WidgetState(id=f"{number}", string_value="x" * MAX_NAME_LENGTH) for number in range(300)]
    for sent in (rerun(pictures), rerun(source), rerun(*page)):
        assert refusal(sent) == unused_kind(sent) == ""


def test_messages_that_no_page_sends_are_dropped_and_the_connection_stays():
    """The first of them would take the run store and the workers from the whole server."""
    useless = [
        BackMsg(clear_cache=True),
        BackMsg(set_run_on_save=True),
        BackMsg(load_git_info=True),
        BackMsg(debug_shutdown_runtime=True),
        BackMsg(debug_disconnect_websocket=True),
        BackMsg(),
    ]
    for operation in ("install_skills", "dismiss_skills_nudge"):
        message = BackMsg()
        getattr(message.backend_operation_request, operation).SetInParent()
        useless.append(message)
    useful = [rerun(), BackMsg(stop_script=True).SerializeToString(), BackMsg(app_heartbeat=True).SerializeToString()]
    connection = through(*(message.SerializeToString() for message in useless), *useful)
    assert connection.came == useful
    assert connection.code == 1000


def test_what_is_no_connection_that_stays_open_is_let_through():
    seen = []

    async def app(*arguments):
        seen.append(arguments)

    asyncio.run(MessageGuard(app)({"type": "http"}, "receive", "send"))
    assert seen == [({"type": "http"}, "receive", "send")]
