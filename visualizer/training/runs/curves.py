"""What is measured while a run trains: its curves, its layers' health and the sizes of its gradients."""

import dataclasses
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.training.loop.events import BatchesEnded, EpochEnded, Gradients, Health
from visualizer.training.loop.moments import GRADIENT_EDGES

MAX_CURVE_POINTS = 500
LOSS = "loss"  # among the measures of batches
_BLOCK = 4096  # batches in one row of the curve, 4 bytes each


@dataclass(frozen=True)
class Curves:
    """A run's loss and the measures of its task, by name.

    The batch curve, (points,) each, has a point for every batch up to 500 batches; in longer runs each point is the
    mean over equally many consecutive batches (the last one over the rest), and its `step` is the last of them.

    Attributes:
        step: Batches trained at each point, int64.
        epoch_position: The same in epochs, such as 1.5.
        batch_loss, batch_measures: Of that batch, before its step.
        epoch: (epochs + 1,) int64; 0 is the untrained network.
        train_loss, train_measures: Mean over the epoch's pictures while it was trained; NaN for epoch 0.
        validation_loss, validation_measures: After the epoch, in evaluation mode.
        train_penalty, validation_penalty: How much of these losses is the penalty of the weights; 0 without one.
    """

    step: np.ndarray
    epoch_position: np.ndarray
    batch_loss: np.ndarray
    batch_measures: Mapping[str, np.ndarray]
    epoch: np.ndarray
    train_loss: np.ndarray
    train_measures: Mapping[str, np.ndarray]
    validation_loss: np.ndarray
    validation_measures: Mapping[str, np.ndarray]
    train_penalty: np.ndarray
    validation_penalty: np.ndarray

    def measured(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A measure of each batch, in training and in validation; empty arrays where nothing was measured yet."""
        nothing = np.zeros(0)
        curves = (self.batch_measures, self.train_measures, self.validation_measures)
        batch, train, validation = (by_name.get(name, nothing) for by_name in curves)
        return batch, train, validation

    @property
    def has_penalty(self) -> bool:
        """Whether a penalty of the weights is a part of the losses."""
        return bool((self.validation_penalty > 0).any())


@dataclass(frozen=True)
class HealthCurves:
    """The layers' health during training; (steps, layers) each, NaN where a layer has no such number.

    Attributes:
        step: (steps,) int64, batches counted from 1.
        epoch_position: (steps,) the same in epochs.
        layers: (layers,) int64, the layers that have weights or a ReLU, by their index from 0.
        gradient_norm: Euclidean norm of the gradient for the layer's weights.
        weight_norm: Euclidean norm of the layer's weights, before the step.
        update_ratio: Norm of what the step added to the weights, divided by their norm.
        silent_share: Share of ReLU units, 0 to 1, that fired for no picture of the batch.
        units: (layers,) int64, how many ReLU units each has.
    """

    step: np.ndarray
    epoch_position: np.ndarray
    layers: np.ndarray
    gradient_norm: np.ndarray
    weight_norm: np.ndarray
    update_ratio: np.ndarray
    silent_share: np.ndarray
    units: np.ndarray


# Reading. SQLite keeps NaN as None, which becomes NaN again.


def read(connection: sqlite3.Connection, run_id: str) -> Curves:
    """The run's curves; empty ones where nothing was trained yet."""
    blocks = connection.execute(
        "SELECT measure, block_values FROM batches WHERE run_id = ? ORDER BY measure, block", (run_id,)
    ).fetchall()
    batches: dict[str, bytes] = {}
    for row in blocks:
        batches[row["measure"]] = batches.get(row["measure"], b"") + row["block_values"]
    thinned = {name: _thin(np.frombuffer(values, np.float32)) for name, values in batches.items()}
    step, loss = thinned.pop(LOSS, (np.zeros(0, np.int64), np.zeros(0)))
    epochs = connection.execute(
        "SELECT epoch, train_loss, validation_loss, train_penalty, validation_penalty FROM epochs "
        "WHERE run_id = ? ORDER BY epoch",
        (run_id,),
    ).fetchall()
    curves = np.array([tuple(row)[1:] for row in epochs], np.float64).reshape(-1, 4).T
    train, validation = _read_measures(connection, run_id, [row["epoch"] for row in epochs])
    return Curves(
        step=step,
        epoch_position=step / _steps_per_epoch(connection, run_id),
        batch_loss=loss,
        batch_measures={name: values for name, (_, values) in thinned.items()},
        epoch=np.array([row["epoch"] for row in epochs], np.int64),
        train_loss=curves[0],
        train_measures=train,
        validation_loss=curves[1],
        validation_measures=validation,
        train_penalty=curves[2],
        validation_penalty=curves[3],
    )


def _read_measures(
    connection: sqlite3.Connection, run_id: str, epochs: Sequence[int]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Each measure at these epochs, in training and in validation; NaN where it was not measured."""
    rows = connection.execute("SELECT epoch, measure, train, validation FROM measures WHERE run_id = ?", (run_id,))
    place = {epoch: number for number, epoch in enumerate(epochs)}
    train: dict[str, np.ndarray] = {}
    validation: dict[str, np.ndarray] = {}
    for row in rows:
        if row["epoch"] in place:
            for curves, value in ((train, row["train"]), (validation, row["validation"])):
                curve = curves.setdefault(row["measure"], np.full(len(epochs), np.nan))
                curve[place[row["epoch"]]] = np.nan if value is None else value
    return train, validation


def read_health(connection: sqlite3.Connection, run_id: str) -> HealthCurves:
    """The health of the run's layers; empty arrays where nothing was trained yet."""
    rows = connection.execute(
        "SELECT step, layer, gradient_norm, weight_norm, update_norm, silent_share, units FROM health "
        "WHERE run_id = ? ORDER BY step, layer",
        (run_id,),
    ).fetchall()
    # Every step has the same layers.
    layers = sorted({row["layer"] for row in rows})
    table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, max(len(layers), 1), 7)
    step, _, gradient, weight, update, silent, units = np.moveaxis(table, 2, 0)
    # A layer whose weights are all 0 has no ratio.
    ratio = np.divide(update, weight, out=np.full_like(update, np.nan), where=weight > 0)
    return HealthCurves(
        step=step[:, 0].astype(np.int64),
        epoch_position=step[:, 0] / _steps_per_epoch(connection, run_id),
        layers=np.array(layers, np.int64),
        gradient_norm=gradient,
        weight_norm=weight,
        update_ratio=ratio,
        silent_share=silent,
        units=units[0].astype(np.int64) if len(rows) else np.zeros(0, np.int64),
    )


def read_gradients(connection: sqlite3.Connection, run_id: str) -> dict[int, Gradients]:
    """The sizes of the gradients' numbers, by step."""
    rows = connection.execute(
        "SELECT step, layer, counts FROM gradients WHERE run_id = ? ORDER BY step, layer", (run_id,)
    ).fetchall()
    by_step: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        by_step.setdefault(row["step"], []).append(row)
    return {
        step: Gradients(
            step,
            tuple(row["layer"] for row in of_step),
            np.frombuffer(b"".join(row["counts"] for row in of_step), np.int64).reshape(-1, len(GRADIENT_EDGES)),
        )
        for step, of_step in by_step.items()
    }


def _steps_per_epoch(connection: sqlite3.Connection, run_id: str) -> int:
    row = connection.execute("SELECT steps_per_epoch FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return int(row["steps_per_epoch"]) if row else 1


def _thin(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most `MAX_CURVE_POINTS` steps with their values: the mean of equally many consecutive batches each."""
    count = len(values)
    width = max(1, -(-count // MAX_CURVE_POINTS))
    starts = np.arange(0, count, width)
    ends = np.minimum(starts + width, count)
    if count == 0:
        return ends, values
    return ends, np.add.reduceat(values, starts, dtype=np.float64) / (ends - starts)


# Writing


def write_batches(connection: sqlite3.Connection, run_id: str, event: BatchesEnded) -> None:
    """Add to the last block until it is full, so that a long curve is read from few rows."""
    first = event.step - len(event.losses)
    for name, values in {LOSS: event.losses, **event.measures}.items():
        done = 0
        while done < len(values):
            block, offset = divmod(first + done, _BLOCK)
            part = values[done : done + _BLOCK - offset]
            connection.execute(
                "INSERT INTO batches VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "block_values = CAST(block_values || excluded.block_values AS BLOB)",
                (run_id, name, block, part.tobytes()),
            )
            done += _BLOCK - offset


def write_epoch(connection: sqlite3.Connection, run_id: str, event: EpochEnded) -> None:
    """One point of the epoch curves."""
    losses = (event.train_loss, event.validation_loss, event.train_penalty, event.validation_penalty)
    connection.execute("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?, ?)", (run_id, event.epoch, *losses))
    connection.executemany(
        "INSERT OR REPLACE INTO measures VALUES (?, ?, ?, ?, ?)",
        [
            (run_id, event.epoch, name, event.train_measures.get(name), value)
            for name, value in event.validation_measures.items()
        ],
    )


def write_health(connection: sqlite3.Connection, run_id: str, event: Health) -> None:
    """A row for each layer."""
    connection.executemany(
        "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(run_id, event.step, *dataclasses.astuple(layer)) for layer in event.layers],
    )


def write_gradients(connection: sqlite3.Connection, run_id: str, event: Gradients) -> None:
    """A row for each layer."""
    connection.executemany(
        "INSERT OR REPLACE INTO gradients VALUES (?, ?, ?, ?)",
        [
            (run_id, event.step, layer, counts.tobytes())
            for layer, counts in zip(event.layers, event.counts, strict=True)
        ],
    )


def cut(connection: sqlite3.Connection, run_id: str, step: int, epoch: int) -> None:
    """Delete what was measured after `step` batches and after `epoch` epochs (-1: all epochs)."""
    last, rest = divmod(step, _BLOCK)
    connection.execute("DELETE FROM batches WHERE run_id = ? AND block > ?", (run_id, last))
    connection.execute(
        "UPDATE batches SET block_values = substr(block_values, 1, ?) WHERE run_id = ? AND block = ?",
        (4 * rest, run_id, last),
    )
    for table in ("epochs", "measures"):
        connection.execute(f"DELETE FROM {table} WHERE run_id = ? AND epoch > ?", (run_id, epoch))
    for table in ("health", "gradients"):
        connection.execute(f"DELETE FROM {table} WHERE run_id = ? AND step > ?", (run_id, step))
