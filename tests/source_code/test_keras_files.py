"""Files that Keras itself wrote are opened: the same answers as Keras's own; what differs is said."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest
import torch

from visualizer.architecture.architecture import summarize
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.architecture.layers.reshape import Reshape
from visualizer.errors import UserError
from visualizer.inspection.load import load_network
from visualizer.source_code.files.keras_config import read_keras_json
from visualizer.source_code.files.keras_file import open_keras
from visualizer.source_code.files.network_file import open_network_file, read_pasted
from visualizer.source_code.files.reading import FileReading

if TYPE_CHECKING:
    import keras
    from keras import layers

SHAPE = (12, 10, 3)


@pytest.fixture(scope="module", autouse=True)
def _with_keras() -> None:
    """Imported for the tests alone, as conftest.py says."""
    import keras

    globals().update(keras=keras, layers=keras.layers)


def every_layer() -> Any:
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Conv2D(8, 3, activation="relu", padding="same", kernel_regularizer=keras.regularizers.L2(0.01)),
            layers.BatchNormalization(),
            layers.Conv2D(8, 3, groups=8, dilation_rate=2, padding="same"),
            layers.Conv2D(8, (1, 2), groups=2, use_bias=False),
            layers.BatchNormalization(scale=False, momentum=0.9),
            layers.DepthwiseConv2D(3, depth_multiplier=2, activation=layers.LeakyReLU(0.1)),
            layers.LayerNormalization(),
            layers.GroupNormalization(4),
            layers.PReLU(shared_axes=[1, 2]),
            layers.PReLU(),
            layers.SeparableConv2D(6, 3, padding="same", activation=keras.activations.gelu, depth_multiplier=2),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
            layers.Conv2DTranspose(5, 2, strides=3),
            layers.ReLU(max_value=6),
            layers.MaxPooling2D(3, 2, padding="same"),
            layers.AveragePooling2D(2),
            layers.ZeroPadding2D(((1, 0), (0, 1))),
            layers.Cropping2D(((0, 1), (1, 0))),
            layers.UpSampling2D(2, interpolation="bilinear"),
            layers.Dropout(0.3),
            layers.SpatialDropout2D(0.2),
            layers.GaussianNoise(0.1),
            layers.Rescaling(2.0, -1.0),
            layers.Activation("swish"),
            layers.ELU(),
            layers.Softmax(),
            layers.Flatten(),
            layers.BatchNormalization(center=False),
            layers.LayerNormalization(scale=False),
            layers.PReLU(),
            layers.Dense(12, activation="tanh"),
            layers.Reshape((2, 2, 3)),
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, activation="softmax"),
        ],
        name="every kind",
    )


def branches() -> Any:
    """Layers and models called several times, merges, functions of keras.ops, and flattened maps that meet others."""
    pictures = keras.Input(SHAPE)
    shared = layers.Conv2D(3, 1, name="shared")
    inner = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization()])
    one, other = inner(shared(pictures)), inner(shared(shared(pictures)))
    both = layers.Add()([one, other])
    x = layers.Conv2D(4, 1)(layers.Concatenate()([both, one]))
    x = layers.Multiply()([x, both]) + both
    x = layers.Average()([layers.Maximum()([x, one]), one, other])
    x = keras.ops.relu(layers.Subtract()([x, one]) * 0.5 + 1.0)
    gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    x = layers.Multiply()([x, layers.Reshape((1, 1, 4))(gate)])
    x = layers.Multiply()([x, layers.Conv2D(4, 1)(layers.GlobalMaxPooling2D(keepdims=True)(x))])
    flat = layers.Concatenate()([layers.Flatten()(x), layers.GlobalMaxPooling2D()(x)])
    return keras.Model(pictures, layers.Dense(5)(flat), name="branches")


def nested() -> Any:
    """Models in models, one of them functional with a skip connection."""

    def block(filters: int, channels: int) -> Any:
        start = keras.Input((12, 10, channels))
        x = layers.PReLU(shared_axes=[1, 2])(layers.Conv2D(filters, 3, padding="same")(start))
        return keras.Model(start, layers.Add()([x, layers.Conv2D(filters, 1)(start)]), name=f"block_{filters}")

    body = keras.Sequential([keras.Input(SHAPE), block(4, 3), layers.BatchNormalization(), block(6, 4)], name="body")
    return keras.Sequential([keras.Input(SHAPE), body, layers.GlobalAveragePooling2D(), layers.Dense(3)])


def kept_order() -> Any:
    """Flattened maps of which other maps are made: the order of the numbers counts."""
    return keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            layers.Conv2D(6, 3),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Reshape((1, 8, 3)),
            layers.Conv2D(2, 1),
            layers.Flatten(),
        ]
    )


def of_numbers() -> Any:
    return keras.Sequential([keras.Input((48,)), layers.Dense(7, activation="relu"), layers.Dense(3)])


def trained_with_more() -> Any:
    """Layers that change nothing once a network is trained, and pixels from 0 to 255."""
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.RandomFlip(),
            layers.RandomRotation(0.1),
            layers.Conv2D(4, 3, activity_regularizer="l2", kernel_constraint="max_norm", bias_regularizer="l1"),
            layers.GaussianDropout(0.2),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )


def with_any_numbers(model: Any) -> Any:
    rng = np.random.default_rng(0)
    weights = model.get_weights()
    model.set_weights(
        [rng.uniform(0.5, 1.5, w.shape) if w.ndim == 1 else w + rng.normal(0, 0.1, w.shape) for w in weights]
    )
    return model


def saved(model: Any, folder: Path, ending: str = "keras") -> bytes:
    path = folder / f"model.{ending}"
    model.save(path)
    return path.read_bytes()


def answers_here(reading: FileReading, pictures: np.ndarray) -> np.ndarray:
    """Keras's order of axes in and out."""
    assert reading.weights is not None, reading.why_no_weights
    network = load_network(reading.architecture, reading.weights)
    with torch.inference_mode():
        answers = network(torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))).numpy()
    return answers.transpose(0, 2, 3, 1) if answers.ndim == 4 else answers


