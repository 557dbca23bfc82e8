"""The scripts change training pictures as the app does, and what is learnt moves with them."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.source_code.test_task_scripts import TASKS, settings_of
from tests.source_code.test_writers import run
from tests.training.examples import few_digits
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.presets import TINY
from visualizer.data.annotations import Quantity
from visualizer.data.moves import Moves, moved
from visualizer.source_code.scripts import packed
from visualizer.source_code.task_scripts import scripts_for
from visualizer.tasks.classification import Classification
from visualizer.tasks.gan import Gan
from visualizer.training.settings import AUGMENTATIONS, TrainingSettings

LIBRARIES = ("keras", "pytorch")
MOVES = {"flip": True, "flip_vertical": True, "rotation": 40.0, "crop": 0.3, "shift": 0.15}
COLOURS = {"brightness": 0.4, "noise": 0.1}
CHANGES = [*({name: value} for name, value in MOVES.items()), MOVES]
MOVED_TASKS = ("regression", "one object", "detection", "segmentation", "autoencoder")


DRAWING = ("autoencoder", "variational autoencoder", "diffusion")


class Given:
    """Random numbers that are known: stands for numpy's generator in a script."""

    def __init__(self, *draws: np.ndarray) -> None:
        self._draws = list(draws)

    def uniform(self, low: float, high: float, size: object) -> np.ndarray:
        return low + (high - low) * (self._draws.pop(0) + 1) / 2

    def choice(self, of: list[int], size: object) -> np.ndarray:
        assert of == [-1, 1]
        return np.sign(self._draws.pop(0))


def known_moves(changes: dict, count: int) -> tuple[Given, Moves]:
    """The same moves, as a script draws them and as the app does."""
    random = np.random.default_rng(5)
    angle = random.uniform(-1, 1, count)
    across, down, cut = (random.uniform(-1, 1, (count, 1)) for _ in range(3))
    crop, shift = (random.uniform(-1, 1, (count, 2)) for _ in range(2))
    draws = {"rotation": [angle], "flip": [across], "flip_vertical": [down], "crop": [cut, crop], "shift": [shift]}
    given = Given(*(each for name, own in draws.items() if name in changes for each in own))
    ones, reach = np.ones(count), changes.get("shift", 0.0)
    kept = 1 - changes.get("crop", 0.0) * (cut[:, 0] + 1) / 2
    moves = [
        np.sign(across[:, 0]) if "flip" in changes else ones,
        np.sign(down[:, 0]) if "flip_vertical" in changes else ones,
        -reach * shift[:, 1],
        -reach * shift[:, 0],
        math.radians(changes.get("rotation", 0.0)) * angle,
        kept,
        crop[:, 1],
        crop[:, 0],
    ]
    return given, Moves(*(torch.from_numpy(each).float() for each in moves))


