"""The one family of errors that a user can fix."""

import reprlib

MAX_SHOWN = 80


class UserError(Exception):
    """Something a person can put right; its text is shown to them as it is.

    Args:
        what: What happened. Like the other two a whole sentence, which stands by itself in any language.
        why: The reason; may be empty.
        remedy: What to do about it; may be empty.
    """

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        self.what = what
        self.why = why
        self.remedy = remedy
        super().__init__(" ".join(filter(None, (what, why, remedy))))


def short_repr(value: object) -> str:
    """A refused value as code, for a message: at most 80 characters, however large or deep the value is."""
    text = reprlib.repr(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
