"""The same small CNN trained by several optimizers side by side, in a bare torch loop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.architecture import Architecture
from visualizer.concepts.optimizers import OPTIMIZERS

BATCH_SIZE = 32
EPOCHS = 5
SEED = 0
LAP = 10  # batches that an optimizer trains before it is the next one's turn

# Rates with which each optimizer learns; not the best possible ones.
NETWORK_RATES: dict[str, float] = {"sgd": 0.2, "momentum": 0.05, "rmsprop": 0.005, "adam": 0.01}


@dataclass(frozen=True)
class OptimizerRun:
    """The training of the network by one optimizer, finished or so far.

    Attributes:
        optimizer: Its name in OPTIMIZERS.
        learning_rate: Fixed over the whole training.
        steps_per_epoch: Batches in an epoch.
        losses: (T,) mean cross-entropy of each batch in nats, before the step that the batch led to.
        accuracy: Share of the held-out pictures classified correctly after training, 0 to 1; None before the end, and
            after a failure.
        failed_at: The step at which the loss was no longer a finite number; None without a failure.
    """

    optimizer: str
    learning_rate: float
    steps_per_epoch: int
    losses: np.ndarray
    accuracy: float | None
    failed_at: int | None


@dataclass(frozen=True)
class RaceData:
    """(N, C, H, W) float32 pictures in [0, 1] with (N,) integer labels to train on, and held-out ones to test with."""

    pictures: np.ndarray
    labels: np.ndarray
    held_out_pictures: np.ndarray
    held_out_labels: np.ndarray


def train_with(
    optimizer: str, learning_rate: float, architecture: Architecture, data: RaceData, epochs: int = EPOCHS
) -> Iterator[OptimizerRun]:
    """Train a new network. Every optimizer gets the same initial weights and the same batches in the same order.

    Args:
        optimizer: Its name in OPTIMIZERS.
        learning_rate: Fixed over the whole training.
        architecture: A classifier that ends in a vector of one score for each class.
        data: The pictures.
        epochs: How often each picture is used.

    Yields:
        The run so far after every LAP batches; the last one is the result.

    Raises:
        ArchitectureError: The layers do not fit together.
    """
    import torch
    from torch.nn import functional

    from visualizer.architecture.network import build

    # A network this small is not faster on two cores, and on a busy machine the cores wait for each other.
    torch.set_num_threads(1)
    network = build(architecture, seed=SEED)
    torch_optimizer = OPTIMIZERS[optimizer].make(network.parameters(), learning_rate)
    order = torch.Generator().manual_seed(SEED)
    inputs, targets = torch.from_numpy(data.pictures), torch.from_numpy(data.labels)
    steps_per_epoch = -(-len(inputs) // BATCH_SIZE)
    losses: list[float] = []

    def so_far(accuracy: float | None = None, failed_at: int | None = None) -> OptimizerRun:
        return OptimizerRun(optimizer, learning_rate, steps_per_epoch, np.array(losses), accuracy, failed_at)

    for _ in range(epochs):
        for batch in torch.randperm(len(inputs), generator=order).split(BATCH_SIZE):
            torch_optimizer.zero_grad()
            loss = functional.cross_entropy(network.logits(inputs[batch]), targets[batch])
            loss.backward()
            torch_optimizer.step()
            losses.append(loss.item())
            if not np.isfinite(losses[-1]):
                yield so_far(failed_at=len(losses))
                return
            if len(losses) % LAP == 0:
                yield so_far()
    network.eval()
    with torch.inference_mode():
        answers = network.logits(torch.from_numpy(data.held_out_pictures)).argmax(1).numpy()
    yield so_far(accuracy=float((answers == data.held_out_labels).mean()))


def race(
    rates: Mapping[str, float], architecture: Architecture, data: RaceData, epochs: int = EPOCHS
) -> Iterator[dict[str, OptimizerRun]]:
    """Train with each optimizer at its learning rate, in turns, and yield all runs after each round.

    The last ones are the result. Arguments as in `train_with`.
    """
    running = {name: train_with(name, rate, architecture, data, epochs) for name, rate in rates.items()}
    runs: dict[str, OptimizerRun] = {}
    while running:
        for name, training in list(running.items()):
            run = next(training, None)
            if run is None:
                del running[name]
            else:
                runs[name] = run
        yield dict(runs)


def lowest_loss(runs: Mapping[str, OptimizerRun], last: int) -> str:
    """The optimizer with the lowest mean loss over its `last` last batches, among those that did not fail."""
    ended = {name: run.losses[-last:].mean() for name, run in runs.items() if run.failed_at is None}
    return min(ended or runs, key=lambda name: ended.get(name, 0.0))


def trailing_mean(values: np.ndarray, window: int) -> np.ndarray:
    """The mean of each value and the values before it, at most `window` in all: (T,) in, (T,) out."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)