def without_training(script: str) -> str:
    return re.split(r"model\.compile|optimizer = |generator_optimizer", script)[0]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: "-".join(changes))
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", MOVED_TASKS)
def test_pictures_and_what_is_learnt_move_as_in_the_app(name, library, changes, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS[name]
    if name == "regression":  # not square
        architecture = replace(architecture, input_shape=(1, 32, 48))
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = settings_of(task, next(iter(task.losses)), **changes)
    found = run(
        without_training(getattr(scripts_for(task), library)(architecture, settings, dataset.annotations)), tmp_path
    )
    given, moves = known_moves(changes, 12)
    found["changed"].__globals__["random"] = given
    pictures, targets = found["train_pictures"][:12], found["train_targets"][:12]
    as_torch = torch.as_tensor(pictures) if library == "pytorch" else torch.as_tensor(pictures).permute(0, 3, 1, 2)
    expected = moved(as_torch, moves, mirrored_beyond=task.mirrored_beyond)
    if name == "autoencoder":  # what is learnt is the picture itself
        shown = found["changed"](pictures)
    else:
        shown, learnt = found["changed"](pictures, targets)
        about = task.about(dataset.annotations)
        true = task.moved(torch.from_numpy(targets), moves, architecture.input_shape[1:], about).numpy()
        assert learnt.dtype == targets.dtype
        if name == "segmentation":  # a place between two pixels may be rounded to either
            assert (learnt == true).mean() > 0.999
        else:
            np.testing.assert_allclose(learnt, true, atol=2e-5)
    shown = torch.as_tensor(shown) if library == "pytorch" else torch.as_tensor(shown).permute(0, 3, 1, 2)
    assert shown.dtype == torch.float32
    torch.testing.assert_close(shown, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("library", LIBRARIES)
def test_numbers_that_nothing_moves_stay(library, tmp_path, monkeypatch):
    """Numbers of one's own pictures are of a kind that is not known."""
    task, dataset, architecture = TASKS["regression"]
    monkeypatch.chdir(tmp_path)
    dataset = replace(
        dataset,
        quantities=tuple(replace(quantity, cyclic=False, moves_as="nothing") for quantity in dataset.quantities),
    )
    architecture = replace(architecture, layers=(*architecture.layers[:-1], replace(architecture.layers[-1], units=4)))
    assert all(isinstance(quantity, Quantity) for quantity in dataset.quantities)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    written = getattr(scripts_for(task), library)(architecture, settings_of(task, "mse", **MOVES), dataset.annotations)
    assert "moved_targets" not in written
    run(written, tmp_path)


@pytest.mark.parametrize("library", LIBRARIES)
def test_colours_change_as_in_the_app(library, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS["autoencoder"]
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = settings_of(task, "pixels_mse", **COLOURS)
    script = getattr(scripts_for(task), library)(architecture, settings, dataset.annotations)
    assert "random_places" not in script
    changed = run(without_training(script), tmp_path)["changed"]
    grey = np.full((200, 40, 40, 1), 0.5, "float32")
    shown = np.asarray(changed(torch.from_numpy(grey).permute(0, 3, 1, 2) if library == "pytorch" else grey))
    means = shown.reshape(200, -1).mean(1)
    assert 0.29 < means.min() < 0.33
    assert 0.67 < means.max() < 0.71
    assert means.std() == pytest.approx(0.5 * 0.4 / math.sqrt(3), rel=0.15)
    assert shown.reshape(200, -1).std(1).mean() == pytest.approx(0.1, rel=0.02)
    white = np.ones((4, 8, 8, 1), "float32")
    bright = np.asarray(changed(torch.from_numpy(white).permute(0, 3, 1, 2) if library == "pytorch" else white))
    assert bright.max() <= 1


@pytest.mark.parametrize("changes", [COLOURS, MOVES | COLOURS], ids=["colours", "all"])
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", TASKS)
def test_scripts_with_augmentation_train(name, library, changes, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS[name]
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = settings_of(task, next(iter(task.losses)), **changes)
    found = run(getattr(scripts_for(task), library)(architecture, settings, dataset.annotations), tmp_path)
    if library == "keras":
        history = found["model"].history.history
        assert np.isfinite([*history["loss"], *history["val_loss"]]).all()
    else:
        assert np.isfinite([found["loss"].item(), found["value"]]).all()
        if name in DRAWING:  # what is learnt is the changed picture
            assert found["true"] is found["shown"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_real_pictures_of_a_gan_are_changed(library, tmp_path, monkeypatch):
    task, dataset = Gan(), few_digits(64, 16)
    monkeypatch.chdir(tmp_path)
    few = replace(dataset, pictures=dataset.pictures[:40], labels=dataset.labels[:40])
    Path("pictures.npz").write_bytes(packed(few, task))
    settings = settings_of(task, "adversarial_bce", **MOVES, **COLOURS)
    written = getattr(scripts_for(task), library)(task.preset().architecture, settings, dataset.annotations)
    assert written.count("changed(train_pictures[chosen])") == 1
    found = run(written, tmp_path)
    assert np.isfinite(found["of_generator"].item())


@pytest.mark.parametrize("changes", [COLOURS, MOVES | COLOURS], ids=["colours", "all"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_scripts_of_classes_change_their_pictures(library, changes, tmp_path):
    settings = TrainingSettings(epochs=4, learning_rate=0.01, **changes)
    architecture: Architecture = TINY.architecture
    annotations = few_digits(10, 10).annotations
    found = run(getattr(scripts_for(Classification()), library)(architecture, settings, annotations), tmp_path)
    if library == "keras":
        history = found["model"].history.history
        assert history["loss"][-1] < history["loss"][0]
        assert history["val_accuracy"][-1] > 0.15
        shown, labels = next(found["batches"]())
        assert shown.shape == (32, 8, 8, 1)
        assert labels.shape == (32, 10)
    else:
        assert float(found["accuracy"]) > 0.15
    pictures = found["train_pictures"][:20]
    assert not np.allclose(np.asarray(found["changed"](pictures)), np.asarray(pictures), atol=0.1)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["classification", *TASKS])
def test_each_change_of_train_is_in_the_script_and_no_other(name, library):
    """Nothing is left out in silence."""
    task, dataset, architecture = (Classification(), few_digits(10, 10), TINY.architecture)
    if name != "classification":
        task, dataset, architecture = TASKS[name]
    loss = next(iter(task.losses))
    write = getattr(scripts_for(task), library)
    plain = write(architecture, TrainingSettings(task=task, loss=loss), dataset.annotations)
    assert "changed(" not in plain
    says = {
        "flip": "mirrored left and right",
        "flip_vertical": "mirrored top and bottom",
        "shift": "Shifted by up to 15 %",
        "rotation": "Turned by up to 40 degrees",
        "crop": "Up to 30 % of each side is cut away",
        "brightness": "brighter or darker by up to 40 %",
        "noise": "+ 0.1 * ",
    }
    assert tuple(says) == AUGMENTATIONS
    for change, value in (MOVES | COLOURS).items():
        script = write(architecture, TrainingSettings(task=task, loss=loss, **{change: value}), dataset.annotations)
        body = script.partition("def changed(")[0].rpartition("random = ")[2] + script.partition("def changed(")[2]
        assert [other for other, words in says.items() if words in body] == [change]