def pictures_for(reading: FileReading) -> np.ndarray:
    channels, height, width = reading.architecture.input_shape
    return np.random.default_rng(1).random((3, height, width, channels), dtype=np.float32)


MODELS: dict[str, Callable[[], Any]] = {
    made.__name__: made for made in (every_layer, branches, nested, kept_order, of_numbers, trained_with_more)
}


@pytest.mark.filterwarnings("ignore")  # Keras warns of .h5
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("made", MODELS.values(), ids=list(MODELS))
def test_a_saved_model_answers_as_in_keras(made, ending, tmp_path):
    model = with_any_numbers(made())
    reading = open_network_file(saved(model, tmp_path, ending))
    assert reading is not None
    assert not any(note.other_network for note in reading.notes), reading.notes
    pictures = pictures_for(reading)
    given = pictures.reshape(len(pictures), *model.input_shape[1:])
    scale = 255 if made is trained_with_more else 1
    expected = model.predict(given * scale, verbose=0)
    np.testing.assert_allclose(answers_here(reading, pictures), expected, atol=1e-4, rtol=1e-4)


def test_a_network_of_keras_applications_answers_as_there(tmp_path):
    """Squeeze-and-excitation, hard SiLU, zero padding, and pixels from 0 to 255."""
    model = keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3), classes=10)
    reading = open_keras(saved(model, tmp_path))
    report = summarize(reading.architecture)
    assert report.parameters + report.kept == model.count_params()
    pictures = pictures_for(reading)
    expected = model.predict(pictures * 255, verbose=0)
    np.testing.assert_allclose(answers_here(reading, pictures), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("made", MODELS.values(), ids=list(MODELS))
def test_a_description_alone_is_the_same_network(made):
    model = made()
    reading = open_network_file(model.to_json().encode())
    assert reading is not None
    assert reading.weights is None
    assert reading.why_no_weights == "A description has no weights."
    assert read_pasted(model.to_json(indent=2)).architecture == reading.architecture
    assert summarize(reading.architecture).fits


def test_the_order_of_flattened_maps_stays_where_it_counts():
    architecture = read_keras_json(kept_order().to_json()).architecture
    assert [type(layer) for layer in architecture.layers if isinstance(layer, Flatten)] == []
    assert sum(isinstance(layer, Reshape) for layer in architecture.layers) == 3
    plain = read_keras_json(every_layer().to_json()).architecture
    assert sum(isinstance(layer, Flatten) for layer in plain.layers) == 1


def test_bytes_become_numbers_from_0_to_1():
    bytes_in = keras.Sequential([keras.Input(SHAPE), layers.Rescaling(1 / 255), layers.Conv2D(2, 3)])
    model = read_keras_json(bytes_in.to_json())
    assert model.exact
    assert [type(layer) for layer in model.architecture.layers] == [Conv2D]
    assert "takes pixels from 0 to 255" in model.notes[0].sentence
    first = read_keras_json(trained_with_more().to_json()).architecture.layers[0]
    assert first == Rescaling(2.0, -1.0)
    later = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(2, 3), layers.Rescaling(1 / 255)])
    assert not read_keras_json(later.to_json()).exact


