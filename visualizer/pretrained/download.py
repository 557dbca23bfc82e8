"""Downloads a file in pieces, with progress; it can be cancelled between two pieces."""

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

# A download fails when the server is silent for longer, or when all of it takes longer.
SILENCE_SECONDS = 15.0
MOST_SECONDS = 1800.0
_PIECE = 1 << 18


def most_bytes() -> int:
    """The largest file of weights: those of the largest network that may be opened, and some room for the rest."""
    return limits().named_millions * 1_000_000 * 4 + 100_000_000


def download(url: str, target: Path, sha256: str = "") -> Generator[float, None, None]:
    """Fetch `url` into `target`, which exists only once it is complete; yields the share that has arrived, 0 to 1.

    The folder is created. `sha256` are the first digits of the file's checksum; empty where they are unknown.

    Raises:
        UserError: The server was not reached, or the file broke off, took too long, is too large or is another file.
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
