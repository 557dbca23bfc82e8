# ruff: noqa: E501 (a source stands on one line)
"""Keras source as it is written in many hands: what is read of it, and what is said of its lines."""

import pytest

from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.python_source import SourceError
from visualizer.source_code.reading import SourceReading

HEAD = "import keras\nfrom keras import layers\n"
START = f"{HEAD}m = keras.Sequential([keras.Input((16, 16, 3))])\n"
END = "\nm.add(layers.Flatten())\nm.add(layers.Dense(4))\n"
SKIPPED = "This is not about the network and was skipped."


def lines_of(reading: SourceReading, words: str) -> set[int]:
    return {line for note in reading.notes if words in note.sentence for line in note.lines}


def widths(reading: SourceReading) -> list[int]:
    return [layer.filters for layer in reading.architecture.layers if hasattr(layer, "filters")]


@pytest.mark.parametrize(
    ("lines", "filters"),
    [
        ("class C:\n    w = 3\nC.w += 1\nm.add(layers.Conv2D(C.w, 1))", [4]),
        ("ws = [3, 5]\nlast = ws.pop()\nm.add(layers.Conv2D(last, 1))", [5]),
        ("makers = []\nfor w in (3, 5):\n    makers.append(lambda w=w: layers.Conv2D(w, 1))\nfor make in makers:\n    m.add(make())", [3, 5]),
        ("class C:\n    w = 3\nc = C()\nsetattr(c, 'w', 5)\nm.add(layers.Conv2D(c.w, 1))", [5]),
        ("try:\n    w = int('x')\nexcept ValueError:\n    w = 3\nm.add(layers.Conv2D(w, 1))", [3]),
        ("def more(ws):\n    ws.append(7)\nws = []\nmore(ws)\nm.add(layers.Conv2D(ws[0], 1))", [7]),
        ("from keras import backend as K\nif K.image_data_format() == 'channels_first':\n    w = 3\nelse:\n    w = 5\nm.add(layers.Conv2D(w, 1))", [5]),
    ],
)  # fmt: skip
def test_lines_that_make_what_a_layer_is_made_of_are_not_called_skipped(lines: str, filters: list[int]):
    reading = read_keras(f"{START}{lines}{END}")
    assert widths(reading) == filters
    assert not lines_of(reading, SKIPPED)


def test_a_line_that_makes_what_a_layer_has_is_not_called_skipped_though_its_value_does_not_follow():
    reading = read_keras(f"{START}import os\nsize = os.environ.get('SIZE') or 3\nm.add(layers.Conv2D(4, size)){END}")
    assert lines_of(reading, "does not follow from the text") == {6}
    assert not lines_of(reading, SKIPPED)


DATA = f"{HEAD}import numpy as np\n(x, y), (t, u) = keras.datasets.mnist.load_data()\n"
LOADED = "def load():\n    (x, y), _ = keras.datasets.mnist.load_data()\n    return x[..., None], y\nx, y = load()\n"


@pytest.mark.parametrize(
    ("lines", "shape"),
    [
        ("x = np.expand_dims(x, axis=-1)\n", (1, 28, 28)),
        ("from sklearn.model_selection import train_test_split\nx = x[..., None]\nx, v, y, w = train_test_split(x, y, test_size=0.1)\n", (1, 28, 28)),
        (LOADED, (1, 28, 28)),
    ],
)  # fmt: skip
def test_the_lines_that_arrange_the_pictures_are_used_where_their_shape_is(lines: str, shape: tuple[int, int, int]):
    network = "m = keras.Sequential([keras.Input(x.shape[1:]), layers.Conv2D(2, 3)])"
    reading = read_keras(f"{DATA}{lines}{network}{END}")
    assert reading.architecture.input_shape == shape
    assert lines_of(reading, SKIPPED) <= ({4} if "load()" in lines else set())


CLASS = """\
import keras
from keras import layers
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.drop, self.row = layers.Conv2D(4, 3), layers.Dropout(0.5), layers.Flatten()
    def call(self, x, training=None):
        return self.row(self.drop(self.first(x), training={}))
net = Net()
net.build((None, 8, 8, 3))
"""


def test_training_that_is_only_passed_on_needs_no_note():
    assert not read_keras(CLASS.format("training")).notes
    assert lines_of(read_keras(CLASS.format("True")), "“training=True” of Dropout") == {8}


