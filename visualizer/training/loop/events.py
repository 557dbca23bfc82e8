"""What a run emits while it trains, as plain data and numpy arrays, which cross the border between processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from visualizer.architecture.answer import Answer
from visualizer.training.loop.checkpoints import Checkpoint

State = Literal["queued", "running", "paused", "interrupted", "finished", "stopped", "failed"]

# A queued run waits for its turn; commands reach all active runs.
ACTIVE_STATES: tuple[State, ...] = ("queued", "running", "paused")
# No worker has an interrupted run any more; a user can resume it from its checkpoint.
RESUMABLE_STATES: tuple[State, ...] = (*ACTIVE_STATES, "interrupted")
ENDED_STATES: tuple[State, ...] = ("interrupted", "finished", "stopped", "failed")


@dataclass(frozen=True)
class BatchesEnded:
    """Consecutive batches were trained, the last of which was batch `step`, counted from 1.

    `losses` and each of `measures`, by its name in the task's, are (batches,) float32, those of each batch before its
    step. A penalty of the weights is a part of the loss.
    """

    step: int
    losses: np.ndarray
    measures: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class EpochEnded:
    """One epoch was trained and evaluated; measures are by their name in the task's.

    `train_loss` and `train_measures` are the mean over the epoch's pictures, each measured at its batch, so early
    batches by a less trained network; the validation values come after the epoch, in evaluation mode. That is why
    validation can look better than training at first. Epoch 0 is the untrained network: it has no training
    values (NaN).

    Where layers have a penalty of their weights, it is a part of both losses, as in Keras: `train_penalty` is how much
    of `train_loss` (also a mean), and `validation_penalty` how much of `validation_loss`.
    """

    epoch: int
    train_loss: float
    train_measures: Mapping[str, float]
    validation_loss: float
    validation_measures: Mapping[str, float]
    train_penalty: float = 0.0
    validation_penalty: float = 0.0


@dataclass(frozen=True)
class FeatureMaps:
    """A layer's output, after its activation: `array` is (channels shown, H, W) float32, of `channels` in all."""

    layer_index: int
    name: str
    array: np.ndarray
    channels: int


@dataclass(frozen=True)
class Answers:
    """What the network answers after `step` batches to some pictures of the validation split.

    `indices` are (n,) int64, into `Dataset.pictures`.
    """

    step: int
    indices: np.ndarray
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Snapshot:
    """The network's inside at one moment, in evaluation mode, on the probe picture.

    Attributes:
        step: Batches trained until then.
        epoch_position: The same in epochs, such as 1.5.
        probe_index: The probe picture's index in `Dataset.pictures`.
        answer: Its answer to the probe picture; None where an older version kept the softmax of scores, from which
            they cannot be recovered.
        kernels: (out, in, kernel height, kernel width) float32 of the first layer that has kernels, or None.
        kernels_layer: The index of that layer, or None.
        maps: The feature maps of every layer that has some.
    """

    step: int
    epoch_position: float
    probe_index: int
    answer: Answer | None
    kernels: np.ndarray | None
    kernels_layer: int | None
    maps: tuple[FeatureMaps, ...]


@dataclass(frozen=True)
class Weights:
    """All weights and buffers at one moment, by their name in the network's `state_dict()`.

    `epoch` is the number of finished epochs if the moment is the end of one (0: untrained), else None.
    """

    step: int
    epoch: int | None
    arrays: dict[str, np.ndarray]


@dataclass(frozen=True)
class Gradients:
    """The sizes of the numbers of the loss's gradient at batch `step`, the one that was trained last.

    Attributes:
        step: Batches trained, that one included.
        layers: The layers that have weights, by index.
        counts: (layers, len(GRADIENT_EDGES)) int64, see `moments.gradient_counts`.
    """

    step: int
    layers: tuple[int, ...]
    counts: np.ndarray


@dataclass(frozen=True)
class LayerHealth:
    """One layer's health around one step.

    Attributes:
        layer_index: Its place in the network, from 0.
        gradient_norm: Euclidean norm of the loss's gradient for all its weights; None where it has no weights.
        weight_norm: Euclidean norm of all its weights before the step; None where it has none.
        update_norm: Euclidean norm of what the step added to them; None where it has none.
        silent_share: Share of its ReLU units, 0 to 1, that fired for no picture of the batch; a unit of a convolution
            is one map, which fires where any of its places does. None where it has no ReLU.
        units: How many ReLU units it has.
    """

    layer_index: int
    gradient_norm: float | None
    weight_norm: float | None
    update_norm: float | None
    silent_share: float | None
    units: int


@dataclass(frozen=True)
class Health:
    """The health of the layers that have weights or a ReLU around batch `step`, counted from 1."""

    step: int
    layers: tuple[LayerHealth, ...]


@dataclass(frozen=True)
class StateChanged:
    """The run entered another state; `message` says why, where needed. An empty one keeps the last advice."""

    state: State
    message: str = ""


@dataclass(frozen=True)
class Advice:
    """The run goes on, but badly; `message` says what is seen and what to try. An empty one withdraws the last one."""

    message: str


@dataclass(frozen=True)
class Failed:
    """The run cannot go on; `message` says what happened and what to try."""

    message: str


Event = (
    BatchesEnded
    | EpochEnded
    | Answers
    | Snapshot
    | Weights
    | Gradients
    | Health
    | Checkpoint
    | StateChanged
    | Advice
    | Failed
)


@dataclass(frozen=True)
class RunProgress:
    """How far a run has come.

    Attributes:
        step: Batches trained.
        epoch: Epochs finished and evaluated.
        learning_rate: That of the next step.
        seconds: Time spent running, including evaluation and the turns of other runs, without pauses.
        images_per_second: Training pictures per second, over the last few seconds of running.
    """

    step: int
    epoch: int
    learning_rate: float
    seconds: float
    images_per_second: float


@dataclass(frozen=True)
class Bundle:
    """What happened in one run since its last bundle, in order, and how far it has come."""

    run_id: str
    progress: RunProgress
    events: tuple[Event, ...]
