"""What is kept of every run, on disk: SQLite for records and curves, safetensors files for weights and snapshots.

Servers write, each the runs that it trains, and many threads read. Every call opens a connection of its own, which
costs a fraction of a millisecond and leaves nothing open in the many short-lived threads of a web server; one more
stays open.
"""

import dataclasses
import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

from visualizer import log
from visualizer.architecture.answer import Answer
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.training.loop.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from visualizer.training.loop.events import (
    ACTIVE_STATES,
    RESUMABLE_STATES,
    Advice,
    BatchesEnded,
    EpochEnded,
    Failed,
    FeatureMaps,
    Gradients,
    Health,
    Snapshot,
    State,
    StateChanged,
    Weights,
)
from visualizer.training.loop.moments import GRADIENT_EDGES, kept_steps
from visualizer.training.runs.forgetting import forget_ended_of, forget_oldest, forget_surplus
from visualizer.training.runs.store_schema import cut, prepare
from visualizer.training.scheduling.messages import Bundle
from visualizer.training.settings import RunSpec, run_spec_from_json, run_spec_to_json
from visualizer.workspace import DamagedFileError, connect, kept_open, reading, save_atomically, set_aside

MAX_CURVE_POINTS = 500
RUNS = "runs.sqlite"
# What a run says that was to go on and could not.
BEGAN_ANEW = "Its last checkpoint could not be read, so it began anew, with the same curve."
_OTHER_MOMENT = "Choose another moment, or train it again"
_BLOCK = 4096  # batches in one row of the curve

_RECORD = (
    "run_id, owner, spec, state, message, epoch, step, steps_per_epoch, learning_rate, seconds, images_per_second, "
    "keep_running, version, checkpoint_step, checkpoint_epoch, server"
)


@dataclass(frozen=True)
class RunRecord:
    """Where a run stands.

    Attributes:
        message: Why it stopped or failed, or what to try where it goes badly, for the user; else empty.
        epoch: Epochs finished and evaluated.
        step: Batches trained, of `total_steps`.
        learning_rate: That of the next step.
        seconds: Time spent running, evaluation and the turns of other runs included, pauses not.
        images_per_second: Training pictures each second, over the last few seconds of running.
        keep_running: True where it goes on after its page was closed.
        version: Grows with each change, so that a page can skip a redraw.
        checkpoint_step, checkpoint_epoch: Batches and epochs at its last checkpoint, or None where it has none.
        server: The id of the server that trains it, or did.
    """

    run_id: str
    owner: str
    spec: RunSpec
    state: State
    message: str
    epoch: int
    step: int
    steps_per_epoch: int
    total_steps: int
    learning_rate: float
    seconds: float
    images_per_second: float
    keep_running: bool
    version: int
    checkpoint_step: int | None = None
    checkpoint_epoch: int | None = None
    server: str = ""

    @property
    def active(self) -> bool:
        """True while commands still do something: queued, running or paused."""
        return self.state in ACTIVE_STATES


@dataclass(frozen=True)
class History:
    """A run's curves. Accuracies are from 0 to 1.

    The batch curve, (points,) each, has a point for every batch up to 1,000 batches; of longer runs each point is the
    mean over equally many consecutive batches (the last one over what is left), and its `step` is the last of them.

    Attributes:
        step: Batches trained at each point, int64.
        epoch_position: The same in epochs, such as 1.5.
        batch_loss, batch_accuracy: Of that batch, before its step.
        epoch: (epochs + 1,) int64; 0 is the untrained network.
        train_loss, train_accuracy: Mean over the epoch's pictures while it was trained; NaN for epoch 0.
        validation_loss, validation_accuracy: After the epoch, in evaluation mode.
    """

    step: np.ndarray
    epoch_position: np.ndarray
    batch_loss: np.ndarray
    batch_accuracy: np.ndarray
    epoch: np.ndarray
    train_loss: np.ndarray
    train_accuracy: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray


