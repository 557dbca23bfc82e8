"""Keras source as people write it becomes the network that Keras would build."""

import contextlib
import itertools
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.source_code.keras_sources import EXAMPLES, Example
from visualizer.architecture.architecture import summarize
from visualizer.architecture.goal import class_goal
from visualizer.architecture.layer import layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.dense import Dense
from visualizer.errors import UserError
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.python_source import MAX_CHARACTERS, SourceError
from visualizer.source_code.reading import NoNetworkError, SourceReading
from visualizer.training.settings import TrainingSettings

CLASSES = 7
CLASSIC = EXAMPLES["the classic example, layer by layer"]


def test_there_are_many_styles():
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_network_is_read(example: Example):
    architecture = read_keras(example.source, CLASSES).architecture
    assert architecture.layers == example.layers
    assert (architecture.wires, architecture.blocks) == (example.wires, example.blocks)
    assert architecture.input_shape == example.input_shape
    assert architecture.name == example.name


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_training_settings_are_read(example: Example):
    settings = read_keras(example.source, CLASSES).settings
    assert settings == {"initialization": "glorot_uniform"} | example.settings
    TrainingSettings(**settings)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_left_out_is_named_with_its_line_and_nothing_else(example: Example):
    notes = [(line, note.sentence) for note in read_keras(example.source, CLASSES).notes for line in note.lines or (0,)]
    unmatched = [
        (line, piece)
        for line, piece in example.notes
        if not any(number == line and sentence.startswith(piece) for number, sentence in notes)
    ]
    assert not unmatched, notes
    assert len(notes) == len(example.notes), notes


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("z = Mystery()([x, y])", "“Mystery(…)” joins branches in a way that is not known here"),
        ("z = x / y", "“x / y” joins branches in a way that is not known here"),
        ("z = Add()([x, q])", "Of the inputs of this Add only one is known here, which passes unchanged"),
        ("z = Conv2D(4, 3)([x, y])", "A layer gets several inputs"),
        ("z = Mystery()(x)", "“Mystery(…)” is not known here and is left out"),
        ("z = Lambda(f)(x)", "“Lambda(…)” is not known here and is left out"),
        ("z = Flatten()(q)", "What goes into this layer is not known here"),
        ("z = x\nModel(i, [x, y])", "The model has 2 outputs"),
    ],
)
def test_what_makes_it_another_network_comes_first_and_says_so(line, piece):
    source = "i = Input((8, 8, 1))\nc = Conv2D(4, 3, data_format=odd)\nx = Conv2D(4, 3)(i)\ny = Conv2D(4, 3)(x)\n"
    notes = read_keras(f"{source}{line}\nModel(i, Flatten()(z))").notes
    first = notes[0]
    assert first.other_network
    assert first.sentence.startswith(piece)
    # A note about an earlier line, which changes no layer, comes after it.
    assert any(not note.other_network and note.lines < first.lines for note in notes[1:])


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("the classic example")])
def test_a_chain_of_known_layers_is_the_network_that_was_pasted(name):
    assert not any(note.other_network for note in read_keras(EXAMPLES[name].source).notes)


def test_the_classic_example_has_its_parameters():
    assert summarize(read_keras(CLASSIC.source).architecture, class_goal(10)).parameters == 1_626_442


def test_every_layer_type_can_be_read():
    """By its usual name and with what Keras requires; whatever is left out is Keras's default, not ours."""
    for layer_type in layer_types().values():
        for form in layer_type.keras_forms():
            given = ", ".join(f"{name}={'2' if name != 'activation' else repr('tanh')}" for name in form.required)
            given = given.replace("rate=2", "rate=0.2").replace("stddev=2", "stddev=0.2")
            for name in form.names:
                source = f"Sequential([Input((8, 8, 1)), {name}({given})])"
                reading = read_keras(source)
                assert type(reading.architecture.layers[0]) is layer_type, source
                assert not [note for note in reading.notes if "fit" not in note.sentence], source


def test_an_argument_that_keras_requires_is_missed():
    (note,) = read_keras("Sequential([Input((8, 8, 1)), Conv2D(4)])").notes
    assert (note.lines, note.sentence) == (
        (1,),
        "Conv2D needs kernel_size, which is missing; (3, 3) is used.",
    )


