"""A class of thirty on one server: `python -m benchmarks.classroom` answers in about ten minutes.

Every student is a websocket client that speaks as Streamlit's own does: it opens the app, starts a run of LeNet-5 on
the digits, watches it live, looks inside, builds, pauses and goes on, with three to nine seconds between an answer and
the next click. The clients share this computer with the server, so they take some of its time too.

One student alone, who never pauses, is measured before and after the class; beside them stand the pictures that all
runs of the class were trained on in each second. Then all tabs are closed, and it is told how long their runs went on
and how much memory the server keeps.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence

from tests.browser.app import RunningApp, running_app
from tests.soak.classroom import Lesson, hold_lesson, memory_of
from visualizer.training.store import RunStore

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
    parser.add_argument("--seconds", type=float, default=180.0, help="how long the class is measured (default 180)")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print(f"Busy processes before the start: {os.getloadavg()[0]:.1f}", flush=True)
    with running_app() as app:
        before, _ = alone(app, arguments.seconds / 3)
        forget()
        small = memory_of(app)[0]
        lesson, leave = hold_lesson(app, arguments.students, arguments.seconds, settle=arguments.students)
        report(lesson, arguments.students)
        stopped_after = left(app, leave)
        forget()
        left_over = memory_of(app)[0]
        after, _ = alone(app, arguments.seconds / 3)
        speed = (before.images_per_second + after.images_per_second) / 2
        ratio = lesson.images_per_second / speed
        print("\nTraining, all runs together")
        print(f"  class  {lesson.images_per_second:,.0f} images/s")
        around = f"{before.images_per_second:,.0f} before, {after.images_per_second:,.0f} after"
        print(f"  alone  {speed:,.0f} images/s ({around})")
        print(f"  ratio  {ratio:.3f}   goal {SPEED_GOAL}: {reached(ratio >= SPEED_GOAL)}")
        print("\nMemory of the server")
        print(f"  before the class {small / MEGABYTE:,.0f} MB, with it {lesson.memory[0] / MEGABYTE:,.0f} MB", end=": ")
        print(f"{(lesson.memory[0] - small) / arguments.students / MEGABYTE:.1f} MB for each session")
        print(f"  workers with it {lesson.memory[1] / MEGABYTE:,.0f} MB")
        growth = left_over / small - 1
        print(
            f"  {FORGOTTEN_AFTER:.0f} s after all have gone {left_over / MEGABYTE:,.0f} MB, {growth:+.1%}   "
            f"goal within {MEMORY_GOAL:.0%}: {reached(growth <= MEMORY_GOAL)}"
        )
        print(
            f"\nLast run stopped {stopped_after:.0f} s after the tabs were closed   "
            f"goal {STOP_GOAL:.0f} s: {reached(stopped_after <= STOP_GOAL)}"
        )
        for line in app.error_lines():
            print("In the server's log:", line)


def alone(app: RunningApp, seconds: float) -> tuple[Lesson, float]:
    """One student, who leaves again; and how long the run went on then."""
    lesson, leave = hold_lesson(app, 1, seconds, settle=15.0)
    return lesson, left(app, leave)


def left(app: RunningApp, leave: Callable[[], None]) -> float:
    """Let all leave; seconds until no run is trained any more."""
    store = RunStore(app.workspace)
    leave()
    started = time.monotonic()
    while any(record.state in ("queued", "running") for record in store.active_runs()):
        time.sleep(0.2)
    return time.monotonic() - started


def forget() -> None:
    time.sleep(FORGOTTEN_AFTER)


def report(lesson: Lesson, students: int) -> None:
    clicks = lesson.answers.of_clicks()
    half, most = quantiles(clicks)
    print(f"\n{students} students, {len(clicks)} clicks: seconds from a click to the whole answer")
    print(f"  {'':24} number   p50    p95    most")
    for what, seconds in sorted(lesson.answers.seconds.items()):
        low, high = quantiles(seconds)
        print(f"  {what or 'home':24} {len(seconds):6} {low:6.3f} {high:6.3f} {max(seconds):6.3f}")
    print(f"  {'all clicks':24} {len(clicks):6} {half:6.3f} {most:6.3f} {max(clicks):6.3f}", end="   ")
    print(f"goal p95 {P95_GOAL:.0f} s: {reached(most <= P95_GOAL)}")
    print(f"  the server's own load: {lesson.server_load:.2f} of a core")
    print(f"  pictures of each run: {min(lesson.trained):,} to {max(lesson.trained):,}")
    for problem in lesson.answers.problems:
        print("  went wrong:", problem)


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    if len(seconds) < 2:
        return seconds[0], seconds[0]
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18]


def reached(is_so: bool) -> str:
    return "reached" if is_so else "MISSED"


if __name__ == "__main__":
    main()
