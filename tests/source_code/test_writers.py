"""The scripts are run: they hold the same network as this app, and train it."""

import contextlib
import io
import runpy
import shutil
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from torch import nn

from tests.source_code.keras_sources import EXAMPLES
from tests.strategies import architectures
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.initialization import INITIALIZATIONS, Initialization
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.class_embedding import ClassEmbedding
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.gaussian_noise import GaussianNoise
from visualizer.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.layer_normalization import LayerNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.p_relu import PReLU
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.separable_conv2d import SeparableConv2D
from visualizer.architecture.layers.spatial_dropout2d import SpatialDropout2D
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.network import Network, build
from visualizer.architecture.own_modules import ClassTable, ParametricReLU, of_classes
from visualizer.architecture.presets import PRESETS, TINY
from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import PICTURE
from visualizer.data.class_folders import zipped
from visualizer.data.dataset import Dataset
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.keras_writer import keras_model, keras_script
from visualizer.source_code.pytorch_writer import pytorch_script
from visualizer.tasks.classification import Classification
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import TrainingSettings

KERAS_IMPORTS = "import keras\nfrom keras import layers\n"
TOLERANCE = 1e-4

PADDED_AVERAGE = Architecture(
    "padded", (3, 7, 8), (AveragePooling2D((3, 2), (2, 2), "same"), Flatten(), Dense(units=3))
)
EVERYTHING = Architecture(
    "everything",
    (3, 12, 11),
    (
        Conv2D(filters=4, kernel_size=(3, 2), padding="same", strides=(2, 2), activation="leaky_relu", use_bias=False),
        BatchNormalization(momentum=0.8, epsilon=0.01),
        Activation(function="leaky_relu", negative_slope=0.05),
        MaxPooling2D((3, 3), (1, 2), "same"),
        Conv2D(filters=5, dilation_rate=(2, 1), kernel_size=(2, 3), activation="gelu"),
        Dropout(rate=0.5),
        Flatten(),
        BatchNormalization(),
        Dense(units=10, activation="softmax"),
    ),
)


EVERYTHING_ELSE = Architecture(
    "everything else",
    (3, 13, 11),
    (
        ZeroPadding2D(top=1, bottom=0, left=2, right=0),
        Rescaling(),
        Conv2D(filters=6, groups=3, activation="hard_sigmoid"),
        PReLU(),
        DepthwiseConv2D(kernel_size=(2, 3), depth_multiplier=2, padding="same", strides=(2, 2), activation="elu"),
        SeparableConv2D(filters=5, kernel_size=(3, 2), depth_multiplier=2, padding="same", activation="selu"),
        UpSampling2D(size=(2, 3), interpolation="bilinear"),
        Cropping2D(top=0, bottom=1, left=2, right=0),
        PReLU(shared=False),
        Conv2DTranspose(filters=4, kernel_size=(3, 2), strides=(2, 3), padding="same", activation="softplus"),
        LayerNormalization(epsilon=0.01),
        UpSampling2D(size=(1, 2)),
        GroupNormalization(groups=2, epsilon=0.01),
        SpatialDropout2D(),
        GaussianNoise(),
        Reshape("vector"),
        LayerNormalization(),
        Reshape("maps", 2, 2),
        GlobalMaxPooling2D(),
        Dense(units=12),
        Reshape("maps", 3, 2),
        Flatten(),
        PReLU(shared=False),
    ),
)


