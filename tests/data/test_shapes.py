import hashlib
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import LUMA_WEIGHTS, prepare
from visualizer.data.shapes import CLASS_NAMES, OUTLINES, make_shapes


def test_the_data_set_is_balanced_and_complete() -> None:
    shapes = load_dataset("shapes")
    assert shapes.pictures.shape == (3000, 64, 64, 3)
    assert shapes.pictures.dtype == np.uint8
    assert np.bincount(shapes.labels).tolist() == [300] * 10
    for part, each in ((shapes.train, 210), (shapes.validation, 45), (shapes.test, 45)):
        assert np.bincount(shapes.labels[part]).tolist() == [each] * 10


def test_the_same_seed_draws_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (make_shapes(seed, per_class=5) for seed in (7, 7, 8))
    assert first.pictures.tobytes() == again.pictures.tobytes()
    assert first.labels.tolist() == again.labels.tolist()
    assert first.pictures.tobytes() != other.pictures.tobytes()


def test_another_process_draws_the_same_bytes() -> None:
    program = (
        "import hashlib; from visualizer.data.shapes import make_shapes; "
        "print(hashlib.sha256(make_shapes(7, per_class=5).pictures).hexdigest())"
    )
    drawn = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert drawn.stdout.strip() == hashlib.sha256(make_shapes(7, per_class=5).pictures).hexdigest()


def test_no_two_pictures_are_the_same() -> None:
    pictures = load_dataset("shapes").pictures
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


@pytest.mark.parametrize("name", CLASS_NAMES)
def test_each_outline_lies_in_the_unit_circle_so_that_the_picture_holds_it(name: str) -> None:
    farthest = max(np.hypot(*point) for point in OUTLINES[name][0])
    assert 0.9 < farthest < 1.0001


def test_colour_does_not_tell_the_class() -> None:
    shapes = load_dataset("shapes")
    means = shapes.pictures.mean(axis=(1, 2))
    # Were the classes drawn in their own colours, their means would lie far apart beside the spread within each.
    of_class = np.array([means[shapes.labels == label].mean(axis=0) for label in range(10)])
    assert of_class.std(axis=0).max() < 0.1 * means.std(axis=0).min()


def test_the_shape_stands_out_in_grey_too() -> None:
    shapes = make_shapes(seed=1, per_class=20)
    filled = ("circle", "square", "hexagon")  # the middle of the picture is always inside these
    for picture, label in zip(shapes.pictures, shapes.labels, strict=True):
        if CLASS_NAMES[label] in filled:
            grey = picture @ LUMA_WEIGHTS
            middle = np.median(grey[30:34, 30:34])
            edge = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
            assert abs(middle - edge) > 60


def test_a_linear_model_stays_far_below_a_convolutional_network() -> None:
    # The classic example's layers; on 32 × 32 pixels instead of 64 × 64, which takes a fifth of the time.
    shapes = load_dataset("shapes")
    architecture = replace(CLASSIC.architecture, input_shape=(3, 32, 32))
    inputs = prepare(shapes.pictures, architecture.input_shape)

    rows = inputs.reshape(len(inputs), -1)
    with warnings.catch_warnings():
        # It would go on to fit the training pictures better; those of the test it never will.
        warnings.simplefilter("ignore", ConvergenceWarning)
        linear = LogisticRegression(max_iter=30).fit(rows[shapes.train], shapes.labels[shapes.train])
    linear_accuracy = linear.score(rows[shapes.test], shapes.labels[shapes.test])

    pictures, labels = torch.from_numpy(inputs), torch.tensor(shapes.labels.tolist())
    train, test = torch.tensor(shapes.train.tolist()), torch.tensor(shapes.test.tolist())
    network = build(architecture, seed=0)
    optimizer = torch.optim.Adam(network.parameters())
    shuffle = torch.Generator().manual_seed(0)
    for _ in range(5):
        for batch in train[torch.randperm(len(train), generator=shuffle)].split(32):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network.logits(pictures[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        accuracy = (network(pictures[test]).argmax(dim=1) == labels[test]).float().mean().item()

    assert linear_accuracy < 0.3
    assert accuracy > 0.65
    assert accuracy > linear_accuracy + 0.35
