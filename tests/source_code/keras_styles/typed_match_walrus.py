"""Newer Python: match, the walrus, types in brackets, unions by a bar."""
from collections.abc import Iterable
from typing import Literal

import keras
from keras import KerasTensor, layers

type_of = Literal["conv", "pool", "drop", "flat", "dense"]
PLAN: list[tuple] = [
    ("conv", 8, 3),
    ("conv", 12, 5),
    ("pool", 2),
    ("drop", 0.25),
    ("flat",),
    ("dense", 16, "relu"),
    ("dense", 3, None),
]


def apply(x: KerasTensor, plan: Iterable[tuple], /, *, norm: bool | None = None) -> KerasTensor:
    for step in plan:
        match step:
            case ("conv", filters, size) if size > 3:
                x = layers.Conv2D(filters, size, strides=2, activation="relu")(x)
            case ("conv", int(filters), size):
                x = layers.Conv2D(filters, size, activation="relu")(x)
                if norm:
                    x = layers.BatchNormalization()(x)
            case ("pool", size):
                x = layers.MaxPooling2D(size)(x)
            case ("drop", rate):
                x = layers.Dropout(rate)(x)
            case ("flat",):
                x = layers.Flatten()(x)
            case ("dense", units, activation):
                x = layers.Dense(units, activation=activation)(x)
            case _:
                raise ValueError(f"unknown: {step!r}")
    return x


if (count := len(PLAN)) > 3:
    inputs = keras.Input(shape=(side := 8 * count, side, 3))
    model = keras.Model(inputs, apply(inputs, PLAN, norm=True))
    model.compile(optimizer="adam", loss="mse")