def reading_of(layer: str) -> SourceReading:
    return read_keras(f"Sequential([Input((8, 8, 1)), {layer}, Flatten()])")


LEAKY = Activation(function="leaky_relu", negative_slope=0.1)


@pytest.mark.parametrize(
    ("layer", "read"),
    [
        ("LeakyReLU(0.1)", [LEAKY]),
        ("LeakyReLU(negative_slope=0.1)", [LEAKY]),
        ("LeakyReLU(alpha=0.1)", [LEAKY]),
        ("LeakyReLU()", [Activation(function="leaky_relu", negative_slope=0.3)]),
        ("Activation('leaky_relu')", [Activation(function="leaky_relu", negative_slope=0.2)]),
        ("Activation(keras.layers.LeakyReLU(0.1))", [LEAKY]),
        ("Dense(3, activation=keras.layers.LeakyReLU(0.1))", [Dense(units=3, activation="linear"), LEAKY]),
        ("Dense(3, activation=keras.layers.LeakyReLU(alpha=0.1))", [Dense(units=3, activation="linear"), LEAKY]),
        ("Dense(3, activation='leaky_relu')", [Dense(units=3, activation="leaky_relu")]),
        ("Dense(3, activation=tf.nn.leaky_relu)", [Dense(units=3, activation="leaky_relu")]),
        ("ReLU(negative_slope=0.1)", [LEAKY]),
        ("ReLU(None, 0.1)", [LEAKY]),
        ("ReLU(negative_slope=0)", [Activation()]),
        ("ReLU(6, 0.0)", [Activation(function="relu6")]),
        ("Activation(keras.layers.ReLU(6))", [Activation(function="relu6")]),
    ],
)
def test_a_slope_is_read_however_it_is_written(layer, read):
    reading = read_keras(f"Sequential([Input((8, 8, 1)), Flatten(), {layer}])")
    assert list(reading.architecture.layers[1:]) == read
    assert not reading.notes


@pytest.mark.parametrize(
    ("call", "read"),
    [
        ("keras.activations.leaky_relu(i, negative_slope=0.1)", LEAKY),
        ("tf.nn.leaky_relu(i, alpha=0.1)", LEAKY),
        ("tf.nn.leaky_relu(i, 0.1)", LEAKY),
        ("keras.ops.leaky_relu(i, 0.1)", LEAKY),
        ("tf.nn.leaky_relu(i)", Activation(function="leaky_relu", negative_slope=0.2)),
        ("keras.activations.elu(i, alpha=1.0)", Activation(function="elu")),
    ],
)
def test_a_slope_of_a_function_is_read(call, read):
    reading = read_keras(f"i = Input((8, 8, 1))\nx = {call}\nModel(i, Flatten()(x))")
    assert reading.architecture.layers[0] == read
    assert not reading.notes


@pytest.mark.parametrize(
    ("call", "left_out"),
    [
        ("keras.activations.relu(i, negative_slope=0.1)", "“negative_slope=0.1” of keras.activations.relu"),
        ("keras.activations.elu(i, alpha=0.5)", "“alpha=0.5” of keras.activations.elu"),
        ("tf.nn.leaky_relu(i, 0.1, 0.2)", "“0.2” of tf.nn.leaky_relu"),
        ("keras.activations.elu(i, 0.5)", "“0.5” of keras.activations.elu"),
        ("ReLU(6, 0.1)(i)", "“max_value=6” of ReLU"),
        ("ReLU(threshold=0.5)(i)", "“threshold=0.5” of ReLU"),
        ("ReLU(negative_slope=unknown)(i)", "“negative_slope=unknown” of ReLU"),
    ],
)
def test_what_a_function_has_besides_is_noted(call, left_out):
    (note,) = read_keras(f"i = Input((8, 8, 1))\nx = {call}\nModel(i, Flatten()(x))").notes
    assert note.sentence == f"{left_out} is left out."


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_output_padding_is_noted_exactly_where_keras_computes_something_else_with_it(padding):
    import keras

    pictures = torch.rand(1, 4, 4, 2)
    found = set()
    for size, stride, extra in itertools.product(range(1, 6), (1, 2, 3), (0, 1, 2)):
        if extra >= stride:
            continue  # Keras refuses it
        plain = keras.layers.Conv2DTranspose(3, size, stride, padding)
        padded = keras.layers.Conv2DTranspose(3, size, stride, padding, output_padding=extra)
        expected = plain(pictures)
        padded.build(pictures.shape)
        padded.set_weights(plain.get_weights())
        computed = padded(pictures)
        same = expected.shape == computed.shape and torch.allclose(expected, computed, atol=1e-5)
        notes = reading_of(f"Conv2DTranspose(3, {size}, {stride}, '{padding}', output_padding={extra})").notes
        assert same == (not notes), (size, stride, extra)
        assert all(note.other_network for note in notes)
        found.add(same)
    assert found == {True, False}


