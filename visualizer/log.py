"""The server's log: one line an event on standard error, beside Streamlit's own.

A line is a time (UTC), a level, the event's name and `key=value` pairs. Who reads it learns what happened and to which
run, never what a picture or a file holds or what it is called. An event is no error: tests fail on those.
"""

import hashlib
import json
import logging
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

MAX_VALUE = 200  # characters
# What is alike is written so often in a period, and counted after that.
PERIOD = 60.0  # seconds
ALIKE = 300
ALIKE_WITH_TRACEBACK = 5
# Of everything together, alike or not.
ALTOGETHER = 1_500
_PLAIN = re.compile(r"[\w.:/+×%,-]+")
_log = logging.getLogger("visualizer")
_events = logging.getLogger("visualizer.event")


def event(name: str, *, warning: bool = False, error: BaseException | None = None, **values: object) -> None:
    """Write one line.

    Args:
        name: What happened, such as "run-started".
        warning: Whether somebody who runs the server should look at it.
        error: What was raised, where something was: its traceback goes below the line.
        values: What tells it apart from others. None is left out.
    """
    words = [name, *(f"{key}={_written(value)}" for key, value in values.items() if value is not None)]
    _events.log(logging.WARNING if warning else logging.INFO, "%s", " ".join(words), exc_info=error)


@contextmanager
def refusals(kind: str, size: int, refusal: type[Exception], *, tell_why: bool = False) -> Iterator[None]:
    """Around what reads an upload: a refusal of that class becomes an event, and goes on.

    Args:
        kind: What was uploaded, such as "picture".
        size: How many bytes it has.
        refusal: What is raised where it is refused.
        tell_why: Whether the refusal's `why` is one of our own sentences. Else it may hold words of the file.
    """
    try:
        yield
    except refusal as error:
        reason = getattr(error, "why", "") if tell_why else ""
        event("upload-refused", kind=kind, size=size, reason=reason or type(error).__name__)
        raise


def short(secret: str) -> str:
    """Eight letters by which events of one workspace are known, and from which its token cannot be found."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()[:8]


def to_stderr(stream: TextIO | None = None) -> None:
    """Write the events, and what else this package logs, to standard error (or `stream`) from now on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    _log.handlers = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False


def bound_the_log() -> None:
    """Let no logger that there is by now fill a disk, of whatever package; what is left out is counted and told."""
    bound = Bound()
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = {handler for logger in loggers if isinstance(logger, logging.Logger) for handler in logger.handlers}
    if logging.lastResort is not None:
        # What no handler takes goes there, as from asyncio.
        handlers.add(logging.lastResort)
    for handler in handlers:
        handler.addFilter(bound)


class Bound(logging.Filter):
    """Lets records through, of each kind only so many in a period.

    Alike are those of one logger and level with the same words before any values are put in, or the same event.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._written: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._since = -PERIOD

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this one is written."""
        kind = _kind(record)
        if kind == _LEFT_OUT:
            return True
        with self._lock:
            now = time.monotonic()
            if now - self._since >= PERIOD:
                self._since = now
                self._written.clear()
            if self._written.total() < ALTOGETHER and self._written[kind] < (
                ALIKE_WITH_TRACEBACK if record.exc_info else ALIKE
            ):
                self._written[kind] += 1
                return True
            if not self._left_out:
                timer = threading.Timer(PERIOD, self.tell)
                timer.daemon = True
                timer.start()
            # Who makes many kinds up cannot make this longer.
            self._left_out[kind if len(self._left_out) < 20 else "others"] += 1
            return False

    def tell(self) -> None:
        """Write how many of each kind were left out since it was told last."""
        with self._lock:
            counts, self._left_out = self._left_out, Counter()
        for kind, count in counts.items():
            event(_LEFT_OUT, warning=True, kind=kind, count=count)


_LEFT_OUT = "lines-left-out"


def _kind(record: logging.LogRecord) -> str:
    """The event's name, or the words of a message as they stand in the code, with what was raised."""
    if record.name == _events.name and isinstance(record.args, tuple) and record.args:
        return str(record.args[0]).partition(" ")[0]
    raised = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    return f"{record.name} {record.levelname} {str(record.msg)[:80]} {raised}".strip()


def _written(value: object) -> str:
    """A value without spaces, or quoted as JSON, in ASCII: no value can end the line or look like another pair."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    text = text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
    return text if text.isascii() and _PLAIN.fullmatch(text) else json.dumps(text)


class _Lines(logging.Formatter):
    """Times in UTC; a message is one line whatever is in it, a traceback stands below."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "·", super().formatMessage(record))