@dataclass(frozen=True)
class HealthHistory:
    """How the layers did while the network was trained; (steps, layers) each, NaN where a layer has no such number.

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


@dataclass(frozen=True)
class Moment:
    """A moment of a run whose weights are kept: after `step` batches, `epoch_position` in epochs.

    `epoch` is the number of finished epochs if the moment is the end of one (0: untrained), else None.
    """

    step: int
    epoch: int | None
    epoch_position: float


class RunStore:
    """The runs in a folder, which is made where it is missing.

    Attributes:
        folder: That folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()
        # Files of runs that cannot be read, as far as somebody asked for them: the log has each once.
        self._damaged: set[Path] = set()
        # Why runs were interrupted, where that could not be written yet: it is told all the same.
        self._unwritten: dict[str, str] = {}
        with closing(self._connect(create=True)) as connection:
            prepare(connection)
        self._open = kept_open(self._connect())

    # What pages read

    def record(self, run_id: str) -> RunRecord | None:
        """Where the run stands, or None where there is none of this id that can be read."""
        with closing(self._connect()) as connection:
            rows = connection.execute(f"SELECT {_RECORD} FROM runs WHERE run_id = ?", (run_id,)).fetchall()
        record = next(iter(_records(rows)), None)
        message = self._unwritten.get(run_id)
        if record is None or message is None or not record.active:
            return record
        return dataclasses.replace(record, state="interrupted", message=message, version=record.version + 1)

    def runs_of(self, owner: str) -> list[RunRecord]:
        """All runs of an owner, the latest first."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                f"SELECT {_RECORD} FROM runs WHERE owner = ? ORDER BY rowid DESC", (owner,)
            ).fetchall()
        return _records(rows)

    def active_runs(self) -> list[RunRecord]:
        """All runs that are queued, running or paused."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                f"SELECT {_RECORD} FROM runs WHERE state IN (?, ?, ?) ORDER BY rowid", ACTIVE_STATES
            ).fetchall()
        return _records(rows)

    def owners(self) -> set[str]:
        """All who have runs."""
        with closing(self._connect()) as connection:
            return {row["owner"] for row in connection.execute("SELECT DISTINCT owner FROM runs")}

    def datasets(self) -> set[str]:
        """The names of all data sets that runs were trained on."""
        with closing(self._connect()) as connection:
            rows = connection.execute("SELECT json_extract(spec, '$.settings.dataset') AS name FROM runs").fetchall()
        return {row["name"] for row in rows}

    def active_count(self, owner: str) -> int:
        """How many of an owner's runs are queued, running or paused."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                "SELECT COUNT(*) AS count FROM runs WHERE owner = ? AND state IN (?, ?, ?)", (owner, *ACTIVE_STATES)
            ).fetchone()
        return int(row["count"])

    def history(self, run_id: str) -> History:
        """The run's curves; empty ones where nothing was trained yet."""
        with closing(self._connect()) as connection:
            blocks = connection.execute(
                "SELECT losses, accuracies FROM batches WHERE run_id = ? ORDER BY block", (run_id,)
            ).fetchall()
            epochs = connection.execute(
                "SELECT epoch, train_loss, train_accuracy, validation_loss, validation_accuracy FROM epochs "
                "WHERE run_id = ? ORDER BY epoch",
                (run_id,),
            ).fetchall()
            found = connection.execute("SELECT steps_per_epoch FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        losses = np.frombuffer(b"".join(row["losses"] for row in blocks), np.float32)
        accuracies = np.frombuffer(b"".join(row["accuracies"] for row in blocks), np.float32)
        step, loss, accuracy = _thin(losses, accuracies)
        # None, SQLite's way to keep NaN, becomes NaN again.
        curves = np.array([tuple(row)[1:] for row in epochs], np.float64).reshape(-1, 4).T
        return History(
            step=step,
            epoch_position=step / (found["steps_per_epoch"] if found else 1),
            batch_loss=loss,
            batch_accuracy=accuracy,
            epoch=np.array([row["epoch"] for row in epochs], np.int64),
            train_loss=curves[0],
            train_accuracy=curves[1],
            validation_loss=curves[2],
            validation_accuracy=curves[3],
        )

    def health(self, run_id: str) -> HealthHistory:
        """How the run's layers did; empty arrays where nothing was trained yet."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT step, layer, gradient_norm, weight_norm, update_norm, dead_share, units FROM health "
                "WHERE run_id = ? ORDER BY step, layer",
                (run_id,),
            ).fetchall()
            found = connection.execute("SELECT steps_per_epoch FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        # Every look sees the same layers. None, SQLite's way to keep NaN, becomes NaN again.
        layers = sorted({row["layer"] for row in rows})
        table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, max(len(layers), 1), 7)
        step, _, gradient, weight, update, silent, units = np.moveaxis(table, 2, 0)
        # A layer whose weights are all 0 has no ratio.
        ratio = np.divide(update, weight, out=np.full_like(update, np.nan), where=weight > 0)
        return HealthHistory(
            step=step[:, 0].astype(np.int64),
            epoch_position=step[:, 0] / (found["steps_per_epoch"] if found else 1),
            layers=np.array(layers, np.int64),
            gradient_norm=gradient,
            weight_norm=weight,
            update_ratio=ratio,
            silent_share=silent,
            units=units[0].astype(np.int64) if len(rows) else np.zeros(0, np.int64),
        )

    def latest_snapshot(self, run_id: str) -> Snapshot | None:
        """The last look inside, or None where there was none yet.

        Raises:
            UserError: Its file is damaged.
        """
        path = self._run_folder(run_id) / "snapshot.safetensors"
        with self._reading(path, "The last look inside this run", "Train it on, or again, to have a new one"):
            try:
                return self._snapshot_in(path, run_id)
            except FileNotFoundError:
                return None

    @contextmanager
    def _reading(self, path: Path, what: str, remedy: str) -> Iterator[None]:
        """Around what reads a file of a run: that it is damaged becomes a UserError, and costs this file alone."""
        try:
            with reading(path):
                yield
        except DamagedFileError as error:
            if path not in self._damaged:
                log.event("file-damaged", warning=True, run=path.parent.name, file=path.name, why=str(error))
            self._damaged.add(path)
            raise UserError(f"{what} cannot be read", "its file on the server is damaged", remedy) from error

    def _snapshot_in(self, path: Path, run_id: str) -> Snapshot:
        with safe_open(path, framework="numpy") as file:
            about = json.loads(file.metadata()["snapshot"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
        kernels, kernels_layer = arrays.get("kernels"), about["kernels_layer"]
        if kernels is not None and (kernels.ndim != 4 or kernels_layer is None):
            raise ValueError(f"kernels of shape {kernels.shape} of layer {kernels_layer}")
        return Snapshot(
            step=int(about["step"]),
            epoch_position=float(about["epoch_position"]),
            probe_index=int(about["probe_index"]),
            answer=self._answer(run_id, about, arrays),
            kernels=kernels,
            kernels_layer=None if kernels_layer is None else int(kernels_layer),
            maps=tuple(
                FeatureMaps(index, name, arrays[f"maps-{index}"], channels) for index, name, channels in about["maps"]
            ),
        )

    def _answer(self, run_id: str, about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer | None:
        """The answer in a snapshot's file, also in one that was written before it said what its numbers are."""
        if "answer" in about:
            return Answer(arrays["answer"], about["answer"]) if about["answer"] else None
        record = self.record(run_id)
        # Those files hold a softmax of the outputs, whatever these were.
        if record is None or record.spec.answer_kind == "scores":
            return None
        return Answer(arrays["probabilities"], "probabilities")

    def weights(self, run_id: str, which: Literal["latest", "initial"] | int) -> dict[str, np.ndarray]:
        """Weights for `network.load_state_dict` (as tensors): the latest, the untrained, or those after an epoch.

        Raises:
            UserError: They are not kept (yet), or their file is damaged.
        """
        condition, values = {
            "latest": ("1 ORDER BY step DESC LIMIT 1", ()),
            "initial": ("step = 0", ()),
        }.get(str(which), ("epoch = ?", (which,)))
        # Thinning may delete the file between the question and the reading: then the question has another answer.
        for _ in range(3):
            with closing(self._connect()) as connection:
                row = connection.execute(
                    f"SELECT step FROM weights WHERE run_id = ? AND {condition}", (run_id, *values)
                ).fetchone()
            if row is None:
                break
            path = self._weights_file(run_id, row["step"])
            with self._reading(path, f"The weights “{which}” of this run", _OTHER_MOMENT), suppress(FileNotFoundError):
                return load_file(path)
        raise UserError(
            f"The weights “{which}” of this run are not kept",
            "it has not got that far, or they made room for later ones",
            "Choose another epoch",
        )

    def weights_at(self, run_id: str, step: int, prefix: str = "") -> dict[str, np.ndarray]:
        """The weights after `step` batches; only those whose names begin with `prefix`.

        Raises:
            UserError: They are not kept (any more), or their file is damaged.
        """
        path = self._weights_file(run_id, step)
        try:
            with (
                self._reading(path, f"The weights after {step:,} batches of this run", _OTHER_MOMENT),
                safe_open(path, framework="numpy") as file,
            ):
                return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118
        except FileNotFoundError:
            raise UserError(
                f"The weights after {step:,} batches of this run are not kept",
                "they made room for later ones",
                "Choose another moment",
            ) from None

    def moments(self, run_id: str) -> tuple[Moment, ...]:
        """The moments whose weights can be had, in order; not those whose file was found to be damaged."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT weights.step, weights.epoch, steps_per_epoch FROM weights JOIN runs USING (run_id) "
                "WHERE run_id = ? ORDER BY weights.step",
                (run_id,),
            ).fetchall()
        return tuple(
            Moment(row["step"], row["epoch"], row["step"] / row["steps_per_epoch"])
            for row in rows
            if self._weights_file(run_id, row["step"]) not in self._damaged
        )

    def gradients(self, run_id: str) -> dict[int, Gradients]:
        """How large the gradients' numbers were, by step."""
        with closing(self._connect()) as connection:
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

    def kept_epochs(self, run_id: str) -> tuple[int, ...]:
        """The epochs whose weights can be had, in order; 0 is the untrained network."""
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT epoch FROM weights WHERE run_id = ? AND epoch IS NOT NULL ORDER BY epoch", (run_id,)
            ).fetchall()
        return tuple(row["epoch"] for row in rows)

    # What the pool writes

    def create(self, run_id: str, owner: str, spec: RunSpec, steps_per_epoch: int, server: str = "") -> None:
        """A new run of that server, queued. The oldest ended runs are forgotten where the disk would fill up."""
        with self._write() as connection:
            forgotten = forget_oldest(connection) + forget_surplus(connection, owner)
            connection.execute(
                "INSERT INTO runs (run_id, owner, created, spec, steps_per_epoch, learning_rate, server) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    run_id,
                    owner,
                    time.time(),
                    run_spec_to_json(spec),
                    steps_per_epoch,
                    spec.settings.learning_rate,
                    server,
                ),
            )
        settings = spec.settings
        log.event(
            "run-created", run=run_id, owner=log.short(owner), epochs=settings.epochs, batch_size=settings.batch_size
        )
        self._remove_folders(forgotten)
        self._run_folder(run_id).mkdir(parents=True, exist_ok=True)

    def make_room(self) -> None:
        """Forget the oldest ended runs while the weights of all are too large together."""
        with self._write() as connection:
            forgotten = forget_oldest(connection)
        self._remove_folders(forgotten)

    def forget_runs_of(self, owner: str) -> None:
        """Forget all runs of an owner that have ended."""
        with self._write() as connection:
            forgotten = forget_ended_of(connection, owner)
        self._remove_folders(forgotten)

    def _remove_folders(self, run_ids: list[str]) -> None:
        for run_id in run_ids:
            log.event("run-forgotten", run=run_id)
            shutil.rmtree(self._run_folder(run_id), ignore_errors=True)

    def apply(self, bundle: Bundle) -> None:
        """Write what happened in a run."""
        run_id, progress = bundle.run_id, bundle.progress
        for event in bundle.events:
            if isinstance(event, Snapshot):
                self._save_snapshot(run_id, event)
            elif isinstance(event, Weights):
                save_atomically(self._weights_file(run_id, event.step), event.arrays)
                self._damaged.discard(self._weights_file(run_id, event.step))
            elif isinstance(event, Checkpoint):
                write_checkpoint(self._checkpoint_file(run_id, event.step), event)
        dropped: list[int] = []
        with self._write() as connection:
            for event in bundle.events:
                if isinstance(event, BatchesEnded):
                    _append_batches(connection, run_id, event)
                elif isinstance(event, EpochEnded):
                    connection.execute(
                        "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?, ?)",
                        (
                            run_id,
                            event.epoch,
                            event.train_loss,
                            event.train_accuracy,
                            event.validation_loss,
                            event.validation_accuracy,
                        ),
                    )
                elif isinstance(event, Health):
                    connection.executemany(
                        "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        [(run_id, event.step, *dataclasses.astuple(layer)) for layer in event.layers],
                    )
                elif isinstance(event, Gradients):
                    connection.executemany(
                        "INSERT OR REPLACE INTO gradients VALUES (?, ?, ?, ?)",
                        [
                            (run_id, event.step, layer, counts.tobytes())
                            for layer, counts in zip(event.layers, event.counts, strict=True)
                        ],
                    )
                elif isinstance(event, Weights):
                    dropped += _note_weights(connection, run_id, event)
                elif isinstance(event, Checkpoint):
                    connection.execute(
                        "UPDATE runs SET checkpoint_step = ?, checkpoint_epoch = ?, checkpoint_bytes = ? "
                        "WHERE run_id = ?",
                        (event.step, event.epoch, event.nbytes, run_id),
                    )
                elif isinstance(event, StateChanged):
                    _set_state(connection, run_id, event.state, event.message)
                elif isinstance(event, Advice):
                    connection.execute("UPDATE runs SET message = ? WHERE run_id = ?", (event.message, run_id))
                elif isinstance(event, Failed):
                    _set_state(connection, run_id, "failed", event.message)
            connection.execute(
                "UPDATE runs SET step = ?, epoch = ?, learning_rate = ?, seconds = ?, images_per_second = ?, "
                "version = version + 1 WHERE run_id = ?",
                (
                    progress.step,
                    progress.epoch,
                    progress.learning_rate,
                    progress.seconds,
                    progress.images_per_second,
                    run_id,
                ),
            )
        # Only now: until the rows were gone, a reader could still ask for these files.
        for step in dropped:
            self._weights_file(run_id, step).unlink(missing_ok=True)
        if any(isinstance(event, Checkpoint | StateChanged | Failed) for event in bundle.events):
            self._remove_old_checkpoints(run_id)

    def claim(self, run_id: str, server: str) -> bool:
        """Give an interrupted run to that server, queued; whether it got it. Of several that ask, one does."""
        with self._write() as connection:
            changed = connection.execute(
                "UPDATE runs SET state = 'queued', server = ?, version = version + 1 "
                "WHERE run_id = ? AND state = 'interrupted'",
                (server, run_id),
            )
        return changed.rowcount == 1

    def rewind(self, run_id: str, state: State, message: str) -> Checkpoint | None:
        """Bring a run back to its last checkpoint, so that it goes on from there; None where it begins anew.

        What its curves, its health and its weights tell of later is forgotten: it will happen again.
        """
        with self._write() as connection:
            found = connection.execute("SELECT checkpoint_step FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            step = found["checkpoint_step"] if found else None
            checkpoint = self._checkpoint(run_id, step) if step is not None else None
            if step is not None and checkpoint is None:
                message = BEGAN_ANEW
            # An untrained network that was not evaluated yet has no epoch 0 to keep.
            evaluated = checkpoint is not None and checkpoint.position["untrained_loss"] is not None
            step, epoch = (checkpoint.step, checkpoint.epoch if evaluated else -1) if checkpoint else (0, -1)
            dropped = cut(connection, run_id, step, epoch, _BLOCK)
            connection.execute(
                "UPDATE runs SET state = ?, message = ?, step = ?, epoch = ?, images_per_second = 0, "
                "version = version + 1 WHERE run_id = ?",
                (state, message, step, max(epoch, 0), run_id),
            )
        log.event("run-resumed", run=run_id, step=step)
        for later in dropped:
            self._weights_file(run_id, later).unlink(missing_ok=True)
        return checkpoint

    def _checkpoint(self, run_id: str, step: int) -> Checkpoint | None:
        """The checkpoint, or None where it cannot be read: then its file, if there is one, gets another name."""
        path = self._checkpoint_file(run_id, step)
        checkpoint = read_checkpoint(path)
        if checkpoint is None:
            log.event("checkpoint-lost", warning=True, run=run_id, file=path.name)
            if path.exists():
                set_aside(path, "the checkpoint cannot be read")
        return checkpoint

    def set_state(self, run_id: str, state: State, message: str) -> None:
        """Say that a run ended other than by its own account; does nothing to one that has ended."""
        with self._write() as connection:
            _set_state(connection, run_id, state, message)
        self._remove_old_checkpoints(run_id)

    def interrupt_orphan(self, run_id: str, server: str, message: str) -> None:
        """Say that a run was interrupted with its server, if it is still that one's: another may have taken it up."""
        with self._write() as connection:
            there = connection.execute("SELECT server FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if there is not None and there["server"] == server:
                _set_state(connection, run_id, "interrupted", message)
        self._remove_old_checkpoints(run_id)

    def say_interrupted(self, run_id: str, message: str) -> None:
        """Say that a run was interrupted, also where the disk is full: it is written once there is room."""
        self._unwritten[run_id] = message
        self.write_unwritten()

    def write_unwritten(self) -> None:
        """Write what could not be written when it was said, if there is room by now."""
        for run_id, message in list(self._unwritten.items()):
            with suppress(sqlite3.OperationalError, OSError):
                with self._write() as connection:  # one try, before anything is told
                    connection.execute("UPDATE runs SET version = version + 1 WHERE run_id = ?", (run_id,))
                self.set_state(run_id, "interrupted", message)
                self._unwritten.pop(run_id, None)

    def set_keep_running(self, run_id: str, keep_running: bool) -> None:
        """Whether the run goes on after its page was closed."""
        with self._write() as connection:
            connection.execute(
                "UPDATE runs SET keep_running = ?, version = version + 1 WHERE run_id = ?", (keep_running, run_id)
            )

    # How it is written

    def _save_snapshot(self, run_id: str, snapshot: Snapshot) -> None:
        arrays = {f"maps-{maps.layer_index}": maps.array for maps in snapshot.maps}
        if snapshot.answer is not None:
            arrays["answer"] = snapshot.answer.values
        if snapshot.kernels is not None:
            arrays["kernels"] = snapshot.kernels
        about = {
            "step": snapshot.step,
            "epoch_position": snapshot.epoch_position,
            "probe_index": snapshot.probe_index,
            "kernels_layer": snapshot.kernels_layer,
            "answer": snapshot.answer and snapshot.answer.kind,
            "maps": [(maps.layer_index, maps.name, maps.channels) for maps in snapshot.maps],
        }
        save_atomically(
            self._run_folder(run_id) / "snapshot.safetensors", arrays, metadata={"snapshot": json.dumps(about)}
        )

    def _run_folder(self, run_id: str) -> Path:
        # Ids may come from a page's address.
        if not run_id.isalnum():
            raise UserError("There is no such run", "its id is not one that this app gives", "Start a new run")
        return self.folder / run_id

    def _weights_file(self, run_id: str, step: int) -> Path:
        return self._run_folder(run_id) / f"weights-{step:08d}.safetensors"

    def _checkpoint_file(self, run_id: str, step: int) -> Path:
        return self._run_folder(run_id) / f"checkpoint-{step:08d}.safetensors"

    def _remove_old_checkpoints(self, run_id: str) -> None:
        """Keep the newest one, and none of a run that cannot go on. Only after the rows are written: they name one."""
        with closing(self._connect()) as connection:
            found = connection.execute("SELECT state, checkpoint_step FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        may_go_on = found is not None and found["state"] in RESUMABLE_STATES
        kept = self._checkpoint_file(run_id, found["checkpoint_step"] or 0) if may_go_on else None
        for path in self._run_folder(run_id).glob("checkpoint-*.safetensors"):
            if path != kept:
                path.unlink(missing_ok=True)

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        connection = connect(self.folder / RUNS, create=create, timeout=10)
        connection.row_factory = sqlite3.Row
        # In WAL mode this keeps the file whole through a crash; only the last moments may be lost.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._writing, closing(self._connect()) as connection, connection:
            # At once: another server that writes after something was read here would make it fail.
            connection.execute("BEGIN IMMEDIATE")
            yield connection


def time_left(record: RunRecord) -> float | None:
    """Seconds until the run finishes if it goes on as fast as lately; None where that cannot be said."""
    if not record.active or record.images_per_second <= 0:
        return None
    pictures = (record.total_steps - record.step) * record.spec.settings.batch_size
    return pictures / record.images_per_second


def _thin(losses: np.ndarray, accuracies: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At most `MAX_CURVE_POINTS`: the mean of equally many consecutive batches each, at the last one's step."""
    count = len(losses)
    width = max(1, -(-count // MAX_CURVE_POINTS))
    starts = np.arange(0, count, width)
    ends = np.minimum(starts + width, count)
    if count == 0:
        return ends, losses, accuracies
    sizes = ends - starts
    loss = np.add.reduceat(losses, starts, dtype=np.float64) / sizes
    accuracy = np.add.reduceat(accuracies, starts, dtype=np.float64) / sizes
    return ends, loss, accuracy


def _append_batches(connection: sqlite3.Connection, run_id: str, event: BatchesEnded) -> None:
    """Add to the last block until it is full, so that a long curve is read from few rows."""
    first = event.step - len(event.losses)
    done = 0
    while done < len(event.losses):
        block, offset = divmod(first + done, _BLOCK)
        part = slice(done, done + _BLOCK - offset)
        connection.execute(
            "INSERT INTO batches VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "losses = CAST(losses || excluded.losses AS BLOB), "
            "accuracies = CAST(accuracies || excluded.accuracies AS BLOB)",
            (run_id, block, event.losses[part].tobytes(), event.accuracies[part].tobytes()),
        )
        done += _BLOCK - offset


def _note_weights(connection: sqlite3.Connection, run_id: str, event: Weights) -> list[int]:
    """Note these weights; the steps of those that they replace or that are over the limit now."""
    size = sum(array.nbytes for array in event.arrays.values())
    connection.execute("INSERT OR REPLACE INTO weights VALUES (?, ?, ?, ?)", (run_id, event.step, event.epoch, size))
    rows = connection.execute("SELECT step, epoch FROM weights WHERE run_id = ? ORDER BY step", (run_id,)).fetchall()
    found = connection.execute("SELECT steps_per_epoch FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    moments = [(row["step"], row["epoch"]) for row in rows]
    kept = kept_steps(moments, found["steps_per_epoch"], size, limits().run_bytes)
    dropped = [step for step, _ in moments if step not in kept]
    for table in ("weights", "gradients"):
        connection.executemany(
            f"DELETE FROM {table} WHERE run_id = ? AND step = ?", [(run_id, step) for step in dropped]
        )
    return dropped


def _set_state(connection: sqlite3.Connection, run_id: str, state: State, message: str) -> None:
    # An interrupted run waits for somebody to let it go on; only they give it up.
    changed = connection.execute(
        "UPDATE runs SET state = ?, message = coalesce(nullif(?, ''), message), version = version + 1 "
        "WHERE run_id = ? AND (state IN (?, ?, ?) OR (state = 'interrupted' AND ? = 'stopped'))",
        (state, message, run_id, *ACTIVE_STATES, state),
    ).rowcount
    if changed:
        log.event(f"run-{state}", warning=state in ("failed", "interrupted"), run=run_id, why=message or None)
    if changed and state not in RESUMABLE_STATES:
        connection.execute(
            "UPDATE runs SET checkpoint_step = NULL, checkpoint_epoch = NULL, checkpoint_bytes = 0 WHERE run_id = ?",
            (run_id,),
        )


_WHOLE, _ANY = (int,), (int, float)
_NUMBERS = {
    "epoch": _WHOLE,
    "step": _WHOLE,
    "steps_per_epoch": _WHOLE,
    "learning_rate": _ANY,
    "seconds": _ANY,
    "images_per_second": _ANY,
    "version": _WHOLE,
}
_spec = lru_cache(maxsize=256)(run_spec_from_json)
_unreadable: set[str] = set()


def _records(rows: Sequence[sqlite3.Row]) -> list[RunRecord]:
    """Those that can be read: one whose spec is damaged, or of a later version, costs no other."""
    records = []
    for row in rows:
        try:
            records.append(_record(row))
        except (UserError, ArithmeticError, KeyError, TypeError, ValueError) as error:
            if row["run_id"] not in _unreadable:
                log.event("run-unreadable", warning=True, run=row["run_id"], why=type(error).__name__)
            _unreadable.add(row["run_id"])
    return records


def _record(row: sqlite3.Row) -> RunRecord:
    values = dict(row)
    spec = _spec(values["spec"])
    if values["state"] not in get_args(State):
        raise ValueError(f"a state that no run has: {values['state']}")
    if any(type(values[name]) not in kinds for name, kinds in _NUMBERS.items()) or values["steps_per_epoch"] < 1:
        raise ValueError("what is no number of steps, epochs or seconds")
    return RunRecord(
        **values
        | {
            "spec": spec,
            "total_steps": values["steps_per_epoch"] * spec.settings.epochs,
            "keep_running": bool(values["keep_running"]),
        }
    )
