"""What is said about source that could not be taken as it stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One sentence about one line, counted from 1; 0 where it is about the whole."""

    line: int
    sentence: str


class Notes:
    """Gathers notes; the same one only once."""

    def __init__(self) -> None:
        self._notes: dict[Note, None] = {}

    def add(self, line: int, sentence: str) -> None:
        """Note something; the sentence has no full stop yet."""
        self._notes[Note(line, f"{sentence}.")] = None

    def in_order(self) -> tuple[Note, ...]:
        """By line; those about the whole last."""
        return tuple(sorted(self._notes, key=lambda note: (note.line == 0, note.line)))
