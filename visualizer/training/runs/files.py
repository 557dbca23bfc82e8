"""The files of a run: weights, checkpoints and the latest look inside, in a folder for each run."""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors import safe_open

from visualizer import log
from visualizer.architecture.answer import Answer, Classes, answer_of, answer_parts
from visualizer.errors import UserError
from visualizer.training.loop.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from visualizer.training.loop.events import Answers, FeatureMaps, Snapshot, Weights
from visualizer.workspace import DamagedFileError, reading_safetensors, save_atomically, set_aside


class RunFiles:
    """The files of all runs in a workspace folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Those that could not be read: the log has each once.
        self._damaged: set[Path] = set()

    def folder(self, run_id: str) -> Path:
        """The run's folder. Raises UserError for an id that no run can have."""
        # Ids may come from a page's address.
        if not run_id.isalnum():
            raise UserError("There is no such run.", "The id of a run has only letters and digits.", "Start a new run.")
        return self._folder / run_id

    def path(self, run_id: str, kind: Literal["weights", "checkpoint"], step: int) -> Path:
        """The file of the weights or of the checkpoint after `step` batches, whether it exists or not."""
        return self.folder(run_id) / _name(kind, step)

    def snapshot_path(self, run_id: str) -> Path:
        """The file of the latest look inside, whether it exists or not."""
        return self.folder(run_id) / "snapshot.safetensors"

    def remove(self, run_ids: Iterable[str]) -> None:
        """Remove all files of these runs."""
        for run_id in run_ids:
            log.event("run-forgotten", run=run_id)
            shutil.rmtree(self.folder(run_id), ignore_errors=True)

    def keep_only(self, run_id: str, weights: Collection[int], checkpoint: int | None) -> None:
        """Remove the weights and checkpoints of all other steps than these."""
        kept = {_name("weights", step) for step in weights}
        if checkpoint is not None:
            kept.add(_name("checkpoint", checkpoint))
        folder = self.folder(run_id)
        for name in os.listdir(folder) if folder.exists() else ():
            if name.startswith(("weights-", "checkpoint-")) and name.endswith(".safetensors") and name not in kept:
                (folder / name).unlink(missing_ok=True)

    # Weights

    def save_weights(self, run_id: str, weights: Weights) -> None:
        """Write the weights of a moment."""
        path = self.path(run_id, "weights", weights.step)
        save_atomically(path, weights.arrays)
        self._damaged.discard(path)

    def has_damaged_weights(self, run_id: str, step: int) -> bool:
        """Whether the weights of that moment were found to be damaged."""
        return self.path(run_id, "weights", step) in self._damaged

    def read_weights(self, run_id: str, step: int, prefix: str = "") -> dict[str, np.ndarray]:
        """The weights after `step` batches whose names begin with `prefix`.

        Raises:
            FileNotFoundError: They are not kept.
            UserError: Their file is damaged.
        """
        path = self.path(run_id, "weights", step)
        what = f"The weights after {step:,} batches of this run"
        with (
            self._reading(path, what, "Choose another moment, or train it again."),
            safe_open(path, framework="numpy") as file,
        ):
            return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118

    # Checkpoints

    def save_checkpoint(self, run_id: str, checkpoint: Checkpoint) -> None:
        """Write a checkpoint beside the one before."""
        write_checkpoint(self.path(run_id, "checkpoint", checkpoint.step), checkpoint)

    def read_checkpoint(self, run_id: str, step: int) -> Checkpoint | None:
        """The checkpoint, or None where it is missing or damaged: a damaged file is renamed, not deleted.

        Raises:
            OSError: It cannot be read at the moment.
        """
        path = self.path(run_id, "checkpoint", step)
        checkpoint = read_checkpoint(path)
        if checkpoint is None:
            log.event("checkpoint-lost", warning=True, run=run_id, file=path.name)
            if path.exists():
                set_aside(path, "the checkpoint cannot be read")
        return checkpoint

    # Snapshots

    def save_snapshot(self, run_id: str, snapshot: Snapshot) -> None:
        """Write a look inside over the one before."""
        arrays = {f"maps-{maps.layer_index}": maps.array for maps in snapshot.maps}
        answer = None
        if snapshot.answer is not None:
            answer, answer_arrays = answer_parts(snapshot.answer)
            arrays |= {f"answer-{name}": array for name, array in answer_arrays.items()}
        if snapshot.kernels is not None:
            arrays["kernels"] = snapshot.kernels
        about = {
            "step": snapshot.step,
            "epoch_position": snapshot.epoch_position,
            "probe_index": snapshot.probe_index,
            "kernels_layer": snapshot.kernels_layer,
            "answer": answer,
            "maps": [(maps.layer_index, maps.name, maps.channels) for maps in snapshot.maps],
        }
        save_atomically(self.snapshot_path(run_id), arrays, metadata={"snapshot": json.dumps(about)})

    def read_snapshot(self, run_id: str, gives_scores: Callable[[], bool]) -> Snapshot | None:
        """The latest look inside, or None where there was none yet.

        `gives_scores` says whether the network gives scores. It is asked for files of earlier versions, which hold a
        softmax of every output: for such a network that is no answer.

        Raises:
            UserError: Its file is damaged.
        """
        path = self.snapshot_path(run_id)
        with self._reading(path, "The last look inside this run", "Train it on, or again, to get a new one."):
            content = _content(path, "snapshot")
            return None if content is None else _snapshot(*content, gives_scores)

    # Answers

    def save_answers(self, run_id: str, answers: Answers) -> None:
        """Write the answers to some pictures over those before."""
        arrays, kinds = {"indices": answers.indices}, []
        for place, answer in enumerate(answers.answers):
            kind, of_answer = answer_parts(answer)
            kinds.append(kind)
            arrays |= {f"{place}-{name}": array for name, array in of_answer.items()}
        about = {"step": answers.step, "answers": kinds}
        save_atomically(self._answers_path(run_id), arrays, metadata={"answers": json.dumps(about)})

    def read_answers(self, run_id: str) -> Answers | None:
        """The latest answers, or None where there were none yet.

        Raises:
            UserError: Their file is damaged.
        """
        path = self._answers_path(run_id)
        with self._reading(path, "The last answers of this run", "Train it on, or again, to get new ones."):
            content = _content(path, "answers")
            if content is None:
                return None
            about, arrays = content
            answers = tuple(answer_of(kind, arrays, f"{place}-") for place, kind in enumerate(about["answers"]))
            return Answers(int(about["step"]), arrays["indices"], answers)

    def _answers_path(self, run_id: str) -> Path:
        return self.folder(run_id) / "answers.safetensors"

    @contextmanager
    def _reading(self, path: Path, what: str, remedy: str) -> Iterator[None]:
        """Around what reads a file: that it is damaged becomes a UserError, and costs this file alone."""
        try:
            with reading_safetensors(path):
                yield
        except DamagedFileError as error:
            if path not in self._damaged:
                log.event("file-damaged", warning=True, run=path.parent.name, file=path.name, why=str(error))
            self._damaged.add(path)
            raise UserError(f"{what} cannot be read.", "Its file on the server is damaged.", remedy) from error


