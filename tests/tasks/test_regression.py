"""Regression: targets, losses, measures, and how quantities move with their pictures."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from torch import nn

from tests.training.examples import train_all
from visualizer.architecture.answer import Numbers
from visualizer.data.annotations import Annotations, Quantity
from visualizer.data.catalog import load_dataset
from visualizer.data.dataset import Dataset
from visualizer.data.moves import Moves, moved
from visualizer.data.pointing import make_pointing
from visualizer.data.prepare import prepare
from visualizer.tasks.regression import Regression
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, TrainingSettings, preset_settings

WIDTH = Quantity("width", "cm", 10, 30)
TURN = Quantity("turn", "degrees", 0, 360, cyclic=True)
TASK = Regression()


def with_numbers(rows: list[list[float]], quantities: tuple[Quantity, ...] = (WIDTH, TURN)) -> Dataset:
    pictures, everything = np.zeros((len(rows), 8, 8, 1), np.uint8), np.arange(len(rows))
    labels = np.zeros(len(rows), np.int64)
    parts = (everything, everything[:0], everything[:0])
    numbers = np.array(rows, np.float32)
    return Dataset("", "", "", ("it",), pictures, labels, *parts, quantities=quantities, numbers=numbers)


class Says(nn.Module):
    """A network that always says the same."""

    def __init__(self, numbers: list[list[float]]) -> None:
        super().__init__()
        self.numbers = torch.tensor(numbers)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.numbers


def test_targets_are_shares_of_the_range_and_sine_and_cosine_of_a_turn() -> None:
    dataset = with_numbers([[10, 0], [20, 90], [30, 180]])
    expected = [[0, 0, 1], [0.5, 1, 0], [1, 0, -1]]
    np.testing.assert_allclose(TASK.targets(dataset, np.arange(3)), expected, atol=1e-6)
    assert TASK.output_names(dataset.annotations) == ("width", "sine of the turn", "cosine of the turn")
    needs = TASK.goal(dataset.annotations, (1, 8, 8)).needs  # type: ignore[attr-defined]
    assert needs == "The last layer must output 3 numbers: the width and the sine and cosine of the turn."


@pytest.mark.parametrize(
    ("loss", "value"),
    [
        ("mse", (0.05**2 + 0.5**2) / 4),
        ("mae", (0.05 + 0.5) / 4),
        # Half of the square over 0.1 up to a distance of 0.1, and beyond it the distance less half of 0.1.
        ("huber", (0.05**2 / 2 / 0.1 + 0.5 - 0.05) / 4),
    ],
)
def test_losses(loss: str, value: float) -> None:
    network, targets = Says([[0.05, 0.0], [0.2, 1.5]]), torch.tensor([[0.0, 0.0], [0.2, 1.0]])
    result, outputs = TASK.loss_and_outputs(network, torch.zeros(2, 1, 8, 8), targets, loss)  # type: ignore[arg-type]
    assert result.item() == pytest.approx(value)
    assert outputs is network.numbers


def test_the_error_of_a_turn_is_the_short_way_round() -> None:
    dataset = with_numbers([[20, 350], [20, 20]])
    said = torch.from_numpy(TASK.targets(with_numbers([[24, 20], [16, 350]]), np.arange(2)))
    targets = torch.from_numpy(TASK.targets(dataset, np.arange(2)))
    measured = TASK.measured(said, targets, dataset.annotations)
    # 4 of 20 cm and 30 of 360 degrees, on average.
    np.testing.assert_allclose(measured["error"], [(4 / 20 + 30 / 360) / 2] * 2, rtol=1e-5)


def test_answers_are_in_units_whatever_the_length_of_sine_and_cosine() -> None:
    annotations = with_numbers([[10, 0]]).annotations
    answer = TASK.answer(None, torch.tensor([[1.1, -0.2, 0.0]]), annotations)  # type: ignore[arg-type]
    assert isinstance(answer, Numbers)
    np.testing.assert_allclose(answer.values, [32, 270], rtol=1e-6)


def test_the_right_outputs_are_answered_as_the_truth() -> None:
    dataset = make_pointing(seed=3, per_class=4)
    targets = torch.from_numpy(TASK.targets(dataset, np.arange(12)))
    for index, output in enumerate(targets.split(1)):
        answer, truth = TASK.answer(None, output, dataset.annotations), TASK.truth(dataset, index)  # type: ignore[arg-type]
        assert isinstance(answer, Numbers)
        assert isinstance(truth, Numbers)
        np.testing.assert_allclose(answer.values, truth.values, rtol=1e-4, atol=1e-3)


def test_the_evaluation_agrees_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    true = np.stack([random.uniform(10, 30, 50), random.uniform(0, 360, 50)], 1)
    said = true + random.normal(0, (2, 30), (50, 2))
    outputs, targets = (TASK.targets(with_numbers(rows.tolist()), np.arange(50)) for rows in (said, true))
    evaluation = TASK.evaluation(outputs, targets, with_numbers([[10, 0]]).annotations)
    values = {measure.title: (value, measure.unit) for measure, value in evaluation.measures}
    assert list(values) == ["mean error", "mean error of the width", "R² of the width", "mean error of the turn"]
    assert values["mean error of the width"] == (
        pytest.approx(mean_absolute_error(true[:, 0], said[:, 0]), rel=1e-4),
        "cm",
    )
    assert values["R² of the width"] == (pytest.approx(r2_score(true[:, 0], said[:, 0]), rel=1e-4), "")
    turns = [math.degrees(math.acos(math.cos(math.radians(off)))) for off in said[:, 1] - true[:, 1]]
    assert values["mean error of the turn"] == (pytest.approx(np.mean(turns), rel=1e-3), "degrees")
    errors = (np.abs(said[:, 0] - true[:, 0]) / 20 + np.array(turns) / 360) / 2
    np.testing.assert_allclose(evaluation.errors, errors, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(evaluation.details["true"], true, rtol=1e-3)


HEIGHT_OF, WIDTH_OF = 60, 90
AS_IN_PICTURE = Annotations(
    ("it",),
    quantities=(
        Quantity("temperature", "°C", 0, 40),
        Quantity("from the top", "mm", 0, 6, moves_as="y"),
        Quantity("direction", "degrees", 0, 360, cyclic=True, moves_as="angle"),
        Quantity("from the left", "mm", 0, 9, moves_as="x"),
        Quantity("size", "mm", 1, 3, moves_as="length"),
        Quantity("phase", "degrees", 0, 360, cyclic=True),
    ),
)

signs = st.sampled_from([-1.0, 1.0])
unit = st.floats(-1, 1, allow_subnormal=False)


@st.composite
def moves(draw: st.DrawFn) -> Moves:
    values = [draw(signs), draw(signs), 0.2 * draw(unit), 0.2 * draw(unit), math.pi * draw(unit)]
    values += [0.75 + 0.25 * draw(unit), draw(unit), draw(unit)]
    return Moves(*(torch.tensor([value]) for value in values))


def with_spot(x: float, y: float) -> torch.Tensor:
    """A picture (H, W) that is bright around a place, in pixels."""
    rows, columns = torch.arange(HEIGHT_OF)[:, None] + 0.5, torch.arange(WIDTH_OF) + 0.5
    return torch.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 2 / 1.5**2)


def assert_bright_at(picture: torch.Tensor, x: float, y: float) -> None:
    """The brightness around a place, in pixels, has its centre there."""
    rows, columns = torch.arange(HEIGHT_OF)[:, None] + 0.5, torch.arange(WIDTH_OF) + 0.5
    near = picture * ((rows - y) ** 2 + (columns - x) ** 2 < 6**2)
    assert near.max() > 0.7
    assert float((near * columns).sum() / near.sum()) == pytest.approx(x, abs=0.5)
    assert float((near * rows).sum() / near.sum()) == pytest.approx(y, abs=0.5)


@given(moves(), st.floats(25, 65), st.floats(20, 40), st.floats(0, 360), st.floats(20, 30))
def test_place_direction_and_size_move_with_the_picture(
    moves: Moves, x: float, y: float, degrees: float, size: float
) -> None:
    dataset = with_numbers([[12, y / 10, degrees, x / 10, size / 10, 77]], AS_IN_PICTURE.quantities)
    before = torch.from_numpy(TASK.targets(dataset, np.arange(1)))
    after = TASK.moved(before, moves, (HEIGHT_OF, WIDTH_OF), AS_IN_PICTURE)
    answer = TASK.answer(None, after, AS_IN_PICTURE)  # type: ignore[arg-type]
    assert isinstance(answer, Numbers)
    temperature, top, direction, left, length, phase = answer.values.tolist()
    assert (temperature, phase) == (pytest.approx(12, rel=1e-4), pytest.approx(77, rel=1e-4))

    # Its centre and its tip, each in a picture of its own.
    def tip(x: float, y: float, degrees: float, size: float) -> tuple[float, float]:
        return x + size / 2 * math.sin(math.radians(degrees)), y - size / 2 * math.cos(math.radians(degrees))

    places = [(x, y), tip(x, y, degrees, size)]
    expected = [(10 * left, 10 * top), tip(10 * left, 10 * top, direction, 10 * length)]
    assume(all(7 < right < WIDTH_OF - 7 and 7 < down < HEIGHT_OF - 7 for right, down in expected))
    for place, (right, down) in zip(places, expected, strict=True):
        picture = moved(with_spot(*place)[None, None], moves)[0, 0]
        assert_bright_at(picture, right, down)


def test_half_a_place_stays_since_a_turn_would_need_the_other_half() -> None:
    annotations = Annotations(("it",), quantities=(Quantity("column", "pixels", 0, 8, moves_as="x"),))
    values = [1.0, 1.0, 0.1, 0.1, 1.0, 0.8, 0.0, 0.0]
    targets = torch.tensor([[0.3]])
    after = TASK.moved(targets, Moves(*(torch.tensor([value]) for value in values)), (8, 8), annotations)
    assert after.tolist() == targets.tolist()


def test_training_learns_the_moved_numbers_of_moved_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_pointing(seed=1, per_class=20)
    architecture = replace(Regression.preset().architecture, input_shape=(3, 16, 16))
    settings = TrainingSettings("pointing", TASK, "mse", epochs=1, batch_size=42, flip=True)
    seen: list[torch.Tensor] = []
    compute = Regression.loss_and_outputs

    def noted(task: Regression, network: nn.Module, pictures: torch.Tensor, targets: torch.Tensor, loss: str):  # type: ignore[no-untyped-def]
        if network.training:
            seen.append(targets)
        return compute(task, network, pictures, targets, loss)  # type: ignore[arg-type]

    monkeypatch.setattr(Regression, "loss_and_outputs", noted)
    train_all(Training(RunSpec(architecture, settings, 0), dataset))
    (targets,) = seen
    original = {float(row[4]): row for row in TASK.targets(dataset, dataset.train)}  # by the place from the top
    mirrored = 0
    for size, sine, cosine, x, y in targets.tolist():
        row = original[min(original, key=lambda other: abs(other - y))]
        assert (size, cosine) == (pytest.approx(row[0], abs=1e-5), pytest.approx(row[2], abs=1e-5))
        is_mirrored = abs(x - row[3]) > 1e-5
        mirrored += is_mirrored
        sign = -1 if is_mirrored else 1
        assert sine == pytest.approx(sign * row[1], abs=1e-5)
        assert x == pytest.approx(1 - row[3] if is_mirrored else row[3], abs=1e-5)
    assert 10 < mirrored < 32


def test_a_linear_model_stays_far_below_a_convolutional_network() -> None:
    dataset, preset = load_dataset("pointing"), Regression.preset()
    inputs = prepare(dataset.pictures, preset.architecture.input_shape)
    targets = TASK.targets(dataset, np.arange(len(inputs)))
    rows = inputs.reshape(len(inputs), -1)
    linear = Ridge(100.0).fit(rows[dataset.train], targets[dataset.train])
    of_linear = evaluated(linear.predict(rows[dataset.test]).astype(np.float32), targets, dataset)

    # A few epochs of the many that the preset takes; pictures that are turned would need more of them.
    settings = replace(preset_settings(TASK), epochs=5, rotation=0.0)
    training = Training(RunSpec(preset.architecture, settings, 0), dataset)
    train_all(training)
    with torch.inference_mode():
        outputs = training.network.eval()(torch.from_numpy(inputs[dataset.test]))
    of_network = evaluated(outputs.numpy(), targets, dataset)

    for quantity in ("size", "place from the left", "place from the top"):
        assert of_linear[f"R² of the {quantity}"] < 0.2
        assert of_network[f"R² of the {quantity}"] > 0.4
    # An answer by chance is off by 90 degrees.
    assert of_linear["mean error of the direction"] > 75
    assert of_network["mean error of the direction"] < 60


def evaluated(outputs: np.ndarray, targets: np.ndarray, dataset: Dataset) -> dict[str, float]:
    measures = TASK.evaluation(outputs, targets[dataset.test], dataset.annotations).measures
    return {measure.title: value for measure, value in measures}
