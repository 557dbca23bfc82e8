"""Detection: which cell is responsible, what it costs, what is decoded, and how good the answers are."""

import math
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.detection import mean_ap

from tests.data.test_moved_boxes import moves_of
from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Boxes, Candidates, answer_of, answer_parts
from visualizer.architecture.architecture import summarize
from visualizer.architecture.fitting import fitted
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.data.boxes import found, survivors
from visualizer.data.catalog import dataset_entry
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.digit_scenes import make_digit_scenes
from visualizer.data.scenes import ANNOTATIONS, make_scenes
from visualizer.tasks.average_precision import average_precision, precision_and_recall
from visualizer.tasks.cells import boxes_of_cells, candidates, responsible
from visualizer.tasks.classification import Classification
from visualizer.tasks.detection import LEAST_SCORE, MEAN_PRECISION, OVERLAP, RECALLS, THRESHOLD, Detection
from visualizer.training.loop.events import Answers, EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, preset_settings

TASK = Detection()

CLASSES = len(ANNOTATIONS.class_names)
NOTHING = [NO_OBJECT, 0.0, 0.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def scenes() -> Dataset:
    return make_scenes(count=400)


class Says:
    """In the place of a network: outputs that do not depend on the picture."""

    def __init__(self, outputs: torch.Tensor) -> None:
        self.outputs = outputs

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.outputs


def quiet(height: int = 4, width: int = 4) -> torch.Tensor:
    """Maps of one picture in which no cell has an object: (1, 5 + classes, height, width)."""
    maps = torch.zeros(1, 5 + CLASSES, height, width)
    maps[:, 0] = -20
    return maps


def test_it_fits_pictures_with_boxes():
    assert Detection.fits(ANNOTATIONS)
    assert Detection.fits(dataset_entry("shapes").annotations)
    assert not Detection.fits(dataset_entry("digits").annotations)


def test_a_cell_is_responsible_for_the_smallest_object_whose_centre_it_has():
    targets = torch.tensor(
        [
            [[0, 0.30, 0.10, 0.4, 0.4], [1, 0.45, 0.2, 0.2, 0.2], [2, 1.0, 1.0, 0.1, 0.1]],
            [[3, 0.10, 0.90, 0.4, 0.4], NOTHING, NOTHING],
        ]
    )
    which = responsible(targets, 4, 4)
    expected = torch.full((2, 4, 4), -1)
    expected[0, 0, 1] = 1
    expected[0, 3, 3] = 2
    expected[1, 3, 0] = 0
    torch.testing.assert_close(which, expected)


def test_the_box_of_a_cell_is_four_distances_from_its_centre():
    distances = torch.tensor([[0.5, 1.0, 1.5, 2.0]]).log()
    boxes = boxes_of_cells(distances, torch.tensor([1]), torch.tensor([2]), (4, 8))
    # The cell's centre is at 2.5 of 8 and 1.5 of 4: the box is from 2.0 to 4.0 and from 0.5 to 3.5.
    torch.testing.assert_close(boxes, torch.tensor([[3.0 / 8, 2.0 / 4, 2.0 / 8, 3.0 / 4]]))


@pytest.mark.parametrize("loss", sorted(Detection.losses))
def test_the_loss_by_hand(loss: str):
    maps = torch.zeros(1, 5 + CLASSES, 1, 2)
    maps[0, 0, 0, 0] = math.log(3)  # a probability of 0.75
    targets = torch.tensor([[[2, 0.25, 0.5, 0.5, 1.0], NOTHING]])
    # The first cell's box reaches one cell in each direction: twice as wide and as high as the true one.
    of_box = 2 * (1 - 0.25)
    of_class = math.log(CLASSES)
    right, wrong = math.log(4 / 3), math.log(2)
    of_objects = right + wrong
    if loss == "cells_focal":
        of_objects = 0.25**2 * right + 3 * 0.5**2 * wrong
    value, returned = TASK.loss_and_outputs(Says(maps), torch.zeros(1, 3, 8, 8), targets, loss)
    assert value.item() == pytest.approx(of_box + of_class + of_objects, rel=1e-5)
    assert returned is maps
    nothing = torch.tensor([[NOTHING]])
    alone, _ = TASK.loss_and_outputs(Says(maps.requires_grad_()), torch.zeros(1, 3, 8, 8), nothing, loss)
    alone.backward()
    assert math.isfinite(alone.item())
    assert bool(maps.grad.isfinite().all())


def test_candidates_are_the_cells_with_the_highest_scores():
    maps = quiet()
    maps[0, 0, 1, 2], maps[0, 0, 3, 0] = 0.0, 2.0
    maps[0, 5 + 3, 1, 2], maps[0, 5 + 1, 3, 0] = 20.0, 20.0
    (boxes,), (classes,), (scores,) = candidates(maps, 100, LEAST_SCORE)
    assert classes.tolist() == [1, 3]
    np.testing.assert_allclose(scores, [1 / (1 + math.exp(-2)), 0.5], rtol=1e-5)
    np.testing.assert_allclose(boxes, [[0.125, 0.875, 0.5, 0.5], [0.625, 0.375, 0.5, 0.5]], rtol=1e-5)
    one = candidates(maps, 1, LEAST_SCORE)
    assert one[2].shape == (1, 1)
    assert candidates(quiet(), 100, LEAST_SCORE)[0].shape == (1, 0, 4)


def test_the_answer_keeps_candidates_for_the_page_and_says_which_survive(scenes: Dataset):
    maps = quiet()
    maps[0, 0, 1, 1], maps[0, 0, 1, 2], maps[0, 0, 3, 3] = 3.0, 2.0, -2.0
    maps[0, 5] = 20.0
    maps[0, 1:5] = math.log(2)  # boxes so large that neighbours are about the same object
    answer = TASK.answer(None, maps, scenes.annotations)
    assert isinstance(answer, Candidates)
    assert answer.scores.tolist() == sorted(answer.scores.tolist(), reverse=True)
    assert answer.kept.tolist() == [True, False, True]
    assert answer.threshold == THRESHOLD
    assert answer.counting.tolist() == [0]
    back = answer_of(*answer_parts(answer))
    np.testing.assert_array_equal(back.kept, answer.kept)
    nothing = TASK.answer(None, quiet(), scenes.annotations)
    assert len(nothing.counting) == 0


def test_the_truth_is_every_object(scenes: Dataset):
    truth = TASK.truth(scenes, 4)
    objects = scenes.boxes[4][scenes.boxes[4, :, 0] >= 0]
    assert isinstance(truth, Boxes)
    np.testing.assert_array_equal(truth.boxes, objects[:, 1:])
    assert truth.classes.tolist() == objects[:, 0].tolist()
    np.testing.assert_array_equal(TASK.targets(scenes, np.array([4]))[0], scenes.boxes[4])


def test_moved_objects_whose_centre_leaves_are_gone():
    targets = torch.tensor([[[1, 0.9, 0.5, 0.2, 0.2], [2, 0.5, 0.5, 0.2, 0.4], NOTHING]])
    after = TASK.moved(targets, moves_of(right=0.2, flipped_vertically=-1), (64, 64), ANNOTATIONS)[0]
    assert after[:, 0].tolist() == [NO_OBJECT, 2, NO_OBJECT]
    np.testing.assert_allclose(after[1, 1:], [0.7, 0.5, 0.2, 0.4], atol=1e-6)
    half = TASK.moved(targets, moves_of(right=0.05), (64, 64), ANNOTATIONS)[0]
    assert half[:, 0].tolist() == [1, 2, NO_OBJECT]
    np.testing.assert_allclose(half[0, 1:], [0.925, 0.5, 0.15, 0.2], atol=1e-6)


def maps_saying(targets: np.ndarray, height: int = 8, width: int = 8) -> torch.Tensor:
    """Maps that answer with exactly these objects, at most one in each cell."""
    maps = quiet(height, width).repeat(len(targets), 1, 1, 1)
    for picture, objects in enumerate(targets):
        for label, x, y, wide, high in objects[objects[:, 0] != NO_OBJECT].tolist():
            row, column = int(y * height), int(x * width)
            near = (column + 0.5) / width - x, (row + 0.5) / height - y
            edges = [(wide / 2 + near[0]) * width, (high / 2 + near[1]) * height]
            edges += [(wide / 2 - near[0]) * width, (high / 2 - near[1]) * height]
            maps[picture, 0, row, column] = 20
            maps[picture, 1:5, row, column] = torch.tensor(edges).clamp(min=1e-3).log()
            maps[picture, 5 + int(label), row, column] = 20
    return maps


def test_what_is_said_rightly_is_measured_as_right(scenes: Dataset):
    lone = scenes.boxes[(scenes.boxes[:, :, 0] != NO_OBJECT).sum(1) == 1][:20]
    maps = maps_saying(lone)
    assert TASK.measured(maps, torch.from_numpy(lone), ANNOTATIONS)["f1"].tolist() == [1] * len(lone)
    evaluation = TASK.evaluation(maps.numpy(), lone, ANNOTATIONS)
    assert evaluation.measures[0] == (MEAN_PRECISION, pytest.approx(1))
    np.testing.assert_allclose(evaluation.errors, -1)
    moved = lone.copy()
    moved[..., 0] = np.where(moved[..., 0] == NO_OBJECT, NO_OBJECT, (moved[..., 0] + 1) % CLASSES)
    wrong = TASK.evaluation(maps.numpy(), moved, ANNOTATIONS)
    assert wrong.measures[0][1] == 0
    np.testing.assert_allclose(wrong.errors, 0)


def test_f1_by_hand():
    targets = np.array([[[0, 0.2, 0.2, 0.2, 0.2], [1, 0.8, 0.8, 0.2, 0.2], NOTHING], [NOTHING] * 3], np.float32)
    said = targets.copy()
    said[0, 1, 0] = 2  # of two objects one is found, and one of two answers is wrong
    assert TASK.measured(maps_saying(said), torch.from_numpy(targets), ANNOTATIONS)["f1"].tolist() == [0.5, 1]


def test_average_precision_by_hand():
    # Right, wrong, right; three objects. The best precision from each recall on: 1, then 2/3.
    precision, recall = precision_and_recall(np.array([0.2, 0.9, 0.5]), np.array([True, True, False]), 3)
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(recall, [1 / 3, 1 / 3, 2 / 3])
    assert average_precision(precision, recall) == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 3)
    assert average_precision(*precision_and_recall(np.zeros(0), np.zeros(0, bool), 2)) == 0


