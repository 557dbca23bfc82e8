"""Notes about source that could not be taken over as written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from visualizer.source_code.python.journal import NO_MATTER, Journal
from visualizer.words import listed

MAX_LETTERS = 240
MAX_NOTES = 200
MAX_RANGES = 20  # of lines that one note names


@dataclass(frozen=True)
class Note:
    """One sentence about some lines, counted from 1, or about the whole source if there are none.

    Attributes:
        lines: The lines, in ascending order.
        sentence: The note.
        other_network: Whether the network that is built has other layers or connections than the source.
    """

    lines: tuple[int, ...]
    sentence: str
    other_network: bool = False

    @property
    def where(self) -> str:
        """The lines as text, such as "Lines 1–3 and 7"; empty for a note about the whole source."""
        ranges: list[list[int]] = []
        for number in self.lines:
            if ranges and number == ranges[-1][1] + 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
        parts = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
        if not parts:
            return ""
        if len(self.lines) == 1:
            return f"Line {parts[0]}"
        if len(parts) > MAX_RANGES:
            return f"Lines {', '.join(parts[:MAX_RANGES])} and others"
        return f"Lines {listed(parts)}"


class Notes:
    """Collects notes; the same sentence about several lines is one note. A journal undoes those of a branch."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._sentences: dict[tuple[str, bool], None] = {}
        self._lines: dict[tuple[str, bool, int, Any], None] = {}

    def add(self, line: int, sentence: str, *, other_network: bool = False, about: Any = None) -> None:
        """Note something about a line, or (0) about the whole; one that is too long is cut off.

        It may be about something that turns out to be no part of the network, and is left out then.

        After as many different sentences as anybody may read, a single one stands for all others.
        """
        short = " ".join(sentence[: MAX_LETTERS + 1].split())
        if len(sentence) > MAX_LETTERS:
            short = f"{short[:MAX_LETTERS]} …"
        if (short, other_network) not in self._sentences and len(self._sentences) >= MAX_NOTES:
            short = "There are further notes about these lines, which are not listed."
        self._add(self._sentences, (short, other_network))
        self._add(self._lines, (short, other_network, line, about))

    def _add(self, noted: dict[Any, None], key: tuple[Any, ...]) -> None:
        if key not in noted:
            self._journal.save_entry(noted, key, weight=NO_MATTER)
            noted[key] = None

    def add_all(self, others: "Notes") -> None:
        """Add all notes that were collected apart."""
        for sentence, other_network, line, about in list(others._lines):
            self.add(line, sentence, other_network=other_network, about=about)

    def in_order(self, is_part: Callable[[Any], bool] = bool) -> tuple[Note, ...]:
        """Notes about another network first; then by their first lines, those about the whole source last.

        Args:
            is_part: Whether what a note is about is a part of the network; everything, if it is left out.
        """
        lines: dict[tuple[str, bool], set[int]] = {}
        for sentence, other, line, about in self._lines:
            if about is not None and not is_part(about):
                continue
            lines.setdefault((sentence, other), set()).update({line} if line else ())
        notes = [Note(tuple(sorted(about)), sentence, other) for (sentence, other), about in lines.items()]
        return tuple(sorted(notes, key=lambda note: (not note.other_network, not note.lines, note.lines)))
