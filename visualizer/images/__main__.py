"""The process that opens pictures: `python -m visualizer.images`; `process.py` speaks with it."""

import os
import signal
import sys
import warnings
from math import inf, isinf
from typing import Any

from visualizer.images import UploadError
from visualizer.images.decoding import Bounds, decode, too_much_memory
from visualizer.images.process import receive, send

# What opening a file may take before its header is read, and beyond what its header says.
_HEADER_SECONDS, _HEADER_BYTES = 2.0, 48_000_000
_PIXELS_A_SECOND = 20e6  # of the slowest decoder, on a slow processor


def allow(memory: float, seconds: float) -> None:
    """From now on so many more bytes and seconds of the processor; with more, MemoryError, and the end.

    Source: https://man7.org/linux/man-pages/man2/getrlimit.2.html (RLIMIT_AS); the timer's signal ends the process
    wherever it computes, https://man7.org/linux/man-pages/man2/setitimer.2.html. Other systems than Linux do not bound
    memory so, and Windows not the processor: there what the header says holds, and the clock.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0.0 if isinf(seconds) else seconds)
    if sys.platform == "linux":
        import resource

        most = hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if not isinf(memory):
            with open("/proc/self/statm") as sizes:
                most = int(sizes.read().split()[0]) * resource.getpagesize() + int(memory)
        if hard != resource.RLIM_INFINITY:  # whoever started the server bounds it
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main() -> None:
    """Open pictures until the server ends."""
    warnings.simplefilter("ignore")  # of damaged notes and of many pixels
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What libraries write of a file is nobody's: neither for the pipe nor for the log. What Python says stays.
    sys.stderr = os.fdopen(os.dup(2), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    while (question := receive(questions)) is not None:
        head, data = question
        send(answers, *_answer(head["file"], data, Bounds(head["pixels"], head["memory"])))


def _answer(file: str, data: bytes, bounds: Bounds) -> tuple[dict[str, Any], bytes]:
    """The head and the body of the answer."""
    said = 0

    def on_header(pixels: int, memory: int) -> None:
        nonlocal said
        said = pixels
        allow(_HEADER_BYTES + memory, _HEADER_SECONDS + pixels / _PIXELS_A_SECOND)

    try:
        allow(_HEADER_BYTES + bounds.to_look_at(data), _HEADER_SECONDS)
        picture = decode(data, file, bounds, on_header)
    except (UploadError, MemoryError) as error:
        allow(inf, inf)
        told = error if isinstance(error, UploadError) else too_much_memory(file)
        return {"what": told.what, "why": told.why, "remedy": told.remedy, "pixels": said}, b""
    allow(inf, inf)
    height, width, _ = picture.shape
    return {"height": height, "width": width, "pixels": said}, picture.tobytes()


if __name__ == "__main__":
    main()
