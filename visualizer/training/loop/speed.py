"""How fast a network can be trained on this computer: some batches are trained, timed and thrown away.

With one thread, as in a worker. Only an estimate: it includes what else the computer does at that moment, and cannot
know what it will do later.
"""

from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

import numpy as np
import torch

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC
from visualizer.architecture.shapes import BYTES_PER_NUMBER
from visualizer.tasks.classification import Classification
from visualizer.training.loop.augmentation import Augmentation
from visualizer.training.loop.optimizer import make_optimizer
from visualizer.training.settings import TrainingSettings, batches_per_epoch

# What is timed may take so much; larger networks get fewer pictures than a batch has, or are not timed at all.
MOST_MULTIPLY_ADDS = 1_000_000_000
MOST_BYTES = 32 * 2**20
MOST_PARAMETERS = 5_000_000
TIMES, ENOUGH = 5, 0.3  # batches, and seconds after which no further one is tried


@dataclass(frozen=True)
class TrainingSpeed:
    """Seconds that training takes: per step, per training picture, and per validation picture."""

    step: float
    picture: float
    evaluated: float


def measure_speed(architecture: Architecture, settings: TrainingSettings, targets: np.ndarray) -> TrainingSpeed:
    """Time how fast a network that fits is trained with these settings, on some targets of its task, (n, …).

    One that is too large to be timed is compared with the classic example: by its multiply-adds per picture, and by
    its parameters per step.

    Raises:
        ArchitectureError: The layers do not fit together.
    """
    report = summarize(architecture)
    if max(report.multiply_adds / MOST_MULTIPLY_ADDS, report.parameters / MOST_PARAMETERS) > 1:
        known = summarize(CLASSIC.architecture)
        of_classes = replace(settings, task=Classification(), loss="cross_entropy")
        speed = measure_speed(CLASSIC.architecture, of_classes, np.zeros(1, np.int64))
        work = report.multiply_adds / known.multiply_adds
        return TrainingSpeed(
            speed.step * report.parameters / known.parameters, speed.picture * work, speed.evaluated * work
        )
    fitting = min(
        MOST_MULTIPLY_ADDS // max(report.multiply_adds, 1),
        MOST_BYTES // (report.activation_numbers * BYTES_PER_NUMBER),
    )
    # Batch normalisation needs two.
    count = max(min(settings.batch_size, fitting), min(settings.batch_size, 2))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _timed(architecture, settings, np.resize(targets, (count, *targets.shape[1:])))
    finally:
        torch.set_num_threads(threads)


def total_seconds(speed: TrainingSpeed, settings: TrainingSettings, train: int, validation: int) -> float:
    """How long a whole training takes, in seconds, with splits of so many pictures."""
    steps = batches_per_epoch(train, settings.batch_size)
    epoch = steps * speed.step + train * speed.picture + validation * speed.evaluated
    return settings.epochs * epoch + validation * speed.evaluated  # the untrained network is evaluated as well


def _timed(architecture: Architecture, settings: TrainingSettings, some_targets: np.ndarray) -> TrainingSpeed:
    network = build(architecture, settings.initialization, settings.seed)
    optimizer, augmentation = make_optimizer(network, settings), Augmentation(settings)
    random = torch.Generator().manual_seed(0)
    count, targets = len(some_targets), torch.from_numpy(some_targets)
    pictures = torch.rand((count, *settings.task.picture_shape(architecture)), generator=random)
    steps: list[float] = []
    trained: list[float] = []
    evaluated: list[float] = []
    started = perf_counter()
    while len(steps) < TIMES + 1 and (len(steps) < 2 or perf_counter() - started < ENOUGH):
        network.train()
        began = perf_counter()
        optimizer.zero_grad()
        changed, _ = augmentation(pictures)
        loss, _ = settings.task.loss_and_outputs(network, changed, targets, settings.loss)
        penalty = network.penalty()
        (loss if penalty is None else loss + penalty).backward()
        stepped = perf_counter()
        optimizer.step()
        ended = perf_counter()
        network.eval()
        with torch.inference_mode():
            settings.task.loss_and_outputs(network, pictures, targets, settings.loss)
        evaluated.append((perf_counter() - ended) / count)
        steps.append(ended - stepped)
        trained.append((stepped - began) / count)
    # The first batch warms up.
    return TrainingSpeed(median(steps[1:]), median(trained[1:]), median(evaluated[1:]))