def test_what_compile_was_called_with_goes_to_train():
    model = of_numbers()
    model.compile(
        keras.optimizers.SGD(0.05, momentum=0.9), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    reading = read_keras_json(model.to_json())
    assert {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9}.items() <= reading.settings.items()
    assert reading.exact


def test_a_model_that_computes_in_half_precision_keeps_its_numbers(tmp_path):
    for kind in ("float16", "bfloat16"):
        model = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(4, 3, dtype=kind), layers.Flatten(dtype=kind)])
        reading = open_keras(saved(model, tmp_path))
        assert kind in reading.notes[0].sentence
        expected = [np.asarray(keras.ops.cast(w, "float32").detach()) for w in model.weights]
        assert reading.weights is not None
        np.testing.assert_array_equal(reading.weights["layers.0.convolution.weight"].transpose(2, 3, 1, 0), expected[0])


# ---- What is not the same here is said, and its weights stay away

DIFFERENT: dict[str, Any] = {
    "a layer that is not known": lambda: [layers.Permute((2, 1, 3)), layers.Conv2D(2, 3)],
    "an axis": lambda: [layers.Concatenate(axis=1)] and [layers.LayerNormalization(axis=[1, 2, 3])],
    "another function": lambda: [layers.Conv2D(2, 3, activation="mish")],
    "a slope": lambda: [layers.ELU(0.5)],
    "out of range": lambda: [layers.MaxPooling2D(40, padding="same")],
    "an order of axes": lambda: [layers.GlobalAveragePooling2D(data_format="channels_first")],
}


@pytest.mark.parametrize("made", DIFFERENT.values(), ids=list(DIFFERENT))
def test_what_is_not_known_here_is_said_and_weights_are_left_away(made, tmp_path):
    model = keras.Sequential([keras.Input(SHAPE), *made()])
    reading = open_keras(saved(model, tmp_path))
    assert reading.weights is None
    assert reading.why_no_weights
    assert any(note.other_network for note in reading.notes)


def test_several_inputs_and_outputs_are_said(tmp_path):
    one, other = keras.Input(SHAPE), keras.Input(SHAPE)
    x = layers.Add()([layers.Conv2D(4, 3)(one), layers.Conv2D(4, 3)(other)])
    for model in (keras.Model([one, other], x), keras.Model(one, [layers.Flatten()(one), layers.Conv2D(4, 3)(one)])):
        reading = open_keras(saved(model, tmp_path))
        assert reading.weights is None
        assert any("puts" in note.sentence and note.other_network for note in reading.notes)


def test_a_layer_that_always_works_as_while_training_is_said():
    start = keras.Input(SHAPE)
    document = keras.Model(start, layers.Dropout(0.5)(layers.Conv2D(2, 3)(start), training=True)).to_json()
    assert not read_keras_json(document).exact
    assert read_keras_json(document.replace('"training": true', '"training": false')).exact


def test_a_class_of_somebody_else_is_not_taken_for_keras_own(tmp_path):
    document = json.loads(keras.Sequential([keras.Input(SHAPE), layers.Conv2D(4, 3)]).to_json())
    document["config"]["layers"][1] |= {"module": "theirs", "registered_name": "theirs>Conv2D"}
    with pytest.raises(UserError, match="no layers that are known"):
        read_keras_json(json.dumps(document))


# ---- Keras 2

