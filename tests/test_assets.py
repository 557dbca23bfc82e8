from pathlib import Path

import pytest
import torch

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