def run(source: str, folder: Path) -> dict[str, Any]:
    """What the names of a script are after it ran as a program of its own would."""
    script = folder / "script.py"
    script.write_text(source, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        return runpy.run_path(str(script))


def pytorch_model(architecture: Architecture, folder: Path, chosen: TrainingSettings | None = None) -> nn.Module:
    """The `model` of the PyTorch script, of which only the part up to its definition is run.

    A script wants one number for each class: an architecture that ends in maps gets a Flatten, which changes no number.
    """
    shape = summarize(architecture).layers[-1].output_shape
    if is_maps(shape):
        wires = (*architecture.sources, (len(architecture.layers) - 1,))
        architecture = replace(architecture, layers=(*architecture.layers, Flatten()), wires=wires)
    definition, printed, _ = pytorch_script(architecture, chosen or TrainingSettings()).partition("print(model)\n")
    assert printed
    return run(definition, folder)["model"]


def with_random_numbers(architecture: Architecture) -> Network:
    """The network with nothing at its neutral value: biases, scales and running statistics too."""
    network = build(architecture, "torch_default", seed=1).eval()
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, numbers in [*network.named_parameters(), *network.named_buffers()]:
            neutral = numbers.ndim < 2 or "running" in name or bool((numbers == 0).all() or (numbers == 1).all())
            if numbers.is_floating_point() and neutral:
                numbers.copy_(torch.rand(numbers.shape, generator=generator) + 0.5)
    return network


def copy_to_keras(network: Network, model: Any) -> None:
    """Every number of the network into the Keras model, whose channels come last."""
    flattened: tuple[int, ...] | None = None
    report = summarize(network.architecture)
    for layer, row, target in zip(network.layers, report.layers, model.layers, strict=True):
        assert row.input_shape is not None
        if is_maps(row.input_shape) != is_maps(row.output_shape or ()):
            flattened = row.input_shape if isinstance(row.layer, Flatten) else None
        # A flattened picture's numbers come pixel by pixel in Keras, channel by channel in torch.
        order = np.arange(row.input_shape[0])
        if flattened and not is_maps(row.input_shape) and len(order) == np.prod(flattened):
            order = order.reshape(flattened).transpose(1, 2, 0).ravel()
        if arrays := keras_arrays(layer, order, type(target).__name__):
            target.set_weights(arrays)
        if any(isinstance(module, nn.Linear) for module in layer):
            flattened = None


def keras_arrays(layer: nn.Sequential, order: np.ndarray, kind: str) -> list[np.ndarray]:
    """The numbers of one layer as Keras's `kind` has them, whose input has torch's channels in this order there."""
    arrays: list[torch.Tensor | None] = []
    for module in layer:
        if isinstance(module, nn.ConvTranspose2d):
            arrays += [module.weight.permute(2, 3, 1, 0), module.bias]
        elif isinstance(module, nn.Conv2d):
            kernels = module.weight.permute(2, 3, 1, 0)
            if module.groups > 1 and kind in ("DepthwiseConv2D", "SeparableConv2D"):
                kernels = kernels.reshape(*module.kernel_size, module.groups, -1)
            arrays += [kernels, module.bias]
        elif isinstance(module, nn.Linear):
            arrays += [module.weight[:, order].T, module.bias]
        elif isinstance(module, ParametricReLU):
            slopes = module.weight
            arrays += [slopes.permute(1, 2, 0) if slopes.ndim == 3 else slopes[order]]
        elif isinstance(module, nn.LayerNorm | nn.GroupNorm):
            arrays += [numbers[order] for numbers in (module.weight, module.bias)]
        elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            arrays += [
                numbers[order] for numbers in (module.weight, module.bias, module.running_mean, module.running_var)
            ]
        elif isinstance(module, ClassTable):
            arrays += [module.weight[:, order]]
        else:
            assert not list(module.parameters())
    return [array.detach().numpy() for array in arrays if array is not None]


def test_a_class_that_is_asked_for_adds_the_same_in_keras(tmp_path):
    layers = (Conv2D(filters=4, padding="same"), ClassEmbedding(classes=3), Flatten(), Dense(units=2), ClassEmbedding())
    architecture = Architecture("Asked", (1, 6, 6), (*layers, Dense(units=10)))
    network, found = with_random_numbers(architecture), run(keras_script(architecture, TrainingSettings()), tmp_path)
    copy_to_keras(network, found["model"])
    pictures = torch.rand(3, 1, 6, 6)
    wanted = torch.tensor([2, 0, 1])
    with torch.no_grad(), of_classes(wanted):
        expected = network(pictures).numpy()
    found["ClassEmbedding"].wanted = wanted.numpy()
    np.testing.assert_allclose(answer_of_keras(found["model"], pictures), expected, atol=1e-4)
    with torch.no_grad():
        assert np.abs(network(pictures).numpy() - expected).max() > 0.01


def outputs_of_keras(model: Any, pictures: torch.Tensor, shape: tuple[int, ...], flattened: Any) -> np.ndarray:
    answer = answer_of_keras(model, pictures)
    if is_maps(shape):
        return answer.transpose(0, 3, 1, 2)
    if flattened:
        channels, height, width = flattened
        return answer.reshape(-1, height, width, channels).transpose(0, 3, 1, 2).reshape(len(answer), -1)
    return answer


def answer_of_keras(model: Any, pictures: torch.Tensor) -> np.ndarray:
    # With the channels last, as Keras has them, torch 2.13's oneDNN leaves out numbers of maps one pixel wide: compare
    # functional.conv2d(pad(x.permute(0, 3, 1, 2), (1, 1, 1, 2)), w, stride=(1, 2)) for x of (1, 2, 1, 1) in float64.
    with torch.backends.mkldnn.flags(enabled=False), warnings.catch_warnings():
        import keras

        warnings.filterwarnings("ignore", "You are using a softmax over axis")  # of one number, as drawn here
        return np.asarray(keras.ops.convert_to_numpy(model(pictures.permute(0, 2, 3, 1).numpy(), training=False)))


def last_flattened(architecture: Architecture) -> tuple[int, ...] | None:
    """The maps whose numbers leave the network as one vector, where no Dense layer mixed them."""
    shape = None
    for row in summarize(architecture).layers:
        assert row.input_shape is not None
        assert row.output_shape is not None
        if is_maps(row.input_shape) and not is_maps(row.output_shape):
            shape = row.input_shape if isinstance(row.layer, Flatten) else None
        elif isinstance(row.layer, Dense):
            shape = None
    return shape


def reorders(architecture: Architecture) -> bool:
    """Whether a vector that Flatten made, in an order of its own, becomes maps without a Dense layer between."""
    flattened = {PICTURE: False}
    for index, (layer, sources) in enumerate(zip(architecture.layers, architecture.sources, strict=True)):
        arrives = any(flattened[source] for source in sources)
        if isinstance(layer, Reshape) and layer.to == "maps" and arrives:
            return True
        flattened[index] = isinstance(layer, Flatten) or (arrives and not isinstance(layer, Dense))
    return False


def in_use(layer: Layer) -> Layer:
    """The layer, with its defaults for settings that change nothing."""
    for setting in layer.settings():
        if setting.only_when and getattr(layer, setting.only_when[0]) != setting.only_when[1]:
            layer = layer.with_settings(**{setting.name: getattr(type(layer), setting.name)})
    return layer


def with_own_start(layer: Layer, network: Initialization) -> Layer:
    """The layer, which says itself how it starts, as in a network whose layers else start as `network` says."""
    return layer.with_settings(kernel_initializer=layer.own_initialization or network) if has_kernels(layer) else layer


def has_kernels(layer: Layer) -> bool:
    return "kernel_initializer" in [setting.name for setting in layer.settings()]


def without_dilated_strides(architecture: Architecture) -> Architecture:
    """Keras refuses strides together with dilation. Without dilation the maps are larger, so all still fits."""
    layers = []
    for layer in architecture.layers:
        both = [max(getattr(layer, name, (1, 1))) > 1 for name in ("strides", "dilation_rate")]
        layers.append(layer.with_settings(dilation_rate=(1, 1)) if all(both) else layer)
    return architecture.with_layers(tuple(layers))


def test_where_keras_differs_the_script_says_so(tmp_path):
    dilated = Architecture("", (1, 8, 8), (Conv2D(strides=(2, 2), dilation_rate=(2, 2), padding="same"),))
    assert "# Keras refuses strides together with dilation_rate" in keras_model(dilated)
    with pytest.raises(ValueError, match="dilation_rate"):
        run(KERAS_IMPORTS + keras_model(dilated), tmp_path)
    assert "# Keras" not in keras_model(without_dilated_strides(dilated))
    uneven = Architecture("", (1, 4, 4), (AveragePooling2D((1, 3), (1, 2), padding="same"),))
    assert "# Keras with PyTorch repeats the pixels at the edge" in keras_model(uneven)
    model = run(KERAS_IMPORTS + keras_model(uneven), tmp_path)["model"]
    picture = torch.arange(4.0).expand(1, 1, 4, 4)
    np.testing.assert_allclose(build(uneven)(picture)[0, 0, 0], [1, 2.5])
    import keras

    in_keras = keras.ops.convert_to_numpy(model(picture.permute(0, 2, 3, 1).numpy()))[0, 0, :, 0]
    np.testing.assert_allclose(in_keras, [1, 8 / 3], rtol=1e-6)


@settings(deadline=None, max_examples=200)
@given(architectures())
@example(EVERYTHING)
@example(EVERYTHING_ELSE)
@example(PADDED_AVERAGE)
def test_written_as_keras_and_read_again_it_is_the_same(architecture: Architecture):
    reading = read_keras(keras_model(architecture))
    start = reading.settings["initialization"]
    found = tuple(with_own_start(layer, start) for layer in reading.architecture.layers)
    assert found == tuple(with_own_start(in_use(layer), "glorot_uniform") for layer in architecture.layers)
    assert reading.architecture.input_shape == architecture.input_shape
    assert reading.architecture.name == architecture.name
    assert not reading.notes


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_read_is_written_and_read_again(name: str):
    read = read_keras(EXAMPLES[name].source, 10)
    again = read_keras(keras_model(read.architecture, read.settings["initialization"]))
    # Blocks are comments in a script.
    assert again.architecture == replace(read.architecture, blocks=())
    assert again.settings["initialization"] == read.settings["initialization"]


@settings(deadline=None, max_examples=25)
@given(architectures())
@example(EVERYTHING)
@example(EVERYTHING_ELSE)
@example(PADDED_AVERAGE)
@example(TINY.architecture)
def test_keras_computes_the_same(tmp_path_factory, architecture: Architecture):
    architecture = without_dilated_strides(architecture)
    assume("# Keras with PyTorch repeats" not in keras_model(architecture))
    assume(not reorders(architecture))
    model = run(KERAS_IMPORTS + keras_model(architecture), tmp_path_factory.mktemp("keras"))["model"]
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == summarize(architecture).parameters
    network = with_random_numbers(architecture)
    copy_to_keras(network, model)
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = network(pictures).numpy()
    found = outputs_of_keras(model, pictures, expected.shape[1:], last_flattened(architecture))
    np.testing.assert_allclose(found, expected, atol=TOLERANCE, rtol=TOLERANCE)


@settings(deadline=None, max_examples=60)
@given(architectures())
@example(EVERYTHING)
@example(EVERYTHING_ELSE)
@example(PADDED_AVERAGE)
def test_pytorch_computes_the_same(tmp_path_factory, architecture: Architecture):
    model = pytorch_model(architecture, tmp_path_factory.mktemp("torch")).eval()
    assert sum(numbers.numel() for numbers in model.parameters()) == summarize(architecture).parameters
    network = with_random_numbers(architecture)
    model.load_state_dict(dict(zip(model.state_dict(), network.state_dict().values(), strict=True)))
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        np.testing.assert_allclose(model(pictures), network(pictures).flatten(1), atol=1e-6, rtol=1e-5)


@settings(deadline=None, max_examples=100)
@given(architectures())
def test_that_it_ends_in_softmax_is_known_without_torch(architecture: Architecture):
    assert architecture.ends_in_softmax == Network(architecture).ends_in_softmax


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_the_presets_are_the_same_in_both(preset, tmp_path):
    model = run(KERAS_IMPORTS + keras_model(preset.architecture), tmp_path)["model"]
    assert model.count_params() == summarize(preset.architecture).parameters
    model = pytorch_model(preset.architecture, tmp_path)
    assert sum(numbers.numel() for numbers in model.parameters()) == summarize(preset.architecture).parameters


def variants() -> list[TrainingSettings]:
    """Each loss, optimiser and initialisation in one of them; one batch of one picture."""
    names = list(INITIALIZATIONS)
    chosen = [TrainingSettings(initialization=name, epochs=1, batch_size=256) for name in names]
    for index, optimizer in enumerate(OPTIMIZERS):
        chosen[index] = TrainingSettings(
            optimizer=optimizer,
            initialization=names[index],
            loss=list(Classification.losses)[index % 2],
            epochs=1,
            batch_size=256,
        )
    return [*chosen, TrainingSettings(dataset="shapes", epochs=1, batch_size=128, momentum=0.5)]


LINEAR = TINY.architecture.with_layers((*TINY.architecture.layers[:-1], Dense(units=10, activation="linear")))
COLOUR = Architecture("Colour ×2", (3, 10, 12), (Conv2D(filters=4), Flatten(), Dense(units=10, activation="softmax")))


@pytest.mark.parametrize("chosen", variants(), ids=lambda chosen: f"{chosen.optimizer}-{chosen.initialization}")
@pytest.mark.parametrize("architecture", [TINY.architecture, LINEAR, COLOUR], ids=["tiny", "linear", "colour"])
def test_both_scripts_run_from_top_to_bottom(architecture, chosen, tmp_path):
    found = run(keras_script(architecture, chosen), tmp_path)
    assert found["pictures"].min() >= 0
    assert found["pictures"].max() <= 1
    assert found["pictures"].shape[1:] == (*architecture.input_shape[1:], architecture.input_shape[0])
    found = run(pytorch_script(architecture, chosen), tmp_path)
    assert np.isfinite(float(found["loss"].detach()))
    assert found["pictures"].shape[1:] == architecture.input_shape
    assert 0 <= float(found["accuracy"]) <= 1


def test_both_scripts_learn(tmp_path):
    chosen = TrainingSettings(epochs=4)
    keras_found = run(keras_script(TINY.architecture, chosen), tmp_path)
    assert max(keras_found["model"].history.history["val_accuracy"]) > 0.8
    assert float(run(pytorch_script(TINY.architecture, chosen), tmp_path)["accuracy"]) > 0.8


SMALL = Architecture("Small", (3, 16, 12), (Conv2D(filters=4), Flatten(), Dense(units=2, activation="softmax")))


def test_without_pictures_both_scripts_say_that_they_train_on_noise(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for script in (keras_script, pytorch_script):
        source = script(SMALL, TrainingSettings(dataset="own-0123456789abcdef", epochs=1))
        assert "# PUT YOUR PICTURES HERE" in source
        (tmp_path / "script.py").write_text(source, encoding="utf-8")
        assert len(runpy.run_path(str(tmp_path / "script.py"))["pictures"]) > 2
        said = capsys.readouterr().out
        assert f"There are no pictures in {tmp_path / 'pictures'} yet: this is noise" in said


def test_both_scripts_learn_from_a_folder_that_the_app_packed(tmp_path, monkeypatch):
    """Dark and bright pictures, as the ZIP of the app has them, with files that systems put beside them."""
    own = class_pictures(count=40)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures.zip").write_bytes(packed(own))
    with zipfile.ZipFile("pictures.zip") as archive:
        archive.extractall()
    Path("pictures/.hidden").mkdir()
    Path("pictures/bright/.DS_Store").write_bytes(b"x")
    chosen = TrainingSettings(dataset="own-0123456789abcdef", epochs=6, batch_size=16, learning_rate=0.01)
    in_keras = run(keras_script(SMALL, chosen), tmp_path)
    assert in_keras["pictures"].shape == (80, 16, 12, 3)
    assert in_keras["class_names"] == ["bright", "dark"]
    assert max(in_keras["model"].history.history["val_accuracy"]) == 1.0
    in_torch = run(pytorch_script(SMALL, chosen), tmp_path)
    assert in_torch["pictures"].shape == (80, 3, 16, 12)
    assert in_torch["train_pictures"].stride() == (3 * 16 * 12, 16 * 12, 12, 1)
    assert in_torch["labels"].tolist().count(0) == 40
    assert float(in_torch["accuracy"]) == 1.0
    # A label goes with its pictures.
    bright = in_torch["pictures"].mean(dim=(1, 2, 3)) > 0.5
    assert (bright == (in_torch["labels"] == 0)).all()

    shutil.rmtree("pictures/dark")
    for script in (keras_script, pytorch_script):
        with pytest.raises(SystemExit, match="The network tells 2 classes apart, but “pictures” has 1 folders"):
            run(script(SMALL, chosen), tmp_path)


def class_pictures(count: int) -> Dataset:
    labels = np.arange(2 * count) % 2
    noise = np.random.default_rng(0).integers(-20, 20, (len(labels), 20, 20, 3))
    pictures = (np.where(labels, 50, 200)[:, None, None, None] + noise).astype(np.uint8)
    return Dataset("own-0", "", "", ("bright", "dark"), pictures, labels, labels[:0], labels[:0], labels[:0])


def packed(dataset: Dataset) -> bytes:
    steps = zipped(dataset)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            made: bytes = stop.value
            return made


@pytest.mark.parametrize(("dataset", "openml"), [("mnist", "mnist_784"), ("fashion_mnist", "Fashion-MNIST")])
@pytest.mark.parametrize("side", [14, 28, 40])
def test_both_scripts_fetch_mnist_by_themselves(dataset, openml, side, tmp_path, monkeypatch):
    """With what Keras and scikit-learn would fetch, in their shapes and types."""
    import keras
    import sklearn.datasets

    labels = np.arange(300) % 10
    pictures = np.zeros((300, 28, 28), np.uint8)
    pictures[np.arange(300), labels * 2 + 4] = 255

    def fetch_openml(name, *, version, as_frame):
        assert (name, version, as_frame) == (openml, 1, False)
        return SimpleNamespace(data=pictures.reshape(300, 784).astype(np.int64), target=labels.astype(str).astype("O"))

    loader = getattr(keras.datasets, dataset)
    monkeypatch.setattr(loader, "load_data", lambda: ((pictures, labels.astype(np.uint8)), (pictures, labels)))
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
    architecture = Architecture(
        "", (3 if side == 40 else 1, side, side), (Flatten(), Dense(units=10, activation="softmax"))
    )
    chosen = TrainingSettings(dataset=dataset, epochs=12, learning_rate=0.02)
    in_keras = run(keras_script(architecture, chosen), tmp_path)
    assert max(in_keras["model"].history.history["val_accuracy"]) > 0.9
    in_torch = run(pytorch_script(architecture, chosen), tmp_path)
    assert float(in_torch["accuracy"]) > 0.9
    for found in (in_keras, in_torch):  # one of 28 rows is white
        assert float(found["pictures"].mean()) == pytest.approx(1 / 28, rel=0.1)
    assert ("[:10000]" in keras_script(architecture, chosen)) == (side == 40)


def test_batches_of_one_picture_are_trained_on():
    alone = pytorch_script(TINY.architecture, TrainingSettings(batch_size=1))
    assert "continue" not in alone


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_the_first_weights_are_drawn_alike(initialization, tmp_path):
    """Their spread in the layer with the most of them."""
    architecture = Architecture("", (1, 8, 8), (Flatten(), Dense(units=200), Dense(units=10)))
    chosen = TrainingSettings(initialization=initialization, epochs=1, batch_size=1024, learning_rate=1e-6)
    expected = float(build(architecture, initialization).layers[1][0].weight.detach().std())
    in_keras = run(keras_script(architecture, chosen), tmp_path)["model"].layers[1].get_weights()[0].std()
    in_torch = float(run(pytorch_script(architecture, chosen), tmp_path)["model"][1].weight.detach().std())
    assert in_keras == pytest.approx(expected, rel=0.05, abs=1e-4)
    assert in_torch == pytest.approx(expected, rel=0.05, abs=1e-4)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.2, 0.3, 1.0])
