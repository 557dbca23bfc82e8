"""Text files from outside."""

from visualizer.errors import MAX_SHOWN

MAX_TEXT_BYTES = 10_000_000
MAX_LINES = 100_000


def text_of(data: bytes, most: int = MAX_TEXT_BYTES) -> str | None:
    """The text in a file: UTF-8, UTF-16 with or without its mark, or else Western European.

    None if it is none, or has more than that many bytes.
    """
    if len(data) > most:
        return None
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None if b"\0" in data else data.decode("cp1252", errors="replace")


def _encodings(data: bytes) -> list[str]:
    """The Unicode encodings that such a text may have."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    if b"\0" not in data:
        return ["utf-8-sig"]
    # UTF-16 without its mark: one byte of most letters is 0, which is written after or before the other one.
    zeros = {"utf-16-le": data[1::2].count(0), "utf-16-be": data[::2].count(0)}
    return [encoding for encoding, count in zeros.items() if 4 * count > len(data)]


def lines_of(data: bytes, most: int = MAX_TEXT_BYTES) -> list[str] | None:
    """The lines of such a text, whichever system wrote it; None if they are more than 100,000."""
    text = text_of(data, most)
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return None if text.count("\n") > MAX_LINES else text.split("\n")


def shown(name: str) -> str:
    """A file's name in a sentence, without unprintable characters and not too long."""
    name = "".join(letter for letter in name if letter.isprintable())
    return name if len(name) <= MAX_SHOWN else name[: MAX_SHOWN - 1] + "…"
