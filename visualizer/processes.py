"""The app's own processes: the server, and modules of this package that run beside it."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)


def yield_to_training() -> None:
    """From now on, threads of this process do not interrupt a computing process when they wake up.

    They run on a free core, or a few milliseconds later. By default Linux lets each of a server's many short tasks
    interrupt the process that trains, whose data then leave the core's caches. Does nothing on other systems.
    Source: https://man7.org/linux/man-pages/man7/sched.7.html (SCHED_BATCH)
    """
    if hasattr(os, "SCHED_BATCH"):
        # A container may forbid it; then nothing changes.
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def start_module(module: str, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    """Run `python -m module arguments` with these variables added to the environment.

    The process communicates through its standard input and output; the input ends when this process ends, in any way.
    """
    path = os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path} | environment,
    )