def test_training_that_is_said_by_its_place_is_noted():
    reading = read_keras(
        f"{HEAD}i = keras.Input((8, 8, 3))\nx = layers.Dropout(0.5)(i, True)\nkeras.Model(i, layers.Flatten()(x))"
    )
    assert lines_of(reading, "“training=True” of Dropout") == {4}


MODEL = f"{HEAD}m = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(4)])\nm.compile('adam', 'mse')\n"


@pytest.mark.parametrize(
    ("lines", "batch", "noted"),
    [
        ("t, v = keras.utils.image_dataset_from_directory('d', validation_split=0.2, subset='both', batch_size=24)\nm.fit(t)", 24, False),
        ("m.fit(x, y)", 32, False),
        ("(x, y), _ = keras.datasets.mnist.load_data()\nm.fit(x)", 32, False),
        ("m.fit(data)", 32, True),
        ("m.fit(data())", 32, True),
        ("m.fit_generator(data(), 80, 15)", 32, True),
        ("import tensorflow_datasets as tfds\nt, info = tfds.load('mnist', with_info=True)\nm.fit(t.batch(128))", 32, True),
        ("m.fit(zip(a, b))", 32, True),
    ],
)  # fmt: skip
def test_the_size_of_batches_is_read_or_said_not_to_follow(lines: str, batch: int, noted: bool):
    reading = read_keras(f"{MODEL}{lines}\n")
    assert reading.settings["batch_size"] == batch
    assert bool(lines_of(reading, "How large the batches")) == noted


def test_what_stands_behind_places_that_are_not_known_is_not_guessed():
    reading = read_keras(f"{MODEL}m.fit(*data(), 64)\n")
    assert reading.settings["batch_size"] == 32
    assert lines_of(reading, "“*data()”") == lines_of(reading, "“64”") == {5}


def test_each_model_has_settings_of_its_own():
    other = "b = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(9)])\n"
    trained = "b.compile('sgd', 'mse')\nb.fit(x, y, 16, 3)\nm.fit(x, y, 8, 2)\n"
    reading = read_keras(f"{MODEL}{other}{trained}")
    assert reading.architecture.layers[-1].units == 9
    assert {name: reading.settings[name] for name in ("optimizer", "batch_size", "epochs")} == {
        "optimizer": "sgd", "batch_size": 16, "epochs": 3,
    }  # fmt: skip


def test_a_model_that_is_not_compiled_has_no_settings_of_another():
    other = "b = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(9)])\nb.fit(x, y, 16, 3)\n"
    assert "optimizer" not in read_keras(f"{MODEL}{other}").settings


@pytest.mark.parametrize(
    "lines", ["m.fit(x, y, 16, 3)\nm.fit(x, y, 16, 9)", "for k in range(20):\n    m.fit(x, y, epochs=1)"]
)
def test_training_several_times_is_noted(lines: str):
    assert lines_of(read_keras(f"{MODEL}{lines}\n"), "trained several times") == {6}


@pytest.mark.parametrize(
    "line",
    [
        "m.optimizer.learning_rate = 0.5",
        "m.optimizer.lr.assign(0.5)",
        "keras.backend.set_value(m.optimizer.learning_rate, 0.5)",
    ],
)
def test_a_rate_that_is_set_later_is_noted(line: str):
    (note,) = read_keras(f"{MODEL}{line}\n").notes
    assert (note.lines, note.other_network) == ((5,), False)
    assert "= 0.5”, set after the optimiser was made, is left out." in note.sentence


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("get('sgd')", {"optimizer": "sgd", "learning_rate": 0.01}),
        ("get({'class_name': 'SGD', 'config': {'learning_rate': 0.3}})", {"optimizer": "sgd", "learning_rate": 0.3}),
    ],
)
def test_an_optimiser_that_is_got_by_its_name(optimizer: str, settings: dict[str, object]):
    reading = read_keras(MODEL.replace("'adam'", f"keras.optimizers.{optimizer}"))
    assert reading.settings.items() >= settings.items()
    assert not reading.notes


def test_a_long_loop_that_trains_by_hand_changes_no_network():
    loop = "for e in range(200):\n    for b in range(1000):\n        loss = m.train_on_batch(x[b], y[b])\n"
    assert not [note for note in read_keras(f"{MODEL}{loop}").notes if note.other_network]


