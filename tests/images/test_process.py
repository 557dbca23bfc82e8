"""The process that opens pictures: it has bounds, it is started anew, and it serves everybody in turn."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_images import encoded
from visualizer import images
from visualizer.images import SlowPictureError, UploadError, open_image, read_image
from visualizer.images import process as process_module
from visualizer.images.process import FairLock, PictureProcess, ProcessEnded

ROOT = Path(__file__).resolve().parents[2]


def plain(level: int, width: int = 9) -> bytes:
    return encoded(Image.new("RGB", (width, 7), (level, 0, 0)), "PNG")


@pytest.fixture
def own(monkeypatch):
    """A process of this test's own."""
    own = PictureProcess()
    monkeypatch.setattr(images, "_process", own)
    yield own
    own._end()


def test_pillow_is_not_in_the_server():
    code = "import visualizer.images, sys; print('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True).stdout.split() == [b"False"]


def test_it_is_started_once_and_ends_with_the_server(own):
    read_image(plain(1))
    process = own._process
    read_image(plain(2))
    assert own._process is process
    process.stdin.close()  # as the end of the server does
    assert process.wait(20) == 0


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV])
def test_where_it_broke_down_the_next_picture_is_opened_by_another(own, end):
    read_image(plain(1))
    first = own._process.pid
    os.kill(first, end)
    own._process.wait(20)
    assert read_image(plain(77))[0, 0].tolist() == [77, 0, 0]
    assert own._process.pid != first


def test_where_it_breaks_down_at_a_picture_that_one_is_refused(own, monkeypatch):
    read_image(plain(1))
    monkeypatch.setattr(process_module, "send", lambda *_: os.kill(own._process.pid, signal.SIGSEGV))
    with pytest.raises(UploadError, match="The program that opens it failed") as refused:
        read_image(plain(2), "a.png")
    assert not isinstance(refused.value, SlowPictureError)
    monkeypatch.undo()
    monkeypatch.setattr(images, "_process", own)
    assert read_image(plain(3))[0, 0].tolist() == [3, 0, 0]


def test_one_that_computes_for_too_long_is_ended_and_the_picture_called_slow(own, monkeypatch):
    read_image(plain(1))
    monkeypatch.setattr(process_module, "send", lambda *_: os.kill(own._process.pid, signal.SIGPROF))
    with pytest.raises(SlowPictureError, match=r"“a\.png” takes too long to open\. It is built in a strange way"):
        read_image(plain(2), "a.png")


def test_one_that_never_answers_is_ended_by_the_clock(own, monkeypatch):
    monkeypatch.setattr(process_module, "_TIMEOUT_SECONDS", 0.5)
    own._running()
    monkeypatch.setattr(process_module, "send", lambda *_: None)  # so that it waits for a question
    with pytest.raises(ProcessEnded) as ended:
        own.ask({}, b"")
    assert ended.value.timed_out


_IMPORT = "from visualizer.images.__main__ import set_resource_limits\n"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows does not bound the processor")
def test_the_processor_is_bounded_where_it_computes_too():
    """In the decoders, which hear of no signal of Python's."""
    code = _IMPORT + "import zlib\nset_resource_limits(1e9, 0.2)\nwhile True: zlib.compress(bytes(10_000_000))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60)
    assert -ended.returncode == process_module.TIMEOUT_SIGNAL


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound memory so")
def test_memory_is_bounded_and_given_back():
    code = _IMPORT + (
        "from math import inf\nset_resource_limits(20e6, 9)\n"
        "try: bytearray(60_000_000); print('taken')\n"
        "except MemoryError: print('refused')\n"
        "set_resource_limits(inf, inf)\nbytearray(60_000_000); print('taken')"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.stdout.split() == ["refused", "taken"], ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound memory so")
def test_a_bound_of_whoever_started_the_server_stays():
    code = (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, 2 * 10**9))\n"
        "from visualizer.images import read_image\nimport sys\nprint(read_image(sys.stdin.buffer.read()).shape)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=plain(1), capture_output=True, timeout=60)
    assert ended.stdout.strip() == b"(7, 9, 3)", ended.stderr


def test_everybody_gets_their_own_picture(own):
    """Many at once, some of which are large and some no pictures."""
    large = encoded(Image.fromarray(np.full((1_500, 2_000, 3), 9, np.uint8)), "PNG")

    def read(number: int) -> object:
        if number % 5 == 0:
            return read_image(large).shape
        if number % 5 == 1:
            with pytest.raises(UploadError, match=f"“{number}.png” is damaged"):
                read_image(b"\x89PNG\r\n\x1a\n", f"{number}.png")
            return None
        return read_image(plain(number, 10 + number)).tolist()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(read, range(40)))
    for number, answer in enumerate(answers):
        if number % 5 == 0:
            assert answer == (768, 1024, 3)
        elif number % 5 > 1:
            assert answer == [[[number, 0, 0]] * (10 + number)] * 7


def test_one_picture_is_opened_at_a_time(own):
    """A large one keeps the others waiting, and not the server."""
    started = threading.Event()
    asked = own._lock

    def wait_for_the_turn() -> None:
        started.set()
        read_image(plain(1))

    with asked:
        thread = threading.Thread(target=wait_for_the_turn)
        thread.start()
        started.wait(5)
        thread.join(0.2)
        assert thread.is_alive()
        assert images.is_opening()
    thread.join(20)
    assert not images.is_opening()
    assert not thread.is_alive()


def test_what_it_took_is_told():
    assert open_image(encoded(Image.new("L", (3_000, 10)), "PNG")).pixels == 30_000
    with pytest.raises(UploadError) as refused:
        open_image(encoded(Image.new("L", (3_000, 10)), "PNG")[:-40])
    assert refused.value.pixels in (0, 30_000)


def wait_for(condition) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_who_waits_comes_before_who_has_just_been_there():
    """A ZIP with hundreds of pictures, and two photos of others that come meanwhile."""
    turn, came = FairLock(), []

    def take(name: str) -> None:
        with turn:
            came.append(name)

    photos = [threading.Thread(target=take, args=(name,)) for name in ("first photo", "second photo")]
    with turn:
        for number, photo in enumerate(photos, start=2):
            photo.start()
            wait_for(lambda number=number: len(turn._queue) == number)
    # At once, as the next picture of the ZIP: a plain lock would nearly always be had again.
    take("ZIP")
    for photo in photos:
        photo.join()
    assert came == ["first photo", "second photo", "ZIP"]
    assert not turn.is_locked


def test_who_waits_no_longer_stops_nobody(monkeypatch):
    turn, came = FairLock(), []

    def take() -> None:
        with turn:
            came.append(1)

    class Interrupted(threading.Event):
        def wait(self, timeout=None):
            raise KeyboardInterrupt

    with turn:
        with monkeypatch.context() as patched:
            patched.setattr(process_module.threading, "Event", Interrupted)
            with pytest.raises(KeyboardInterrupt):
                take()
        other = threading.Thread(target=take)
        other.start()
        wait_for(lambda: len(turn._queue) == 2)
    other.join(10)
    assert came == [1]
    assert not turn.is_locked
