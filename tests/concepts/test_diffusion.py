from pathlib import Path

import numpy as np
import pytest
import torch

from visualizer.architecture.model_file import load_model, load_notes
from visualizer.architecture.network import Network, build
from visualizer.concepts.diffusion import amounts, as_signed, drawn_noise, noised, read_right, way_back
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.diffusion import Diffusion
from visualizer.tasks.pictures import Parts

ASSETS = Path(__file__).parents[2] / "assets"


def opened(name: str) -> Network:
    architecture, weights = load_model(ASSETS / f"{name}.safetensors")
    network = build(architecture).eval()
    network.load_state_dict({key: torch.from_numpy(array) for key, array in weights.items()})
    return network


def test_noise_is_mixed_in_by_its_share() -> None:
    clean, noise = np.array([[1.0, -1.0]]), np.array([[0.5, 2.0]])
    shown = noised(clean, noise, np.array([1, 0.75, 0]), np.array([0, 0.25, 1]))
    assert shown.tolist() == [[[1, -1]], [[0.875, -0.25]], [[0.5, 2]]]


def test_schedules_lead_from_the_picture_to_the_noise_each_at_its_pace() -> None:
    times = np.linspace(0, 1, 21)
    kept, added = amounts("straight", times)
    assert kept + added == pytest.approx(np.ones(21))
    for schedule in ("cosine", "linear"):
        kept, added = amounts(schedule, times)
        assert kept**2 + added**2 == pytest.approx(np.ones(21), abs=2e-4)
        assert (kept[0], added[0]) == (1, 0)
        assert (np.diff(kept) < 0).all()
    assert amounts("cosine", np.array([0.5]))[0] == pytest.approx(np.sqrt(0.5), abs=1e-4)
    # Of Ho and others' 1,000 steps, by hand: after the first, and after all.
    kept, _ = amounts("linear", np.array([0.001, 1]))
    assert kept[0] == pytest.approx(np.sqrt(1 - 0.0001), abs=1e-4)
    assert kept[1] == pytest.approx(0.0064, abs=5e-5)


def test_the_way_back_is_that_of_the_task() -> None:
    network, steps = opened("denoiser"), 10
    noise = drawn_noise((8, 8), 12)
    way = way_back(network, noise, steps)
    start = torch.from_numpy((noise + 1) / 2).float()[None, None]
    outputs = Parts(torch.zeros(1, 1), torch.zeros(1, 1), start[:, None]).packed()
    with torch.inference_mode():
        sample = Diffusion(steps=steps).answers(network, outputs, load_dataset("digits").annotations)[0]
    # Each of its numbers is rounded to three decimals on the way.
    assert way.shown[-1].clip(-1, 1) == pytest.approx(2 * sample.values[..., 0] - 1, abs=0.01)
    assert way.shares == pytest.approx(np.arange(10, -1, -1) / 10)


def test_each_step_can_be_added_up_by_hand() -> None:
    way = way_back(opened("denoiser"), drawn_noise((8, 8), 3), 5)
    for step in range(5):
        t, s = way.shares[step : step + 2]
        by_hand = way.shown[step] + (t - s) / t * (way.clean[step] - way.shown[step])
        assert way.shown[step + 1] == pytest.approx(by_hand, abs=0.00051)
    assert way.shown[-1] == pytest.approx(way.clean[-1])


def test_the_first_answer_is_near_the_mean_digit_and_later_ones_are_not() -> None:
    dataset = load_dataset("digits")
    mean = as_signed(prepare(dataset.pictures[dataset.train], (1, 8, 8)).mean(axis=0)[0])
    ways = [way_back(opened("denoiser"), drawn_noise((8, 8), seed), 10) for seed in range(1, 13)]
    first, last = (np.mean([np.abs(way.clean[step] - mean).mean() for way in ways]) for step in (0, -1))
    assert first < 0.2
    assert last > 2 * first


def test_a_classifier_reads_digits_until_they_are_noise() -> None:
    dataset = load_dataset("digits")
    pictures = prepare(dataset.pictures[dataset.test], (1, 8, 8))
    mixed = [(1 - share, share) for share in (0, 0.35, 0.55, 1)]
    right = read_right(opened("home_network"), pictures, dataset.labels[dataset.test], mixed, seed=0)
    assert right[0] > 0.95
    assert right[1] > 0.5 > right[2]
    assert right[3] < 0.2


def test_the_denoiser_is_as_good_as_its_notes_say() -> None:
    path = ASSETS / "denoiser.safetensors"
    assert path.stat().st_size < 200_000
    task, dataset = Diffusion(), load_dataset("digits")
    pictures = torch.from_numpy(prepare(dataset.pictures[dataset.test], (1, 8, 8)))
    with torch.inference_mode():
        _, outputs = task.loss_and_outputs(opened("denoiser"), pictures, torch.arange(len(pictures)), "velocity_mse")
    evaluation = task.evaluation(task.kept(outputs), dataset.labels[dataset.test], dataset.annotations)
    ((_, error),) = evaluation.measures
    assert error == pytest.approx(float(load_notes(path)["error"]), abs=0.0002)
    assert error < 0.13
