"""What is said about source that could not be taken as it stands."""

from dataclasses import dataclass

from visualizer.words import listed

MAX_LETTERS = 240
MAX_NOTES = 200
MAX_SPANS = 20  # of lines that one note names


@dataclass(frozen=True)
class Note:
    """One sentence about some lines, counted from 1; about the whole where there are none.

    Attributes:
        lines: The lines; they rise.
        sentence: What is to be known about them.
        other_network: The network that is built has other layers, or other ways between them, than the source says.
    """

    lines: tuple[int, ...]
    sentence: str
    other_network: bool = False

    @property
    def where(self) -> str:
        """The lines in words, such as "Lines 1–3 and 7"; empty where it is about the whole."""
        return line_words(self.lines)


class Notes:
    """Gathers notes; the same sentence about several lines is one note."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, bool], set[int]] = {}

    def add(self, line: int, sentence: str, *, other_network: bool = False) -> None:
        """Note something about a line, or (0) about the whole; one that is too long is cut off.

        After so many different sentences as anybody may read, one stands for all others.
        """
        short = " ".join(sentence[: MAX_LETTERS + 1].split())
        if len(sentence) > MAX_LETTERS:
            short = f"{short[:MAX_LETTERS]} …"
        key = (short, other_network)
        if key not in self._lines and len(self._lines) >= MAX_NOTES:
            key = ("More is left out or taken otherwise here, of which no list is made.", other_network)
        self._lines.setdefault(key, set()).update({line} if line else ())

    def in_order(self) -> tuple[Note, ...]:
        """First what makes it another network; then by their first lines, those about the whole last."""
        notes = [Note(tuple(sorted(lines)), sentence, other) for (sentence, other), lines in self._lines.items()]
        return tuple(sorted(notes, key=lambda note: (not note.other_network, not note.lines, note.lines)))


def line_words(numbers: tuple[int, ...]) -> str:
    """Such as "Lines 1–3 and 7"; the numbers rise."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    parts = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    if not parts:
        return ""
    if len(numbers) == 1:
        return f"Line {parts[0]}"
    if len(parts) > MAX_SPANS:
        return f"Lines {', '.join(parts[:MAX_SPANS])} and others"
    return f"Lines {listed(parts)}"