OLD = {
    "class_name": "Functional",
    "keras_version": "2.4.0",
    "backend": "tensorflow",
    "config": {
        "name": "model",
        "layers": [
            {
                "class_name": "InputLayer",
                "config": {
                    "batch_input_shape": [None, 8, 8, 1],
                    "dtype": "float32",
                    "sparse": False,
                    "name": "input_1",
                },
                "name": "input_1",
                "inbound_nodes": [],
            },
            {
                "class_name": "Conv2D",
                "config": {
                    "name": "conv2d",
                    "trainable": True,
                    "dtype": "float32",
                    "filters": 4,
                    "kernel_size": [3, 3],
                    "strides": [1, 1],
                    "padding": "same",
                    "data_format": "channels_last",
                    "dilation_rate": [1, 1],
                    "groups": 1,
                    "activation": "relu",
                    "use_bias": True,
                    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
                    "bias_initializer": {"class_name": "Zeros", "config": {}},
                    "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.009999999776482582}},
                    "bias_regularizer": None,
                    "activity_regularizer": None,
                    "kernel_constraint": None,
                    "bias_constraint": None,
                },
                "name": "conv2d",
                "inbound_nodes": [[["input_1", 0, 0, {}]]],
            },
            {
                "class_name": "BatchNormalization",
                "config": {
                    "name": "bn",
                    "trainable": True,
                    "axis": [3],
                    "momentum": 0.99,
                    "epsilon": 0.001,
                    "center": True,
                    "scale": True,
                },
                "name": "bn",
                "inbound_nodes": [[["conv2d", 0, 0, {}]]],
            },
            {
                "class_name": "Add",
                "config": {"name": "add", "trainable": True, "dtype": "float32"},
                "name": "add",
                "inbound_nodes": [[["conv2d", 0, 0, {}], ["bn", 0, 0, {}]]],
            },
            {
                "class_name": "TFOpLambda",
                "config": {"name": "tf.nn.relu", "function": "nn.relu"},
                "name": "tf.nn.relu",
                "inbound_nodes": [["add", 0, 0, {"name": None}]],
            },
            {
                "class_name": "Activation",
                "config": {"name": "last", "dtype": "float32", "activation": "hard_sigmoid"},
                "name": "last",
                "inbound_nodes": [[["tf.nn.relu", 0, 0, {}]]],
            },
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["last", 0, 0]],
    },
}


def test_keras_2_is_read_and_where_it_computes_otherwise_that_is_said():
    model = read_keras_json(json.dumps(OLD))
    architecture = model.architecture
    assert architecture.input_shape == (1, 8, 8)
    assert architecture.sources == ((-1,), (0,), (0, 1), (2,), (3,))
    assert architecture.layers[0] == Conv2D(4, (3, 3), "relu", "same", l2=0.01)
    assert not model.exact
    assert [note.other_network for note in model.notes] == [True]
    assert "hard sigmoid of Keras 2" in model.notes[0].sentence
    new = json.dumps(OLD).replace('"2.4.0"', '"3.1.0"')
    assert read_keras_json(new).exact


# ---- Files that are not as Keras writes them


def rebuilt(data: bytes, **changed: bytes | None) -> bytes:
    """The same .keras file with some of its files changed, or left out for None."""
    names = {"weights": "model.weights.h5", "config": "config.json", "metadata": "metadata.json"}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for key, name in names.items():
            content = changed.get(key, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return made.getvalue()


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> bytes:
    model = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)], name="small")
    return saved(model, tmp_path_factory.mktemp("small"))


