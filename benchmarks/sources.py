"""What becomes of the source that people paste? `python -m benchmarks.sources FOLDER` reads every file of a folder.

Its .py, .ipynb and .txt files, and those of the folders in it. A network is whole where no note says that another one
is built than the source has. Each file is read twice: for the processor's time, and for the most memory.
"""

import argparse
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from visualizer.errors import UserError
from visualizer.source_code.source_reader import read_source

ENDINGS = (".py", ".ipynb", ".txt")
GOAL_SECONDS, GOAL_MEGABYTES = 2.0, 100.0
# So that the first file's time is not that of the first imports.
FIRST = "Sequential([Input((8, 8, 1)), Conv2D(4, 3)])"


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes:
        kind: "whole", "whole with notes", "as another network" or "refused".
        what: The same with the number of notes, or why it is refused.
        seconds: Of the processor, so that whatever else runs on the machine does not count.
        megabytes: The most memory that it took meanwhile.
    """

    kind: str
    what: str
    seconds: float
    megabytes: float


KINDS = ("whole", "whole with notes", "as another network", "refused")


def read(text: str) -> Outcome:
    """What becomes of a text."""
    started = time.process_time()
    kind, what = _answer(text)
    seconds = time.process_time() - started
    tracemalloc.start()
    try:
        _answer(text)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return Outcome(kind, what, seconds, most / 1e6)


def _answer(text: str) -> tuple[str, str]:
    try:
        notes = read_source(text).notes
    except UserError as error:
        return "refused", f"refused ({error.what} {error.why})"
    if not notes:
        return "whole", "whole"
    kind = "as another network" if any(note.other_network for note in notes) else "whole with notes"
    return kind, f"{kind} ({len(notes)})"


def files_of(folder: Path) -> list[Path]:
    """The files with source in a folder, and in the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    paths = files_of(folder)
    if not paths:
        raise SystemExit(f"No file in {folder} ends in {', '.join(ENDINGS)}.")
    read(FIRST)
    outcomes: dict[Path, Outcome] = {}
    for path in paths:
        outcome = outcomes[path] = read(path.read_text(encoding="utf-8", errors="replace"))
        print(
            f"{path.relative_to(folder)}: {outcome.what}, {outcome.seconds:.2f} s, {outcome.megabytes:.1f} MB",
            flush=True,
        )
    counts = {kind: sum(outcome.kind == kind for outcome in outcomes.values()) for kind in KINDS}
    slowest = max(paths, key=lambda path: outcomes[path].seconds)
    largest = max(paths, key=lambda path: outcomes[path].megabytes)
    seconds, megabytes = outcomes[slowest].seconds, outcomes[largest].megabytes
    met = seconds <= GOAL_SECONDS and megabytes <= GOAL_MEGABYTES
    print(
        f"{len(paths)} files: {', '.join(f'{count} {kind}' for kind, count in counts.items())}; "
        f"slowest {seconds:.2f} s ({slowest.relative_to(folder)}), most memory {megabytes:.1f} MB "
        f"({largest.relative_to(folder)}); goal {GOAL_SECONDS:.0f} s and {GOAL_MEGABYTES:.0f} MB: "
        f"{'met' if met else 'MISSED'}"
    )
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
