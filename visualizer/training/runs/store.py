"""What is kept of every run, on disk: rows in SQLite, and safetensors files that some of the rows name.

Servers write, each the runs that it trains, and many threads read. Every call opens a connection of its own, which
costs a fraction of a millisecond and leaves nothing open in the many short-lived threads of a web server; one more
stays open.
"""

import dataclasses
import sqlite3
import threading
import typing
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np

from visualizer import log
from visualizer.errors import UserError
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import (
    ACTIVE_STATES,
    Advice,
    Answers,
    BatchesEnded,
    Bundle,
    EpochEnded,
    Failed,
    Gradients,
    Health,
    Snapshot,
    State,
    StateChanged,
    Weights,
)
from visualizer.training.runs import curves, kept_weights, records
from visualizer.training.runs.curves import Curves, HealthCurves
from visualizer.training.runs.files import RunFiles
from visualizer.training.runs.kept_weights import Moment
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.schema import prepare
from visualizer.training.settings import RunSpec
from visualizer.workspace import connect, held_open

RUNS = "runs.sqlite"
P = ParamSpec("P")
T = TypeVar("T")
# The message of a run that was to be resumed and could not.
BEGAN_ANEW = "Its last checkpoint could not be read, so it began anew, with the same curve."


def _nothing(*_: object) -> None:
    """For an event that has no file, or no rows."""


@dataclass(frozen=True)
class _Writer:
    """How events of one kind are written: their file first, then the rows that name it.

    `leaves_files` is True where files may be left over then that no row names any more.
    """

    rows: Callable[[sqlite3.Connection, str, Any], None] = _nothing
    file: Callable[[RunFiles, str, Any], None] = _nothing
    leaves_files: bool = False


_WRITERS: dict[type, _Writer] = {
    BatchesEnded: _Writer(curves.write_batches),
    EpochEnded: _Writer(curves.write_epoch),
    Health: _Writer(curves.write_health),
    Gradients: _Writer(curves.write_gradients),
    Answers: _Writer(file=RunFiles.save_answers),
    Snapshot: _Writer(file=RunFiles.save_snapshot),
    Weights: _Writer(kept_weights.write, RunFiles.save_weights, leaves_files=True),
    Checkpoint: _Writer(records.write_checkpoint, RunFiles.save_checkpoint, leaves_files=True),
    Advice: _Writer(records.write_advice),
    StateChanged: _Writer(records.write_state, leaves_files=True),
    Failed: _Writer(records.write_state, leaves_files=True),
}


@dataclass(frozen=True)
class Claim:
    """A server got a run, which goes on from this checkpoint; None: from the beginning."""

    checkpoint: Checkpoint | None


