"""A file from the network, fetched in pieces: its progress can be told, and it can be given up at any piece."""

import hashlib
import time
from collections.abc import Generator
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from visualizer.errors import UserError
from visualizer.limits import limits

# A server that says nothing for so long is given up; so is a file that takes longer than that or is larger.
SILENCE_SECONDS = 15.0
MOST_SECONDS = 1800.0
_PIECE = 1 << 18


def most_bytes() -> int:
    """How large a file of weights may be: those of the largest network that may be opened, and what is beside them."""
    return limits().named_millions * 1_000_000 * 4 + 100_000_000


def download(url: str, target: Path, sha256: str = "") -> Generator[float, None, None]:
    """Fetch `url` into `target`, which is there only when it is complete; yields the share that has arrived.

    Args:
        url: Where it is.
        target: The file; its folder is made.
        sha256: The first digits of its checksum, where they are known.

    Raises:
        UserError: It was not reached, broke off, took too long, is too large, or is another file than it should be.
    """
    partial = target.with_name(f"{target.name}.{uuid4().hex}.partial")
    host = urlsplit(url).hostname or url
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield from _into(partial, url, host, sha256)
        partial.replace(target)
    except HTTPError as error:
        raise _failed(f"The server {host} answered with the code {error.code}.") from error
    except (OSError, HTTPException) as error:
        raise _failed(f"The computer that this app runs on does not reach {host}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _into(partial: Path, url: str, host: str, sha256: str) -> Generator[float, None, None]:
    until, checksum, arrived = time.monotonic() + MOST_SECONDS, hashlib.sha256(), 0
    request = Request(url, headers={"User-Agent": "cnn-visualizer"})
    with urlopen(request, timeout=SILENCE_SECONDS) as answer, partial.open("wb") as file:
        total = int(answer.headers.get("Content-Length") or 0)
        while piece := answer.read1(_PIECE):
            file.write(piece)
            checksum.update(piece)
            arrived += len(piece)
            if max(arrived, total) > most_bytes():
                raise _failed(f"The file at {host} is larger than {most_bytes() // 1_000_000} MB.")
            if time.monotonic() > until:
                raise _failed(f"The server {host} took longer than {MOST_SECONDS / 60:.0f} minutes.")
            yield min(arrived / total, 1.0) if total else 0.0
    if arrived < total:
        raise _failed(f"The server {host} broke off.")
    if not checksum.hexdigest().startswith(sha256):
        raise _failed(f"The server {host} sent another file than the one that was asked for.")


def _failed(why: str) -> UserError:
    return UserError("The file did not arrive.", why, "Try again later.")
