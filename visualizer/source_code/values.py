"""Values in source that are neither plain nor unknown: what the library of the source made."""

from dataclasses import dataclass
from typing import Any

from visualizer.source_code.python_subset import Symbol, Unknown

MAX_WORDS = 60
MAX_SHOWN = 4
MAX_DEPTH = 2


@dataclass(frozen=True, eq=False)
class Configured:
    """An object of the library that is no layer of ours, such as an optimiser: its name and what it was given."""

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    line: int


def name_of(value: Any) -> str | None:
    """What a text, a name of the library or an object of it is called ("relu", `tf.nn.relu`, `Adam()`), or None."""
    if isinstance(value, str):
        return value
    if isinstance(value, Symbol | Configured):
        return value.name
    return None


def in_words(value: Any, depth: int = 0) -> str:
    """A value as source, for a note: short, whatever it is."""
    if isinstance(value, Symbol):
        text = value.path
    elif isinstance(value, Unknown):
        text = value.text
    elif isinstance(value, Configured):
        text = f"{value.name}(…)"
    elif isinstance(value, str | int | float | None):
        text = repr(value[: MAX_WORDS + 1] if isinstance(value, str) else value)
    elif isinstance(value, tuple | list) and depth < MAX_DEPTH:
        inside = ", ".join(in_words(item, depth + 1) for item in value[:MAX_SHOWN])
        inside += ", …" if len(value) > MAX_SHOWN else "," if isinstance(value, tuple) and len(value) == 1 else ""
        text = f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    else:
        text = "something computed"
    return text if len(text) <= MAX_WORDS else f"{text[: MAX_WORDS - 1]}…"