@pytest.mark.parametrize("argument", ["dilation_rate=2", "dilation_rate=(1, 2)", "dilation_rate=rate"])
def test_a_dilated_transposed_convolution_is_said_to_be_another_one(argument):
    (note,) = reading_of(f"Conv2DTranspose(3, 2, {argument})").notes
    assert note.sentence == f"“{argument}” of Conv2DTranspose is left out: here the layer computes something else."
    assert note.other_network
    assert not reading_of("Conv2DTranspose(3, 2, dilation_rate=(1, 1))").notes


SETTINGS = """\
from os import path
size, nothing, kind, function, layer, optimizer = 3, None, "same", tf.nn.relu, ReLU(), Adam()
m = Sequential([Input((8, 8, 1)), Flatten(), layer])
"""
ASSUMED = "It is not known whether this condition holds; it is assumed"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("nothing is None", True),
        ("nothing is not None", False),
        ("size is None", False),
        ("kind is not None", True),
        ("function is not None", True),
        ("None is not layer", True),
        ("optimizer is None", False),
        ("m == None", False),
        ("nothing != None", False),
        ("size > 2 and kind == 'same'", True),
        ("size > 2 and nothing", False),
        ("nothing or size", True),
        ("not size or kind == 'valid'", False),
        ("unknown and size == 4", False),
        ("unknown or size == 3", True),
        ("size in (1, 2, 3)", True),
        ("kind not in ['same', 'valid']", False),
        ("not optimizer", False),
        ("1 < size < 4", True),
        ("1 < size < 3", False),
    ],
)
def test_a_condition_that_follows_from_the_source_is_decided(condition, holds):
    source = f"{SETTINGS}if {condition}:\n    size = 7\nelse:\n    size = 5\nm.add(Dense(size))"
    reading = read_keras(source)
    assert reading.architecture.layers[-1].units == (7 if holds else 5)
    assert not reading.notes
    (*_, dense) = read_keras(f"{SETTINGS}m.add(Dense(7 if {condition} else 5))").architecture.layers
    assert dense.units == (7 if holds else 5)


@pytest.mark.parametrize(
    "condition",
    [
        "unknown",
        "not unknown",
        "unknown is None",
        "unknown is not None",
        "path.exists('weights')",
        "not path.exists('weights')",
        "m.weights",
        "size == 3 and unknown",
        "nothing or unknown is None",
        "size in unknown",
        "size is 3",
    ],
)
def test_a_condition_that_does_not_follow_is_assumed_and_named(condition):
    source = f"{SETTINGS}if {condition}:\n    size = 7\nelse:\n    size = 5\nm.add(Dense(size))"
    reading = read_keras(source)
    assert reading.architecture.layers[-1].units == 7
    assert [(note.lines, note.sentence) for note in reading.notes] == [((4,), f"{ASSUMED} to hold.")]


def test_of_branches_that_are_not_known_the_one_that_builds_is_followed():
    reading = read_keras(f"{SETTINGS}if unknown:\n    size = 7\nelse:\n    m.add(Dense(size))")
    assert reading.architecture.layers[-1].units == 3
    assert [(note.lines, note.sentence) for note in reading.notes] == [((4,), f"{ASSUMED} not to hold.")]


