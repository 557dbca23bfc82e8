"""The same small CNN trained by several optimizers side by side: a bare torch loop, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.architecture import Architecture
from visualizer.concepts.optimizers import OPTIMIZERS

BATCH_SIZE = 32
EPOCHS = 5
SEED = 0
LAP = 10  # batches that each trains before the next one's turn

# Each learns with these; they are not the best possible ones.
NETWORK_RATES: dict[str, float] = {"sgd": 0.2, "momentum": 0.05, "rmsprop": 0.005, "adam": 0.01}


@dataclass(frozen=True)
class TrainedBy:
    """What became of the network with one optimizer, or has become of it so far.

    Attributes:
        optimizer: Its name in OPTIMIZERS.
        learning_rate: Fixed over the whole training.
        steps_per_epoch: Batches in an epoch.
        losses: (T,) mean cross-entropy of each batch in nats, before the step it led to.
        accuracy: Share of the held-out pictures that were right afterwards, 0 to 1; None before, or where it failed.
        failed_at: The step at which the loss was no longer a finite number; None where all went well.
    """

    optimizer: str
    learning_rate: float
    steps_per_epoch: int
    losses: np.ndarray
    accuracy: float | None
    failed_at: int | None


@dataclass(frozen=True)
class Examples:
    """What is learnt: (N, C, H, W) float32 pictures in [0, 1] and (N,) integer labels, and others to test with."""

    pictures: np.ndarray
    labels: np.ndarray
    held_out_pictures: np.ndarray
    held_out_labels: np.ndarray


def train_by(
    optimizer: str, learning_rate: float, architecture: Architecture, examples: Examples, epochs: int = EPOCHS
) -> Iterator[TrainedBy]:
    """Train a fresh network. Every optimizer gets the same first weights and the same batches in the same order.

    Args:
        optimizer: Its name in OPTIMIZERS.
        learning_rate: Fixed over the whole training.
        architecture: A classifier that ends in a vector of one score for each class.
        examples: The pictures.
        epochs: How often each picture is seen.

    Yields:
        What there is after every LAP batches; the last one is the result.

    Raises:
        ArchitectureError: The layers do not fit together.
    """
    # So small a network is not faster on two cores, and on a busy machine the cores wait for each other.
    import torch
    from torch.nn import functional

    from visualizer.architecture.network import build

    torch.set_num_threads(1)
    network = build(architecture, seed=SEED)
    torch_optimizer = OPTIMIZERS[optimizer].make(network.parameters(), learning_rate)
    order = torch.Generator().manual_seed(SEED)
    inputs, targets = torch.from_numpy(examples.pictures), torch.from_numpy(examples.labels)
    steps_per_epoch = -(-len(inputs) // BATCH_SIZE)
    losses: list[float] = []

    def so_far(accuracy: float | None = None, failed_at: int | None = None) -> TrainedBy:
        return TrainedBy(optimizer, learning_rate, steps_per_epoch, np.array(losses), accuracy, failed_at)

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
        answers = network.logits(torch.from_numpy(examples.held_out_pictures)).argmax(1).numpy()
    yield so_far(accuracy=float((answers == examples.held_out_labels).mean()))


def race(
    rates: Mapping[str, float], architecture: Architecture, examples: Examples, epochs: int = EPOCHS
) -> Iterator[dict[str, TrainedBy]]:
    """Train with each optimizer at its learning rate, taking turns; after each round what there is of all of them.

    The last one is the result. Arguments as in `train_by`.
    """
    running = {name: train_by(name, rate, architecture, examples, epochs) for name, rate in rates.items()}
    states: dict[str, TrainedBy] = {}
    while running:
        for name, training in list(running.items()):
            state = next(training, None)
            if state is None:
                del running[name]
            else:
                states[name] = state
        yield dict(states)


def lowest_loss(trained: Mapping[str, TrainedBy], last: int) -> str:
    """The optimizer with the least mean loss over its last batches, `last` of them; of those that did not fail."""
    ended = {name: state.losses[-last:].mean() for name, state in trained.items() if state.failed_at is None}
    return min(ended or trained, key=lambda name: ended.get(name, 0.0))


def trailing_mean(values: np.ndarray, window: int) -> np.ndarray:
    """The mean of each value and those before it, at most `window` together: (T,) in, (T,) out."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)
