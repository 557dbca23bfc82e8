"""The real digits of the page Generation."""

from typing import Literal

import numpy as np
import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.results import keep_results

SHAPE = (1, 8, 8)
_DEFAULT = 3


@keep_results(max_entries=2)
def digits_of(split: Literal["train", "test"]) -> np.ndarray:
    """The pictures of a split of the digits, (N, 1, 8, 8) float32 from 0 to 1."""
    dataset = load_dataset("digits")
    return prepare(dataset.pictures[getattr(dataset, split)], SHAPE)


def labels_of(split: Literal["train", "test"]) -> np.ndarray:
    """The classes of these pictures, (N,)."""
    dataset = load_dataset("digits")
    labels: np.ndarray = dataset.labels[getattr(dataset, split)]
    return labels


def choose_digit(key: str) -> tuple[int, str]:
    """Draw the choice of a digit; the index of a test picture of it, and its name."""
    label = pick("A real digit", {number: str(number) for number in range(10)}, key, default=_DEFAULT, widget=st.pills)
    return int(np.flatnonzero(labels_of("test") == label)[0]), f"A {label}"


def digit(index: int) -> np.ndarray:
    """A test picture, (8, 8) from 0 to 1."""
    picture: np.ndarray = digits_of("test")[index, 0]
    return picture