def test_a_slope_is_the_same_in_both_scripts(slope, tmp_path):
    layers = (Activation(function="leaky_relu", negative_slope=slope), Flatten(), Dense(3, "leaky_relu"))
    architecture = Architecture("", (1, 2, 2), layers)
    network = build(architecture).eval()
    pictures = torch.linspace(-2, 2, 4).reshape(1, 1, 2, 2)
    with torch.no_grad():
        expected = network(pictures)
        model = pytorch_model(architecture, tmp_path)
        model.load_state_dict(dict(zip(model.state_dict(), network.state_dict().values(), strict=True)))
        torch.testing.assert_close(model(pictures), expected)
    in_keras = run(KERAS_IMPORTS + keras_model(architecture), tmp_path)["model"]
    in_keras.set_weights([network.layers[2].dense.weight.detach().numpy().T, np.zeros(3)])
    np.testing.assert_allclose(answer_of_keras(in_keras, pictures), expected, atol=1e-6)
    assert read_keras(keras_model(architecture)).architecture.layers == layers


# Enough kernels in each for their spread to be measured, and never as many inputs as outputs.
KERNELS = Architecture(
    "Kernels",
    (3, 8, 8),
    (
        Conv2D(filters=48, kernel_size=(3, 2)),
        DepthwiseConv2D(kernel_size=(5, 6), depth_multiplier=2, padding="same"),
        SeparableConv2D(filters=32, kernel_size=(6, 5), padding="same"),
        SeparableConv2D(filters=20, kernel_size=(6, 5), depth_multiplier=3, padding="same"),
        Conv2DTranspose(filters=60, kernel_size=(3, 2)),
        GlobalMaxPooling2D(),
        Dense(units=100),
        Dense(units=10, activation="softmax"),
    ),
)


