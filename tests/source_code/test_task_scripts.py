"""The scripts of tasks are run: they learn, by the loss of the app, and measure as the app does."""

import re
import runpy
import textwrap
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.source_code.test_writers import copy_to_keras, run
from tests.training.examples import few_digits
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.sampling import Sampling
from visualizer.architecture.network import build
from visualizer.architecture.span import PICTURE
from visualizer.data.dataset import Dataset
from visualizer.data.pointing import make_pointing
from visualizer.data.prepare import prepare
from visualizer.data.scenes import make_scenes
from visualizer.data.shapes import make_shapes
from visualizer.source_code.scripts import packed
from visualizer.source_code.task_scripts import scripts_for
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.detection import Detection
from visualizer.tasks.diffusion import Diffusion
from visualizer.tasks.gan import DISCRIMINATOR, GENERATOR, Gan
from visualizer.tasks.one_object import OneObject
from visualizer.tasks.regression import Regression
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Task, task_types
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder
from visualizer.training.loop.optimizer import make_optimizer
from visualizer.training.settings import TrainingSettings, preset_settings

MAPS = (Conv2D(filters=8, padding="same"), MaxPooling2D(), Conv2D(filters=8, padding="same"), MaxPooling2D())
# No Flatten of maps: Keras has their numbers in another order, which other tests look at.
MEASURES = (*MAPS, Conv2D(filters=12), GlobalAveragePooling2D())
TASKS: dict[str, tuple[Task, Dataset, Architecture]] = {
    "regression": (
        Regression(),
        make_pointing(per_class=20),
        Architecture("Measures", (1, 32, 32), (*MEASURES, Dense(units=5, activation="linear"))),
    ),
    "one object": (
        OneObject(),
        make_shapes(per_class=6),
        Architecture("Finds", (3, 32, 32), (*MEASURES, Dense(units=14, activation="linear"))),
    ),
    "detection": (
        Detection(),
        make_scenes(count=60),
        # A grid that is not square.
        Architecture("Detects", (3, 64, 48), (*MAPS, Conv2D(filters=10, padding="same", activation="linear"))),
    ),
    "segmentation": (
        Segmentation(),
        make_scenes(count=60),
        Architecture("Paints", (3, 32, 32), (MAPS[0], Conv2D(filters=6, padding="same", activation="linear"))),
    ),
    "autoencoder": (
        Autoencoder(),
        few_digits(64, 16),
        Architecture(
            "Draws",
            (1, 16, 16),
            (
                MAPS[0],
                MaxPooling2D(),
                Conv2DTranspose(filters=8),
                Conv2D(filters=1, padding="same", activation="sigmoid"),
            ),
        ),
    ),
    "variational autoencoder": (
        VariationalAutoencoder(beta=2.0),
        few_digits(64, 16),
        Architecture(
            "Draws",
            (1, 16, 16),
            (
                *(Conv2D(filters=8, padding="same"), GlobalAveragePooling2D(), Dense(units=4, activation="linear")),
                *(Sampling(), Dense(units=64), Reshape(height=8, width=8), Conv2DTranspose(filters=4)),
                Conv2D(filters=1, padding="same", activation="sigmoid"),
            ),
        ),
    ),
}
# Its scripts draw their noise themselves, so that no two losses of a batch are the same.
TASKS["diffusion"] = (Diffusion(steps=5), few_digits(64, 16), TASKS["autoencoder"][2])
SOFTMAX = replace(TASKS["segmentation"][2], layers=(MAPS[0], Conv2D(filters=6, padding="same", activation="softmax")))
BRANCHED = Architecture(
    "Branches",
    (3, 32, 32),
    (MAPS[0], Concatenate(), Conv2D(filters=6, padding="same", activation="linear"), Activation(function="softmax")),
    wires=((PICTURE,), (0, PICTURE), (1,), (2,)),
)


