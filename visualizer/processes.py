"""The app's own processes: the server, and modules of this package that run beside it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from math import isinf
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


def set_resource_limits(memory: float, seconds: float) -> None:
    """Allow this process so many more bytes of memory and seconds of processor time.

    More memory raises MemoryError (https://man7.org/linux/man-pages/man2/getrlimit.2.html, RLIMIT_AS); more time ends
    the process by a signal, wherever it computes (https://man7.org/linux/man-pages/man2/setitimer.2.html). Memory is
    limited on Linux only, and processor time not on Windows: there, only the header's limits and the client's timeout
    apply.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0.0 if isinf(seconds) else seconds)
    if sys.platform == "linux":
        import resource

        most = hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if not isinf(memory):
            with open("/proc/self/statm") as sizes:
                most = int(sizes.read().split()[0]) * resource.getpagesize() + int(memory)
        if hard != resource.RLIM_INFINITY:  # set by whoever started the server
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
