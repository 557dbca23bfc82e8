"""The process that opens pictures: `python -m visualizer.images`; `process.py` is its client."""

import os
import sys
import warnings
from math import inf
from typing import Any

from visualizer.images import UploadError
from visualizer.images.decoding import Bounds, decode, too_much_memory
from visualizer.images.mask import decode_mask
from visualizer.images.process import receive, send
from visualizer.processes import set_resource_limits

# Allowed before the header is read, and in addition to what the header declares: seconds and bytes.
_HEADER_SECONDS, _HEADER_MEMORY = 2.0, 48_000_000
_PIXELS_PER_SECOND = 20e6  # for the slowest decoder, on a slow processor


def main() -> None:
    """Open pictures until the server ends."""
    warnings.simplefilter("ignore")  # about damaged metadata and many pixels
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What libraries print about a file must reach neither the pipe nor the log. Python's own messages still do.
    sys.stderr = os.fdopen(os.dup(2), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    while (request := receive(requests)) is not None:
        head, data = request
        send(answers, *_answer(head["kind"], head["file"], data, Bounds(head["pixels"], head["memory"])))


def _answer(kind: str, file: str, data: bytes, bounds: Bounds) -> tuple[dict[str, Any], bytes]:
    """The head and the body of the answer."""
    declared_pixels = 0

    def on_header(pixels: int, memory: int) -> None:
        nonlocal declared_pixels
        declared_pixels = pixels
        set_resource_limits(_HEADER_MEMORY + memory, _HEADER_SECONDS + pixels / _PIXELS_PER_SECOND)

    try:
        set_resource_limits(_HEADER_MEMORY + bounds.header_memory(data), _HEADER_SECONDS)
        values: list[int | str] = []
        if kind == "mask":
            decoded, values = decode_mask(data, file, bounds, on_header)
        else:
            decoded = decode(data, file, bounds, on_header)
    except (UploadError, MemoryError) as error:
        set_resource_limits(inf, inf)
        refusal = error if isinstance(error, UploadError) else too_much_memory(file)
        return {"what": refusal.what, "why": refusal.why, "remedy": refusal.remedy, "pixels": declared_pixels}, b""
    set_resource_limits(inf, inf)
    height, width = decoded.shape[:2]
    head = {"height": height, "width": width, "pixels": declared_pixels, "values": values}
    return head, decoded.tobytes()


if __name__ == "__main__":
    main()
