"""The process that parses one file: `python -m visualizer.source_code.files`; `process.py` asks it."""

import os
import sys
import warnings
from typing import Any

import numpy as np
from safetensors.numpy import save

from visualizer.images.process import receive, send
from visualizer.processes import set_resource_limits
from visualizer.source_code.files.reading import NetworkFileError, cannot_open

# In addition to what the file and the arrays that are asked for take: bytes and seconds.
_MEMORY, _SECONDS = 200_000_000, 10.0
_BYTES_PER_SECOND = 20e6


def main() -> None:
    """Answer one request."""
    warnings.simplefilter("ignore")
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What libraries print about a file must reach neither the pipe nor the log.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    request = receive(requests)
    if request is not None:
        send(answers, *_answer(*request))


def _answer(head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    read = _reader(head["kind"])
    memory = _MEMORY + 2 * len(data) + 3 * int(head["most_bytes"])
    set_resource_limits(memory, _SECONDS + len(data) / _BYTES_PER_SECOND)
    try:
        found, arrays = read(head, data)
        return found, save({name: np.asarray(array, order="C") for name, array in arrays.items()}) if arrays else b""
    except NetworkFileError as error:
        refusal = error
    except MemoryError:
        refusal = cannot_open("It takes more memory than a file of its size should.")
    return {"why": refusal.why, "remedy": refusal.remedy}, b""


def _reader(kind: str) -> Any:
    """What reads a kind of file; the library is imported before memory is limited."""
    if kind == "onnx":
        from visualizer.source_code.files.onnx_graph import read_graph

        return read_graph
    from visualizer.source_code.files import hdf5

    return {"keras-weights": hdf5.read_keras_weights, "h5": hdf5.read_description, "h5-weights": hdf5.read_h5_weights}[
        kind
    ]


if __name__ == "__main__":
    main()