def gan(*, branches: bool = False) -> Architecture:
    """A small one; no layer of it is random, and none flattens maps."""
    assembly = Assembly((1, 4, 4))
    with assembly.block(GENERATOR):
        start = assembly.add(Conv2DTranspose(filters=4, l2=0.01 if branches else 0.0), BatchNormalization())
        if branches:
            assembly.add(Conv2D(filters=4, padding="same"))
            assembly.add(Add(), reads=(assembly.last, start))
        assembly.add(Conv2D(filters=1, padding="same", activation="sigmoid"))
    with assembly.block(DISCRIMINATOR):
        start = assembly.add(Conv2D(filters=4, padding="same", activation="leaky_relu"), BatchNormalization())
        if branches:
            assembly.add(Conv2D(filters=4, padding="same"))
            assembly.add(Add(), reads=(assembly.last, start))
        assembly.add(GlobalAveragePooling2D(), Dense(units=1, activation="linear"))
    return assembly.architecture("Small GAN")


CASES = [
    pytest.param(name, loss, architecture, id=f"{name}-{loss}{ending}")
    for name, (task, _, own) in TASKS.items()
    if name != "diffusion"
    for loss in task.losses
    for architecture, ending in [
        (own, ""),
        *([(SOFTMAX, "-softmax"), (BRANCHED, "-branches")] if name == "segmentation" else []),
    ]
]


STEP = ("outputs", "true", "loss")  # what the PyTorch script's loop computes of a batch


def settings_of(task: Task, loss: str, **others: object) -> TrainingSettings:
    return TrainingSettings(task=task, loss=loss, dataset="scenes", epochs=1, batch_size=16, **others)


def first_step(script: str) -> str:
    """A PyTorch script that computes only the loss of the first twelve pictures, with weights from a file."""
    definition, found, loop = script.partition("optimizer = ")
    assert found
    lines = [line for line in loop.splitlines() if line.startswith(tuple(f"{8 * ' '}{name} = " for name in STEP))]
    step = "\n".join(line[4:] for line in lines[: len(STEP)])
    return f"""{definition}
model.eval()
chosen = torch.arange(12)
with torch.no_grad():
    for own, weights in zip(model.state_dict().values(), torch.load("weights.pt"), strict=True):
        own.copy_(weights)
{step}
"""


@pytest.mark.parametrize(("name", "loss", "architecture"), CASES)
def test_loss_and_measure_are_those_of_the_app(name, loss, architecture, tmp_path, monkeypatch):
    task, dataset, _ = TASKS[name]
    about, scripts = task.about(dataset.annotations), scripts_for(task)
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = settings_of(task, loss)
    network = build(architecture, seed=3).eval()
    network.softmax_in_loss = settings.softmax_in_loss

    torch.save(list(network.state_dict().values()), "weights.pt")
    in_torch = run(first_step(scripts.pytorch(architecture, settings, dataset.annotations)), tmp_path)
    definition, found, _ = scripts.keras(architecture, settings, dataset.annotations).partition("model.fit(")
    assert found
    in_keras = run(definition, tmp_path)

    # The same pictures in the same order, prepared as in the app.
    order = np.random.default_rng(0).permutation(len(dataset.pictures))
    held_out = len(in_torch["test_pictures"])
    chosen = order[held_out : held_out + 12]
    pictures = torch.from_numpy(prepare(dataset.pictures[chosen], architecture.input_shape))
    torch.testing.assert_close(in_torch["train_pictures"][:12], pictures, atol=1e-5, rtol=0)
    assert in_torch["train_pictures"].stride() == torch.empty(in_torch["train_pictures"].shape).stride()
    of_keras = in_keras["train_pictures"][:12]
    np.testing.assert_allclose(of_keras.transpose(0, 3, 1, 2), pictures, atol=1e-5)

    targets = torch.from_numpy(task.targets(dataset, chosen))
    with torch.no_grad():
        expected, outputs = task.loss_and_outputs(network, pictures, targets, loss)
    measure = task.measures[0].name
    measured = float(task.measured(outputs, targets, about)[measure].double().mean())
    name_of_measure = {"error": "mean_error", "iou": "mean_iou", "f1": "f1"}[measure]

    assert float(in_torch["loss"]) == pytest.approx(float(expected), rel=1e-4)
    true = in_torch["train_targets"][:12]
    assert in_torch[name_of_measure](in_torch["outputs"].numpy(), true) == pytest.approx(measured, abs=1e-6)

    if architecture.wires:
        return
    copy_to_keras(network, in_keras["model"])
    true = in_keras["train_targets"][:12]
    learnt = in_keras["in_cells"](true) if name == "detection" else true
    with torch.backends.mkldnn.flags(enabled=False):
        value = in_keras["model"].evaluate(of_keras, learnt, batch_size=12, verbose=0)
        predicted = in_keras["model"].predict(of_keras, verbose=0)
    assert value == pytest.approx(float(expected), rel=1e-4)
    assert in_keras[name_of_measure](predicted, true) == pytest.approx(measured, abs=1e-6)


