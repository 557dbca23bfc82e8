from pathlib import Path

import numpy as np
import pytest
import torch

from assets.make_colour_network import ARCHITECTURE as COLOURS
from assets.make_concept_networks import DETECTOR
from visualizer.architecture.model_file import load_model, load_notes
from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.concepts.skip_connections import small_unet
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.detection import Detection
from visualizer.tasks.segmentation import Segmentation

HOME_NETWORK = Path(__file__).parents[1] / "assets" / "home_network.safetensors"


def test_the_home_network_is_small() -> None:
    assert HOME_NETWORK.stat().st_size < 1_000_000


def test_the_home_network_is_the_tiny_preset() -> None:
    architecture, _ = load_model(HOME_NETWORK)
    assert architecture == TINY.architecture


def test_the_home_network_is_as_good_as_its_notes_say() -> None:
    architecture, weights = load_model(HOME_NETWORK)
    notes = load_notes(HOME_NETWORK)
    network = build(architecture).eval()
    network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    dataset = load_dataset(notes["dataset"])

    def accuracy(split: str) -> float:
        chosen = getattr(dataset, split)
        pictures = torch.from_numpy(prepare(dataset.pictures[chosen], architecture.input_shape))
        with torch.no_grad():
            answers = network(pictures).argmax(dim=1).numpy()
        return float((answers == dataset.labels[chosen]).mean())

    for split in ("train", "validation", "test"):
        # The notes have four places; one picture of 269 is 0.0037.
        assert abs(accuracy(split) - float(notes[f"{split}_accuracy"])) < 0.0001
    assert accuracy("test") > 0.95
    assert accuracy("validation") > 0.97


def test_the_network_of_colours_is_as_good_as_its_notes_say_on_photos_that_it_never_saw() -> None:
    path = HOME_NETWORK.with_name("colour_network.safetensors")
    assert path.stat().st_size < 1_000_000
    architecture, weights = load_model(path)
    assert architecture == COLOURS
    notes = load_notes(path)
    network = build(architecture).eval()
    network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    dataset = load_dataset(notes["dataset"])
    with torch.no_grad():
        answers = network(torch.from_numpy(prepare(dataset.pictures[dataset.test], architecture.input_shape)))
    accuracy = float((answers.argmax(dim=1).numpy() == dataset.labels[dataset.test]).mean())
    assert accuracy == pytest.approx(float(notes["test_accuracy"]), abs=0.005)
    assert accuracy > 0.85


def test_the_kernels_of_colours_are_patterns_and_not_noise() -> None:
    """A pattern changes little from weight to weight; the differences in noise have three times its energy."""
    _, weights = load_model(HOME_NETWORK.with_name("colour_network.safetensors"))
    kernels = next(array for array in weights.values() if array.shape[1:] == (3, 7, 7)).astype(np.float64)
    norms = np.sqrt(np.square(kernels).sum(axis=(1, 2, 3)))
    seen = kernels[norms > 0.1 * norms.max()]
    assert len(seen) >= 12
    differences = sum(np.square(np.diff(seen, axis=axis)).sum(axis=(1, 2, 3)) for axis in (2, 3))
    assert np.median(differences / np.square(seen).sum(axis=(1, 2, 3))) < 1.0


@pytest.mark.parametrize(
    ("file", "task", "made"),
    [("detector", Detection(), DETECTOR), ("segmenter", Segmentation(), small_unet(skips=True, classes=6))],
)
def test_the_networks_of_scenes_are_as_good_as_their_notes_say(file, task, made) -> None:
    path = HOME_NETWORK.with_name(f"{file}.safetensors")
    assert path.stat().st_size < 250_000
    architecture, weights = load_model(path)
    assert architecture == made
    notes = load_notes(path)
    network = build(architecture).eval()
    network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    dataset = load_dataset(notes["dataset"])
    with torch.no_grad():
        outputs = network(torch.from_numpy(prepare(dataset.pictures[dataset.test], architecture.input_shape)))
    evaluation = task.evaluation(task.kept(outputs), task.targets(dataset, dataset.test), dataset.annotations)
    values = {measure.name: value for measure, value in evaluation.measures}
    # Sums in another order may move a score across another one.
    assert values == pytest.approx({name: float(notes[name]) for name in values}, abs=0.002)
    assert next(iter(values.values())) > 0.65
