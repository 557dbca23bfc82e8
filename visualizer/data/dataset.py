"""The type of all data sets."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures with a fixed split.

    Attributes:
        name: Short id, such as "digits".
        title: The name to show.
        description: Where the data come from and what makes them easy or hard, in one or two sentences.
        class_names: One name for each class.
        pictures: (N, H, W, C) uint8, C is 1 (grey) or 3 (RGB).
        labels: (N,) int64, index into `class_names`.
        train, validation, test: int64 indices into `pictures`, disjoint, together all of them.
    """

    name: str
    title: str
    description: str
    class_names: tuple[str, ...]
    pictures: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