@pytest.mark.parametrize("library", ["keras", "pytorch"])
def test_f1_of_answers_that_are_partly_right_is_that_of_the_app(library, tmp_path, monkeypatch):
    """Boxes near the true ones with high scores, some of another class, some twice, and others that are none."""
    task, dataset, architecture = TASKS["detection"]
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    written = getattr(scripts_for(task), library)(architecture, settings_of(task, "cells_bce"), dataset.annotations)
    script = run(re.split("model.fit|optimizer = ", written)[0], tmp_path)
    targets = task.targets(dataset, np.arange(60))
    cells, random = script["in_cells"](targets), np.random.default_rng(1)
    there = cells[..., :1]
    maps = random.normal(size=(60, 16, 12, 10)).astype("float32")
    maps[..., 0] += np.where(there[..., 0], 4, -2.5)
    x, y, width, height, label = (
        cells[..., place] * size for place, size in ((1, 12), (2, 16), (3, 12), (4, 16), (5, 1))
    )
    right, down = np.arange(12) + 0.5, np.arange(16)[:, None] + 0.5
    edges = [right - x + width / 2, down - y + height / 2, x + width / 2 - right, y + height / 2 - down]
    reach = np.log(np.maximum(np.stack(edges, -1), 0.1)) + random.normal(0, 0.25, (60, 16, 12, 4))
    maps[..., 1:5] = np.where(there, reach, maps[..., 1:5])
    maps[..., 5:] += 4 * there * np.eye(5)[label.astype(int)]
    # In half of the pictures, the next cell says the same a little less surely.
    again = there[::2, :, :-1] > there[::2, :, 1:]
    maps[::2, :, 1:] = np.where(again, maps[::2, :, :-1] - np.eye(10)[0] / 8, maps[::2, :, 1:])
    expected = task.measured(torch.from_numpy(maps).movedim(-1, 1), torch.from_numpy(targets), dataset.annotations)[
        "f1"
    ]
    assert 0.3 < float(expected.mean()) < 0.95
    assert script["f1"](maps, targets) == pytest.approx(float(expected.mean()), abs=1e-6)


@pytest.mark.parametrize("name", TASKS)
def test_both_scripts_learn(name, tmp_path, monkeypatch, capsys):
    task, dataset, architecture = TASKS[name]
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = replace(settings_of(task, next(iter(task.losses))), epochs=3, learning_rate=0.01)
    scripts = scripts_for(task)
    found = run(scripts.keras(architecture, settings, dataset.annotations), tmp_path)
    losses = found["model"].history.history["loss"]
    assert losses[-1] < losses[0]
    Path("script.py").write_text(scripts.pytorch(architecture, settings, dataset.annotations), encoding="utf-8")
    capsys.readouterr()
    runpy.run_path("script.py")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Epoch ")]
    assert len(lines) == 3
    assert all(f"validation {task.measures[0].title} " in line for line in lines)


