"""A network with its training settings as a short text that fits into an address.

The text is one letter for the version, then base64url (RFC 4648, section 5, without padding) of 6 bytes of checksum and
the zlib-compressed JSON. The checksum detects damage on the way; it is no protection against forgery, so the JSON is
checked like any uploaded file.
"""

import base64
import binascii
import hashlib
import json
import zlib
from dataclasses import dataclass

from visualizer import log
from visualizer.architecture.architecture import (
    MAX_JSON_BYTES,
    Architecture,
    architecture_from_dict,
    architecture_to_dict,
)
from visualizer.errors import UserError
from visualizer.training.settings import TrainingSettings, settings_from_dict, settings_to_dict

VERSION = "a"
MAX_CHARACTERS = 8_000  # longer addresses are cut off or refused by mail programs, chats and servers
CHECKSUM_BYTES = 6


class LinkError(UserError):
    """A link holds no network that can be opened, or a network does not fit into a link."""


@dataclass(frozen=True)
class LinkedNetwork:
    """What a link holds."""

    architecture: Architecture
    settings: TrainingSettings


def link_text(linked: LinkedNetwork) -> str:
    """The text that `read_link` reads: letters, digits, "-" and "_" only.

    Raises:
        LinkError: The network is too large for a link.
    """
    data = {"architecture": architecture_to_dict(linked.architecture), "settings": settings_to_dict(linked.settings)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(text.encode(), 9)
    link = VERSION + _encoded(_checksum(packed) + packed)
    if len(link) > MAX_CHARACTERS:
        raise LinkError(
            "This network does not fit into a link.",
            f"It would have {len(link):,} characters, and some programs cut off links of more than {MAX_CHARACTERS:,}.",
            "Use “Download” instead and send the file.",
        )
    return link


def read_link(text: str) -> LinkedNetwork:
    """The network in a text that `link_text` wrote.

    Raises:
        LinkError: The text is too long, damaged, of another version, or holds anything else.
    """
    with log.refusals("link", len(text), LinkError):
        return _read(text)


def _read(text: str) -> LinkedNetwork:
    if len(text) > MAX_CHARACTERS:
        raise _refused(f"It has {len(text):,} characters, and a link to this app has at most {MAX_CHARACTERS:,}.")
    if not text:
        raise _refused("It is empty.")
    if text[0] != VERSION:
        raise _refused("It was damaged, or made by another version of this app.")
    packed = _decoded(text[1:])
    if _checksum(packed[CHECKSUM_BYTES:]) != packed[:CHECKSUM_BYTES]:
        raise _damaged()
    try:
        data = json.loads(_unpacked(packed[CHECKSUM_BYTES:]))
    except (ValueError, RecursionError) as error:
        raise _refused("It does not hold a network.") from error
    if not isinstance(data, dict) or data.keys() != {"architecture", "settings"}:
        raise _refused("It does not hold a network with its training settings.")
    try:
        return LinkedNetwork(architecture_from_dict(data["architecture"]), settings_from_dict(data["settings"]))
    except UserError as error:
        # The error's own remedy is for people who edit a file.
        raise _refused(f"{error.what} {error.why}".rstrip()) from error


def _checksum(packed: bytes) -> bytes:
    return hashlib.sha256(VERSION.encode() + packed).digest()[:CHECKSUM_BYTES]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise _damaged() from error
    # The last letter has unused bits: only one spelling is accepted.
    if _encoded(data) != text:
        raise _damaged()
    return data


def _unpacked(packed: bytes) -> bytes:
    """The JSON, at most as long as a network's file may be: a few bytes could unpack into gigabytes."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, MAX_JSON_BYTES)
    except zlib.error as error:
        raise _damaged() from error
    if not unpacker.eof or unpacker.unused_data:
        raise _refused(f"Its network is incomplete, or larger than {MAX_JSON_BYTES:,} bytes.")
    return text


def _damaged() -> LinkError:
    return LinkError(
        "This link could not be opened.", "It was changed or cut off on the way.", "Copy the whole link again."
    )


def _refused(why: str) -> LinkError:
    return LinkError("This link could not be opened.", why, "Ask for a new one.")
