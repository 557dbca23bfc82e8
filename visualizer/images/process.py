"""The server's side of the process that opens pictures, which is `python -m visualizer.images`.

Messages in both directions have the same form: the length of a head in 4 bytes, the head as JSON, and a body of as many
bytes as the head says. The process shares nothing with the server but these pipes, ends with it, and is restarted if it
has ended.
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

TIMEOUT_SIGNAL = getattr(signal, "SIGPROF", 0)  # ends the process if it computes for too long
# Wall-clock time: other work may use the processor, and on Windows processor time is not limited.
_TIMEOUT_SECONDS = 30.0

_LENGTH = struct.Struct(">I")


class ProcessEnded(Exception):
    """The process ended while it opened a picture.

    Attributes:
        code: The exit code, as in `subprocess.Popen.returncode`.
        timed_out: Whether it took too long.
    """

    def __init__(self, code: int | None, timed_out: bool) -> None:
        self.code = code
        self.timed_out = timed_out
        super().__init__(f"it ended with {code}")


class FairLock:
    """A lock that waiting threads get in the order in which they came.

    A plain lock goes to the first thread that is awake: often the one that had it before, with a ZIP of many pictures.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        # The holder of the lock, then those who wait.
        self._queue: deque[threading.Event] = deque()

    @property
    def is_locked(self) -> bool:
        """Whether a thread holds the lock."""
        return bool(self._queue)

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._guard:
            self._queue.append(mine)
            if self._queue[0] is mine:
                return
        try:
            mine.wait()
        except BaseException:
            with self._guard:
                if self._queue[0] is mine:
                    self._pass_on()
                else:
                    self._queue.remove(mine)
            raise

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._pass_on()

    def _pass_on(self) -> None:
        self._queue.popleft()
        if self._queue:
            self._queue[0].set()


class PictureProcess:
    """The process, seen from the server. Each thread waits until those before it have their answers."""

    def __init__(self) -> None:
        self._lock = FairLock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is opening a picture."""
        return self._lock.is_locked

    def ask(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Send a message and return the head and the body of the answer. Raises ProcessEnded if there is none."""
        with self._lock:
            process = self._running()
            overdue = threading.Event()

            def give_up() -> None:
                overdue.set()
                process.kill()

            clock = threading.Timer(_TIMEOUT_SECONDS, give_up)
            clock.daemon = True
            clock.start()
            try:
                send(process.stdin, head, body)
                answer = receive(process.stdout)
            except OSError:
                answer = None
            except BaseException:
                process.kill()  # otherwise its answer would be taken for the answer to the next message
                self._end()
                raise
            finally:
                clock.cancel()
            if answer is None:
                code = self._end()
                raise ProcessEnded(code, overdue.is_set() or (code is not None and code == -TIMEOUT_SIGNAL < 0))
            return answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = start_module("visualizer.images", OPENBLAS_NUM_THREADS="1")
            atexit.register(self._end)
        return self._process

    def _end(self) -> int | None:
        """End the process if there is one. Returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        atexit.unregister(self._end)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # data that it no longer reads
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
    """Read one message; None if the other side has ended."""
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