@pytest.mark.parametrize("loss", Diffusion.losses)
@pytest.mark.parametrize("library", ["keras", "pytorch"])
def test_noise_is_mixed_in_and_removed_as_in_the_app(library, loss, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS["diffusion"]
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    written = getattr(scripts_for(task), library)(architecture, settings_of(task, loss), dataset.annotations)
    script = run(re.split("model.compile|optimizer = ", written)[0], tmp_path)
    pictures = torch.from_numpy(prepare(dataset.pictures[:20], (1, 16, 16)))
    shown: list[np.ndarray] = []

    def says_half(given):
        shown.append(np.asarray(given))
        return 0 * given + 0.5

    mixing = script["WithNoise"](says_half)
    given = pictures if library == "pytorch" else pictures.permute(0, 2, 3, 1)
    outputs = torch.as_tensor(np.asarray(mixing.forward(given) if library == "pytorch" else mixing.call(given)))
    axis = 1 if library == "pytorch" else -1
    answers, share = outputs.narrow(axis, 0, 1), outputs.select(axis, 1).unsqueeze(axis)
    assert (answers == 0.5).all()
    assert share.flatten(1).std(dim=1).max() < 1e-6  # one share for each picture
    assert share.min() < 0.2 < 0.8 < share.max()
    # What was shown is (1 - t) · y + t · ε: the rest after the picture is noise of deviation 1.
    noise = (2 * torch.from_numpy(shown[0]) - 1 - (1 - share) * (2 * given - 1)) / share
    assert noise.mean().abs() < 0.1
    assert noise.std() == pytest.approx(1, abs=0.05)
    expected = 2 * (answers - given)
    if loss == "velocity_mse":
        expected = expected / share.clamp(min=0.1)
    pair = (outputs, given) if library == "pytorch" else (given, outputs)
    found = np.asarray(script["noise_loss"](*pair)).mean()
    assert found == pytest.approx(float(expected.square().mean()), rel=1e-4)


@pytest.mark.parametrize("library", ["keras", "pytorch"])
def test_the_scripts_of_diffusion_end_with_samples(library, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS["diffusion"]
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    run(
        getattr(scripts_for(task), library)(architecture, settings_of(task, "velocity_mse"), dataset.annotations),
        tmp_path,
    )
    with Image.open("samples.png") as samples:
        assert samples.size == (16 * 16 * 8, 16 * 8)


@pytest.mark.parametrize("name", TASKS)
def test_the_presets_of_the_gallery_train_in_both_scripts(name, tmp_path, monkeypatch):
    """Few pictures, so that it takes seconds."""
    task, dataset, _ = TASKS[name]
    monkeypatch.chdir(tmp_path)
    few = replace(dataset, pictures=dataset.pictures[:24], labels=dataset.labels[:24])
    Path("pictures.npz").write_bytes(packed(few, task))
    settings = replace(preset_settings(task), epochs=1)
    scripts, architecture = scripts_for(task), task.preset().architecture
    found = run(scripts.keras(architecture, settings, dataset.annotations), tmp_path)
    assert np.isfinite(found["model"].history.history["val_loss"][0])
    found = run(scripts.pytorch(architecture, settings, dataset.annotations), tmp_path)
    assert np.isfinite(found["loss"].item())
    assert np.isfinite(found["value"])


def with_a_function(script: str, loop: str, last: str) -> str:
    """The script of a GAN without its loop over batches, a step of which is a function of the `chosen` and the `noise`.

    Args:
        script: Of either library.
        loop: How the loop begins.
        last: How the line begins that comes after its steps.
    """
    definition, found, rest = script.partition(loop)
    assert found
    step = rest[rest.index("        real = ") : rest.index(last)]
    step = re.sub(r"keras\.random\.uniform\(\(.*?\)\)", "noise", step)
    return f"{definition}\ndef one_step(chosen, noise=None):\n{textwrap.indent(textwrap.dedent(step), '    ')}"


@pytest.mark.parametrize("branches", [False, True])
@pytest.mark.parametrize("loss", Gan.losses)
@pytest.mark.parametrize("every", [1, 2])
def test_the_parts_of_a_gan_take_the_steps_of_the_app(every, loss, branches, tmp_path, monkeypatch):
    """From the same weights, by the same noise."""
    task, dataset, architecture = Gan(discriminator_every=every), few_digits(64, 16), gan(branches=branches)
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    # By momentum, a step that is left out differs from one down a gradient of 0. Adam would enlarge rounding errors.
    settings = replace(settings_of(task, loss), optimizer="sgd", learning_rate=0.1)
    scripts = scripts_for(task)
    network = build(architecture, seed=3)
    before = [values.clone() for values in network.state_dict().values()]

    written = scripts.pytorch(architecture, settings, dataset.annotations)
    found = run(with_a_function(written, "for epoch in", "    model.eval()"), tmp_path)
    for own, values in zip(found["model"].state_dict().values(), before, strict=True):
        own.copy_(values)
    found["model"].train()
    network.train()
    optimizer, learnt = make_optimizer(network, settings), []
    for step in range(4):
        chosen = torch.arange(12 * step, 12 * step + 12)
        torch.manual_seed(step)
        value, _ = task.loss_and_outputs(network, found["train_pictures"][chosen], torch.zeros(12), loss)
        penalty = network.penalty()
        value = value if penalty is None else value + penalty
        optimizer.zero_grad()
        value.backward()
        learnt.append(network.layers[-1][0].bias.grad is not None)
        optimizer.step()
        torch.manual_seed(step)
        found["one_step"](chosen)
    assert all(learnt) if every == 1 else 0 < sum(learnt) < 4
    for own, values in zip(found["model"].state_dict().values(), network.state_dict().values(), strict=True):
        torch.testing.assert_close(own, values, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("loss", Gan.losses)
def test_the_parts_of_a_gan_take_the_steps_of_the_app_in_keras_too(loss, tmp_path, monkeypatch):
    task, dataset, architecture = Gan(), few_digits(64, 16), gan()
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = replace(settings_of(task, loss), optimizer="sgd", learning_rate=0.1)
    network = build(architecture, seed=3).train()
    written = scripts_for(task).keras(architecture, settings, dataset.annotations)
    found = run(with_a_function(written, "for epoch in", "    made = generator.predict"), tmp_path)
    both = SimpleNamespace(layers=[*found["generator"].layers, *found["discriminator"].layers])
    copy_to_keras(network, both)
    optimizer = make_optimizer(network, settings)
    for step in range(3):
        chosen = np.arange(12 * step, 12 * step + 12)
        pictures = torch.from_numpy(found["train_pictures"][chosen]).permute(0, 3, 1, 2)
        torch.manual_seed(step)
        value, _ = task.loss_and_outputs(network, pictures, torch.zeros(12), loss)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        torch.manual_seed(step)
        noise = torch.rand(12, 1, 4, 4).permute(0, 2, 3, 1)
        found["one_step"](chosen, noise)
    ours = {name: found[name].get_weights() for name in ("generator", "discriminator")}
    copy_to_keras(network, both)
    for name, weights in ours.items():
        for own, values in zip(weights, found[name].get_weights(), strict=True):
            # Batches of the moving variance are counted with and without Bessel's correction.
            np.testing.assert_allclose(own, values, atol=1e-3, rtol=2e-3)


def test_the_discriminator_learns_seldom_in_keras_too(tmp_path, monkeypatch):
    task, dataset, architecture = Gan(discriminator_every=50), few_digits(64, 16), gan(branches=True)
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    written = scripts_for(task).keras(architecture, settings_of(task, "adversarial_bce"), dataset.annotations)
    found = run(with_a_function(written, "for epoch in", "    made = generator.predict"), tmp_path)
    parts = [found[name] for name in ("generator", "discriminator")]
    for draw, learns in ((0.5, [True, False]), (0.01, [True, True])):
        before = [model.trainable_variables[0].numpy().copy() for model in parts]
        monkeypatch.setattr(np.random, "random", lambda draw=draw: draw)
        found["one_step"](np.arange(12), torch.rand(12, 4, 4, 1))
        after = [model.trainable_variables[0].numpy() for model in parts]
        assert [not np.array_equal(*each) for each in zip(before, after, strict=True)] == learns


@pytest.mark.parametrize("library", ["keras", "pytorch"])
@pytest.mark.parametrize("preset", [True, False])
def test_the_scripts_of_a_gan_run_and_end_with_samples(preset, library, tmp_path, monkeypatch, capsys):
    task, dataset = Gan() if preset else Gan(discriminator_every=3), few_digits(64, 16)
    architecture = task.preset().architecture if preset else gan(branches=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"There is no pictures\.npz here"):
        run(
            getattr(scripts_for(task), library)(
                architecture, settings_of(task, "adversarial_bce"), dataset.annotations
            ),
            tmp_path,
        )
    Path("pictures.npz").write_bytes(
        packed(replace(dataset, pictures=dataset.pictures[:100], labels=dataset.labels[:100]), task)
    )
    settings = replace(preset_settings(task), epochs=3, batch_size=16)
    written = getattr(scripts_for(task), library)(architecture, settings, dataset.annotations)
    Path("script.py").write_text(written, encoding="utf-8")
    capsys.readouterr()
    found = runpy.run_path("script.py")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Epoch ")]
    assert len(lines) == 3
    assert all(f"validation {task.measures[0].title} " in line for line in lines)
    assert np.isfinite(found["of_generator"].item() + found["of_discriminator"].item())
    said = {"pictures": [[2.0], [0.1]], "made": [[-1.0], [3.0]]}
    found["told_apart"].__globals__["said_of"] = lambda name: np.array(said[name])
    assert found["told_apart"]("pictures", "made") == 0.75
    with Image.open("samples.png") as samples:
        assert samples.size == (16 * 8 * 8, 8 * 8)


@pytest.mark.parametrize("library", ["keras", "pytorch"])
@pytest.mark.parametrize("name", ["autoencoder", "variational autoencoder"])
def test_noise_that_is_to_be_removed_is_what_the_network_sees(name, library, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS[name]
    task = replace(task, noise=0.35)
    monkeypatch.chdir(tmp_path)
    Path("pictures.npz").write_bytes(packed(dataset, task))
    settings = replace(settings_of(task, next(iter(task.losses))), epochs=3, learning_rate=0.01)
    found = run(getattr(scripts_for(task), library)(architecture, settings, dataset.annotations), tmp_path)
    if library == "keras":
        losses = found["model"].history.history["loss"]
        assert losses[-1] < losses[0]
    else:
        assert np.isfinite(found["loss"].item())
        # The truth is the picture without noise.
        torch.testing.assert_close(torch.as_tensor(found["train_true"]), found["train_pictures"])
    shown: list[np.ndarray] = []

    def seen(given, **training):
        shown.append(np.asarray(given))
        return given

    mixing = found["WithNoise"](seen)
    pictures = torch.full((50, 1, 16, 16) if library == "pytorch" else (50, 16, 16, 1), 0.5)
    (mixing.forward if library == "pytorch" else mixing.call)(pictures)
    noise = shown[0] - 0.5
    assert noise.std() == pytest.approx(0.35, abs=0.01)
    assert noise.mean() == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("name", TASKS)
def test_without_its_file_a_script_says_where_to_get_it(name, tmp_path, monkeypatch):
    task, dataset, architecture = TASKS[name]
    monkeypatch.chdir(tmp_path)
    scripts, settings = scripts_for(task), settings_of(task, next(iter(task.losses)))
    for script in (scripts.keras, scripts.pytorch):
        with pytest.raises(SystemExit, match=r"There is no pictures\.npz here"):
            run(script(architecture, settings, dataset.annotations), tmp_path)


def test_what_a_gan_in_keras_needs_is_said_beside_the_download_and_in_the_script():
    architecture = gan()
    assert "In Keras, it computes its gradients by PyTorch" in scripts_for(Gan()).about_pictures(architecture, "digits")
    assert "PyTorch" not in scripts_for(Diffusion()).about_pictures(architecture, "digits")
    written = scripts_for(Gan()).keras(architecture, settings_of(Gan(), "adversarial_bce"), few_digits().annotations)
    assert written.startswith("# Small GAN: 7 layers, ")
    assert written.splitlines()[0].endswith(", for Keras 3 on PyTorch.")


def test_a_task_that_nobody_wrote_scripts_for_has_none():
    assert all(scripts_for(kind()) for kind in task_types().values())

    class Other(Regression):
        """A task from elsewhere."""

    assert scripts_for(Other()) is None
