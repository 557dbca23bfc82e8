# ruff: noqa: E501 (a source stands on one line)
"""Keras source in the ways in which people write it: each kind gives Keras's network, or a note that says what not."""

import json

import pytest

from visualizer.architecture.architecture import summarize
from visualizer.architecture.gallery.residual import resnet50
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.python_source import SourceError
from visualizer.source_code.reading import SourceReading

HEAD = "import keras\nfrom keras import layers\n"
START = f"{HEAD}m = keras.Sequential([keras.Input((16, 16, 3))])\n"
FUNCTIONAL = f"{HEAD}i = keras.Input((16, 16, 3))\n"
SMALL = f"{START}m.add(layers.Flatten())\nm.add(layers.Dense(4))\n"


def widths(reading: SourceReading) -> list[int]:
    return [layer.filters for layer in reading.architecture.layers if hasattr(layer, "filters")]


def types(reading: SourceReading) -> list[str]:
    return [type(layer).__name__ for layer in reading.architecture.layers]


@pytest.mark.parametrize(
    ("lines", "filters"),
    [
        ("w = 4\nwhile w < 20:\n    m.add(layers.Conv2D(w, 3))\n    w *= 2", [4, 8, 16]),
        ("for w in (4, 6, 8):\n    if w == 8:\n        break\n    m.add(layers.Conv2D(w, 3))", [4, 6]),
        ("[m.add(layers.Conv2D(w * k, 1)) for w in (2, 4) for k in (1, 3) if w * k != 6]", [2, 4, 12]),
        ("for k, w in enumerate([3, 5], start=2):\n    m.add(layers.Conv2D(w * k, 1))", [6, 15]),
        ("for w in sorted({8, 2, 4})[1:]:\n    m.add(layers.Conv2D(w, 1))", [4, 8]),
        ("cfg = dict(filters=9, kernel_size=1)\nm.add(layers.Conv2D(**cfg, activation='relu'))", [9]),
        ("import numpy as np\nm.add(layers.Conv2D(int(np.sqrt(49)), 1))\nm.add(layers.Conv2D(np.prod([2, 3]), 1))", [7, 6]),
        ("def width(k, *more, **named):\n    return k + sum(more) + named['z']\nm.add(layers.Conv2D(width(1, 2, 3, z=4), 1))", [10]),
        ("w = 3\ndef add(w):\n    m.add(layers.Conv2D(w, 1))\n    m.add(layers.Conv2D(other(), 1))\ndef other():\n    return w\nadd(5)", [5, 3]),
        ("class C:\n    w = 2\n    def more(self):\n        self.w += 3\n        return self.w\nc = C()\nm.add(layers.Conv2D(c.more(), 1))\nm.add(layers.Conv2D(c.more(), 1))", [5, 8]),
        ("kind = 'b'\nmatch kind:\n    case 'a':\n        m.add(layers.Conv2D(1, 1))\n    case 'b' | 'c':\n        m.add(layers.Conv2D(2, 1))", [2]),
        ("try:\n    w = {'a': 1}['b']\nexcept KeyError:\n    w = 5\nelse:\n    w = 6\nm.add(layers.Conv2D(w, 1))", [5]),
        ("*first, last = [layers.Conv2D(2, 1), layers.Conv2D(3, 1)]\nm.add(last)\nm.add(first[0])", [3, 2]),
        ("if (w := 4) > 3:\n    m.add(layers.Conv2D(w, 1))", [4]),
        ("make = lambda w, k=1: layers.Conv2D(w, k)\nm.add(make(6))", [6]),
        ("sizes = '4,8'.split(',')\nfor s in map(int, sizes):\n    m.add(layers.Conv2D(s, 1))", [4, 8]),
    ],
)  # fmt: skip
def test_what_python_says_is_followed(lines: str, filters: list[int]):
    reading = read_keras(f"{START}{lines}\nm.add(layers.Flatten())")
    assert widths(reading) == filters
    assert not [note for note in reading.notes if note.other_network]


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ("m.add(layers.Conv2D(width(), 1))", 4, "“filters=width(…)” of Conv2D is not known here"),
        ("for k in range(count()):\n    m.add(layers.Conv2D(4, 1))", 4, "followed once"),
        ("while more():\n    m.add(layers.Conv2D(4, 1))", 4, "followed once"),
        ("if large():\n    m.add(layers.Conv2D(4, 1))", 4, "assumed to hold"),
        ("try:\n    m.add(layer_of())\nexcept Exception:\n    m.add(layers.Conv2D(4, 1))", 5, "not known here"),
        ("change(m)", 4, "may change the model"),
        ("m.layers.pop()", 4, "may change the model"),
        ("m.add(layers.Conv2D(4, 1, **settings()))", 4, "“**settings()”"),
        ("m.add(layers.Conv2D(*settings()))", 4, "does not follow from the text"),
        ("for l in make_layers():\n    m.add(l)", 4, "not known here and is left out"),
        ("w = [4]\nchange(w)\nm.add(layers.Conv2D(w[0], 1))", 6, "does not follow from the text"),
        ("@strange\ndef f():\n    return layers.Conv2D(4, 1)\nm.add(f())", 7, "not known here"),
        ("def f():\n    yield layers.Conv2D(4, 1)\ng = f()\nfor l in g:\n    m.add(l)", 7, "not known here and is left out"),
        ("w = 4 if large() else 8\nm.add(layers.Conv2D(w, 1))", 4, "assumed to hold"),
        ("match kind():\n    case 'a':\n        m.add(layers.Conv2D(4, 1))", 5, "not known which case"),
    ],
)  # fmt: skip
def test_what_does_not_follow_is_named_with_its_line(lines: str, line: int, words: str):
    notes = read_keras(f"{SMALL.replace('m.add(layers.Flatten())', lines)}").notes
    assert any(line in note.lines and words in note.sentence for note in notes), notes


