"""A class at work: many tabs that all train, watch, look inside and build, each at a person's pace."""

import os
import random
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.app import RunningApp
from tests.soak.client import Lost, Tab
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.data.catalog import load_dataset
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore

THINKING = (3.0, 9.0)  # seconds from a response to the next click, as long as people look at a page
EPOCHS = 1000
# The button of the gallery that opens LeNet-5.
_LENET = f"gallery-small-{next(number for number, entry in enumerate(GALLERY) if entry.name == 'LeNet-5')}"


@dataclass
class Answers:
    """How long everybody waited, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float) -> None:
        with self._lock:
            self.seconds.setdefault(what, []).append(seconds)

    def went_wrong(self, problem: str) -> None:
        with self._lock:
            self.problems.append(problem)

    def of_clicks(self) -> list[float]:
        """Seconds from each click to its response; requests that the page makes by itself do not count."""
        clicks = [waits for what, waits in self.seconds.items() if what not in ("live feed", "frame")]
        return [seconds for waits in clicks for seconds in waits]


class Student:
    """Opens a tab, starts a run of LeNet-5, and uses the app until told to stop.

    Args:
        number: Which student; each acts differently.
        url: The app's address.
        answers: Where to note how long the answers took.
        pauses: Whether the run is paused now and then. A run that is measured alone must not be: the worker would idle.
    """

    def __init__(self, number: int, url: str, answers: Answers, *, pauses: bool) -> None:
        self._random = random.Random(number)
        self._habits = [self._look_inside, self._build, self._home]
        if pauses:
            self._habits.append(self._pause)
        # Everybody does everything once, in their own order; then at random, with Look inside more often than the rest.
        self._still_to_do = self._random.sample(self._habits, len(self._habits))
        self._habits.append(self._look_inside)
        self._answers = answers
        self._leaving = threading.Event()
        self._tab = Tab(url, lambda what, seconds: self._answers.note(what, seconds))
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True) for work in (self._use, self._watch)
        ]
        self._started = threading.Event()

    def arrive(self) -> None:
        for thread in self._threads:
            thread.start()

    def record_to(self, answers: Answers) -> None:
        """Record waiting times and problems there from now on."""
        self._answers = answers

    def leave(self) -> None:
        """Close the tab, in the middle of whatever it does."""
        self._leaving.set()
        for thread in self._threads:
            thread.join()
        self._tab.close()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            if not self._leaving.is_set():
                self._answers.went_wrong(f"{type(error).__name__}: {error}")

    def _use(self) -> None:
        self._tab.open()
        self._think()
        self._tab.go_to("build")
        self._tab.press("gallery")
        self._tab.press(_LENET)
        self._think()
        self._tab.go_to("train")
        self._tab.enter("epochs", EPOCHS)
        self._tab.press("start")
        self._started.set()
        while not self._leaving.is_set():
            self._think()
            (self._still_to_do.pop() if self._still_to_do else self._random.choice(self._habits))()
            if not self._tab.has("start") and not self._tab.has("pause"):
                self._think()
                self._tab.go_to("train")

    def _watch(self) -> None:
        """The requests that the open page makes by itself."""
        self._started.wait(60)
        while not self._leaving.is_set():
            self._leaving.wait(self._tab.ask_feed() or 0.5)

    def _look_inside(self) -> None:
        self._tab.go_to("look_inside")
        for _ in range(3):
            self._think()
            if not self._tab.has("picture-number-digits"):
                return  # the run has no weights yet, which the page says
            self._tab.enter("picture-number-digits", self._random.randrange(100))

    def _build(self) -> None:
        self._tab.go_to("build")
        self._think()
        # Back to the first network and to LeNet-5 again; meanwhile the run continues.
        self._tab.press("undo")
        self._think()
        self._tab.press("redo")

    def _pause(self) -> None:
        if self._tab.has("pause"):
            self._tab.press("pause")
            self._think()
            if self._tab.has("start"):
                self._tab.press("start")

    def _home(self) -> None:
        self._tab.go_to("")

    def _think(self) -> None:
        self._leaving.wait(self._random.uniform(*THINKING))
        if self._leaving.is_set():
            raise Lost("The tab is closed.")


def images(record: RunRecord) -> int:
    """How many pictures a run has trained on."""
    settings = record.spec.settings
    epochs, steps = divmod(record.step, record.steps_per_epoch)
    return epochs * len(load_dataset(settings.dataset).train) + steps * settings.batch_size


@dataclass(frozen=True)
class Lesson:
    """What was measured while a class was at work.

    Attributes:
        answers: How long everybody waited, and what went wrong.
        images_per_second: Of all runs together.
        trained: Pictures that each run was trained on during the measurement.
        memory: Resident bytes of the server and of its workers, at the end.
        server_load: Processor seconds that the server (without its workers) took in each second.
    """

    answers: Answers
    images_per_second: float
    trained: list[int]
    memory: tuple[int, int]
    server_load: float


def hold_lesson(app: RunningApp, count: int, seconds: float, settle: float) -> tuple[Lesson, Callable[[], None]]:
    """Let students arrive one after another and work, and measure them.

    Args:
        app: The running app.
        count: The number of students.
        seconds: How long to measure.
        settle: Seconds before that, in which all students arrive and start their runs.

    Returns:
        The measurements, and a function that lets all students leave.
    """
    arriving, answers = Answers(), Answers()
    students: list[Student] = []
    store = RunStore(app.workspace)
    for number in range(count):
        students.append(Student(number, app.url, arriving, pauses=count > 1))
        students[-1].arrive()
        time.sleep(0.5 * settle / count)
    time.sleep(settle / 2)
    for student in students:
        student.record_to(answers)
    before = {record.run_id: images(record) for record in store.active_runs()}
    started, worked = time.monotonic(), processor_seconds(app)
    time.sleep(seconds)
    after = {record.run_id: images(record) for record in store.active_runs()}
    elapsed = time.monotonic() - started
    trained = [now - before.get(run_id, 0) for run_id, now in after.items()]
    answers.problems += arriving.problems
    load = (processor_seconds(app) - worked) / elapsed
    lesson = Lesson(answers, sum(trained) / elapsed, trained, memory_of(app), load)

    def leave() -> None:
        threads = [threading.Thread(target=student.leave) for student in students]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return lesson, leave


def memory_of(app: RunningApp) -> tuple[int, int]:
    """Resident bytes of the server and of the processes it started."""
    server, workers = 0, 0
    parents: dict[int, int] = {}
    resident: dict[int, int] = {}

    for line in subprocess.check_output(["ps", "-e", "-o", "pid=,ppid=,rss="], text=True).splitlines():
        pid, parent, kilobytes = map(int, line.split())
        parents[pid], resident[pid] = parent, 1024 * kilobytes
    for pid, size in resident.items():
        above = pid
        while above not in (0, 1, app.process.pid):
            above = parents.get(above, 0)
        if pid == app.process.pid:
            server += size
        elif above == app.process.pid:
            workers += size
    return server, workers


def processor_seconds(app: RunningApp) -> float:
    """Processor time that the server itself has used so far."""
    fields = Path(f"/proc/{app.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
