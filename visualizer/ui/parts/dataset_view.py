"""The contents of a data set, and the choice of the watched picture."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.data.dataset import Dataset
from visualizer.figures.chart import Chart
from visualizer.figures.gallery import gallery
from visualizer.figures.picture import picture_chart
from visualizer.ui.kit import bound
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.pick import pick
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.session import session
from visualizer.ui.state.viewport import column_width, is_narrow

PER_CLASS = 3
_OF_THE_ONLY_CLASS, _COLUMNS_OF_ONE = 12, 6


def opened_dataset(name: str) -> Dataset:
    """The data set, with a spinner while it is made for the first time.

    Raises:
        UserError: No data set has that name, or it belongs to another workspace.
    """
    with st.spinner("Opening the data set …"):
        return load_dataset(name, own_names(session(), name))


def examples(dataset: Dataset, split: np.ndarray, per_class: int) -> np.ndarray:
    """The first `per_class` pictures of each class in a split, a first one of each, then a second one of each, ….

    Of a class that has fewer there are fewer: indices (at most per_class * classes,).
    """
    of_classes = [split[dataset.labels[split] == label][:per_class] for label in range(_classes(dataset))]
    rounds = [[of_class[number] for of_class in of_classes if len(of_class) > number] for number in range(per_class)]
    return np.array([index for each in rounds for index in each], np.int64)


def _classes(dataset: Dataset) -> int:
    return len(dataset.class_names)


def dataset_gallery(name: str) -> None:
    """Some pictures of every class, and how the set is split."""
    dataset = opened_dataset(name)
    st.markdown(dataset.description)
    splits = {
        "train": (dataset.train, "for training"),
        "validation": (dataset.validation, "for validation: never trained on, checked after each epoch"),
        "test": (dataset.test, "for testing: kept apart until the end"),
    }
    split = pick("Split", {name: f"{name}, {len(indices):,}" for name, (indices, _) in splits.items()}, "gallery-split")
    chosen, purpose = splits[split]
    one = _classes(dataset) == 1
    st.caption(f"{len(chosen):,} pictures {purpose}. {'Some of them' if one else 'Some of each class'}:")
    columns = _COLUMNS_OF_ONE if one else _classes(dataset)
    indices = examples(dataset, chosen, _OF_THE_ONLY_CLASS if one else PER_CLASS)
    if is_narrow():  # each class in a row of its own is too small there
        indices = indices[:columns]
        columns = max(columns // 2, 1)
    names = [dataset.class_names[label] for label in dataset.labels[indices]]
    show(gallery(dataset.pictures[indices], names, columns=columns, width=column_width(0.8)), "gallery")


def pictures_of_class(dataset: Dataset, label: int) -> np.ndarray:
    """The pictures of a class in the test split: indices into `Dataset.pictures`."""
    return dataset.test[dataset.labels[dataset.test] == label]


def choose_test_picture(dataset: Dataset, label: int, key: str, **widget: Any) -> int:
    """Draw the choice of a test picture of a class that has some; its index. Keyword arguments go to the widget."""
    of_class = pictures_of_class(dataset, label)
    number = st.number_input(f"Picture 1 to {len(of_class)}", 1, len(of_class), key=key, **widget)
    return int(of_class[number - 1])


def watched_choice(dataset: Dataset, index: int, watch: Callable[[int], None]) -> None:
    """Choose the picture that a network is watched on: its class, and another of that class.

    Args:
        dataset: The data set that it is trained on.
        index: The current picture, an index into `Dataset.pictures`.
        watch: Called with another one.
    """
    label = int(dataset.labels[index])
    of_class = {
        other: dataset.validation[dataset.labels[dataset.validation] == other] for other in range(_classes(dataset))
    }

    # Of a rare class all pictures may be in another split.
    names = {other: dataset.class_names[other] for other, members in of_class.items() if len(members) or other == label}

    def choose_class(new: int) -> None:
        watch(int(of_class[new][0]))

    def choose_another() -> None:
        candidates = of_class[label] if len(of_class[label]) else dataset.validation
        watch(int(candidates[np.searchsorted(candidates, index, side="right") % len(candidates)]))

    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="bottom"):
        bound.choice("Watched picture", label, choose_class, "watched-class", names, width=96)
        st.button(
            "Another picture",
            key="bare-watched-next",
            icon=":material/arrow_forward:",
            on_click=choose_another,
        )


def watched_chart(dataset: Dataset, index: int) -> Chart:
    """That picture as a chart."""
    return picture_chart(dataset.pictures[index], "", width=140)
