"""What comes out of source, in whichever language it defines a network."""

from dataclasses import dataclass
from typing import Any, Literal

from visualizer.architecture.architecture import Architecture
from visualizer.errors import UserError
from visualizer.source_code.notes import Note

Language = Literal["Keras", "PyTorch"]


@dataclass(frozen=True)
class SourceReading:
    """The result of reading.

    Attributes:
        language: What the source was taken for; None where the network is not written as source.
        architecture: The network; its layers need not fit together.
        settings: Values for `TrainingSettings`, as far as the source contains them.
        notes: What was left out or changed, by line.
    """

    language: Language | None
    architecture: Architecture
    settings: dict[str, Any]
    notes: tuple[Note, ...]


class NoNetworkError(UserError):
    """The source contains no network that can be read."""
