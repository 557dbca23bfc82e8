"""What is counted, against counting by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_iris

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.network import build
from visualizer.inspection.embedding import STAGES, neighbours, principal_components
from visualizer.inspection.evaluation import BINS, calibration_of, evaluate, evaluation_of


def ended(steps):
    said = []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return stop.value, said


@st.composite
def answers(draw):
    count, classes = draw(st.integers(1, 40)), draw(st.integers(2, 5))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    probabilities = random.dirichlet(np.full(classes, 0.4), count).astype(np.float32)
    return random.integers(0, classes, count), probabilities


@given(answers())
def test_all_counts_are_those_of_counting_by_hand(drawn):
    labels, probabilities = drawn
    found = evaluation_of(labels, probabilities, "probabilities", np.zeros((len(labels), 0)))
    said = probabilities.argmax(1)
    for label in range(probabilities.shape[1]):
        for answer in range(probabilities.shape[1]):
            places = [place for place in range(len(labels)) if (labels[place], said[place]) == (label, answer)]
            assert found.confusion[label, answer] == len(places)
            assert sorted(found.cell(label, answer)) == places
            sure = probabilities[found.cell(label, answer), answer]
            assert (np.diff(sure) <= 0).all()
        of_class, called = labels == label, said == label
        right = (of_class & called).sum()
        expected = right / of_class.sum() if of_class.any() else np.nan
        assert found.recall[label] == pytest.approx(expected, nan_ok=True)
        expected = right / called.sum() if called.any() else np.nan
        assert found.precision[label] == pytest.approx(expected, nan_ok=True)
    assert found.accuracy == pytest.approx(np.mean(said == labels))
    assert sorted(found.mistakes()) == np.flatnonzero(said != labels).tolist()
    assert (np.diff(probabilities.max(1)[found.mistakes()]) <= 0).all()


@given(answers(), st.booleans())
def test_calibration_by_hand(drawn, on_borders):
    labels, probabilities = drawn
    if on_borders:  # confidences of 0.5, 0.6, …, which lie between two bins
        share = np.round(np.clip(probabilities[:, 0], 0.5, 1.0) * 10) / 10
        probabilities = np.stack([share, 1 - share], axis=1)
    found = calibration_of(labels, probabilities)
    sure, right = probabilities.max(1).astype(float), probabilities.argmax(1) == labels
    error, row = 0.0, 0
    for number in range(BINS):
        low, high = np.linspace(0, 1, BINS + 1)[number : number + 2]
        inside = ((sure > low) | (number == 0)) & (sure <= high)
        if inside.any():
            assert found.counts[row] == inside.sum()
            assert found.confidence[row] == pytest.approx(sure[inside].mean(), rel=1e-5)
            assert found.accuracy[row] == pytest.approx(right[inside].mean())
            error += inside.sum() * abs(sure[inside].mean() - right[inside].mean()) / len(labels)
            row += 1
    assert row == len(found.counts)
    assert found.error == pytest.approx(error, rel=1e-4, abs=1e-7)
    # The error has no sign: this is what says whether it is too sure or not sure enough.
    assert found.surplus == pytest.approx(sure.mean() - right.mean(), rel=1e-4, abs=1e-7)
    assert abs(found.surplus) <= found.error + 1e-7


def test_a_network_is_asked_for_all_pictures_in_order():
    layers = (Conv2D(filters=3), GlobalAveragePooling2D(), Dense(units=4), Dense(units=5, activation="softmax"))
    network = build(Architecture("small", (1, 6, 6), layers)).eval()
    pictures = np.random.default_rng(1).random((7, 1, 6, 6), dtype=np.float32)
    labels = np.array([0, 1, 2, 3, 4, 0, 1])
    found, said = ended(evaluate(network, [pictures[:4], pictures[4:]], labels))
    with torch.no_grad():
        expected = network(torch.from_numpy(pictures))
        flowing = torch.from_numpy(pictures)
        for layer in network.layers[:3]:
            flowing = layer(flowing)
    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.hidden, flowing, rtol=1e-5, atol=1e-6)
    assert said == [4 / 7, 1.0]


def test_scores_are_counted_but_are_no_confidence():
    """Two pictures right and one wrong, by scores that are below 0 and above 1: nothing makes per cent of them."""
    scores = np.array([[1.5, -0.25], [-2.0, 0.125], [0.5, 0.25]], np.float32)
    layers = (Flatten(), Dense(units=2, activation="linear"))
    network = build(Architecture("linear", (1, 1, 3), layers), "zeros").eval()
    with torch.no_grad():
        network.layers[-1].dense.weight[:] = torch.from_numpy(scores.T)
    labels = np.array([0, 1, 1])
    found, _ = ended(evaluate(network, [np.eye(3, dtype=np.float32).reshape(3, 1, 1, 3)], labels))
    assert (found.kind, found.calibration) == ("scores", None)
    np.testing.assert_array_equal(found.values, scores)
    assert found.answers.tolist() == [0, 1, 0]
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.mistakes().tolist() == [2]
    assert found.cell(1, 1).tolist() == [1]


def test_without_a_dense_layer_there_is_nothing_hidden():
    network = build(Architecture("maps", (1, 6, 6), (Conv2D(filters=3, activation="linear"), GlobalAveragePooling2D())))
    found, _ = ended(evaluate(network.eval(), [np.zeros((2, 1, 6, 6), np.float32)], np.array([0, 1])))
    assert found.hidden.shape == (2, 0)
    flat = build(Architecture("flat", (1, 2, 2), (Flatten(), Dense(units=2, activation="linear"))))
    found, _ = ended(evaluate(flat.eval(), [np.ones((1, 1, 2, 2), np.float32)], np.array([0])))
    assert found.hidden.tolist() == [[1, 1, 1, 1]]


def test_the_components_are_those_of_the_singular_values():
    numbers = load_iris().data
    found = principal_components(numbers)
    centred = numbers - numbers.mean(0)
    _, values, directions = np.linalg.svd(centred, full_matrices=False)
    assert np.allclose(np.abs(found.places), np.abs(centred @ directions[:2].T), atol=1e-8)
    assert np.allclose(found.kept, (values**2 / (values**2).sum())[:2])


def test_neighbours_keep_groups_together_and_stop_between_stages():
    numbers = np.concatenate([np.random.default_rng(0).normal(centre, 0.1, (20, 6)) for centre in (0, 5)])
    found, said = ended(neighbours(numbers))
    assert [share for share, _ in said] == [stage / STAGES for stage in range(STAGES)]
    assert found.kept is None
    one, other = found.places[:20], found.places[20:]
    gap = np.linalg.norm(one.mean(0) - other.mean(0))
    assert gap > 2 * max(np.linalg.norm(group - group.mean(0), axis=1).max() for group in (one, other))
    again, _ = ended(neighbours(numbers))
    assert np.array_equal(found.places, again.places)