def test_a_branch_that_gives_back_a_saved_model_is_not_preferred_to_the_network_after_it():
    saved = "def get(path):\n    if os.path.exists(path):\n        return keras.models.load_model(path)\n"
    made = "    return keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(4)])\n"
    reading = read_keras(f"{HEAD}{saved}{made}m = get('x')\nm.compile('sgd', 'mse')\n")
    assert reading.settings["optimizer"] == "sgd"
    assert lines_of(reading, "assumed not to hold") == {4}


def test_a_loop_that_trains_by_hand_for_several_epochs_makes_no_other_network():
    step = "def step(a, b):\n    p = m(a, training=True)\n    return loss(b, p)\n"
    loop = (
        "loss = keras.losses.CategoricalCrossentropy()\nfor e in range(3):\n    for a, b in ds:\n        step(a, b)\n"
    )
    assert not [note for note in read_keras(f"{START}{END}{step}{loop}").notes if note.other_network]


NET = "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.row = layers.Flatten()\n    def call(self, x):\n        return self.row(x)\nm = Net()\n"


@pytest.mark.parametrize(
    ("lines", "shape"),
    [
        ("import numpy as np\n" + NET + "m(np.zeros((1, 28, 20, 1)))", (1, 28, 20)),
        ("import tensorflow as tf\n" + NET + "m(tf.random.normal([1, 28, 20, 3]))", (3, 28, 20)),
        ("import numpy as np\nm = keras.Sequential([layers.Flatten()])\nm(np.ones((2, 28, 20, 1), dtype='float32'))", (1, 28, 20)),
        ("(x, y), _ = keras.datasets.cifar10.load_data()\nm = keras.Sequential([layers.Flatten()])\nm.fit(x / 255, y)", (3, 32, 32)),
        ("m = keras.Sequential([layers.Flatten(input_shape=(28, 20))])", (1, 28, 20)),
        ("i = keras.Input((28, 20))\nm = keras.Model(i, layers.Flatten()(keras.ops.expand_dims(i, -1)))", (1, 28, 20)),
        ("i = keras.Input((28, 20))\nm = keras.Model(i, layers.Flatten()(i[..., None]))", (1, 28, 20)),
        ("m = keras.Sequential([layers.Lambda(lambda x: keras.ops.expand_dims(x, -1), input_shape=(28, 20)), layers.Flatten()])", (1, 28, 20)),
        ("i = keras.Input((28, 20, 3))\nm = keras.Model(i, layers.Flatten().call(i))", (3, 28, 20)),
        ("import tensorflow as tf\n(x, y), _ = keras.datasets.mnist.load_data()\nx = tf.image.grayscale_to_rgb(tf.image.resize(x[..., None], (48, 40)))\nm = keras.Sequential([keras.Input(x.shape[1:]), layers.Flatten()])", (3, 48, 40)),
    ],
)  # fmt: skip
def test_the_shape_of_the_pictures_is_found_where_it_is_said(lines: str, shape: tuple[int, int, int]):
    reading = read_keras(f"{HEAD}{lines}\n")
    assert reading.architecture.input_shape == shape
    assert [type(layer).__name__ for layer in reading.architecture.layers] == ["Flatten"]
    assert not [note for note in reading.notes if note.other_network or "is used" in note.sentence]
    assert not lines_of(reading, SKIPPED)


@pytest.mark.parametrize(
    ("value", "rescalings"),
    [
        ("i / 255", []),
        ("i / 127.5 - 1", [(2.0, 0.0), (1.0, -1.0)]),
        ("layers.Lambda(lambda t: t / 127.5 - 1.)(i)", [(2.0, 0.0), (1.0, -1.0)]),
        ("layers.ReLU()(i) * 0.5", [(0.5, 0.0)]),
        ("2 + layers.ReLU()(i)", [(1.0, 2.0)]),
    ],
)
def test_numbers_that_pictures_are_multiplied_by_are_a_layer(value: str, rescalings: list[tuple[float, float]]):
    reading = read_keras(f"{HEAD}i = keras.Input((8, 8, 3))\nx = {value}\nm = keras.Model(i, layers.Flatten()(x))")
    layers = [layer for layer in reading.architecture.layers if type(layer).__name__ == "Rescaling"]
    assert [(layer.scale, layer.offset) for layer in layers] == rescalings
    assert not [note for note in reading.notes if note.other_network]


