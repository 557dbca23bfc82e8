"""Small networks to start from."""

from dataclasses import dataclass

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D


@dataclass(frozen=True)
class Preset:
    """An architecture, with a sentence that says what it is for where the gallery does not tell its history."""

    architecture: Architecture
    description: str = ""

    @property
    def name(self) -> str:
        return self.architecture.name


CLASSIC = Preset(
    Architecture(
        "Classic example",
        (3, 64, 64),
        (
            Conv2D(filters=32),
            MaxPooling2D(),
            Conv2D(filters=64),
            MaxPooling2D(),
            Flatten(),
            Dense(units=128),
            Dense(units=10, activation="softmax"),
        ),
    ),
    "Two convolutions, two poolings, two dense layers: the network of most first lessons.",
)

TINY = Preset(
    Architecture(
        "Tiny digits net",
        (1, 8, 8),
        (
            Conv2D(filters=8, padding="same"),
            MaxPooling2D(),
            Conv2D(filters=16, padding="same"),
            MaxPooling2D(),
            Flatten(),
            Dense(units=10, activation="softmax"),
        ),
    ),
    "Small enough to read every number of it; learns the 8 × 8 digits in seconds.",
)

LENET = Preset(
    Architecture(
        "LeNet-5",
        (1, 32, 32),
        (
            Conv2D(filters=6, kernel_size=(5, 5), activation="tanh"),
            AveragePooling2D(),
            Conv2D(filters=16, kernel_size=(5, 5), activation="tanh"),
            AveragePooling2D(),
            Conv2D(filters=120, kernel_size=(5, 5), activation="tanh"),
            Flatten(),
            Dense(units=84, activation="tanh"),
            Dense(units=10, activation="softmax"),
        ),
    )
)

SMALL_VGG = Preset(
    Architecture(
        "Small VGG",
        (3, 64, 64),
        (
            Conv2D(filters=16, padding="same"),
            Conv2D(filters=16, padding="same"),
            MaxPooling2D(),
            Conv2D(filters=32, padding="same"),
            Conv2D(filters=32, padding="same"),
            MaxPooling2D(),
            Conv2D(filters=64, padding="same"),
            Conv2D(filters=64, padding="same"),
            MaxPooling2D(),
            Flatten(),
            Dense(units=128),
            Dropout(rate=0.5),
            Dense(units=10, activation="softmax"),
        ),
    ),
    "Blocks of two 3 × 3 convolutions and a pooling, after Simonyan and Zisserman, 2014, with far fewer filters.",
)

PRESETS: tuple[Preset, ...] = (TINY, CLASSIC, LENET, SMALL_VGG)


def empty(input_shape: tuple[int, int, int]) -> Architecture:
    """Nothing but an input (C, H, W): for those who start from nothing."""
    return Architecture("My network", input_shape)