@pytest.mark.parametrize(
    "lines",
    [
        "if on_gpu():\n    print('fast')\nelse:\n    print('slow')",
        "if seed():\n    n = 3\nelse:\n    n = 4",
        "if a():\n    m.add(layers.Conv2D(4, 1))\nelse:\n    m.add(layers.Conv2D(4, 1))",
        "w = 4 if a() else 4\nm.add(layers.Conv2D(w, 1))",
        "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None\nm.add(layers.Conv2D(4, 1))",
        "def f(quick=None):\n    if quick is not None:\n        return None\n    return layers.Conv2D(4, 1)\nm.add(f())",
    ],
)
def test_branches_that_give_the_same_network_need_no_note(lines: str):
    assert not [note for note in read_keras(f"{SMALL}{lines}").notes if "assumed" in note.sentence]


def test_a_long_loop_costs_neither_what_was_built_before_nor_after():
    loop = "total = 0\nfor k in range(1_000_000):\n    for j in range(1000):\n        total += k * j\n"
    reading = read_keras(f"{SMALL}{loop}m.add(layers.Dense(5))\nm.add(layers.Dense(total))")
    assert [layer.units for layer in reading.architecture.layers[1:]] == [4, 5, 128]
    assert any(note.lines == (11,) and "does not follow" in note.sentence for note in reading.notes)


KERAS_1 = """\
from keras.models import Sequential
from keras.layers import Convolution2D, MaxPooling2D, Dense, Dropout, Flatten
m = Sequential()
m.add(Convolution2D(8, 5, 3, border_mode='same', subsample=(2, 2), init='he_normal', input_shape=(16, 16, 3)))
m.add(Convolution2D(nb_filter=6, nb_row=3, nb_col=3, bias=False))
m.add(MaxPooling2D(pool_size=(2, 2), border_mode='same'))
m.add(Flatten())
m.add(Dropout(p=0.3))
m.add(Dense(output_dim=5, init='he_normal'))
m.compile('sgd', 'mse')
m.fit(x, y, nb_epoch=7, batch_size=16)
"""


def test_the_spellings_of_keras_1():
    reading = read_keras(KERAS_1)
    first, second, pooling, _, dropout, dense = reading.architecture.layers
    assert (first.kernel_size, first.padding, first.strides) == ((5, 3), "same", (2, 2))
    assert (second.filters, second.kernel_size, second.use_bias) == (6, (3, 3), False)
    assert (pooling.padding, dropout.rate, dense.units) == ("same", 0.3, 5)
    assert (reading.settings["epochs"], reading.settings["batch_size"]) == (7, 16)
    assert not [note for note in reading.notes if note.other_network]