def _content(path: Path, field: str) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """The JSON of that field of a file's metadata, and its arrays; None where there is no such file."""
    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
            return json.loads(file.metadata()[field]), arrays
    except FileNotFoundError:
        return None


def _name(kind: str, step: int) -> str:
    return f"{kind}-{step:08d}.safetensors"


def _snapshot(about: dict[str, Any], arrays: dict[str, np.ndarray], gives_scores: Callable[[], bool]) -> Snapshot:
    kernels, kernels_layer = arrays.get("kernels"), about["kernels_layer"]
    if kernels is not None and (kernels.ndim != 4 or kernels_layer is None):
        raise ValueError(f"kernels of shape {kernels.shape} of layer {kernels_layer}")
    answer: Answer | None = None
    if isinstance(about.get("answer"), dict):
        answer = answer_of(about["answer"], arrays, "answer-")
    elif "answer" in about:  # as all answers were classes
        answer = Classes(arrays["answer"], about["answer"]) if about["answer"] else None
    elif not gives_scores():
        answer = Classes(arrays["probabilities"], "probabilities")
    return Snapshot(
        step=int(about["step"]),
        epoch_position=float(about["epoch_position"]),
        probe_index=int(about["probe_index"]),
        answer=answer,
        kernels=kernels,
        kernels_layer=None if kernels_layer is None else int(kernels_layer),
        maps=tuple(
            FeatureMaps(index, name, arrays[f"maps-{index}"], channels) for index, name, channels in about["maps"]
        ),
    )