@pytest.mark.parametrize("value", ["1 - layers.ReLU()(i)", "i - 127.5", "1 / layers.ReLU()(i)", "layers.ReLU()(i) * 0"])
def test_arithmetic_that_no_layer_does_is_noted(value: str):
    reading = read_keras(f"{HEAD}i = keras.Input((8, 8, 3))\nx = {value}\nm = keras.Model(i, layers.Flatten()(x))")
    assert any(note.other_network and note.lines == (4,) for note in reading.notes)


def test_what_a_layer_has_can_be_asked():
    text = "c = layers.Conv2D(6, 3)\nx = c(i)\nx = layers.Conv2D(c.filters * 2, c.kernel_size[0])(x)\nx = layers.Conv2D(keras.ops.shape(x)[-1], 1)(x)"
    reading = read_keras(f"{HEAD}i = keras.Input((9, 9, 3))\n{text}\nm = keras.Model(i, layers.Flatten()(x))")
    assert widths(reading) == [6, 12, 12]
    assert not reading.notes


@pytest.mark.parametrize(
    ("lines", "filters"),
    [
        ("blocks = [[layers.Conv2D(w, 1), layers.ReLU()] for w in (3, 5)]\nfor l in sum(blocks, []):\n    m.add(l)", [3, 5]),
        ("import itertools\nls = itertools.chain([layers.Conv2D(3, 1)], [layers.Conv2D(5, 1)])\nfor l in ls:\n    m.add(l)", [3, 5]),
        ("import itertools\nls = list(itertools.chain.from_iterable([[layers.Conv2D(3, 1)], [layers.Conv2D(5, 1)]]))\nm.add(ls[1])", [5]),
        ("for l in filter(None, [layers.Conv2D(3, 1), None, layers.Conv2D(5, 1)]):\n    m.add(l)", [3, 5]),
        ("for w in filter(lambda w: w % 2, [3, 4, 5]):\n    m.add(layers.Conv2D(w, 1))", [3, 5]),
        ("m.add(layers.Conv2D(pow(2, 3), 1))", [8]),
    ],
)  # fmt: skip
def test_lists_that_are_joined_and_filtered_are_followed(lines: str, filters: list[int]):
    reading = read_keras(f"{START}{lines}{END}")
    assert widths(reading) == filters
    assert not [note for note in reading.notes if note.other_network]


@pytest.mark.parametrize(
    "size",
    [
        "x.get_shape().as_list()[-1]",
        "x.shape.as_list()[3]",
        "x.get_shape()[-1]",
        "x.shape[1:][2]",
        "x.shape.ndims + 2",
        "keras.backend.ndim(x) + 2",
    ],
)
def test_a_shape_can_be_asked_in_many_ways(size: str):
    text = f"i = keras.Input((9, 9, 3))\nx = layers.Conv2D(6, 3)(i)\nx = layers.Conv2D({size}, 1)(x)\nm = keras.Model(i, layers.Flatten()(x))"
    reading = read_keras(f"{HEAD}{text}")
    assert widths(reading) == [6, 6]
    assert not reading.notes


OWN = """\
class Conv(layers.Conv2D):
    def __init__(self, filters, **more):
        super().__init__(filters, 3, padding='same', **more)
class Always(layers.Dropout):
    def call(self, x):
        return super().call(x, training=True)
class Row(layers.Flatten):
    pass
"""


@pytest.mark.parametrize(
    "network",
    [
        "i = keras.Input((8, 8, 3))\nm = keras.Model(i, Row()(Always(0.3)(Conv(5, strides=2)(i))))",
        "m = keras.Sequential([keras.Input((8, 8, 3)), Conv(5, strides=2), Always(0.3), Row()])",
    ],
)
def test_classes_that_inherit_from_a_layer_are_that_layer(network: str):
    reading = read_keras(f"{HEAD}{OWN}{network}\n")
    convolution, dropout, row = reading.architecture.layers
    assert (convolution.filters, convolution.padding, convolution.strides) == (5, "same", (2, 2))
    assert (dropout.rate, type(row).__name__) == (0.3, "Flatten")
    (note,) = reading.notes
    assert note.lines == (8,)
    assert "“training=True” of Dropout" in note.sentence