def test_what_only_keras_1_can_mean_is_said():
    (note,) = read_keras(f"{START}m.add(layers.Convolution2D(4, 5, 5))\nm.add(layers.Flatten())").notes
    assert note.sentence == "“Convolution2D(4, 5, 5)” is read as in Keras 1: a kernel of 5 × 5, and no stride."


@pytest.mark.parametrize(
    "source",
    [
        f"%%bash\npip install x\nls\n\n{SMALL}",
        f"%%bash\npip install x\n\nls | wc\n\n{SMALL}",
        f"!wget \\\n  https://example.org/a.zip \\\n  -O a.zip\n{SMALL}",
        f"try:\n    !pip install x\nexcept Exception:\n    pass\n{SMALL}",
        f"files = !ls\n{SMALL}",
        f"%%time\n{SMALL}",
        f"keras?\n{SMALL}m.summary?",
        SMALL.replace("(", "(\u00a0").replace(", ", ",\u00a0") + "# !\n!ls",
        SMALL.replace("import keras\n", "import keras\nname = “small”\n"),
        "\n".join(f"In [{n}]: {line}" for n, line in enumerate(SMALL.splitlines())),
        "\ufeff" + SMALL,
        json.dumps({"cells": [{"cell_type": "markdown", "source": "# Title"}, {"cell_type": "code", "source": SMALL}]}),
        json.dumps({"cells": [{"cell_type": "code", "source": ["!ls\n", *SMALL.splitlines(keepends=True)]}]}),
    ],
)
def test_notebooks_and_web_pages(source: str):
    reading = read_keras(source)
    assert types(reading) == ["Flatten", "Dense"]
    assert not [note for note in reading.notes if note.other_network]


def test_the_line_that_is_wrong_is_named_whatever_stands_before_it():
    with pytest.raises(SourceError, match="Line 3"):
        read_keras("!pip install keras\nimport keras\nm = (\n")


@pytest.mark.parametrize(
    ("line", "batch"),
    [
        ("m.fit(g.flow(x, y, batch_size=20), epochs=3)", 20),
        ("m.fit(g.flow(x, y, 24), epochs=3)", 24),
        ("m.fit_generator(g.flow_from_directory('a', batch_size=8), 100, 3)", 8),
        ("d = keras.utils.image_dataset_from_directory('a', batch_size=6)\nd = d.cache().prefetch(2)\nm.fit(d, epochs=3)", 6),
        ("d = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(9).batch(18)\nm.fit(d, epochs=3)", 18),
        ("m.fit_generator(g, 90, 3)", 32),
    ],
)  # fmt: skip
def test_epochs_and_batches_of_data_that_come_in_batches(line: str, batch: int):
    settings = read_keras(f"{SMALL}m.compile('adam', 'mse')\n{line}").settings
    assert (settings["epochs"], settings["batch_size"]) == (3, batch)


@pytest.mark.parametrize(
    ("lines", "shape"),
    [
        ("(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(-1, 28, 28, 1) / 255\ns = x.shape[1:]", (1, 28, 28)),
        ("from keras.datasets import cifar10\n(x, y), (v, w) = cifar10.load_data()\ns = x[0].shape", (3, 32, 32)),
        ("(x, y), _ = keras.datasets.mnist.load_data()\nx = np.expand_dims(x, -1)\ns = x.shape[1:]", (1, 28, 28)),
        ("(x, y), _ = keras.datasets.mnist.load_data()\nx = x[..., None].astype('float32')\ns = x.shape[1:]", (1, 28, 28)),
    ],
)  # fmt: skip
def test_the_pictures_of_keras_own_data_sets_have_their_shape(lines: str, shape: tuple[int, int, int]):
    reading = read_keras(f"{HEAD}{lines}\nm = keras.Sequential([keras.Input(s), layers.Flatten()])")
    assert reading.architecture.input_shape == shape


@pytest.mark.parametrize("start", ["(28, 28)", "(784,)"])
@pytest.mark.parametrize("target", ["(28, 28, 1)", "(28, 28, -1)"])
def test_what_only_arranges_the_input_as_a_picture_is_no_layer(start: str, target: str):
    source = f"{HEAD}m = keras.Sequential([keras.Input({start}), layers.Reshape({target}), layers.Conv2D(4, 3)])"
    reading = read_keras(source)
    assert (reading.architecture.input_shape, types(reading), reading.notes) == ((1, 28, 28), ["Conv2D"], ())