def spreads_in_keras(model: Any) -> list[float]:
    """Standard deviations of all kernels, in the order of the layers."""
    return [weights.std() for layer in model.layers for weights in layer.get_weights() if weights.ndim > 1]


def spreads_in_torch(model: nn.Module) -> list[float]:
    return [float(weights.detach().std(correction=0)) for weights in model.parameters() if weights.ndim > 1]


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_every_kind_of_kernel_starts_as_wide_as_in_keras(initialization, tmp_path):
    chosen = TrainingSettings(initialization=initialization)
    expected = spreads_in_torch(build(KERNELS, initialization))
    assert len(expected) == 9
    written = keras_model(KERNELS, initialization)
    in_keras = spreads_in_keras(run(f"{KERAS_IMPORTS}keras.utils.set_random_seed(1)\n{written}", tmp_path)["model"])
    definition = pytorch_script(KERNELS, chosen).partition("pictures")[0]
    in_torch = spreads_in_torch(run(definition, tmp_path)["model"])
    assert in_torch == pytest.approx(expected, rel=0.1, abs=1e-4)
    differs = "Depthwise kernels start smaller here than in PyTorch"
    if initialization == "torch_default":
        # PyTorch's own is no way of Keras: the script says what is smaller, by the root of the number of maps.
        assert differs in written
        for place, maps in ((1, 48), (2, 96), (4, 32)):
            expected[place] /= maps**0.5
    else:
        assert differs not in written
    assert in_keras == pytest.approx(expected, rel=0.1, abs=1e-4)


