"""How the server speaks with the process that opens pictures, which is `python -m visualizer.images`.

Both ways go messages of the same form: the length of a head in 4 bytes, the head as JSON, and as many bytes as it says.
The process has nothing of the server but these pipes, ends with it, and is started anew where it ended.
"""

import atexit
import json
import signal
import struct
import subprocess
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from visualizer.processes import start_module

TIME_IS_UP = getattr(signal, "SIGPROF", 0)  # what ends the process where it computes for too long
# All the time of a clock: other work may hold the processor, and where the processor's time is not bounded (Windows).
_MOST_SECONDS = 30.0

_LENGTH = struct.Struct(">I")


class ProcessEnded(Exception):
    """The process ended while it opened a picture.

    Attributes:
        code: As `subprocess.Popen.returncode` has it.
        by_time: Whether it took too long.
    """

    def __init__(self, code: int | None, by_time: bool) -> None:
        self.code = code
        self.by_time = by_time
        super().__init__(f"it ended with {code}")


class Turn:
    """A lock that is given to those who wait in the order in which they came.

    A plain one goes to whoever is awake first: that is who had it before, a ZIP with hundreds of pictures.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        # Who has it, and behind it who waits.
        self._line: deque[threading.Event] = deque()

    @property
    def is_taken(self) -> bool:
        """Whether somebody has it."""
        return bool(self._line)

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._guard:
            self._line.append(mine)
            if self._line[0] is mine:
                return
        try:
            mine.wait()
        except BaseException:
            with self._guard:
                if self._line[0] is mine:
                    self._next()
                else:
                    self._line.remove(mine)
            raise

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._next()

    def _next(self) -> None:
        self._line.popleft()
        if self._line:
            self._line[0].set()


class PictureProcess:
    """The process, seen from the server. Threads take turns; each waits until those before it have their answers."""

    def __init__(self) -> None:
        self._turn = Turn()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is somebody's turn."""
        return self._turn.is_taken

    def ask(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """The head and the body of the answer. Raises ProcessEnded where there is none."""
        with self._turn:
            process = self._running()
            overdue = threading.Event()

            def give_up() -> None:
                overdue.set()
                process.kill()

            clock = threading.Timer(_MOST_SECONDS, give_up)
            clock.daemon = True
            clock.start()
            try:
                send(process.stdin, head, body)
                answer = receive(process.stdout)
            except OSError:
                answer = None
            except BaseException:
                process.kill()  # its answer would be taken for that to the next question
                self._end()
                raise
            finally:
                clock.cancel()
            if answer is None:
                code = self._end()
                raise ProcessEnded(code, overdue.is_set() or (code is not None and code == -TIME_IS_UP < 0))
            return answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = start_module("visualizer.images", OPENBLAS_NUM_THREADS="1")
            atexit.register(self._end)
        return self._process

    def _end(self) -> int | None:
        """End it if it is there; what it ended with."""
        process, self._process = self._process, None
        if process is None:
            return None
        atexit.unregister(self._end)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what it did not take any more
                assert pipe is not None
                pipe.close()
        try:
            return process.wait(2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def send(pipe: Any, head: Mapping[str, Any], body: bytes) -> None:
    """Write one message."""
    text = json.dumps({**head, "bytes": len(body)}).encode()
    pipe.write(_LENGTH.pack(len(text)) + text)
    pipe.write(body)
    pipe.flush()


def receive(pipe: Any) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None where the other side has ended."""
    start = pipe.read(_LENGTH.size)
    if len(start) < _LENGTH.size:
        return None
    text = pipe.read(*_LENGTH.unpack(start))
    try:
        head = json.loads(text)
    except ValueError:
        return None
    body = pipe.read(head["bytes"])
    return (head, body) if len(body) == head["bytes"] else None
