"""Where the server keeps what people make on it."""

import os
from pathlib import Path
from uuid import uuid4

import numpy as np
from safetensors.numpy import save_file

VARIABLE = "VISUALIZER_WORKSPACE"


def workspace() -> Path:
    """The folder of runs and of people's own data sets: the environment's VISUALIZER_WORKSPACE, else ./workspace.

    The processes that train inherit both, so they find the same folder.
    """
    return Path(os.environ.get(VARIABLE, "workspace"))


def save_atomically(path: Path, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file that readers see whole or not at all, also where several write the same one."""
    temporary = path.with_suffix(f".{uuid4().hex}.tmp")
    try:
        save_file({name: np.require(array, requirements="C") for name, array in arrays.items()}, temporary, metadata)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