@pytest.mark.parametrize("own", INITIALIZATIONS)
def test_the_pytorch_script_draws_a_layers_own_depthwise_kernels_as_the_app_does(own, tmp_path):
    layers = tuple(
        layer.with_settings(kernel_initializer=own) if has_kernels(layer) else layer for layer in KERNELS.layers
    )
    architecture = KERNELS.with_layers(layers)
    definition = pytorch_script(architecture, TrainingSettings()).partition("pictures")[0]
    expected = spreads_in_torch(build(architecture))
    assert spreads_in_torch(run(definition, tmp_path)["model"]) == pytest.approx(expected, rel=0.1, abs=1e-4)


def test_the_pytorch_script_names_other_shapes_only_where_they_change_a_spread():
    alone = Architecture("", (3, 8, 8), (DepthwiseConv2D(), Flatten(), Dense(units=10)))
    assert "shapes" not in pytorch_script(alone, TrainingSettings(initialization="glorot_uniform"))
    assert "shapes = {0: (1, 3, 3, 3)}" in pytorch_script(alone, TrainingSettings(initialization="he_normal"))
    assert "shapes" not in pytorch_script(alone, TrainingSettings(initialization="zeros"))


PENALISED = Architecture(
    "Penalties",
    (1, 8, 8),
    (
        Conv2D(filters=6, padding="same", l1=0.02),
        DepthwiseConv2D(depth_multiplier=2, l2=0.03, kernel_initializer="lecun_normal"),
        SeparableConv2D(filters=4, kernel_size=(2, 2), l1=0.01, l2=0.05, kernel_initializer="he_uniform"),
        Conv2DTranspose(filters=2, l2=0.04),
        Flatten(),
        Dense(units=10, activation="softmax", l1=0.001, l2=0.002, kernel_initializer="zeros"),
    ),
)