@pytest.mark.parametrize(
    ("end", "units"),
    [
        ("m.layers[-1].output", [9, 4, 2]),
        ("m.layers[-2].output", [9, 2]),
        ("m.layers[0].output", [2]),
        ("m.layers[place].output", None),
    ],
)
def test_the_output_of_a_models_layer(end: str, units: list[int] | None):
    chain = "m = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(9), layers.Dense(4)])\n"
    reading = read_keras(f"{HEAD}{chain}n = keras.Model(m.layers[0].input, layers.Dense(2)({end}))\n")
    if units is None:
        assert lines_of(reading, "the output of the whole model is read") == {4}
    else:
        assert [layer.units for layer in reading.architecture.layers if hasattr(layer, "units")] == units
        assert not [note for note in reading.notes if note.other_network]


def test_a_base_that_is_not_known_is_named_where_its_output_is_read():
    base = "b = keras.applications.Xception(include_top=False, input_shape=(96, 80, 3))\n"
    reading = read_keras(f"{HEAD}{base}m = keras.Model(b.input, layers.Flatten()(b.output))\n")
    assert reading.architecture.input_shape == (3, 96, 80)
    (note,) = reading.notes
    assert (note.lines, note.other_network) == ((3,), True)
    assert "Xception" in note.sentence


def test_a_stride_that_follows_from_the_size_of_the_pooling_and_is_too_large_is_noted():
    reading = read_keras(
        f"{HEAD}m = keras.Sequential([keras.Input((100, 100, 3)), layers.AveragePooling2D(20), layers.Flatten()])"
    )
    assert lines_of(reading, "“strides=(20, 20)” of AveragePooling2D is out of range here") == {3}


NETWORK = "m = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(4)])\n"
WHOLE = f"{HEAD}{NETWORK}"


@pytest.mark.parametrize(
    "source",
    [
        f"{HEAD}?keras.Model\n{NETWORK}",
        f"{HEAD}%time {NETWORK}",
        f"%%writefile train.py\n{WHOLE}",
        f"In [1]: import keras\n   ...: from keras import layers\n\nIn [2]: {NETWORK}Out[2]: <Sequential>\n",
        f"Here is my network:\n\n```python\n{WHOLE}```\nIt does not learn.\n",
        f"{WHOLE}print 'built', m\ntry:\n    m.summary()\nexcept ValueError, e:\n    print e\n",
        WHOLE.replace("Dense(4)", "Dense(4 if 3 &gt; 2 else 5, activation=&#39;relu&#39;)"),
        WHOLE.replace("Flatten()", "BatchNormalization(axis=–1), layers.Flatten()"),
    ],
)
def test_what_notebooks_consoles_and_old_pythons_add_does_no_harm(source: str):
    reading = read_keras(source)
    assert reading.architecture.layers[-1].units == 4
    assert not [note for note in reading.notes if note.other_network]


def test_a_cell_of_another_language_does_not_swallow_the_python_after_it():
    with pytest.raises(SourceError, match="Line 7"):
        read_keras(f"{HEAD}%%bash\nls\n\n{NETWORK}for k in range(3)\n    pass\n")


def test_a_model_that_is_a_class_reads_the_pictures_it_is_trained_with():
    data = "(x, y), _ = keras.datasets.cifar10.load_data()\n"
    reading = read_keras(f"{HEAD}{data}{NET}m.compile('sgd', 'mse', ['accuracy'])\nm.fit(x, y, 8, 2)\n")
    assert reading.architecture.input_shape == (3, 32, 32)
    assert (reading.settings["batch_size"], reading.settings["epochs"]) == (8, 2)
    assert [note.sentence[:28] for note in reading.notes] == ["The pictures come from the d"]


DECIDED = """\
import keras
from keras import layers
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.drop = layers.Conv2D(4, 3), layers.Conv2D(6, 3), layers.Dropout(0.5)
        self.row = layers.Flatten()
    def call(self, x, training=False):
        {}
net = Net()
net.build((None, 8, 8, 3))
"""
AS_IN_TRAINING = "What “training” decides is read as in training."


@pytest.mark.parametrize(
    ("lines", "filters", "noted"),
    [
        ("return self.row(self.a(x) if training else self.b(x))", [4], True),
        ("return self.row(self.b(x)) if not training else self.row(self.a(x))", [4], True),
        ("x = self.a(x)\n        if training:\n            x = self.b(x)\n        return self.row(x)", [4, 6], True),
        ("width = layers.Conv2D(5 if training else 7, 3)\n        return self.row(width(x))", [5], True),
        ("return self.row(self.a(x) if training else self.a(x))", [4], False),
        ("x = self.a(x)\n        if training:\n            x = self.drop(x, training=training)\n        return self.row(x)", [4], False),
        ("return self.row(self.drop(self.a(x), training))", [4], False),
    ],
)  # fmt: skip
def test_what_training_decides_is_read_as_in_training_and_named_where_it_is_another_network(lines, filters, noted):
    reading = read_keras(DECIDED.format(lines))
    assert widths(reading) == filters
    assert bool(lines_of(reading, AS_IN_TRAINING)) == noted
    assert not lines_of(reading, "It is not known")


