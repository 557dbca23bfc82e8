import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visualizer.data.splits import stratified_split


@given(st.lists(st.integers(0, 3), min_size=1, max_size=80), st.integers(0, 1000))
def test_every_picture_is_in_exactly_one_split(labels: list[int], seed: int) -> None:
    split = stratified_split(np.array(labels), seed)
    assert sorted(np.concatenate(split).tolist()) == list(range(len(labels)))
    assert all(part.dtype == np.int64 for part in split)


def test_each_class_is_divided_seventy_fifteen_fifteen() -> None:
    labels = np.repeat([0, 1, 2], [100, 200, 40])
    train, validation, test = (np.bincount(labels[part]).tolist() for part in stratified_split(labels, seed=3))
    assert train == [70, 140, 28]
    assert validation == [15, 30, 6]
    assert test == [15, 30, 6]


def test_the_seed_decides() -> None:
    labels = np.repeat([0, 1], 50)
    first, again, other = (stratified_split(labels, seed)[0].tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_order_is_shuffled_across_classes() -> None:
    train, _, _ = stratified_split(np.repeat([0, 1], 100), seed=0)
    assert 40 < np.count_nonzero(train[:70] < 100) + np.count_nonzero(train[70:] >= 100) < 100
