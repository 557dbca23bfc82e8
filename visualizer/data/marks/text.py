"""Text files from outside."""

from visualizer.errors import MAX_SHOWN

MAX_TEXT_BYTES = 10_000_000
MAX_LINES = 100_000


def text_of(data: bytes, most: int = MAX_TEXT_BYTES) -> str | None:
    """The text in a file: UTF-8, UTF-16 with its mark, or else Western European.

    None if it is none, or has more than that many bytes.
    """
    if len(data) > most:
        return None
    for start, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if data.startswith(start):
            try:
                text = data.decode(encoding)
                return None if "\0" in text else text
            except UnicodeDecodeError:
                pass
    return None if b"\0" in data else data.decode("cp1252", errors="replace")


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
