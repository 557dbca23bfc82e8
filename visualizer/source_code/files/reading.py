"""What comes out of a file with a network, and why one is refused."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from visualizer.architecture.architecture import Architecture
from visualizer.errors import UserError
from visualizer.source_code.notes import Note


class NetworkFileError(UserError):
    """A file does not hold a network that can be opened here."""


def cannot_open(why: str, remedy: str = "Choose another file.") -> NetworkFileError:
    """The error for a file, with why in a whole sentence."""
    return NetworkFileError("The file with the network cannot be opened.", why, remedy)


@dataclass(frozen=True, eq=False)
class FileReading:
    """A network as a file has it.

    Attributes:
        architecture: The network; its layers need not fit together.
        weights: Every array of the built network's state dict by its name, with which it answers as in the file; None
            where there are none, or where they would not answer the same.
        notes: What was left out or changed.
        settings: Values for `TrainingSettings`, as far as the file has them.
        why_no_weights: Why there are no weights, in whole sentences; empty where there are.
    """

    architecture: Architecture
    weights: dict[str, np.ndarray] | None
    notes: tuple[Note, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    why_no_weights: str = ""
