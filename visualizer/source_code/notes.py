"""Notes about source that could not be taken over as written."""

from dataclasses import dataclass

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
    """Collects notes; the same sentence about several lines is one note."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, bool], set[int]] = {}

    def add(self, line: int, sentence: str, *, other_network: bool = False) -> None:
        """Note something about a line, or (0) about the whole; one that is too long is cut off.

        After as many different sentences as anybody may read, a single one stands for all others.
        """
        short = " ".join(sentence[: MAX_LETTERS + 1].split())
        if len(sentence) > MAX_LETTERS:
            short = f"{short[:MAX_LETTERS]} …"
        key = (short, other_network)
        if key not in self._lines and len(self._lines) >= MAX_NOTES:
            key = ("There are further notes about these lines, which are not listed.", other_network)
        self._lines.setdefault(key, set()).update({line} if line else ())

    def add_all(self, others: "Notes") -> None:
        """Add all notes that were collected apart."""
        for (sentence, other_network), lines in others._lines.items():
            for line in sorted(lines) or [0]:
                self.add(line, sentence, other_network=other_network)

    def in_order(self) -> tuple[Note, ...]:
        """Notes about another network first; then by their first lines, those about the whole source last."""
        notes = [Note(tuple(sorted(lines)), sentence, other) for (sentence, other), lines in self._lines.items()]
        return tuple(sorted(notes, key=lambda note: (not note.other_network, not note.lines, note.lines)))
