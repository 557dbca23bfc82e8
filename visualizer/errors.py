"""The one family of errors that a user can mend."""

import reprlib

MAX_SHOWN = 80


class UserError(Exception):
    """Something a person can put right; its text is shown to them as it is.

    Args:
        what: What happened, as a clause without a full stop.
        why: The reason, as a clause without a full stop; may be empty.
        mend: What to do about it, as an imperative clause without a full stop.
    """

    def __init__(self, what: str, why: str = "", mend: str = "") -> None:
        self.what = what
        self.why = why
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        sentence = self.what if not self.why else f"{self.what}: {self.why}"
        return f"{sentence}. {self.mend}." if self.mend else f"{sentence}."


def shown(value: object) -> str:
    """A refused value as code, for a message: at most 80 characters, however large or deep the value is."""
    text = reprlib.repr(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
