# ruff: noqa: E501 (a source stands on one line)
"""Keras source as it is written in many hands: what is read of it, and what is said of its lines."""

import pytest

from visualizer.source_code.keras_reader import KerasReading, read_keras

HEAD = "import keras\nfrom keras import layers\n"
START = f"{HEAD}m = keras.Sequential([keras.Input((16, 16, 3))])\n"
END = "\nm.add(layers.Flatten())\nm.add(layers.Dense(4))\n"
SKIPPED = "This is not about the network and was skipped."


def lines_of(reading: KerasReading, words: str) -> set[int]:
    return {line for note in reading.notes if words in note.sentence for line in note.lines}


def widths(reading: KerasReading) -> list[int]:
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