@pytest.mark.parametrize(
    ("before", "layer", "scale", "offset"),
    [
        ("", "layers.Rescaling(1 / 127.5, offset=-1)", 2, -1),
        ("m.add(layers.Conv2D(2, 3))\n", "layers.Rescaling(1 / 255)", 0.01, 0),
        ("m.add(layers.Conv2D(2, 3))\n", "layers.Rescaling(0.005, 0.5)", 0.01, 0.5),
        ("m.add(layers.Rescaling(1 / 255))\n", "layers.Rescaling(0.5, -1)", 0.5, -1),
    ],
)
def test_only_a_small_factor_at_the_beginning_is_of_bytes(before: str, layer: str, scale: float, offset: float):
    reading = read_keras(f"{START}{before}m.add({layer}){END}")
    (made,) = [layer for layer in reading.architecture.layers if type(layer).__name__ == "Rescaling"]
    assert (made.scale, made.offset) == (scale, offset)
    assert bool(lines_of(reading, "go from 0 to 1 already")) == ("Conv2D" not in before)
    assert bool(lines_of(reading, "0.01 is used")) == ("Conv2D" in before)


def test_a_picture_that_was_divided_by_255_may_be_shifted_afterwards():
    reading = read_keras(f"{HEAD}i = keras.Input((8, 8, 3))\nx = i / 255.0 - 0.5\nkeras.Model(i, layers.Flatten()(x))")
    assert reading.architecture.layers[0] == Rescaling(1.0, -0.5)
    assert not [note for note in reading.notes if note.other_network]


@pytest.mark.parametrize(
    ("line", "noted"),
    [("layers.Flatten()", True), ("layers.Reshape((28, 14, 1))", False)],
)
def test_an_input_of_two_axes_is_said_to_be_a_picture_of_one_channel(line: str, noted: bool):
    reading = read_keras(f"{HEAD}m = keras.Sequential([keras.Input((28, 14)), {line}]){END}")
    assert reading.architecture.input_shape == (1, 28, 14)
    assert bool(lines_of(reading, "a 28 × 14 picture of one channel")) == noted


BASE = f"""{HEAD}base = keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(3, 3, name="first"), layers.Conv2D(5, 3),
    layers.MaxPooling2D(name="pool"), layers.Flatten(), layers.Dense(9)])
"""


@pytest.mark.parametrize(
    ("lines", "types"),
    [
        ("m = keras.Sequential(base.layers[:-1])", ["Conv2D", "Conv2D", "MaxPooling2D", "Flatten"]),
        ("m = keras.Sequential([keras.Input((16, 16, 3))])\nfor layer in base.layers[:2]:\n    m.add(layer)", ["Conv2D", "Conv2D"]),
        ("x = i = keras.Input((16, 16, 3))\nfor layer in base.layers:\n    if not isinstance(layer, layers.Dense):\n        x = layer(x)\nm = keras.Model(i, x)", ["Conv2D", "Conv2D", "MaxPooling2D", "Flatten"]),
        ("m = keras.Model(base.inputs, base.get_layer('pool').output)", ["Conv2D", "Conv2D", "MaxPooling2D"]),
        ("m = keras.Model(base.input, base.get_layer(index=0).output)", ["Conv2D"]),
        ("m = keras.Model(base.input, layers.Conv2D(base.layers[1].filters, 1)(base.layers[0].output))", ["Conv2D", "Conv2D"]),
        ("base.add(Mystery())\nbase.pop()\nbase.pop()", ["Conv2D", "Conv2D", "MaxPooling2D", "Flatten"]),
        ("while not isinstance(base.layers[-1], layers.Conv2D):\n    base.pop()", ["Conv2D", "Conv2D"]),
    ],
)  # fmt: skip
def test_layers_of_a_model_are_found_by_place_and_name(lines: str, types: list[str]):
    reading = read_keras(f"{BASE}{lines}\n")
    assert [type(layer).__name__ for layer in reading.architecture.layers] == types
    assert not [note for note in reading.notes if note.other_network and "Mystery" not in note.sentence]
    assert not lines_of(reading, SKIPPED)
    assert not lines_of(reading, "It is not known")