def test_the_shape_of_a_tensor_is_known():
    lines = "x = layers.Conv2D(12, 3, strides=2)(i)\nx = layers.Conv2D(x.shape[-1] // 4, x.shape[1])(x)\n"
    reading = read_keras(f"{FUNCTIONAL}{lines}m = keras.Model(i, x)")
    assert (widths(reading), reading.architecture.layers[1].kernel_size) == ([12, 3], (7, 7))


@pytest.mark.parametrize(
    ("name", "count"),
    [("VGG16", 14_714_688), ("ResNet50", 23_587_712), ("MobileNet", 3_228_864), ("MobileNetV2", 2_257_984),
     ("DenseNet121", 7_037_504)],
)  # fmt: skip
def test_a_base_for_transfer_learning_is_one_block_with_keras_own_count(name: str, count: int):
    lines = f"base = keras.applications.{name}(include_top=False, weights='imagenet', input_shape=(96, 96, 3))\n"
    lines += "base.trainable = False\nfor layer in base.layers[:-3]:\n    layer.trainable = False\n"
    tail = "x = layers.GlobalAveragePooling2D()(base.output)\nm = keras.Model(base.input, layers.Dense(5)(x))"
    reading = read_keras(HEAD + lines + tail)
    report = summarize(reading.architecture)
    (block,) = [block for block in reading.architecture.blocks if block.title == name]
    assert sum(row.parameters + row.kept for row in report.layers[: block.last + 1]) == count
    assert (block.first, len(report.layers) - block.last) == (0, 3)
    assert reading.architecture.input_shape == (3, 96, 96)
    assert any("trained weights are not loaded" in note.sentence for note in reading.notes)
    inside = f"{HEAD}{lines}m = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(5)])"
    assert read_keras(inside).architecture.layers == reading.architecture.layers


def test_a_base_that_is_not_here_is_named():
    lines = (
        "base = keras.applications.NASNetLarge(include_top=False)\nx = base(i)\nm = keras.Model(i, layers.Flatten()(x))"
    )
    (note,) = read_keras(FUNCTIONAL + lines).notes
    assert (note.lines, note.other_network) == ((5,), True)
    assert "NASNetLarge" in note.sentence


def test_one_layer_used_twice_is_said_to_have_weights_of_its_own_each_time():
    lines = "c = layers.Conv2D(3, 3, padding='same')\nm = keras.Model(i, layers.Flatten()(c(c(i))))"
    (note,) = read_keras(FUNCTIONAL + lines).notes
    assert "each use has weights of its own" in note.sentence


def test_a_model_that_is_a_class_and_is_built():
    lines = """\
class Net(keras.Model):
    def __init__(self, width=4):
        super().__init__()
        self.blocks = [layers.Conv2D(width * k, 3) for k in (1, 2)]
        self.out = layers.Dense(3)
    def call(self, x, training=None):
        for block in self.blocks:
            x = block(x)
        return self.out(layers.Flatten()(x))
net = Net(6)
net.build(input_shape=(None, 20, 20, 1))
"""
    reading = read_keras(HEAD + lines)
    assert (reading.architecture.input_shape, widths(reading)) == ((1, 20, 20), [6, 12])
    assert not reading.notes


def test_a_layer_that_is_called_as_in_training_is_noted():
    lines = "x = layers.Dropout(0.5)(i, training=True)\nm = keras.Model(i, layers.Flatten()(x))"
    (note,) = read_keras(FUNCTIONAL + lines).notes
    assert "“training=True” of Dropout is left out" in note.sentence


@pytest.mark.parametrize(
    ("optimizer", "notes"),
    [("SGD(0.05, 0.9, True)", ["nesterov=True"]), ("SGD(0.05, 0.9, False)", []), ("Adam(0.05, 0.8)", ["beta_1=0.8"])],
)
def test_the_places_of_an_optimiser(optimizer: str, notes: list[str]):
    reading = read_keras(f"{SMALL}m.compile(keras.optimizers.{optimizer}, 'mse')")
    assert reading.settings["learning_rate"] == 0.05
    assert [any(part in note.sentence for note in reading.notes) for part in notes] == [True] * len(notes)
    assert len(reading.notes) == len(notes)


