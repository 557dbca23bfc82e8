"""The class of every pixel."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import jaccard_score

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Mask, answer_of, answer_parts
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.fitting import fitted
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import dataset_entry
from visualizer.data.dataset import Dataset
from visualizer.data.moves import Moves, moved
from visualizer.data.prepare import prepare
from visualizer.data.scenes import make_scenes
from visualizer.inspection.pixel import Spot, explain, field
from visualizer.inspection.probe import probe
from visualizer.inspection.receptive_field.fields import pixel_box
from visualizer.inspection.task_evaluation import EvaluatedAnswers, evaluate_task
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Evaluation, TaskAnswers
from visualizer.training.loop.events import Answers, EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.runs.files import RunFiles
from visualizer.training.settings import RunSpec, TrainingSettings, preset_settings

TASK = Segmentation()
TWO = Annotations(("circle", "square"), one_class=False, has_masks=True)


@pytest.fixture(scope="module")
def scenes() -> Dataset:
    return make_scenes(count=500)


class Says:
    """In the place of a network: scores that do not depend on the picture."""

    def __init__(self, scores: torch.Tensor) -> None:
        self.scores = scores

    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.scores


def scores_of(answers: list[list[int]], classes: int = 3) -> torch.Tensor:
    """(1, classes, H, W), 1 for the answer of each pixel and 0 for the others."""
    return torch.nn.functional.one_hot(torch.tensor([answers]), classes).movedim(-1, 1).float()


def test_it_fits_data_sets_with_masks():
    assert Segmentation.fits(dataset_entry("scenes").annotations)
    assert Segmentation.fits(dataset_entry("shapes").annotations)
    assert not Segmentation.fits(dataset_entry("digits").annotations)


def test_targets_and_truth_are_the_masks(scenes: Dataset):
    indices = np.array([7, 3])
    targets = TASK.targets(scenes, indices)
    assert (targets.shape, targets.dtype) == ((2, 64, 64), np.uint8)
    np.testing.assert_array_equal(targets[1], scenes.masks[3])
    np.testing.assert_array_equal(TASK.truth(scenes, 7).values, targets[0])


# ---- Loss


def test_cross_entropy_is_the_mean_over_the_pixels():
    scores = torch.zeros(1, 3, 1, 2)
    scores[0, 1, 0, 0] = math.log(2)  # probabilities of 1/4, 1/2, 1/4, and of 1/3 each
    loss, outputs = TASK.loss_and_outputs(
        Says(scores), torch.zeros(1, 3, 1, 2), torch.tensor([[[1, 0]]]), "cross_entropy"
    )
    assert loss.item() == pytest.approx((math.log(2) + math.log(3)) / 2)
    assert outputs is scores


def test_dice_compares_the_areas_of_each_class():
    scores = torch.zeros(1, 2, 1, 2)
    scores[0, 1, 0, 0] = math.log(3)  # a probability of 3/4, and of 1/2
    loss, _ = TASK.loss_and_outputs(Says(scores), torch.zeros(1, 3, 1, 2), torch.tensor([[[1, 0]]]), "dice")
    background = (2 * 1 / 2 + 1) / (3 / 4 + 1 + 1)
    circle = (2 * 3 / 4 + 1) / (5 / 4 + 1 + 1)
    assert loss.item() == pytest.approx(1 - (background + circle) / 2)


@pytest.mark.parametrize("loss", sorted(Segmentation.losses))
def test_a_softmax_at_the_end_changes_no_loss(loss: str):
    layers = [Conv2D(filters=3, kernel_size=(1, 1), activation=name) for name in (NO_ACTIVATION, "softmax")]
    plain, ending = (build(Architecture("n", (3, 8, 8), (layer,)), seed=1) for layer in layers)
    pictures, targets = torch.rand(2, 3, 8, 8), torch.randint(3, (2, 8, 8), dtype=torch.uint8)
    values = [TASK.loss_and_outputs(network, pictures, targets, loss)[0].item() for network in (plain, ending)]
    assert values[0] == pytest.approx(values[1])


def test_masks_of_another_size_are_resized_to_the_nearest_pixel():
    targets = torch.tensor([[[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 0, 0], [2, 2, 0, 0]]], dtype=torch.uint8)
    answers = scores_of([[0, 1], [2, 0]])
    assert TASK.measured(answers, targets, TWO)["pixels"].tolist() == [1]
    assert TASK.measured(scores_of([[1, 1], [2, 0]]), targets, TWO)["pixels"].tolist() == [0.75]
    certain = TASK.loss_and_outputs(Says(100 * answers), torch.zeros(1, 3, 2, 2), targets, "cross_entropy")[0]
    assert certain.item() == pytest.approx(0, abs=1e-6)
    assert TASK.evaluation(TASK.kept(answers), targets.numpy(), TWO).errors.tolist() == [-1]


# ---- Measures and evaluation


def test_measures_by_hand():
    truth, answer = [[0, 0, 1], [0, 1, 1]], [[0, 1, 1], [0, 0, 1]]
    measured = TASK.measured(scores_of(answer), torch.tensor([truth], dtype=torch.uint8), TWO)
    assert measured["pixels"].tolist() == [pytest.approx(4 / 6)]
    # Of both classes 2 of 4 pixels; the third is neither in the picture nor in the answer.
    assert measured["iou"].tolist() == [0.5]


def test_a_class_that_is_nowhere_but_in_the_answer_counts_as_missed():
    measured = TASK.measured(scores_of([[0, 2]]), torch.zeros(1, 1, 2, dtype=torch.uint8), TWO)
    assert measured["iou"].tolist() == [(1 / 2 + 0) / 2]


def value_of(evaluation: Evaluation, name: str) -> float:
    return next(value for measure, value in evaluation.measures if measure.name == name)


def test_the_evaluation_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    targets = random.integers(3, size=(70, 5, 6)).astype(np.uint8)
    outputs = np.where(random.random(targets.shape) < 0.6, targets, random.integers(3, size=targets.shape)).astype(
        np.uint8
    )
    evaluation = TASK.evaluation(outputs, targets, TWO)
    expected = jaccard_score(targets.ravel(), outputs.ravel(), average=None)
    np.testing.assert_allclose(evaluation.details["iou"], expected)
    assert value_of(evaluation, "mean-iou") == pytest.approx(expected.mean())
    assert value_of(evaluation, "wrong") == pytest.approx((targets != outputs).mean())
    of_pictures = [
        jaccard_score(target.ravel(), output.ravel(), average="macro")
        for target, output in zip(targets, outputs, strict=True)
    ]
    np.testing.assert_allclose(evaluation.errors, -np.array(of_pictures))
    assert value_of(evaluation, "picture-iou") == pytest.approx(np.mean(of_pictures))
    np.testing.assert_array_equal(evaluation.details["pixels"], np.bincount(targets.ravel()))


def test_the_measures_of_training_are_those_of_the_evaluation():
    scores, targets = torch.randn(9, 3, 7, 5), torch.randint(3, (9, 7, 5), dtype=torch.uint8)
    measured = TASK.measured(scores, targets, TWO)
    evaluation = TASK.evaluation(TASK.kept(scores), targets.numpy(), TWO)
    np.testing.assert_allclose(measured["iou"], -evaluation.errors, rtol=1e-6)
    assert measured["pixels"].mean().item() == pytest.approx(1 - value_of(evaluation, "wrong"))


def test_a_class_that_is_nowhere_has_no_iou_and_does_not_count_in_the_mean():
    targets = np.array([[[0, 1], [0, 1]]], np.uint8)
    evaluation = TASK.evaluation(targets, targets, TWO)
    np.testing.assert_array_equal(evaluation.details["iou"], [1, 1, np.nan])
    assert value_of(evaluation, "mean-iou") == 1


# ---- Answers


def test_only_the_class_of_each_pixel_is_kept():
    scores = torch.randn(4, 3, 6, 5)
    kept = TASK.kept(scores)
    assert (kept.shape, kept.dtype) == ((4, 6, 5), np.uint8)
    np.testing.assert_array_equal(kept, scores.argmax(dim=1))
    answer = TASK.answer(Says(scores), scores[2:3], TWO)
    assert answer.values.nbytes == 30
    values, arrays = answer_parts(answer)
    again = answer_of(json.loads(json.dumps(values)), arrays)
    assert isinstance(again, Mask)
    np.testing.assert_array_equal(again.values, kept[2])


def test_stored_masks_stay_small_and_come_back(tmp_path: Path):
    masks = tuple(Mask(np.full((64, 64), label, np.uint8)) for label in range(TASK.shown))
    files = RunFiles(tmp_path)
    files.folder("run").mkdir()
    files.save_answers("run", Answers(12, np.arange(TASK.shown), masks))
    (path,) = (tmp_path / "run").iterdir()
    assert path.stat().st_size < 64 * 64 * TASK.shown + 4096
    again = files.read_answers("run")
    assert [(each.values.dtype, int(each.values[3, 3])) for each in again.answers] == [(np.uint8, n) for n in range(8)]


def test_every_number_of_the_last_layer_is_explained_down_to_the_picture():
    network = build(TASK.preset().architecture, seed=3).eval()
    network.answering = TaskAnswers(TASK, dataset_entry("scenes").annotations)
    seen = probe(network, np.random.default_rng(0).random((3, 64, 64), dtype=np.float32))
    assert seen.answer.values.shape == (64, 64)
    last = seen.layers[-1]
    explanation = explain(network, seen, Spot(last.index, (2, 20, 33)))
    assert explanation.value == pytest.approx(float(last.output[2, 20, 33]), abs=1e-5)
    (top, bottom), (left, right) = pixel_box(field(network, explanation))
    assert top < 20 < bottom
    assert left < 33 < right


# ---- Moves


UNITS = st.floats(-1, 1, width=32)
MOVES = st.builds(
    lambda flips, down, right, angle, kept, crop: Moves(
        *(torch.tensor([value], dtype=torch.float32) for value in (*flips, down, right, angle, kept, *crop))
    ),
    st.tuples(st.sampled_from([-1.0, 1.0]), st.sampled_from([-1.0, 1.0])),
    st.floats(-0.5, 0.5),
    st.floats(-0.5, 0.5),
    st.floats(-math.pi, math.pi),
    st.floats(0.5, 1),
    st.tuples(UNITS, UNITS),
)
SIZES = st.tuples(st.integers(2, 12), st.integers(2, 12))


@given(MOVES, SIZES, st.integers(0, 1000))
def test_a_moved_mask_has_at_each_pixel_the_class_that_is_nearest_in_the_picture(moves, size, seed):
    masks = torch.randint(4, (1, *size), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))
    found = TASK.moved(masks, moves, size, TWO)
    assert (found.shape, found.dtype) == (masks.shape, torch.uint8)
    # The picture of each class, moved as pictures are: of four neighbours, the nearest has at least a quarter.
    shares = moved(torch.nn.functional.one_hot(masks.long(), 4).movedim(-1, 1).float(), moves)
    assert shares.gather(1, found[:, None].long()).min() >= 0.25 - 1e-3


def test_a_mask_of_another_size_moves_as_the_picture_that_the_network_sees():
    picture = torch.zeros(1, 1, 8, 12)
    picture[:, :, 2:4, 6:9] = 1
    masks = picture[:, 0].to(torch.uint8).repeat_interleave(4, 1).repeat_interleave(2, 2)
    moves = Moves(*(torch.tensor([value]) for value in (-1.0, 1.0, 1 / 8, -1 / 12, math.pi, 1.0, 0.0, 0.0)))
    expected = moved(picture, moves)[:, 0]
    assert expected.sum() == 6
    torch.testing.assert_close(TASK.moved(masks, moves, (8, 12), TWO).float(), expected, rtol=0, atol=1e-4)


# ---- Networks


@pytest.mark.parametrize("dataset", ["scenes", "shapes"])
def test_the_classic_example_gets_an_end_that_can_learn(dataset: str, scenes: Dataset):
    annotations, shape = dataset_entry(dataset).annotations, CLASSIC.architecture.input_shape
    goal = TASK.goal(annotations, shape)
    changed = fitted(CLASSIC.architecture, shape, goal)
    assert summarize(changed, goal).fits
    assert summarize(changed).layers[-1].output_shape == (len(annotations.class_names) + 1, 64, 64)
    if dataset == "scenes":
        few = replace(scenes, train=scenes.train[:64], validation=scenes.validation[:16])
        _, events = trained(changed, few, epochs=3, learning_rate=0.001)
        losses = [event.validation_loss for event in events if isinstance(event, EpochEnded)]
        assert losses[-1] < 0.9 * losses[0]


def test_a_network_that_fits_may_end_in_a_softmax_but_in_no_other_activation_that_a_fix_leaves():
    goal = TASK.goal(TWO, (3, 8, 8))
    conv = Conv2D(filters=3, kernel_size=(1, 1), activation="softmax")
    assert summarize(Architecture("n", (3, 8, 8), (conv,)), goal).fits
    other = Architecture("n", (3, 8, 8), (replace(conv, filters=5, activation="relu"),))
    assert fitted(other, (3, 8, 8), goal).layers == (replace(conv, activation=NO_ACTIVATION),)
    softmax = Architecture("n", (3, 8, 8), (replace(conv, filters=5),))
    assert fitted(softmax, (3, 8, 8), goal).layers == (conv,)


def trained(architecture: Architecture, dataset: Dataset, **changes: object) -> tuple[Training, list]:
    settings = replace(preset_settings(TASK), **changes)
    training, events = Training(RunSpec(architecture, settings, 0), dataset), []
    while not training.ended:
        events += training.advance()
    return training, events


def evaluated(training: Training, dataset: Dataset) -> EvaluatedAnswers:
    network = training.network.eval()
    pictures = prepare(dataset.pictures[dataset.test], network.input_shape)
    steps = evaluate_task(
        network,
        TASK,
        np.split(pictures, [40]),
        TASK.targets(dataset, dataset.test),
        dataset.annotations,
        "cross_entropy",
    )
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def test_no_linear_window_tells_the_class_of_a_pixel_but_a_network_learns_it():
    """The pictures are shown at half their size, so that this also trains and evaluates with resized masks.

    The linear model sees as much around each pixel as the largest shape takes. Measured are the IoU of the shapes.
    """
    scenes = make_scenes(count=1000)
    preset = replace(TASK.preset().architecture, input_shape=(3, 32, 32))
    window = Conv2D(filters=6, kernel_size=(15, 15), padding="same", activation=NO_ACTIVATION)
    linear = Architecture("linear", (3, 32, 32), (window,))
    iou = {}
    for architecture in (linear, preset):
        training, events = trained(architecture, scenes, epochs=7)
        found = evaluated(training, scenes)
        iou[architecture.name] = np.nanmean(found.evaluation.details["iou"][1:])  # of the shapes
    # Measured: 0.004 and 0.24.
    assert iou["linear"] < 0.03
    assert iou[preset.name] > 0.16
    assert found.answers[0].values.shape == (32, 32)
    answers = [event for event in events if isinstance(event, Answers)]
    assert len(answers) == 8
    assert [each.values.dtype for each in answers[-1].answers] == [np.uint8] * TASK.shown
    last = [event for event in events if isinstance(event, EpochEnded)][-1]
    assert 0 < last.validation_measures["iou"] < last.validation_measures["pixels"] <= 1


def test_no_outputs_of_an_epoch_wait_in_memory(scenes: Dataset):
    few = replace(scenes, train=scenes.train[:48], validation=scenes.validation[:16])
    settings = TrainingSettings(dataset="scenes", task=TASK, batch_size=16, epochs=1)
    training = Training(RunSpec(TASK.preset().architecture, settings, 0), few)
    while not training.ended:
        training.advance()
        assert training._sums._outputs == []