@pytest.mark.parametrize(
    "line",
    [
        "keras.Model(base.input, base.get_layer('elsewhere').output)",
        "keras.Model(base.input, base.layers[place].output)",
        "keras.Sequential([keras.Input((16, 16, 3)), Mystery(), layers.Conv2D(2, 3), layers.Flatten()]).layers[0].output",
        "base.layers[-1].activation = 'softmax'",
        "base.layers[place].activation = 'softmax'",
    ],
)
def test_what_is_not_known_of_the_layers_of_a_model_is_named(line: str):
    notes = [note for note in read_keras(f"{BASE}{line}\n").notes if note.other_network]
    assert notes
    assert notes[0].lines == (5,)


def test_the_layers_of_vgg16_have_the_names_that_keras_gives_them():
    base = f"{HEAD}base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))\n"
    reading = read_keras(
        f"{base}x = base.get_layer('block3_conv2').output\nkeras.Model(base.input, layers.Flatten()(x))"
    )
    assert widths(reading) == [64, 64, 128, 128, 256, 256]
    assert not [note for note in reading.notes if note.other_network]
    reading = read_keras(f"{base}m = keras.Sequential(base.layers[:4])")
    assert [type(layer).__name__ for layer in reading.architecture.layers] == ["Conv2D", "Conv2D", "MaxPooling2D"]
    assert reading.architecture.input_shape == (3, 32, 32)


@pytest.mark.parametrize(
    ("module", "layer", "noted"),
    [("mobilenet_v2", Rescaling(2.0, -1.0), False), ("efficientnet", None, False), ("vgg16", None, True)],
)
def test_what_preprocess_input_makes_of_pictures(module: str, layer: Rescaling | None, noted: bool):
    source = f"from keras.applications.{module} import preprocess_input\n{HEAD}i = keras.Input((8, 8, 3))\n"
    for call in ("preprocess_input(i)", "layers.Lambda(preprocess_input)(i)"):
        reading = read_keras(f"{source}x = {call}\nkeras.Model(i, layers.Flatten()(x))")
        assert [item for item in reading.architecture.layers if isinstance(item, Rescaling)] == (
            [layer] if layer else []
        )
        assert any(note.other_network for note in reading.notes) == noted


@pytest.mark.parametrize(
    ("lines", "filters"),
    [
        ("import json\nfor w in json.loads('[3, 5]'):\n    m.add(layers.Conv2D(w, 1))", [3, 5]),
        ("from collections import namedtuple\nB = namedtuple('B', 'w k')\nfor b in (B(3, 1), B(w=5, k=1)):\n    m.add(layers.Conv2D(*b))", [3, 5]),
        ("def blocks():\n    for w in (3, 5):\n        yield layers.Conv2D(w, 1)\nfor block in blocks():\n    m.add(block)", [3, 5]),
        ("for block in map(lambda w: layers.Conv2D(w, 1), (3, 5)):\n    m.add(block)", [3, 5]),
        ("import enum\nclass W(enum.Enum):\n    SMALL = 3\nm.add(layers.Conv2D(W.SMALL.value, 1))", [3]),
    ],
)  # fmt: skip
def test_what_courses_keep_settings_in_is_read(lines: str, filters: list[int]):
    reading = read_keras(f"{START}{lines}{END}")
    assert widths(reading) == filters
    assert not lines_of(reading, SKIPPED)


def test_an_activation_that_get_gives_can_be_called():
    reading = read_keras(
        f"{HEAD}i = keras.Input((8, 8, 3))\nact = keras.activations.get('tanh')\nx = act(layers.Conv2D(4, 3)(i))\n"
        "keras.Model(i, layers.Flatten()(x))"
    )
    assert [type(layer).__name__ for layer in reading.architecture.layers] == ["Conv2D", "Activation", "Flatten"]
    assert not reading.notes


def test_a_line_that_leaves_a_tensor_as_it_is_is_not_called_skipped():
    reading = read_keras(
        f"{HEAD}i = keras.Input((8, 8, 3))\nsame = lambda x, *rest: x\nx = layers.Conv2D(4, 3)(i)\nx = same(x, 3)\n"
        "keras.Model(i, layers.Flatten()(x))"
    )
    assert not reading.notes