@pytest.mark.parametrize(
    "statement",
    ["return Dense(7)", "widths.append(7)", "self.width = 7", "self.width += 4"],
)
def test_whatever_an_assumption_changes_is_named(statement):
    source = f"""\
widths = []
class Head:
    def __init__(self):
        self.width = 3
    def make(self):
        if unknown:
            {statement}
        return Dense(widths[0] if len(widths) else self.width)
m = Sequential([Input((8, 8, 1)), Flatten(), Head().make()])
"""
    reading = read_keras(source)
    assert reading.architecture.layers[-1].units == 7
    assert [(note.lines, note.sentence) for note in reading.notes] == [((6,), f"{ASSUMED} to hold.")]


def test_what_an_open_condition_does_besides_is_not_named():
    function = "def show():\n    number = 3\n    print(number)\n"
    source = f"{SETTINGS}{function}if unknown:\n    show()\n    data = load()\n    raise ValueError\nm.add(Dense(3))"
    assert [note.sentence for note in read_keras(source).notes] == ["This is not about the network and was skipped."]


def test_a_value_that_an_unknown_part_decides_is_open():
    (note,) = read_keras(f"{SETTINGS}m.add(Dense(unknown or 7))").notes
    assert note.sentence == "“unknown or 7”, for units, does not follow from the text; 128 is used."


def test_a_loop_is_left_where_the_source_leaves_it():
    loop = "for k in range(1, 9):\n    if k == 2:\n        continue\n    if k == 4:\n        break\n    m.add(Dense(k))"
    reading = read_keras(SETTINGS + loop)
    assert [layer.units for layer in reading.architecture.layers[2:]] == [1, 3]
    assert not reading.notes
    reading = read_keras(f"{SETTINGS}for k in (1, 2):\n    m.add(Dense(k))\n    if unknown:\n        break")
    assert len(reading.architecture.layers) == 3
    assert [(note.lines, note.sentence) for note in reading.notes] == [((6,), f"{ASSUMED} to hold.")]


def test_the_same_note_about_several_lines_is_one():
    source = "m = Sequential([Input((32, 32, 3))])\n" + "m.add(AlphaDropout(0.1))\n" * 3 + "m.add(Flatten())"
    (note,) = read_keras(source).notes
    assert note.lines == (2, 3, 4)
    assert note.where == "Lines 2–4"


def test_the_number_of_classes_fills_only_the_last_layer():
    source = "m = Sequential([Input((8, 8, 1)), Flatten(), Dense(HIDDEN), Dense(CLASSES), Softmax()])"
    layers = read_keras(source, 4).architecture.layers
    assert [layers[1].units, layers[2].units] == [128, 4]


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("model = Sequential([\n  Conv2D(3, 3),\n", "Line 1 cannot be read"),
        ("model = Sequential()\nmodel.add(Dense(3)\nmodel.add(Dense(4))", "Line 2 cannot be read"),
        ("x = 1\n  y = 2", "Line 2 cannot be read"),
        ("(" * 5_000, "This is not Python source"),
        ("x = " + "[" * 150 + "]" * 150 + "\n" + "a." * 15_000 + "b", "This is not Python source"),
        ("x = " + "-" * 50_000 + "1", "This is not Python source"),
        ("x = " + "9" * 5_000, "This is not Python source"),
        ("\0", "This is not Python source"),
    ],
)
def test_what_is_no_python_is_refused_in_one_sentence_with_its_line(source: str, where: str):
    with pytest.raises(SourceError) as refused:
        read_keras(source)
    assert where in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "source",
    [
        "",
        "print('hello')",
        "import torch.nn as nn\nmodel = nn.Sequential(nn.Flatten(), nn.Dropout(0.5))",
        "class Net(keras.Model):\n    def call(self, x):\n        return x",
        "class A:\n  def __init__(self):\n    self.a = A()\n  def call(self, x):\n    return self(x)\nA()(1)",
        "model = Sequential([])",
    ],
)
def test_a_text_without_a_network_is_refused(source: str):
    with pytest.raises(NoNetworkError, match="No network was found in this text"):
        read_keras(source)


def test_a_huge_text_is_refused():
    with pytest.raises(SourceError, match=r"100,001 characters"):
        read_keras("#" * (MAX_CHARACTERS + 1))


