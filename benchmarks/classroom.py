"""A class of thirty on one server: `python -m benchmarks.classroom` answers in about 22 minutes.

Every student is a websocket client that speaks as Streamlit's own does: it opens the app, starts a run of LeNet-5 on
the digits, watches it live, looks inside, builds, pauses and goes on, with three to nine seconds between an answer and
the next click. The clients share this computer with the server, at the lowest priority: those of a class are elsewhere.

The class comes several times, and before and after each time one student alone, who never pauses, is measured: a shared
computer's speed varies by more than the effect to be measured, so a class is compared with the measurements right
before and after it. In the end all tabs are closed; the output says how long their runs went on and how much memory
the server keeps.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from tests.browser.app import RunningApp, running_app
from tests.soak.classroom import Lesson, hold_lesson, memory_of
from visualizer.training.runs.store import RunStore

P95_GOAL = 1.0  # seconds
SPEED_GOAL = 0.9
MEMORY_GOAL = 0.1
STOP_GOAL = 60.0  # seconds
# Streamlit keeps a closed tab's session for two minutes, for a connection that was only lost for a moment.
FORGOTTEN_AFTER = 150.0  # seconds
MEGABYTE = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30, help="how many (default 30)")
    parser.add_argument("--rounds", type=int, default=3, help="how often the class comes (default 3)")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long it is measured each time (default 120)")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print(f"Busy processes before the start: {os.getloadavg()[0]:.1f}", flush=True)
    lessons: list[Lesson] = []
    stopped_after: list[float] = []
    with running_app() as app:
        lower_priority()
        speeds = [alone(app, arguments.seconds / 2)]
        forget()
        small = memory_of(app)[0]
        for _ in range(arguments.rounds):
            lesson, leave = hold_lesson(app, arguments.students, arguments.seconds, settle=arguments.students)
            lessons.append(lesson)
            stopped_after.append(left(app, leave))
            speeds.append(alone(app, arguments.seconds / 2))
        forget()
        left_over = memory_of(app)[0]
        report_answers(lessons, arguments.students)
        report_training(lessons, speeds)
        report_memory(lessons, arguments.students, small, left_over)
        print(
            f"\nLast run stopped {max(stopped_after):.0f} s after the tabs were closed   "
            f"goal {STOP_GOAL:.0f} s: {reached(max(stopped_after) <= STOP_GOAL)}"
        )
        for line in app.error_lines():
            print("In the server's log:", line)


def lower_priority() -> None:
    """Give the clients, which are this process, the lowest priority; the app has been started before."""
    with suppress(OSError, AttributeError):
        os.nice(19)
        # Linux shares its processors among sessions of processes first, whatever the niceness in them.
        Path("/proc/self/autogroup").write_text("19")


def alone(app: RunningApp, seconds: float) -> float:
    """Images per second of one student, who then leaves."""
    lesson, leave = hold_lesson(app, 1, seconds, settle=15.0)
    left(app, leave)
    return lesson.images_per_second


def left(app: RunningApp, leave: Callable[[], None]) -> float:
    """Let all leave; return the seconds until no run is being trained."""
    store = RunStore(app.workspace)
    leave()
    started = time.monotonic()
    while any(record.state in ("queued", "running") for record in store.active_runs()):
        time.sleep(0.2)
    return time.monotonic() - started


def forget() -> None:
    time.sleep(FORGOTTEN_AFTER)


def report_answers(lessons: Sequence[Lesson], students: int) -> None:
    """Print how long the students waited, over all rounds."""
    answers: dict[str, list[float]] = {}
    for lesson in lessons:
        for what, seconds in lesson.answers.seconds.items():
            answers.setdefault(what, []).extend(seconds)
    clicks = [seconds for lesson in lessons for seconds in lesson.answers.of_clicks()]
    half, most = quantiles(clicks)
    print(f"\n{students} students, {len(clicks)} clicks: seconds from a click to the whole answer")
    print(f"  {'':24} number   p50    p95    most")
    for what, seconds in sorted(answers.items()):
        low, high = quantiles(seconds)
        print(f"  {what or 'home':24} {len(seconds):6} {low:6.3f} {high:6.3f} {max(seconds):6.3f}")
    print(f"  {'all clicks':24} {len(clicks):6} {half:6.3f} {most:6.3f} {max(clicks):6.3f}", end="   ")
    print(f"goal p95 {P95_GOAL:.0f} s: {reached(most <= P95_GOAL)}")
    print(f"  the server's own load: {statistics.mean(lesson.server_load for lesson in lessons):.2f} of a core")
    trained = [images for lesson in lessons for images in lesson.trained]
    print(f"  pictures of each run: {min(trained):,} to {max(trained):,}")
    for lesson in lessons:
        for problem in lesson.answers.problems:
            print("  went wrong:", problem)


def report_training(lessons: Sequence[Lesson], speeds: Sequence[float]) -> None:
    """All runs of each round together beside one alone; `speeds` are images/s before the first and after each."""
    print("\nTraining, images/s: all runs together, one alone (mean of before and after), ratio")
    beside = [(before + after) / 2 for before, after in pairwise(speeds)]
    for lesson, one in zip(lessons, beside, strict=True):
        print(f"  {lesson.images_per_second:6,.0f} {one:6,.0f} {lesson.images_per_second / one:.3f}")
    together, one = statistics.mean(lesson.images_per_second for lesson in lessons), statistics.mean(beside)
    ratio = together / one
    print(
        f"  {together:6,.0f} {one:6,.0f} {ratio:.3f} on the whole   goal {SPEED_GOAL}: {reached(ratio >= SPEED_GOAL)}"
    )


def report_memory(lessons: Sequence[Lesson], students: int, small: int, left_over: int) -> None:
    """Of the server: bytes before the class and after all have gone."""
    most = max(lesson.memory[0] for lesson in lessons)
    print("\nMemory of the server")
    print(f"  before the class {small / MEGABYTE:,.0f} MB, with it {most / MEGABYTE:,.0f} MB", end=": ")
    print(f"{(most - small) / students / MEGABYTE:.1f} MB for each session")
    print(f"  workers with it {max(lesson.memory[1] for lesson in lessons) / MEGABYTE:,.0f} MB")
    growth = left_over / small - 1
    print(
        f"  {FORGOTTEN_AFTER:.0f} s after all have gone {left_over / MEGABYTE:,.0f} MB, {growth:+.1%}   "
        f"goal within {MEMORY_GOAL:.0%}: {reached(growth <= MEMORY_GOAL)}"
    )


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    if len(seconds) < 2:
        return seconds[0], seconds[0]
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18]


def reached(met: bool) -> str:
    return "reached" if met else "MISSED"


if __name__ == "__main__":
    main()