def test_keras_has_the_same_penalty(tmp_path):
    model = run(KERAS_IMPORTS + keras_model(PENALISED), tmp_path)["model"]
    network = with_random_numbers(PENALISED)
    copy_to_keras(network, model)
    assert float(sum(model.losses).detach()) == pytest.approx(network.penalty().item(), rel=1e-5)
    assert network.penalty().item() > 1
    # What Keras reports of an evaluation has it too, as validation has here.
    pictures, labels = torch.rand(5, 1, 8, 8), torch.arange(5)
    with torch.no_grad():
        of_answers, _ = Classification().loss_and_outputs(network, pictures, labels, "cross_entropy")
    model.compile(loss="sparse_categorical_crossentropy")
    found = model.evaluate(pictures.permute(0, 2, 3, 1).numpy(), labels.numpy(), verbose=0)
    assert found == pytest.approx(of_answers.item() + network.penalty().item(), rel=1e-4)


def test_both_scripts_train_with_the_penalty(tmp_path):
    chosen = TrainingSettings(epochs=1, batch_size=64)
    in_keras = run(keras_script(PENALISED, chosen), tmp_path)["model"]
    penalty = float(sum(in_keras.losses).detach())
    assert in_keras.history.history["val_loss"][-1] > penalty > 0
    source = pytorch_script(PENALISED, chosen)
    (line,) = (line.strip() for line in source.splitlines() if "for kernel, l1, l2 in penalties" in line)
    found = run(f"{source}\nloss = 0\n{line}\n", tmp_path)  # the lines that add it up, once more after training
    kernels = [parameter for parameter in found["model"].parameters() if parameter.ndim > 1]
    assert [kernel is listed for kernel, (listed, _, _) in zip(kernels, found["penalties"], strict=True)] == [True] * 6
    assert [numbers for _, *numbers in found["penalties"]] == [
        [0.02, 0.0], [0.0, 0.03], [0.01, 0.05], [0.01, 0.05], [0.0, 0.04], [0.001, 0.002],
    ]  # fmt: skip
    assert "penalt" not in pytorch_script(TINY.architecture, chosen)
    assert "regularizer" not in keras_script(TINY.architecture, chosen)
    network = build(PENALISED)
    network.load_state_dict(dict(zip(network.state_dict(), found["model"].state_dict().values(), strict=True)))
    assert float(found["loss"].detach()) == pytest.approx(network.penalty().item(), rel=1e-6)