RESNET_50 = """\
from keras import layers, Model, Input

def bottleneck(x, width, stride=1, project=False, name=None):
    entry = x
    if project:
        entry = layers.Conv2D(4 * width, 1, strides=stride, name=name + "_0_conv")(entry)
        entry = layers.BatchNormalization(axis=3, epsilon=1.001e-5)(entry)
    for number, (filters, size) in enumerate([(width, 1), (width, 3), (4 * width, 1)], 1):
        step = stride if number == 1 else 1
        x = layers.Conv2D(filters, size, strides=step, padding="same" if size > 1 else "valid")(x)
        x = layers.BatchNormalization(axis=3, epsilon=1.001e-5, name=f"{name}_{number}_bn")(x)
        if number < 3:
            x = layers.Activation("relu")(x)
    return layers.Activation("relu")(layers.Add()([entry, x]))

def stage(x, width, count, *, first_stride=2, name):
    x = bottleneck(x, width, first_stride, True, name + "_block1")
    for number in range(2, count + 1):
        x = bottleneck(x, width, name=f"{name}_block{number}")
    return x

def resnet(depths=(3, 4, 6, 3), classes=1000, include_top=True, weights=None):
    picture = Input(shape=(224, 224, 3))
    x = layers.ZeroPadding2D(((3, 3), (3, 3)))(picture)
    x = layers.Conv2D(64, 7, strides=2, use_bias=True)(x)
    x = layers.Activation("relu")(layers.BatchNormalization(axis=3, epsilon=1.001e-5)(x))
    x = layers.MaxPooling2D(3, strides=2)(layers.ZeroPadding2D(1)(x))
    width = 64
    for index, depth in enumerate(depths):
        x = stage(x, width, depth, first_stride=1 if index == 0 else 2, name=f"conv{index + 2}")
        width *= 2
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation="softmax")(x)
    elif weights == "avg":
        x = layers.GlobalAveragePooling2D()(x)
    return Model(picture, x, name="resnet50")

model = resnet()
"""
MOBILENET = """\
import keras
from keras import layers as L

def relu6(x):
    return L.ReLU(6.0)(x)

class Maker:
    def __init__(self, alpha=1.0, depth_multiplier=1):
        self.alpha, self.depth_multiplier = alpha, depth_multiplier
        self.made = 0

    def filters(self, count):
        return int(count * self.alpha)

    def separable(self, x, count, strides=(1, 1)):
        self.made += 1
        if strides != (1, 1):
            x = L.ZeroPadding2D(((0, 1), (0, 1)), name="conv_pad_%d" % self.made)(x)
        padding = "same" if strides == (1, 1) else "valid"
        x = L.DepthwiseConv2D((3, 3), padding=padding, depth_multiplier=self.depth_multiplier, strides=strides, use_bias=False)(x)
        x = relu6(L.BatchNormalization(axis=-1)(x))
        x = L.Conv2D(self.filters(count), (1, 1), padding="same", use_bias=False, strides=(1, 1))(x)
        return relu6(L.BatchNormalization(axis=-1)(x))

maker = Maker()
start = keras.Input(shape=(224, 224, 3))
x = L.Conv2D(maker.filters(32), 3, padding="same", use_bias=False, strides=2)(start)
x = relu6(L.BatchNormalization()(x))
plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
while plan:
    count, stride = plan.pop(0)
    x = maker.separable(x, count, strides=(stride, stride))
x = L.GlobalAveragePooling2D(keepdims=True)(x)
x = L.Dropout(1e-3)(x)
x = L.Conv2D(1000, (1, 1), padding="same")(x)
x = L.Reshape((1000,))(x)
model = keras.Model(start, L.Activation("softmax")(x))
"""  # fmt: skip


def test_resnet_50_as_a_functional_source_has_keras_own_count():
    reading = read_keras(RESNET_50)
    report = summarize(reading.architecture)
    assert report.parameters + report.kept == 25_636_712
    assert not [row.problem for row in report.layers if row.problem]
    assert not reading.notes
    assert report.multiply_adds == summarize(resnet50()).multiply_adds


def test_mobilenet_as_a_functional_source_has_keras_own_count():
    reading = read_keras(MOBILENET.replace("(keepdims=True)", "()").replace("L.Conv2D(1000, (1, 1), padding=\"same\")", "L.Dense(1000)"))  # fmt: skip
    report = summarize(reading.architecture)
    assert report.parameters + report.kept == 4_253_864
    assert not [row.problem for row in report.layers if row.problem]
    assert not [note for note in reading.notes if note.other_network]