def weights_of(data: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read("model.weights.h5")


def changed_weights(data: bytes, change: Callable[[Any, Any], None]) -> bytes:
    """The file after a change of the group of the convolution's weights."""
    weights = io.BytesIO(weights_of(data))
    with h5py.File(weights, "r+") as file:
        change(file, file["layers/conv2d/vars"])
    return rebuilt(data, weights=weights.getvalue())


def put(group: Any, value: Any) -> None:
    del group["0"]
    group["0"] = value


def external(file: Any, group: Any) -> None:
    put(group, h5py.ExternalLink("/etc/passwd", "/"))


def soft(file: Any, group: Any) -> None:
    put(group, h5py.SoftLink("/layers/dense/vars/0"))


def virtual(file: Any, group: Any) -> None:
    layout = h5py.VirtualLayout((3, 3, 3, 4), np.float32)
    layout[...] = h5py.VirtualSource("other.h5", "x", (3, 3, 3, 4))
    del group["0"]
    group.create_virtual_dataset("0", layout)


def elsewhere(file: Any, group: Any) -> None:
    del group["0"]
    group.create_dataset("0", (3, 3, 3, 4), np.float32, external=[("/etc/passwd", 0, 1000)])


def huge(file: Any, group: Any) -> None:
    del group["0"]
    group.create_dataset("0", (10**6, 10**6), np.float32, chunks=(1000, 1000), compression="gzip")


def huge_chunk(file: Any, group: Any) -> None:
    del group["0"]
    group.create_dataset(
        "0", (3, 3, 3, 4), np.float32, maxshape=(None,) * 4, chunks=(300, 100, 100, 100), compression="gzip"
    )


def other_filter(file: Any, group: Any) -> None:
    del group["0"]
    group.create_dataset("0", data=np.zeros((3, 3, 3, 4), np.float32), chunks=True, compression="lzf")


def whole_numbers(file: Any, group: Any) -> None:
    put(group, np.zeros((3, 3, 3, 4), np.int8))


def texts(file: Any, group: Any) -> None:
    put(group, np.full((3, 3, 3, 4), b"x"))


def not_finite(file: Any, group: Any) -> None:
    put(group, np.full((3, 3, 3, 4), np.nan, np.float32))


def other_shape(file: Any, group: Any) -> None:
    put(group, np.zeros((3, 3, 4, 3), np.float32))


def a_group(file: Any, group: Any) -> None:
    del group["0"]
    group.create_group("0")


def of_another_layer(file: Any, group: Any) -> None:
    group.attrs["name"] = "conv2d_17"


def missing(file: Any, group: Any) -> None:
    del file["layers/conv2d"]


CHANGES = (
    external, soft, virtual, elsewhere, huge, huge_chunk, other_filter, whole_numbers, texts, not_finite, other_shape,
    a_group, of_another_layer, missing,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_weights_that_are_not_as_keras_writes_them_are_left_away(change, small):
    reading = open_network_file(changed_weights(small, change))
    assert reading is not None
    assert reading.weights is None
    assert reading.why_no_weights.endswith(".")
    assert len(reading.architecture.layers) == 3


def test_packed_weights_and_those_of_keras_2_are_opened(small):
    def pack(file: Any, group: Any) -> None:
        numbers = group["0"][()]
        del group["0"]
        group.create_dataset("0", data=numbers, chunks=True, compression="gzip", shuffle=True, fletcher32=True)

    def name_as_keras_2(file: Any, group: Any) -> None:
        file.move("layers", "_layer_checkpoint_dependencies")

    expected = open_keras(small).weights
    assert expected is not None
    for change in (pack, name_as_keras_2):
        found = open_keras(changed_weights(small, change)).weights
        assert found is not None
        for name, array in expected.items():
            np.testing.assert_array_equal(array, found[name])


def test_what_is_damaged_is_refused_or_opened_without_its_weights(small):
    for weights in (b"", weights_of(small)[:3000], b"\x89HDF\r\n\x1a\n" + b"\xff" * 5000, b"x" * 100, None):
        reading = open_keras(rebuilt(small, weights=weights))
        assert reading.weights is None
    for config in (b"", b"{", b"[]", b'{"class_name": 3}', b"\xff", b"[" * 100_000, b'{"a":' * 100_000, None):
        with pytest.raises(UserError):
            open_keras(rebuilt(small, config=config))
    for data in (b"PK", small[:500], small[:-30], b"PK" + b"\x00" * 1000):
        with pytest.raises(UserError):
            open_network_file(data)
    assert open_keras(rebuilt(small, metadata=b"no JSON")).weights is not None


def packed(data: bytes, *names: str) -> bytes:
    """The files of a .keras file under other names; a name that ends in "!" stands for an empty one."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two with the same name
        for name in names:
            plain = name.replace("\\", "/").lower().split("/")[-1]
            new.writestr(name.rstrip("!"), old.read(plain) if plain in old.namelist() else b"")
    return made.getvalue()


@pytest.mark.parametrize(
    "names",
    [
        ("METADATA.json", "Config.JSON", "Model.Weights.h5"),
        ("net/!", "net/metadata.json", "net/config.json", "net/model.weights.h5", "__MACOSX/net/config.json!"),
        ("net\\metadata.json", "net\\config.json", "net\\model.weights.h5"),
        ("./metadata.json", "./config.json", "./model.weights.h5"),
        ("config.json/!", "metadata.json", "config.json", "CONFIG.JSON!", "model.weights.h5", "assets/a/config.json!"),
    ],
)
def test_a_network_that_was_packed_again_is_the_same(small, names):
    reading, expected = open_keras(packed(small, *names)), open_keras(small)
    assert reading.architecture == expected.architecture
    assert reading.weights is not None
    assert expected.weights is not None
    for name, numbers in expected.weights.items():
        np.testing.assert_array_equal(reading.weights[name], numbers)


def why_not(data: bytes) -> str:
    """Why the network, or its weights, are not opened."""
    try:
        return open_keras(data).why_no_weights
    except UserError as error:
        return str(error)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("config.json", "config.json", "model.weights.h5"), "holds config.json 2 times"),
        (("config.json", "model.weights.h5!", "model.weights.h5"), "holds model.weights.h5 2 times"),
        (("a/config.json", "b/config.json", "model.weights.h5"), "holds config.json 2 times"),
        (("a/b/config.json", "model.weights.h5"), "config.json is missing"),
        (("../config.json", "model.weights.h5"), "config.json is missing"),
    ],
)
def test_a_network_that_may_be_one_of_two_is_refused(small, names, said):
    assert said in why_not(packed(small, *names))


def test_a_zip_that_unpacks_into_more_than_any_network_is_refused(small, monkeypatch):
    with pytest.raises(UserError, match=r"has over 2 MB"):
        open_keras(rebuilt(small, config=b" " * 3_000_000))
    monkeypatch.setattr("visualizer.source_code.files.keras_file.max_model_bytes", lambda: 100_000)
    reading = open_keras(rebuilt(small, weights=bytes(1_000_000)))
    assert reading.weights is None
    assert "compile=False" in reading.why_no_weights


def json_of(data: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read("config.json")


def test_a_network_that_is_larger_than_any_here_comes_without_weights(small):
    document = json.loads(json_of(small))
    document["config"]["layers"][3]["config"]["units"] = 4096
    document["config"]["layers"][1]["config"]["filters"] = 4096
    reading = open_keras(rebuilt(small, config=json.dumps(document).encode()))
    assert reading.weights is None
    assert "parameters" in reading.why_no_weights


def test_layers_that_read_in_a_circle_are_refused():
    document = json.loads(branches().to_json())
    entries = {entry["name"]: entry for entry in document["config"]["layers"]}
    entries["shared"]["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = [next(reversed(entries)), 0, 0]
    with pytest.raises(UserError, match="in a circle"):
        read_keras_json(json.dumps(document))


def test_models_in_models_that_double_each_time_are_refused():
    document = json.loads(keras.Sequential([keras.Input((4, 4, 1)), layers.ReLU()]).to_json())
    start = {"class_name": "InputLayer", "name": "a", "config": {"name": "a", "batch_shape": [None, 4, 4, 1]}}
    for _ in range(11):
        calls = [[["a", 0, 0, {}]]] * 7
        called = {**document, "name": "b", "inbound_nodes": calls}
        merged = {"class_name": "Add", "config": {"name": "c", "trainable": True}, "name": "c"}
        merged |= {"inbound_nodes": [[["b", number, 0, {}] for number in range(7)]]}
        config = {"name": "m", "layers": [start, called, merged]}
        config |= {"input_layers": [["a", 0, 0]], "output_layers": [["c", 0, 0]]}
        document = {"class_name": "Functional", "config": config}
    with pytest.raises(UserError, match="hundred thousands"):
        read_keras_json(json.dumps(document))
    shallow: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "m", "layers": []}}
    for _ in range(30):
        shallow = {"class_name": "Sequential", "config": {"name": "m", "layers": [shallow]}}
    with pytest.raises(UserError, match="deep in each other"):
        read_keras_json(json.dumps(shallow))


def test_more_layers_than_any_network_has_are_refused_soon():
    layer = {"class_name": "ReLU", "config": {"name": "a", "dtype": "float32"}}
    inner = {"class_name": "Sequential", "config": {"name": "m", "layers": [layer] * 900}}
    document = {"class_name": "Sequential", "config": {"name": "m", "layers": [inner] * 20}}
    with pytest.raises(UserError, match="over 2,000 layers"):
        read_keras_json(json.dumps(document))


def test_a_reading_is_not_changed_by_a_name_with_strange_signs(small):
    document = json.loads(json_of(small))
    document["config"]["name"] = "a\n**b** \ud800"
    reading = open_keras(rebuilt(small, config=json.dumps(document).encode()))
    assert replace(reading.architecture, name="x").layers
    assert reading.architecture.name == "a **b**"
