"""Processes of our own: a module of this package, run beside the server."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)


def start_module(module: str, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    """Run `python -m module arguments` with these variables added to the environment.

    It speaks through its standard input and output; the input ends when this process ends, however it ends.
    """
    path = os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path} | environment,
    )