DOUBLED = "\n".join(["a = [1]", *["a = [a, a]"] * 60])
LOOPS = "\n".join(f"{'  ' * depth}for i{depth} in range(1000):" for depth in range(20))
HOSTILE = {
    "a loop of loops": f"{LOOPS}\n{' ' * 40}x = 1",
    "functions that call themselves": "def f(x):\n    f(x)\n    f(x)\n    return f(x)\nf(1)",
    "a list that doubles": DOUBLED + "\nmodel = Sequential(a)",
    "lists that are compared": DOUBLED + "\n" + DOUBLED.replace("a", "b") + "\nif a == b: pass\nm = Sequential(a)",
    "an object that doubles": "a = f()\n" + "a = f(a, a)\n" * 60 + "m = Sequential()\nm.compile(a)\nm.add(a)",
    "large powers": "x = 10 ** 10 ** 10\ny = 9 ** 99999999\nz = [0] * 10 ** 9\nw = 'a' * 10 ** 9",
    "a large whole number": f"m = Sequential([Dense(0x{'f' * 20_000})])",
    "infinity": "m = Sequential([Dense(4, activation=1e999), Dense(1e999 - 1e999), Dense(-1j)])",
    "a list that grows without end": "a = []\nfor i in range(1000):\n    for j in range(1000):\n        a.append(i)",
    "a list in itself": "a = []\na.append(a)\nm = Sequential(a)\nm.fit(a, a, callbacks=a)",
    "deep expressions": "x = " + "not " * 900 + "1",
    "many layers": "m = Sequential()\nfor i in range(500):\n    m.add(Flatten())",
    "operators on a model": "m = Sequential()\nx = m + 1\ny = -m\nz = m[0]\nw = m.layers[-1].x\nm()\nm(m)\nm.pop()",
    "a name that is markup": "m = Sequential([Flatten(), Foo('<b>')], name='<script>\\n![](http://x)')",
    "a long text repeated": f"for i in range(1000):\n    foo(bar.{'x' * 50_000} + 1)",
    "strange arguments": "Sequential([Conv2D(*1, **2), Dense(*[1] * 50, **{'a`b': {}, 3: 4}), Conv2D(3, (1, 2, 3))])",
    "long names": f"m = Sequential([Flatten({'y' * 900}=1)])\nm.compile('{'z ' * 900}', **{{'q' : 1}})",
    "no arguments": "m = Sequential()\nm.compile()\nm.fit()\nm.build()\nm.add()\nInput()(1)\nModel()\npartial()",
    "code that would do harm": "__import__('os').system('exit')\neval('1')\nexec('raise')\nimport antigravity",
    "statements of all kinds": "a = b = (c, *d) = [1, 2]\na[0] = 1\na.b += 2\ndel a\n(x := 3)\nlambda: 1\nassert 0",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_source_gives_a_network_or_a_sentence(source: str):
    error = reading = None
    try:
        reading = read_keras(source, 10)
    except UserError as refused:
        error = refused
    assert reading is not None or len(str(error)) < 300
    if reading:
        assert reading.architecture.name.isprintable()
        assert all(len(note.sentence) < 300 for note in reading.notes)


LINES = sorted({line for example in EXAMPLES.values() for line in example.source.splitlines()})
PIECES = ["", "-1", "None", "1e400", "[]", "{}", "()", "*x", "**x", "model", "x", "...", "lambda: 0", "10**30", "'a'"]


@given(
    st.sampled_from(list(EXAMPLES)),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(PIECES)), max_size=4),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(LINES)), max_size=4),
)
def test_no_damage_to_a_source_brings_the_reader_down(name, pieces, lines):
    words = re.findall(r"\w+|[^\w\s]|\s+", EXAMPLES[name].source)
    for place, piece in pieces:
        words[place % len(words)] = piece
    source = "".join(words).splitlines()
    for place, line in lines:
        source.insert(place, line)
    with contextlib.suppress(UserError):
        TrainingSettings(**read_keras("\n".join(source), 10).settings)


def test_nothing_is_run(tmp_path):
    target = tmp_path / "written"
    opened = f"open({str(target)!r}, 'w')"
    read_keras(f"{opened}.write('x')\nm = Sequential([Flatten()])\n[{opened} for _ in [1]]")
    assert not target.exists()
