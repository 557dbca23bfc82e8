"""The server's log: one line an event on standard error, beside Streamlit's own.

A line is a time (UTC), a level, the event's name and `key=value` pairs. Who reads it learns what happened and to which
run, never what a picture or a file holds or what it is called. An event is no error: tests fail on those.
"""

import hashlib
import json
import logging
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

MAX_VALUE = 200  # characters
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