class RunStore:
    """The runs in a folder, which is made where it is missing.

    Attributes:
        folder: That folder.
        files: The runs' files in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.files = RunFiles(self.folder)
        self._writing = threading.Lock()
        # Why runs were interrupted, where that could not be written yet: readers see it all the same.
        self._unwritten: dict[str, str] = {}
        with closing(self._connect(create=True)) as connection:
            prepare(connection)
        self._open = held_open(self._connect())

    # What pages read

    def record(self, run_id: str) -> RunRecord | None:
        """Where the run stands, or None where there is no readable run of this id."""
        record = next(iter(self._ask(records.read, "run_id = ?", (run_id,))), None)
        message = self._unwritten.get(run_id)
        if record is None or message is None or not record.active:
            return record
        return dataclasses.replace(record, state="interrupted", message=message, version=record.version + 1)

    def runs_of(self, owner: str) -> list[RunRecord]:
        """All runs of an owner, the latest first."""
        return self._ask(records.read, "owner = ? ORDER BY rowid DESC", (owner,))

    def active_runs(self) -> list[RunRecord]:
        """All runs that are queued, running or paused."""
        return self._ask(records.read, "state IN (?, ?, ?) ORDER BY rowid", ACTIVE_STATES)

    def owners(self) -> set[str]:
        """All who have runs."""
        return self._ask(records.owners)

    def datasets(self) -> set[str]:
        """The names of all data sets that runs were trained on."""
        return self._ask(records.datasets)

    def curves(self, run_id: str) -> Curves:
        """The run's curves; empty ones where nothing was trained yet."""
        return self._ask(curves.read, run_id)

    def health(self, run_id: str) -> HealthCurves:
        """The health of the run's layers; empty arrays where nothing was trained yet."""
        return self._ask(curves.read_health, run_id)

    def gradients(self, run_id: str) -> dict[int, Gradients]:
        """The sizes of the gradients' numbers, by step."""
        return self._ask(curves.read_gradients, run_id)

    def latest_snapshot(self, run_id: str) -> Snapshot | None:
        """The latest look inside, or None where there was none yet.

        Raises:
            UserError: Its file is damaged.
        """

        def gives_scores() -> bool:
            record = self.record(run_id)
            return record is None or record.spec.answer_kind == "scores"

        return self.files.read_snapshot(run_id, gives_scores)

    def latest_answers(self, run_id: str) -> Answers | None:
        """The latest answers to some validation pictures, or None where there were none yet.

        Raises:
            UserError: Their file is damaged.
        """
        return self.files.read_answers(run_id)

    def moments(self, run_id: str) -> tuple[Moment, ...]:
        """The moments whose weights can be read, in order, without those whose file was found to be damaged."""
        moments = self._ask(kept_weights.moments, run_id)
        return tuple(moment for moment in moments if not self.files.has_damaged_weights(run_id, moment.step))

    def weights(self, run_id: str) -> dict[str, np.ndarray]:
        """The latest weights, for `network.load_state_dict` (as tensors).

        Raises:
            UserError: None are kept (yet), or their file is damaged.
        """
        # A later moment may remove the file between the question and the reading: then there is another answer.
        for _ in range(3):
            moments = self._ask(kept_weights.moments, run_id)
            if not moments:
                break
            with suppress(FileNotFoundError):
                return self.files.read_weights(run_id, moments[-1].step)
        raise UserError("The weights of this run are not kept.", "Nothing was trained yet.", "Train it first.")

    def weights_at(self, run_id: str, step: int, prefix: str = "") -> dict[str, np.ndarray]:
        """The weights after `step` batches; only those whose names begin with `prefix`.

        Raises:
            UserError: They are not kept (any more), or their file is damaged.
        """
        try:
            return self.files.read_weights(run_id, step, prefix)
        except FileNotFoundError:
            raise UserError(
                f"The weights after {step:,} batches of this run are not kept.",
                "They made room for later ones.",
                "Choose another moment.",
            ) from None

    # What the pool writes

    def create(self, run_id: str, owner: str, spec: RunSpec, steps_per_epoch: int, server: str = "") -> None:
        """A new run of that server, queued. The oldest ended runs are deleted where the disk would fill up."""
        with self._write() as connection:
            surplus = records.delete_above_storage_limit(connection)
            surplus += records.delete_above_owner_limit(connection, owner)
            records.insert(connection, run_id, owner, spec, steps_per_epoch, server)
        settings = spec.settings
        log.event(
            "run-created", run=run_id, owner=log.short(owner), epochs=settings.epochs, batch_size=settings.batch_size
        )
        self.files.remove(surplus)
        self.files.folder(run_id).mkdir(parents=True, exist_ok=True)

    def make_room(self) -> None:
        """Delete the oldest ended runs while the weights of all are too large together."""
        with self._write() as connection:
            surplus = records.delete_above_storage_limit(connection)
        self.files.remove(surplus)

    def delete_runs_of(self, owner: str) -> None:
        """Delete all runs of an owner that have ended."""
        with self._write() as connection:
            ended = records.delete_ended_runs(connection, owner)
        self.files.remove(ended)

    def apply(self, bundle: Bundle) -> None:
        """Write what happened in a run."""
        run_id = bundle.run_id
        events = [(event, _WRITERS[type(event)]) for event in bundle.events]
        for event, writer in events:
            writer.file(self.files, run_id, event)
        with self._write() as connection:
            for event, writer in events:
                writer.rows(connection, run_id, event)
            records.update(connection, run_id, **vars(bundle.progress))
        if any(writer.leaves_files for _, writer in events):
            self._remove_surplus_files(run_id)

    def claim(self, run_id: str, server: str) -> Claim | None:
        """Give an interrupted run to that server, queued and back at its last checkpoint.

        None where it is not interrupted (any more): of several servers that ask, one gets it.

        Raises:
            OSError: Its checkpoint cannot be read at the moment. Then it is still interrupted.
        """
        with self._write() as connection:
            if not records.read(connection, "run_id = ? AND state = 'interrupted'", (run_id,)):
                return None
            records.update(connection, run_id, server=server)
            checkpoint = self._go_back(connection, run_id, "queued", "")
        self._remove_surplus_files(run_id)
        return Claim(checkpoint)

    def rewind(self, run_id: str, state: State, message: str) -> Checkpoint | None:
        """Bring a run back to its last checkpoint, so that it goes on from there; None where it begins anew.

        What its curves, its health and its weights have of later is deleted: it will happen again.
        """
        with self._write() as connection:
            checkpoint = self._go_back(connection, run_id, state, message)
        self._remove_surplus_files(run_id)
        return checkpoint

    def _go_back(self, connection: sqlite3.Connection, run_id: str, state: State, message: str) -> Checkpoint | None:
        step = records.checkpoint_step(connection, run_id)
        checkpoint = self.files.read_checkpoint(run_id, step) if step is not None else None
        if step is not None and checkpoint is None:
            message = BEGAN_ANEW
        # An untrained network that was not evaluated yet has no epoch 0 to keep.
        evaluated = checkpoint is not None and checkpoint.position["untrained_loss"] is not None
        step, epoch = (checkpoint.step, checkpoint.epoch if evaluated else -1) if checkpoint else (0, -1)
        curves.cut(connection, run_id, step, epoch)
        kept_weights.cut(connection, run_id, step)
        records.update(
            connection, run_id, state=state, message=message, step=step, epoch=max(epoch, 0), images_per_second=0
        )
        log.event("run-resumed", run=run_id, step=step)
        return checkpoint

    def set_state(self, run_id: str, state: State, message: str, server: str | None = None) -> None:
        """Give an active run another state, where it did not report it itself; does nothing to one that has ended.

        Where `server` is given, only if the run is still that server's: another one may have claimed it.
        """
        with self._write() as connection:
            changed = records.change_state(connection, run_id, state, message, server)
        if changed:
            self._remove_surplus_files(run_id)

    def interrupt(self, run_id: str, message: str) -> None:
        """Mark a run as interrupted, also where the disk is full: it is written once there is room."""
        self._unwritten[run_id] = message
        self.write_unwritten()

    def write_unwritten(self) -> None:
        """Write what could not be written before, if there is room by now."""
        for run_id, message in list(self._unwritten.items()):
            with suppress(sqlite3.OperationalError, OSError):
                with self._write() as connection:  # one try, before anything is logged
                    records.update(connection, run_id)
                self.set_state(run_id, "interrupted", message)
                self._unwritten.pop(run_id, None)

    def set_keep_running(self, run_id: str, keep_running: bool) -> None:
        """Whether the run goes on after its page was closed."""
        with self._write() as connection:
            records.update(connection, run_id, keep_running=keep_running)

    def _remove_surplus_files(self, run_id: str) -> None:
        """Remove the files that no row names. Only after the rows are written: until then, readers follow them."""
        with closing(self._connect()) as connection:
            weights, checkpoint = kept_weights.steps(connection, run_id), records.checkpoint_step(connection, run_id)
        self.files.keep_only(run_id, weights, checkpoint)

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        connection = connect(self.folder / RUNS, create=create, timeout=10)
        connection.row_factory = sqlite3.Row
        # In WAL mode this keeps the file whole through a crash; only the last moments may be lost.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _ask(
        self, read: Callable[typing.Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with closing(self._connect()) as connection:
            return read(connection, *args, **kwargs)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._writing, closing(self._connect()) as connection, connection:
            # At once: another server that writes after something was read here would make it fail.
            connection.execute("BEGIN IMMEDIATE")
            yield connection