RECALLS_OF_REFERENCE = np.linspace(0, 1, 20_001).tolist()
# The precision falls from 1 to 0 at most, and each of its steps is seen at the next recall: what that adds to the area
# is 1 of 20,000 at most. As much again is for rounding.
NEAR_REFERENCE = 2 / 20_000


def reference_precisions(targets: np.ndarray, maps: torch.Tensor) -> np.ndarray:
    """Average precisions at IoU 0.5 as torchmetrics has them, (classes,): -1 for a class that does not occur.

    It averages the precision over some recalls, by default 101, where we take the area under the whole curve.
    """
    boxes, classes, scores = candidates(maps, 100, LEAST_SCORE)
    answered = (scores > 0) & survivors(boxes, classes, OVERLAP)

    def edges(rows: np.ndarray) -> torch.Tensor:
        """Left, top, width and height, in thousandths of a side."""
        return torch.from_numpy(1000 * np.concatenate([rows[:, :2] - rows[:, 2:] / 2, rows[:, 2:]], 1))

    metric = mean_ap.MeanAveragePrecision(
        box_format="xywh", iou_thresholds=[0.5], rec_thresholds=RECALLS_OF_REFERENCE, class_metrics=True
    )
    said = [
        {
            "boxes": edges(boxes[picture, places]),
            "scores": torch.from_numpy(scores[picture, places]),
            "labels": torch.from_numpy(classes[picture, places]),
        }
        for picture, places in enumerate(answered)
    ]
    truth = [
        {"boxes": edges(objects[:, 1:]), "labels": torch.from_numpy(objects[:, 0]).long()}
        for objects in (rows[rows[:, 0] != NO_OBJECT] for rows in targets)
    ]
    metric.update(said, truth)
    result = metric.compute()
    of_classes = result["map_per_class"].numpy()
    assert float(result["map_50"]) == pytest.approx(of_classes[of_classes >= 0].mean())
    return of_classes


