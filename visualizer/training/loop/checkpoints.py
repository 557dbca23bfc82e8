"""Checkpoints, from which a training goes on as if it had never been interrupted. As a file: safetensors and JSON.

No torch here: the server writes and reads these files too.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from visualizer.workspace import DamagedFileError, reading_safetensors, save_atomically

_FIELD = "checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """A training between two batches: all that its continuation depends on, beside its spec and data set.

    Attributes:
        step: Batches trained.
        epoch: Epochs finished and evaluated.
        arrays: The network's weights and buffers ("network/NAME"), the optimizer's state for each weight
            ("optimizer/INDEX/NAME"), and the states of all random generators ("random/NAME", uint8).
        position: Everything else, as plain JSON values: sums of the current epoch, learning rate, advice.
    """

    step: int
    epoch: int
    arrays: dict[str, np.ndarray]
    position: dict[str, Any]

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in self.arrays.values())

    def part(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays whose names begin with `prefix` and a slash, without both."""
        start = f"{prefix}/"
        return {name.removeprefix(start): array for name, array in self.arrays.items() if name.startswith(start)}


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write it so that a reader finds it whole or not at all."""
    about = {"step": checkpoint.step, "epoch": checkpoint.epoch, "position": checkpoint.position}
    save_atomically(path, checkpoint.arrays, {_FIELD: json.dumps(about)})


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint in that file; None if it is missing or damaged: then a run begins anew.

    Raises:
        OSError: It cannot be read at the moment, as where too many files are open.
    """
    try:
        with reading_safetensors(path):
            with safe_open(path, framework="numpy") as file:
                about = json.loads(file.metadata()[_FIELD])
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
            return Checkpoint(about["step"], about["epoch"], arrays, about["position"])
    except (FileNotFoundError, DamagedFileError):
        return None
