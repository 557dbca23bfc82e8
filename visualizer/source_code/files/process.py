"""Asks the process that parses files of other programs' libraries, whose answers are plain numbers and names.

One process for each file, one at a time for everybody: files that are made to fill the memory or to crash their library
do so there. The memory and the processor time that it may take follow from the size of the file.
"""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from visualizer import log
from visualizer.images.process import FairLock, receive, send
from visualizer.processes import start_module
from visualizer.source_code.files.reading import cannot_open

_TIMEOUT_SECONDS = 60.0
_lock = FairLock()


def ask(head: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the process finds in a file: a description, and arrays by their names.

    Args:
        head: What is asked, as `__main__.py` knows it.
        data: The file.

    Raises:
        NetworkFileError: The process refuses the file, or ends while it reads it.
    """
    with _lock:
        process = start_module(__package__, OPENBLAS_NUM_THREADS="1", HDF5_PLUGIN_PRELOAD="::")
        clock = threading.Timer(_TIMEOUT_SECONDS, process.kill)
        clock.daemon = True
        clock.start()
        try:
            send(process.stdin, head, data)
            answer = receive(process.stdout)
        except OSError:  # it ended before it had read the file
            answer = None
        finally:
            clock.cancel()
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    assert pipe is not None
                    pipe.close()
            code = process.wait()
    if answer is None:
        log.event("file-process-ended", warning=True, code=code, size=len(data))
        raise cannot_open("It takes too much memory or time for its size, or it is damaged.", "Save it again.")
    found, body = answer
    if "why" in found:
        raise cannot_open(found["why"], found["remedy"])
    try:
        arrays = load(body) if body else {}
    except (SafetensorError, ValueError, KeyError) as error:
        raise cannot_open("It is damaged.", "Save it again.") from error
    return found, arrays
