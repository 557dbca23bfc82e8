"""Processes of our own: the server, and modules of this package that run beside it."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)


def yield_to_training() -> None:
    """Let threads of this process that wake up not interrupt what is computing, from now on.

    They run on a core that is free, or a few milliseconds later. By itself Linux lets each of the many short things
    that a server does interrupt the process that trains, and its data leave the core's caches. Elsewhere nothing is
    done. Source: https://man7.org/linux/man-pages/man7/sched.7.html (SCHED_BATCH)
    """
    if hasattr(os, "SCHED_BATCH"):
        # A container may forbid it: then it is as before.
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


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