@pytest.fixture
def torchvision_for_torchmetrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """torchmetrics asks for torchvision, of which it needs one function, that here returns what it is given.

    PyPI's torchvision does not always load beside the torch that is installed, and the app does not need it. One that
    does load is used as it is.
    """
    try:
        import torchvision.ops  # noqa: F401
    except (ImportError, RuntimeError):  # the second one where it was built for another torch
        package, ops = ModuleType("torchvision"), ModuleType("torchvision.ops")

        def box_convert(boxes: torch.Tensor, in_fmt: str, out_fmt: str) -> torch.Tensor:
            assert (in_fmt, out_fmt) == ("xywh", "xywh")
            return boxes

        ops.box_convert = box_convert  # type: ignore[attr-defined]
        package.ops = ops  # type: ignore[attr-defined]
        for name, module in (("torchvision", package), ("torchvision.ops", ops)):
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(mean_ap, "_TORCHVISION_AVAILABLE", True)


def partly_right(targets: np.ndarray, random: np.random.Generator, off: float, confused: float) -> torch.Tensor:
    """Maps that answer with the truth, off by some noise, with wrong classes and scores, and boxes of nothing."""

    def noise(scale: float, like: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(random.normal(0, scale, like.shape)).float()

    maps = maps_saying(targets)
    answers = maps[:, 0] > 0
    nothing = torch.from_numpy(random.random(answers.shape)) < 0.05
    maps[:, 0] = torch.where(answers | nothing, noise(2, maps[:, 0]) - nothing.float(), maps[:, 0])
    maps[:, 1:5] += noise(off, maps[:, 1:5])
    maps[:, 5:] += noise(confused, maps[:, 5:])
    return maps


# Boxes nearly right or mostly wrong, classes right or mostly confused.
@pytest.mark.usefixtures("torchvision_for_torchmetrics")
@pytest.mark.parametrize(("off", "confused"), [(0.05, 2), (0.3, 12), (0.6, 5), (0.2, 40)])
def test_mean_average_precision_agrees_with_torchmetrics(scenes: Dataset, off: float, confused: float):
    targets = scenes.boxes[:120].copy()
    random = np.random.default_rng(0)
    maps = partly_right(targets, random, off, confused)
    evaluation = TASK.evaluation(maps.numpy(), targets, ANNOTATIONS)
    expected = reference_precisions(targets, maps)
    assert 0.03 < expected.mean() < 0.97
    np.testing.assert_allclose(evaluation.details["average"], expected, rtol=0, atol=NEAR_REFERENCE)
    assert evaluation.measures[0] == (MEAN_PRECISION, pytest.approx(expected.mean(), abs=NEAR_REFERENCE))


@pytest.mark.usefixtures("torchvision_for_torchmetrics")
def test_a_class_that_is_not_in_any_picture_does_not_count_for_torchmetrics_either(scenes: Dataset):
    targets = scenes.boxes[:60].copy()
    targets[..., 0] = np.where(targets[..., 0] == 2, NO_OBJECT, targets[..., 0])
    maps = partly_right(targets, np.random.default_rng(1), 0.2, 12)
    evaluation = TASK.evaluation(maps.numpy(), targets, ANNOTATIONS)
    expected = reference_precisions(targets, maps)
    assert expected[2] == -1
    expected[2] = np.nan
    np.testing.assert_allclose(evaluation.details["average"], expected, rtol=0, atol=NEAR_REFERENCE)
    assert evaluation.measures[0] == (MEAN_PRECISION, pytest.approx(np.nanmean(expected), abs=NEAR_REFERENCE))


@given(st.integers(0, 2**32 - 1))
def test_curves_say_from_which_score_a_recall_is_reached(seed: int):
    random = np.random.default_rng(seed)
    maps = torch.from_numpy(random.normal(0, 2, (6, 5 + CLASSES, 3, 3))).float()
    labels = random.integers(0, CLASSES, (6, 3))
    targets = np.concatenate([labels[..., None], random.uniform(0.2, 0.8, (6, 3, 4))], -1).astype(np.float32)
    details = TASK.evaluation(maps.numpy(), targets, ANNOTATIONS).details
    boxes, classes, scores = candidates(maps, 100, LEAST_SCORE)
    answered = (scores > 0) & survivors(boxes, classes, OVERLAP)
    for label in range(CLASSES):
        for place in (1, 30, 60):
            score = details["score"][label, place]
            if not np.isfinite(score):
                continue
            counted = answered & (classes == label) & (scores >= score)
            hits = (found(boxes, classes, counted, targets[..., 1:], targets[..., 0]) >= 0).sum()
            assert hits / (labels == label).sum() >= RECALLS[place] - 1e-9
            assert details["precision"][label, place] >= hits / counted.sum() - 1e-9


def test_a_classifier_gets_the_head_in_one_click():
    shape = (3, 64, 64)
    goal = TASK.goal(ANNOTATIONS, shape)
    classifier = Classification.preset().architecture
    report = summarize(classifier, goal)
    assert not report.fits
    changed = fitted(classifier, shape, goal)
    assert summarize(changed, goal).fits
    assert changed.layers[-1] == Conv2D(filters=10, kernel_size=(1, 1), activation=NO_ACTIVATION)
    assert summarize(TASK.preset().architecture, goal).fits


@pytest.fixture(scope="module")
def digit_scenes() -> Dataset:
    return make_digit_scenes(counts=(600, 150, 10))


# After ten epochs on shapes, rounding alone moves the F1 between 0.23 and 0.33; after sixteen it is about 0.4.
@pytest.mark.parametrize(("name", "epochs", "least"), [("scenes", 16, 0.25), ("digit_scenes", 16, 0.5)])
def test_a_network_learns_it_and_a_linear_one_does_not(
    name: str, epochs: int, least: float, request: pytest.FixtureRequest
):
    dataset: Dataset = request.getfixturevalue(name)
    # The layers of the preset but one, on pictures of half the size; the linear one sees as much as an object is large.
    preset = TASK.preset().architecture
    shape, maps = (dataset.pictures.shape[3], 32, 32), 5 + len(dataset.class_names)
    ending = replace(preset.layers[-1], filters=maps)
    network = replace(preset, input_shape=shape, layers=(*preset.layers[:6], *preset.layers[9:-1], ending))
    head = Conv2D(filters=maps, kernel_size=(9, 9), strides=(4, 4), padding="same", activation=NO_ACTIVATION)
    assert summarize(network).fits
    measured = {}
    for architecture in (network, replace(network, layers=(head,))):
        settings = replace(preset_settings(TASK), epochs=epochs, batch_size=16, learning_rate=0.003)
        settings = replace(settings, flip=name == "scenes")  # mirrored digits are none
        training = Training(RunSpec(architecture, settings, 0), dataset)
        events = []
        while not training.ended:
            events += training.advance()
        last = [event for event in events if isinstance(event, EpochEnded)][-1]
        measured[len(architecture.layers)] = last.validation_measures["f1"]
        answers = [event for event in events if isinstance(event, Answers)][-1].answers
        assert len(answers) == TASK.shown
    assert measured[len(network.layers)] > least
    assert measured[1] < 0.05
