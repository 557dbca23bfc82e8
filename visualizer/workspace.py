"""Where the server keeps what people make on it."""

import os
from pathlib import Path

VARIABLE = "VISUALIZER_WORKSPACE"


def workspace() -> Path:
    """The folder of runs and of people's own data sets: the environment's VISUALIZER_WORKSPACE, else ./workspace.

    The processes that train inherit both, so they find the same folder.
    """
    return Path(os.environ.get(VARIABLE, "workspace"))
