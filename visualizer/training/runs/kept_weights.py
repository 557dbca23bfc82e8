"""The table of kept weights: the moments of a run that can be gone back to. Each row names a file."""

import sqlite3
from dataclasses import dataclass

from visualizer.limits import limits
from visualizer.training.loop.events import Weights
from visualizer.training.loop.moments import kept_steps


@dataclass(frozen=True)
class Moment:
    """A moment whose weights are kept: after `step` batches, `epoch_position` in epochs; `epoch` as in `Weights`."""

    step: int
    epoch: int | None
    epoch_position: float


def moments(connection: sqlite3.Connection, run_id: str) -> list[Moment]:
    """The run's kept moments, in order."""
    rows = connection.execute(
        "SELECT weights.step, weights.epoch, steps_per_epoch FROM weights JOIN runs USING (run_id) "
        "WHERE run_id = ? ORDER BY weights.step",
        (run_id,),
    )
    return [Moment(row["step"], row["epoch"], row["step"] / row["steps_per_epoch"]) for row in rows]


def steps(connection: sqlite3.Connection, run_id: str) -> list[int]:
    """The steps of the run's kept moments."""
    return [row["step"] for row in connection.execute("SELECT step FROM weights WHERE run_id = ?", (run_id,))]


def write(connection: sqlite3.Connection, run_id: str, event: Weights) -> None:
    """A row for these weights, in place of those that they replace or that exceed the limit now."""
    size = sum(array.nbytes for array in event.arrays.values())
    connection.execute("INSERT OR REPLACE INTO weights VALUES (?, ?, ?, ?)", (run_id, event.step, event.epoch, size))
    rows = connection.execute("SELECT step, epoch FROM weights WHERE run_id = ? ORDER BY step", (run_id,)).fetchall()
    run = connection.execute("SELECT steps_per_epoch FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    kept_before = [(row["step"], row["epoch"]) for row in rows]
    kept = kept_steps(kept_before, run["steps_per_epoch"], size, limits().run_bytes)
    for table in ("weights", "gradients"):
        connection.executemany(
            f"DELETE FROM {table} WHERE run_id = ? AND step = ?",
            [(run_id, step) for step, _ in kept_before if step not in kept],
        )


def cut(connection: sqlite3.Connection, run_id: str, step: int) -> None:
    """Delete the rows of moments after `step` batches."""
    connection.execute("DELETE FROM weights WHERE run_id = ? AND step > ?", (run_id, step))
