"""Names that people give to classes of their own pictures."""

import unicodedata

MAX_NAME_LENGTH = 30


def clean_class_name(name: str) -> str:
    """A class name without unprintable characters, in the composed Unicode form (NFC), at most 30 characters."""
    name = unicodedata.normalize("NFC", name)  # some systems write an accent as a separate character
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:MAX_NAME_LENGTH]
