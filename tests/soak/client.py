"""A browser tab without a browser: it uses a websocket as Streamlit's own client does, and polls the live feed.

Thirty real browsers would load the computer more than the server that is to be measured.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import Subprotocol
from websockets.sync.client import connect

MAX_MESSAGE = 200_000_000  # bytes, as in Streamlit's settings
PATIENCE = 60.0  # seconds until an answer counts as lost
_FAILURE = "went wrong"  # in the text of ui/shell/failure.py


class Lost(Exception):
    """The server did not answer as it should: no response, an exception on the page, or a missing page."""


@dataclass
class Page:
    """What one run of the page's script sent.

    Attributes:
        widgets: The ids of all elements that have one.
        feed: The data of the live feed, if there is one.
        token: The token of the workspace, once something is saved in it.
        texts: All Markdown, in order.
    """

    widgets: list[str] = field(default_factory=list)
    feed: dict[str, Any] | None = None
    token: str = ""
    texts: list[str] = field(default_factory=list)


class Tab:
    """One open tab of the app.

    Args:
        url: The app's address.
        on_answer: Called with what was done and the seconds until the page had the complete response.
        token: Of the workspace in its address, if there is one.
    """

    def __init__(
        self, url: str, on_answer: Callable[[str, float], None] = lambda what, seconds: None, token: str = ""
    ) -> None:
        self.url = url
        self.page = Page()
        self._on_answer = on_answer
        self._query = f"w={token}" if token else ""
        self._pages: dict[str, str] = {}
        self._page_hash = ""
        self._cached: dict[str, ForwardMsg] = {}
        address = f"ws://{urlsplit(url).netloc}/_stcore/stream"
        self._opened = ExitStack()
        # The server sends pings; this side need not.
        connection = connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=MAX_MESSAGE, compression=None, ping_interval=None
        )
        self._socket = self._opened.enter_context(connection)
        self._busy = threading.Lock()  # one request at a time, as a person makes them
        self._version = self._inside = ""

    def open(self) -> None:
        """Load the app for the first time."""
        self._ask("open")

    def go_to(self, name: str) -> None:
        """Choose a page in the navigation, by its address: "train"."""
        if name not in self._pages:
            raise Lost(f"There is no page “{name}” among {sorted(self._pages)}.")
        self._page_hash = self._pages[name]
        self._ask(name)

    def press(self, key: str) -> None:
        """Press a button of the page, by its key."""
        self._ask(key, key, trigger_value=True)

    def choose(self, key: str, option: str) -> None:
        """Choose an option in a select box."""
        self._ask(key, key, string_value=option)

    def enter(self, key: str, number: int) -> None:
        """Type a whole number into a field."""
        self._ask(key, key, int_value=number)

    def has(self, key: str) -> bool:
        with self._busy:
            return any(widget.endswith(f"-{key}") for widget in self.page.widgets)

    def ask_feed(self) -> float | None:
        """Ask for news of the run, and run the page's script again if the news requires it.

        Returns:
            Seconds until the feed is to be polled again; None if there is no feed.
        """
        feed = self.page.feed
        if feed is None or feed["every"] is None:
            return None
        known = f"&version={quote(self._version)}&inside={quote(self._inside)}"
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(f"{self.url}{feed['address']}{known}", timeout=PATIENCE) as answer:
                news = json.loads(answer.read()) if answer.status == 200 else None
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise Lost(f"The live feed answered {error.code}.") from error
            news = {"frame": "gone"}
        self._on_answer("live feed", time.perf_counter() - started)
        if self.page.feed is not feed:
            return None  # another page has been opened since
        if news is not None and news["frame"] != feed["frame"]:
            self._ask("frame")
        elif news is not None:
            self._version, self._inside = news["version"], news["inside"]
        every: float = feed["every"]
        return every

    def close(self) -> None:
        self._opened.close()

    def _widget(self, key: str) -> str:
        matching = next((widget for widget in self.page.widgets if widget.endswith(f"-{key}")), None)
        if matching is None:
            name = next((name for name, hash_ in self._pages.items() if hash_ == self._page_hash), "?")
            raise Lost(f"There is no “{key}” on the page “{name}”, which has {len(self.page.widgets)} widgets.")
        return matching

    def _ask(self, what: str, key: str = "", **value: bool | str | int) -> None:
        with self._busy:
            states = [WidgetState(id=self._widget(key), **value)] if key else []  # type: ignore[arg-type]
            started = time.perf_counter()
            message = BackMsg()
            state = message.rerun_script
            state.query_string = self._query
            state.page_script_hash = self._page_hash
            state.widget_states.widgets.extend(states)
            state.cached_message_hashes.extend(self._cached)
            self._socket.send(message.SerializeToString())
            self._read()
            self._on_answer(what, time.perf_counter() - started)

    def _read(self) -> None:
        """Process messages until the script has ended."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                data = self._socket.recv(timeout=max(deadline - time.monotonic(), 0.001))
            except TimeoutError:
                raise Lost(f"No complete response within {PATIENCE:.0f} seconds.") from None
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "ref_hash":
                kept = self._cached[message.ref_hash]
                message.MergeFrom(kept)
            elif message.metadata.cacheable:
                self._cached[message.hash] = message
            if self._take(message):
                return

    def _take(self, message: ForwardMsg) -> bool:
        """Process one message. Returns whether the script has ended, and is not run again at once."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page_hash = message.new_session.page_script_hash
            self.page = Page()
            self._version = self._inside = ""
        elif kind == "navigation":
            self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            raise Lost("The page was not found.")
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta.new_element)
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _take_element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind)
        if kind == "exception" or (kind == "alert" and _FAILURE in content.body):
            raise Lost(f"The page shows an error: {getattr(content, 'message', '') or content.body}")
        if kind == "markdown":
            self.page.texts.append(content.body)
        if getattr(content, "id", ""):
            self.page.widgets.append(content.id)
        if kind == "bidi_component" and content.component_name == "cnn_visualizer.live_feed":
            self.page.feed = json.loads(content.json)
        if kind == "bidi_component" and content.component_name == "cnn_visualizer.own_address":
            self.page.token = json.loads(content.json)["token"]