@pytest.mark.parametrize("network", ["glorot_uniform", "torch_default"])
@pytest.mark.parametrize("own", INITIALIZATIONS)
def test_a_layers_own_first_weights_are_drawn_alike(own, network, tmp_path):
    layers = (Flatten(), Dense(units=200, kernel_initializer=own), Dense(units=10, activation="softmax"))
    architecture = Architecture("", (1, 8, 8), layers)
    built = build(architecture, network)
    chosen = TrainingSettings(initialization=network, epochs=1, batch_size=1024, learning_rate=1e-6)
    in_keras = [
        layer.get_weights()[0].std() for layer in run(keras_script(architecture, chosen), tmp_path)["model"].layers[1:]
    ]
    model = run(pytorch_script(architecture, chosen), tmp_path)["model"]
    for place, (of_torch, of_keras) in enumerate(zip((model[1], model[3]), in_keras, strict=True), start=1):
        expected = float(built.layers[place].dense.weight.detach().std())
        assert of_keras == pytest.approx(expected, rel=0.1, abs=1e-4)
        assert float(of_torch.weight.detach().std()) == pytest.approx(expected, rel=0.1, abs=1e-4)
        assert bool(of_torch.bias.abs().max() > 0.01) == bool(built.layers[place].dense.bias.abs().max() > 0.01)


@given(st.text(max_size=80))
def test_no_name_breaks_out_of_its_place(name: str):
    architecture = Architecture(name, (1, 8, 8), TINY.architecture.layers)
    for script in (keras_script(architecture, TrainingSettings()), pytorch_script(architecture, TrainingSettings())):
        first, second = script.splitlines()[:2]
        assert first.startswith("# ")
        assert second == ""
        compile(script, "script", "exec")
    assert read_keras(keras_model(architecture)).architecture.layers == architecture.layers
