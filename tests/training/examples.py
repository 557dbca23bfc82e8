"""What several training tests start from."""

from dataclasses import replace
from typing import Any

import numpy as np

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.data.dataset import Dataset
from visualizer.training.loop.events import BatchesEnded, EpochEnded, Event
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, TrainingSettings

# Has what training and evaluation treat differently: batch normalisation and dropout.
MIXED = Architecture(
    "mixed",
    (1, 8, 8),
    (
        Conv2D(filters=6),
        BatchNormalization(),
        MaxPooling2D(),
        Flatten(),
        Dropout(rate=0.5),
        Dense(units=10, activation="softmax"),
    ),
)

LEAKY = Architecture(
    "leaky",
    (1, 8, 8),
    (Conv2D(filters=8, activation="leaky_relu"), Flatten(), Dense(units=10, activation="softmax")),
)


def spec(architecture: Architecture = TINY.architecture, **settings: Any) -> RunSpec:
    return RunSpec(architecture, TrainingSettings(**settings), probe_index=3)


def few_digits(train: int = 100, validation: int = 70) -> Dataset:
    """Real digits, so few that an epoch takes milliseconds."""
    digits = load_dataset("digits")
    return replace(digits, train=digits.train[:train], validation=digits.validation[:validation])


def train_all(training: Training) -> list[Event]:
    """Everything that a training emits, to its end."""
    events = []
    while not training.ended:
        events += training.advance()
    return events


def epochs(events: list[Event]) -> list[EpochEnded]:
    return [event for event in events if isinstance(event, EpochEnded)]


def curve(events: list[Event]) -> np.ndarray:
    """Loss and accuracy of each batch: (batches, 2) float32."""
    parts = [
        np.stack([event.losses, event.measures["accuracy"]], axis=1)
        for event in events
        if isinstance(event, BatchesEnded)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)
