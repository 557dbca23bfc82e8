"""The server's log: one line per event on standard error, beside Streamlit's own log.

A line consists of a time (UTC), a level, the event's name and `key=value` pairs. It says what happened and to which
run, never what a picture or a file contains or is called. Events are not errors; tests fail on logged errors.
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
# At most this many records of a kind are written per period; further ones are counted.
PERIOD_SECONDS = 60.0  # seconds
MAX_PER_KIND = 300
MAX_TRACEBACKS_PER_KIND = 5
# Of all kinds together.
MAX_TOTAL = 1_500
_PLAIN = re.compile(r"[\w.:/+×%,-]+")
_log = logging.getLogger("visualizer")
_events = logging.getLogger("visualizer.event")


def event(name: str, *, warning: bool = False, error: BaseException | None = None, **values: object) -> None:
    """Write one line.

    Args:
        name: What happened, such as "run-started".
        warning: Whether whoever runs the server should look into it.
        error: The exception behind it, if there is one: its traceback is written below the line.
        values: Details, as `key=value` pairs. Those that are None are left out.
    """
    fields = [name, *(f"{key}={_formatted(value)}" for key, value in values.items() if value is not None)]
    _events.log(logging.WARNING if warning else logging.INFO, "%s", " ".join(fields), exc_info=error)


@contextmanager
def refusals(kind: str, size: int, refusal: type[Exception], *, log_why: bool = False) -> Iterator[None]:
    """A context for reading an upload: an exception of class `refusal` is logged as an event and raised again.

    Args:
        kind: What was uploaded, such as "picture".
        size: Its size in bytes.
        refusal: The exception that refuses the upload.
        log_why: Whether to log the exception's `why`. It must not contain anything from the file.
    """
    try:
        yield
    except refusal as error:
        reason = getattr(error, "why", "") if log_why else ""
        event("upload-refused", kind=kind, size=size, reason=reason or type(error).__name__)
        raise


def short(secret: str) -> str:
    """Eight hexadecimal digits that identify a workspace in the log, and from which its token cannot be found."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()[:8]


def log_to_stderr(stream: TextIO | None = None) -> None:
    """From now on, write everything that this package logs to standard error (or `stream`)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_OneLineFormatter("%(asctime)s %(levelname)s %(message)s"))
    _log.handlers = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False


def limit_log_rate() -> None:
    """Limit all loggers that exist by now, of any package, so that none fills a disk; what is left out is counted."""
    rate_limit = RateLimit()
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = {handler for logger in loggers if isinstance(logger, logging.Logger) for handler in logger.handlers}
    if logging.lastResort is not None:
        # Records without another handler go there, such as those of asyncio.
        handlers.add(logging.lastResort)
    for handler in handlers:
        handler.addFilter(rate_limit)


class RateLimit(logging.Filter):
    """Passes a limited number of records of each kind per period.

    Records are of one kind if they are the same event, or if their logger, level and unformatted message are the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._written: Counter[str] = Counter()
        self._left_out_counts: Counter[str] = Counter()
        self._period_start = -PERIOD_SECONDS

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written."""
        kind = _kind(record)
        if kind == _LEFT_OUT:
            return True
        with self._lock:
            now = time.monotonic()
            if now - self._period_start >= PERIOD_SECONDS:
                self._period_start = now
                self._written.clear()
            if self._written.total() < MAX_TOTAL and self._written[kind] < (
                MAX_TRACEBACKS_PER_KIND if record.exc_info else MAX_PER_KIND
            ):
                self._written[kind] += 1
                return True
            if not self._left_out_counts:
                timer = threading.Timer(PERIOD_SECONDS, self.report_left_out)
                timer.daemon = True
                timer.start()
            # Bounded, even if somebody causes records of many kinds.
            self._left_out_counts[kind if len(self._left_out_counts) < 20 else "others"] += 1
            return False

    def report_left_out(self) -> None:
        """Log how many records of each kind were left out since the last report."""
        with self._lock:
            counts, self._left_out_counts = self._left_out_counts, Counter()
        for kind, count in counts.items():
            event(_LEFT_OUT, warning=True, kind=kind, count=count)


_LEFT_OUT = "lines-left-out"


def _kind(record: logging.LogRecord) -> str:
    """The event's name; or the logger, level, unformatted message and exception class of another record."""
    if record.name == _events.name and isinstance(record.args, tuple) and record.args:
        return str(record.args[0]).partition(" ")[0]
    raised = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    return f"{record.name} {record.levelname} {str(record.msg)[:80]} {raised}".strip()


def _formatted(value: object) -> str:
    """A value in ASCII, quoted as JSON if needed, so that it cannot end the line or look like another pair."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    text = text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
    return text if text.isascii() and _PLAIN.fullmatch(text) else json.dumps(text)


class _OneLineFormatter(logging.Formatter):
    """Writes times in UTC, and a message on one line whatever it contains; a traceback follows below."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "·", super().formatMessage(record))
