"""A new layer type is one new file: nothing else is touched, and everything works with it."""

import ast
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.architecture.new_types import ADD_AND_RELU, CONV2D_TRANSPOSE, EXAMPLES, KERNEL_LAYER, SHIFTED2D
from tests.inspection.fields import check_gradient, check_holes
from tests.strategies import architectures, layers_of
from tests.training.examples import few_digits, spec, train_all
from visualizer.architecture.architecture import (
    Architecture,
    architecture_from_json,
    architecture_to_json,
    summarize,
)
from visualizer.architecture.goal import class_goal
from visualizer.architecture.kernels import kernel_sets
from visualizer.architecture.layer import GROUPS, Layer, grouped_layer_types, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.network import build
from visualizer.figures.volumes import volumes
from visualizer.inspection.filters import filter_kernels
from visualizer.inspection.moment import layer_moment
from visualizer.inspection.pixel import explain, field
from visualizer.inspection.probe import probe
from visualizer.inspection.receptive_field.field_sum import field_rows, first_unsaid
from visualizer.inspection.receptive_field.fields import layer_fields, pixel_box
from visualizer.inspection.steps import Activated, Spot, WeightedSum
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.keras_writer import keras_model
from visualizer.source_code.pytorch_writer import pytorch_script
from visualizer.training.loop.events import Failed
from visualizer.training.loop.loop import Training
from visualizer.training.loop.snapshots import first_kernels
from visualizer.training.settings import TrainingSettings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def new_layer(add_layer_type) -> Layer:
    return add_layer_type("conv2d_transpose", CONV2D_TRANSPOSE)


@pytest.fixture
def architecture(new_layer: Layer) -> Architecture:
    rest = (Conv2D(filters=3), new_layer, Activation(), Flatten(), Dense(units=10, activation="softmax"))
    return Architecture("with a new type", (1, 8, 8), rest)


def test_it_is_found_and_its_settings_are_known(new_layer):
    assert [setting.name for setting in new_layer.settings()] == ["filters", "kernel_size", "strides", "activation"]
    groups = [layer_type.group for layer_type in layer_types().values()]
    assert groups == sorted(groups, key=GROUPS.index)
    grouped = grouped_layer_types()
    assert "Conv2DTranspose" in grouped["Convolution"]
    assert [name for group in grouped.values() for name in group] == list(layer_types())
    assert "Other" not in grouped


def test_a_type_that_names_no_group_is_offered_last(add_layer_type):
    new = add_layer_type("conv2d_transpose", CONV2D_TRANSPOSE.replace('    group: ClassVar[str] = "Convolution"\n', ""))
    *_, (group, types) = grouped_layer_types().items()
    assert (group, types) == ("Other", {"Conv2DTranspose": type(new)})
    architecture = Architecture("other", (1, 8, 8), (new,))
    report = summarize(architecture)
    assert "Other" in [trace.name for trace in volumes(architecture, report).figure.data]


def test_its_json_is_read_back(architecture):
    assert architecture_from_json(architecture_to_json(architecture)) == architecture


def test_its_shape_parameters_and_problem_are_reported(architecture, new_layer):
    report = summarize(architecture, class_goal(10))
    assert report.fits
    assert report.layers[1].output_shape == (4, 12, 12)
    assert report.layers[1].parameters == 4 * (3 * 4 + 1)
    assert report.parameters == sum(parameter.numel() for parameter in build(architecture).parameters())
    after_flatten = summarize(architecture.with_layers((Flatten(), new_layer)))
    assert "Conv2DTranspose needs feature maps" in str(after_flatten.layers[1].problem)


def test_it_is_built_run_and_initialised_like_any_other(architecture):
    network = build(architecture, "zeros")
    assert not any(parameter.any() for parameter in network.parameters())
    network = build(architecture, "glorot_uniform", seed=1)
    weight = dict(network.layers[1].named_children())["convolution"].weight
    # Glorot's range; torch's own default would stay within 0.25.
    assert 0.4 < float(weight.detach().abs().max()) <= (6 / (3 * 4 + 4 * 4)) ** 0.5
    assert network(torch.rand(2, 1, 8, 8)).shape == (2, 10)


def test_it_is_looked_into(architecture):
    network = build(architecture).eval()
    picture = torch.rand(1, 8, 8)
    view = probe(network, picture.numpy()).layers[1]
    with torch.no_grad():
        expected = network.layers[1](network.layers[0](picture[None]))[0]
    assert view.output.shape == (4, 12, 12)
    np.testing.assert_allclose(view.output, expected.numpy(), atol=1e-6)


def test_its_numbers_are_explained(architecture):
    network = build(architecture, None).eval()
    seen = probe(network, torch.rand(1, 8, 8).numpy())
    explanation = explain(network, seen, Spot(1, (2, 5, 7)))
    first, last = explanation.steps
    # A weighted sum, here of one pixel in three maps.
    assert isinstance(first, WeightedSum)
    assert [first.place(item) for item in range(len(first.indices))] == [(0, 2, 3), (1, 2, 3), (2, 2, 3)]
    assert isinstance(last, Activated)
    assert last.before == pytest.approx(first.result, abs=1e-5)
    assert last.result == explanation.value == seen.layers[1].output[2, 5, 7]


def test_it_is_read_and_written_as_source(architecture):
    written = keras_model(architecture)
    assert 'layers.Conv2DTranspose(filters=4, kernel_size=(2, 2), strides=(2, 2), activation="relu")' in written
    assert read_keras(written).architecture == architecture
    script = pytorch_script(architecture, TrainingSettings())
    assert "    nn.ConvTranspose2d(3, 4, kernel_size=(2, 2), stride=(2, 2)),\n" in script


def test_its_form_is_drawn_from_its_settings(new_layer):
    def page():
        from visualizer.architecture.layer import layer_types
        from visualizer.ui.build.layer_card import layer_form

        layer_form(layer_types()["Conv2DTranspose"](), "card", lambda changes: None)

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [field.label for field in app.number_input] == [
        "Filters",
        "Kernel height",
        "Kernel width",
        "Stride height",
        "Stride width",
    ]
    assert [field.value for field in app.number_input] == [4, 2, 2, 2, 2]
    assert [field.label for field in app.selectbox] == ["Activation"]


WITH_A_NEW_TYPE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)


@pytest.fixture(params=list(EXAMPLES))
def example(request, add_layer_type) -> Layer:
    """A layer of each new type, alone in the app beside the known ones."""
    return add_layer_type(request.param, EXAMPLES[request.param])


def around(layer: Layer) -> Architecture:
    """A network with the layer between others."""
    rest = (Conv2D(filters=4), layer, MaxPooling2D(), Flatten(), Dense(units=10, activation="softmax"))
    return Architecture("with a new type", (1, 12, 11), rest)


def test_an_example_is_counted_built_and_read_back(example):
    architecture = around(example)
    report = summarize(architecture, class_goal(10))
    assert report.fits
    network = build(architecture)
    assert report.layers[1].parameters == sum(weights.numel() for weights in network.layers[1].parameters())
    with torch.no_grad():
        maps = network.layers[1](network.layers[0](torch.rand(2, 1, 12, 11)))
    assert maps.shape[1:] == report.layers[1].output_shape
    assert architecture_from_json(architecture_to_json(architecture)) == architecture


def test_an_example_is_trained_and_seen_while_it_trains(example):
    training = Training(spec(around(example), dataset="digits", epochs=1, batch_size=32), few_digits())
    events = train_all(training)
    assert not any(isinstance(event, Failed) for event in events)
    before, after = build(around(example)).state_dict(), training.weights().arrays
    trained = [name for name, _ in build(around(example)).layers[1].named_parameters()]
    assert all(not np.array_equal(before[f"layers.1.{name}"].numpy(), after[f"layers.1.{name}"]) for name in trained)
    assert training.snapshot().kernels is not None


def test_an_examples_numbers_and_kernels_are_shown(example):
    network = build(around(example)).eval()
    seen = probe(network, np.random.default_rng(0).random((1, 12, 11), dtype=np.float32))
    view = seen.layers[1]
    kernels = [weights for weights in network.layers[1].parameters() if weights.ndim == 4]
    assert len(view.kernel_sets) == len(kernels)
    for row in ((0, 0, 0), (1, 2, 3), tuple(size - 1 for size in view.output.shape)):
        assert explain(network, seen, Spot(1, row)).value == view.output[row]


@WITH_A_NEW_TYPE
@given(data=st.data())
def test_an_examples_field_is_exactly_what_the_gradient_reaches(example, data):
    """With any settings, between convolutions that pad, stride and leave gaps."""
    convolutions = st.lists(layers_of(Conv2D), max_size=2)
    chosen = st.tuples(convolutions, layers_of(type(example)), convolutions).map(
        lambda parts: [*parts[0], parts[1], *parts[2]]
    )
    architecture = data.draw(architectures(chosen=chosen), label="architecture")
    check_holes(architecture)
    # Over one or two numbers there is nothing to normalise: their gradient is 0.
    if all(np.prod(row.input_shape) > 2 * getattr(row.layer, "groups", 1) for row in summarize(architecture).layers):
        check_gradient(architecture)


@pytest.fixture
def all_examples(add_layer_type) -> list[Layer]:
    return [add_layer_type(name, text) for name, text in EXAMPLES.items()]


@settings(WITH_A_NEW_TYPE, max_examples=150)
@given(data=st.data())
def test_the_field_is_exact_where_all_examples_meet(all_examples, data):
    check_holes(data.draw(architectures(), label="architecture"))


def test_the_first_unit_after_the_readmes_padding_sees_the_first_row_only(add_layer_type):
    layer = add_layer_type("border2d", EXAMPLES["border2d"])
    rows = field_rows(Architecture("", (1, 8, 8), (layer.with_settings(border=2), Conv2D(filters=1))))
    fields = [rows[2].field((place, 4)).rows for place in range(4)]
    assert [field.clipped for field in fields] == [(0, 0), (0, 1), (0, 2), (1, 3)]
    assert (fields[0].first, fields[0].last) == (-2, 0)
    # Of the wider frame some units see nothing but zeros.
    wide = field_rows(Architecture("", (1, 8, 8), (layer.with_settings(border=5), Conv2D(filters=1))))
    assert wide[2].field((0, 8)).rows.clipped is None
    network = build(Architecture("", (1, 8, 8), (layer.with_settings(border=5), Conv2D(filters=1))))
    seen = probe(network, np.zeros((1, 8, 8), dtype=np.float32))
    assert not field(network, explain(network, seen, Spot(1, (0, 0, 0)))).any()
    assert pixel_box(field(network, explain(network, seen, Spot(1, (0, 3, 3))))) == ((0, 0), (0, 0))


def test_where_fields_do_not_lie_evenly_there_is_no_sum_but_every_unit_has_its_own(add_layer_type):
    layer = add_layer_type("up_sampling2d", EXAMPLES["up_sampling2d"])
    rows = field_rows(Architecture("", (1, 8, 8), (Conv2D(filters=1), layer, Conv2D(filters=1), Flatten(), Dense())))
    assert [row.jump for row in rows] == [(1, 1), (1, 1), None, None, None, None]
    assert (rows[2].window, rows[3].window.size) == (None, (3, 3))
    assert [rows[3].field((place, 4)).rows.clipped for place in range(4)] == [(0, 3), (0, 3), (1, 4), (1, 4)]
    assert (rows[3].size, rows[5].size) == ((4, 4), (8, 8))


def test_what_normalises_over_the_map_sees_all_of_it(add_layer_type):
    layer = add_layer_type("map_normalization", EXAMPLES["map_normalization"])
    rows = field_rows(Architecture("", (1, 8, 8), (Conv2D(filters=1), layer, Conv2D(filters=1))))
    assert [(row.size, row.jump) for row in rows[1:]] == [((3, 3), (1, 1)), ((8, 8), (0, 0)), ((8, 8), (0, 0))]
    assert rows[3].field((0, 0)).mask.all()


@pytest.mark.parametrize("initialization", ["glorot_uniform", "he_normal", "small_normal", "zeros"])
@pytest.mark.parametrize("name", ["map_normalization", "group_normalization"])
def test_a_scale_of_any_rank_starts_with_ones(add_layer_type, name, initialization):
    architecture = around(add_layer_type(name, EXAMPLES[name]))
    start = dict(build(architecture, initialization).layers[1].named_parameters())
    assert start["normalization.weight"].eq(1).all()
    assert start["normalization.bias"].eq(0).all()
    assert start["normalization.weight"].ndim == (3 if name == "map_normalization" else 1)


def test_a_layer_type_may_start_its_weights_in_its_own_way(add_layer_type):
    own = (
        EXAMPLES["separable_conv2d"]
        + """
    def start_weights(self, module, draw):
        draw(module.pointwise.weight)
        module.depthwise.weight.data.fill_(0.25)
"""
    )
    architecture = around(add_layer_type("separable_conv2d", own))
    first, second, _ = build(architecture, "zeros").layers[1].parameters()
    assert first.eq(0.25).all()
    assert not second.any()
    assert "SeparableConv2D starts its weights in a way of its own" in pytorch_script(
        architecture, TrainingSettings(initialization="zeros")
    )


def test_a_separable_convolution_has_two_sets_of_kernels(add_layer_type):
    architecture = around(add_layer_type("separable_conv2d", EXAMPLES["separable_conv2d"]))
    network = build(architecture)
    seen = probe(network, np.random.default_rng(0).random((1, 12, 11), dtype=np.float32))
    view = seen.layers[1]
    assert [(found.stage, found.weights.shape, found.input_count) for found in view.kernel_sets] == [
        ("depthwise", (8, 1, 3, 3), 4),
        ("pointwise", (6, 8, 1, 1), 8),
    ]
    np.testing.assert_array_equal(view.kernel_sets[0].weights, network.layers[1].depthwise.weight.detach().numpy())
    assert view.kernels is view.kernel_sets[1].weights
    kernel = filter_kernels(seen.layers, 1, 2)
    assert (kernel.stage, kernel.of_picture, sorted(kernel.channels)) == ("depthwise", False, list(range(8)))
    moment = layer_moment(network, seen.picture, 1)
    assert [(shown.stage, shown.filters) for shown in moment.kernels] == [("depthwise", 8), ("pointwise", 6)]
    alone = build(architecture.with_layers(architecture.layers[1:]))
    assert first_kernels(alone)[0] == 0
    assert first_kernels(alone)[1].shape == (2, 1, 3, 3)


def test_the_kernels_of_a_transposed_convolution_are_those_of_each_map_that_leaves(new_layer):
    network = build(around(new_layer))
    (found,) = network.nodes[1].kernels()
    weights = network.layers[1].convolution.weight
    assert found.weights.shape == (4, 4, 2, 2)
    np.testing.assert_array_equal(found.weights[1, 3], weights[3, 1].detach())
    (grouped,) = kernel_sets([("c", torch.nn.ConvTranspose2d(4, 6, 3, groups=2))])
    assert (grouped.weights.shape, grouped.input_count) == ((6, 2, 3, 3), 4)


def test_what_is_not_said_is_not_shown(add_layer_type):
    """A type without `sees` is told so, and the app states no field after it rather than a wrong one."""
    layer = add_layer_type("shifted2d", SHIFTED2D)
    architecture = Architecture("", (1, 12, 11), (Conv2D(filters=2), layer, Conv2D(filters=2), Flatten(), Dense()))
    rows = field_rows(architecture)
    assert [row.layer for row in rows] == [None, architecture.layers[0]]
    assert first_unsaid(architecture, rows) == (2, layer)
    network = build(architecture)
    seen = probe(network, np.zeros((1, 12, 11), dtype=np.float32))
    assert layer_fields(network, 0) is not None
    assert [layer_fields(network, node) for node in (1, 2, 4)] == [None] * 3
    for spot in (Spot(2, (0, 3, 3)), Spot(4, (0,))):
        assert field(network, explain(network, seen, spot)) is None
    # That this one number is only handed on, from the row above, is found out by its arithmetic.
    assert pixel_box(field(network, explain(network, seen, Spot(1, (0, 3, 3))))) == ((2, 4), (3, 5))
    with pytest.raises(AssertionError, match="Shifted2D does not say which places it reads"):
        check_holes(architecture)


def test_an_example_is_written_and_read_as_source(example, tmp_path):
    architecture = around(example)
    written = keras_model(architecture)
    assert read_keras(written).architecture == architecture
    if example.settings():
        assert f"{example.title} has its name and settings from the app" in written
    script = pytorch_script(architecture, TrainingSettings(dataset="none", epochs=1))
    definition, printed, _ = script.partition("print(model)\n")
    assert printed
    (tmp_path / "model.py").write_text(definition, encoding="utf-8")
    model = runpy.run_path(str(tmp_path / "model.py"))["model"]
    assert model(torch.rand(2, 1, 12, 11)).shape == (2, 10)
    keeps = "and not (parameter == 1).all()" in script
    assert keeps == (type(example).__name__ == "MapNormalization")


def test_a_setting_that_the_source_leaves_out_is_named_where_keras_was_not_asked(add_layer_type):
    add_layer_type("border2d", EXAMPLES["border2d"])
    source = "model = keras.Sequential([keras.Input((8, 8, 1)), layers.Border2D({}), layers.Flatten()])"
    (note,) = [note for note in read_keras(source.format("")).notes if "Border2D" in note.sentence]
    assert "leaves “border” out" in note.sentence
    assert "1 is used" in note.sentence
    assert not any("Border2D" in note.sentence for note in read_keras(source.format("2")).notes)


def test_a_type_with_kernels_gets_an_initializer_and_penalties(add_layer_type):
    layer = add_layer_type("one_by_one", KERNEL_LAYER).with_settings(kernel_initializer="zeros", l1=0.25, l2=0.5)
    assert [setting.name for setting in layer.settings()] == ["filters", "kernel_initializer", "l1", "l2"]
    architecture = Architecture("", (1, 8, 8), (layer, Flatten(), Dense(units=10, activation="softmax")))
    assert architecture_from_json(architecture_to_json(architecture)) == architecture
    network = build(architecture)
    assert network.penalty().item() == 0
    with torch.no_grad():
        network.layers[0].convolution.weight.fill_(2)
        network.layers[0].convolution.bias.fill_(9)
    assert network.penalty().item() == 0.25 * 4 * 2 + 0.5 * 4 * 4
    written = keras_model(architecture)
    assert (
        'OneByOne(filters=4, kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L1L2(l1=0.25, l2=0.5))'
        in written
    )
    reading = read_keras(written)
    assert reading.architecture.layers == architecture.layers
    assert not reading.notes
    assert "penalties" in pytorch_script(architecture, TrainingSettings())


def test_afterwards_they_are_gone():
    assert not [name for name, layer_type in layer_types().items() if ".tried_" in layer_type.__module__]


# Concept pages and the gallery are about certain layers and make networks of them. All else may name a layer class only
# here.
CONCEPTS = (
    *("pages/", "visualizer/ui/", "visualizer/concepts/"),
    *("visualizer/architecture/presets.py", "visualizer/architecture/gallery/"),
)
# Files of other programs are made of operators, not of layers: which layers an operator becomes, and in which order a
# vector's numbers are, is said there. A type that is not named there costs an ONNX file a refusal, and a Keras file a
# Reshape.
FILES = "visualizer/source_code/files/"
DERIVED = {  # by the class that several layer types have in common
    "PlacewiseLayer": (
        *("activation", "batch_normalization", "class_embedding", "dropout", "gaussian_noise"),
        *("layer_normalization", "p_relu", "rescaling", "spatial_dropout2d"),
    ),
    "KernelLayer": ("conv2d_transpose", "dense"),
    "SlidingConvolution": ("conv2d",),
    "DepthwiseConvolution": ("depthwise_conv2d", "separable_conv2d"),
    "Pooling2D": ("average_pooling2d", "max_pooling2d"),
    "GlobalPooling2D": ("global_average_pooling2d", "global_max_pooling2d"),
    "FourSides": ("cropping2d", "zero_padding2d"),
    "MergeLayer": ("concatenate",),
    "PlacewiseMerge": ("add", "average", "maximum", "multiply", "subtract"),
}
# Classes of Keras that are told apart by their names in source, which layer types have too.
KERAS_NAMES = {
    ("visualizer/source_code/keras_1.py", "BatchNormalization"),  # whose arguments had other names
    ("visualizer/source_code/keras_1.py", "Conv2D"),  # whose sizes were two arguments
    ("visualizer/source_code/keras_vocabulary.py", "Rescaling"),  # of bytes, where pictures here go from 0 to 1
    # Classes that are kinds of Conv2D in some versions of Keras and not in others.
    *(
        ("visualizer/source_code/keras_vocabulary.py", name)
        for name in ("Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D")
    ),
}
MAY_NAME = {
    **{
        ("visualizer/architecture/goal.py", name): "a change that gives the output that a task needs"
        for name in ("Conv2D", "Dense", "Flatten", "UpSampling2D", "ZeroPadding2D")
    },
    **{
        (f"visualizer/tasks/{task}.py", name): "a part of the network that the task begins with"
        for task, names in {
            "autoencoder": ("Conv2D", "Conv2DTranspose", "Dense", "Dropout", "Flatten", "Reshape"),
            "detection": ("BatchNormalization", "Conv2D", "MaxPooling2D"),
            "diffusion": (
                *("Activation", "ClassEmbedding", "Concatenate", "Conv2D", "GroupNormalization", "MaxPooling2D"),
                "UpSampling2D",
            ),
            "gan": (
                *("Activation", "BatchNormalization", "Conv2D", "Conv2DTranspose", "Dense", "Flatten"),
                *("GaussianNoise", "Reshape"),
            ),
            "one_object": ("BatchNormalization", "Conv2D", "Dense", "Flatten", "MaxPooling2D"),
            "regression": ("Conv2D", "Dense", "Flatten", "GroupNormalization", "MaxPooling2D"),
            "segmentation": (
                *("Add", "BatchNormalization", "Concatenate", "Conv2D", "Conv2DTranspose", "MaxPooling2D"),
                "UpSampling2D",
            ),
            "variational_autoencoder": ("Dense", "Sampling"),
        }.items()
        for name in names
    },
    **{
        ("visualizer/source_code/keras_applications.py", name): "what Keras puts at the end of a base without its head"
        for name in ("GlobalAveragePooling2D", "GlobalMaxPooling2D")
    },
    ("visualizer/source_code/keras_vocabulary.py", "Reshape"): "what keeps the axes of a global pooling",
    ("visualizer/architecture/layers/sampling.py", "Dense"): "the change that gives it the numbers it needs",
    ("visualizer/architecture/layers/sampling.py", "Flatten"): "the same of feature maps",
    ("visualizer/architecture/layers/dense.py", "Flatten"): "the change that fixes a Dense layer on feature maps",
    ("visualizer/architecture/layers/dense.py", "GlobalAveragePooling2D"): "the other such change",
    ("visualizer/architecture/convolution.py", "KernelLayer"): "what convolutions are derived from",
    **{
        (f"visualizer/architecture/layers/{name}.py", base): "what it is derived from"
        for base, names in DERIVED.items()
        for name in names
    },
    **{
        (f"visualizer/architecture/layers/{file}.py", name): "what does beside it what torch has in one module"
        for file, names in {
            "conv2d_transpose": ("Cropping2D",),
            "global_average_pooling2d": ("AveragePooling2D",),
            "global_max_pooling2d": ("MaxPooling2D",),
            "spatial_dropout2d": ("Dropout",),
            "torch_window": ("Reshape", "ZeroPadding2D"),
            "zero_padding2d": ("Cropping2D",),
        }.items()
        for name in names
    },
    ("visualizer/training/runs/overfitting_remedies.py", "Dropout"): "a remedy for overfitting",
    ("visualizer/architecture/editing.py", "Add"): "what a skip connection ends in",
    ("visualizer/architecture/editing.py", "Concatenate"): "what puts a branch and its neighbour together",
    **{
        ("visualizer/architecture/layers/merging_fixes.py", name): "a change that lets outputs meet"
        for name in (
            "Conv2D",
            "Cropping2D",
            "Dense",
            "Flatten",
            "GlobalAveragePooling2D",
            "MaxPooling2D",
            "Reshape",
            "UpSampling2D",
            "ZeroPadding2D",
        )
    },
}


def identifiers(tree: ast.AST) -> set[str]:
    """The names in some code, imported ones too; nn.Flatten is torch's and ast.Add Python's."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and not of_others(node):
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.name for alias in node.names)
    return names


def told_apart(tree: ast.AST) -> set[str]:
    """The names and texts that decide something: in isinstance, comparisons, tables and match statements."""
    deciding: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            deciding.append(node.args[1])
        elif isinstance(node, ast.Compare):
            deciding += [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            deciding += node.keys
        elif isinstance(node, ast.MatchValue):
            deciding.append(node.value)
        elif isinstance(node, ast.MatchClass):
            deciding.append(node.cls)
        elif isinstance(node, ast.Subscript):
            deciding.append(node.slice)
    inside = [inner for node in deciding if node is not None for inner in ast.walk(node)]
    texts = {node.value for node in inside if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    attributes = {node.attr for node in inside if isinstance(node, ast.Attribute) and not of_others(node)}
    return texts | attributes | {node.id for node in inside if isinstance(node, ast.Name)}


def of_others(node: ast.Attribute) -> bool:
    return ast.unparse(node.value) in ("nn", "torch.nn", "ast", "typing")


def app_files() -> dict[str, ast.Module]:
    paths = [path for folder in ("visualizer", "pages") for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 30
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def own_files() -> dict[str, str]:
    """The file of each layer type."""
    modules = {name: sys.modules[layer_type.__module__] for name, layer_type in layer_types().items()}
    return {name: Path(module.__file__).relative_to(ROOT).as_posix() for name, module in modules.items()}


def base_files() -> dict[str, str]:
    """The file of each class that layer types have in common, such as what all poolings share."""
    bases = {base for layer_type in layer_types().values() for base in layer_type.__mro__ if issubclass(base, Layer)}
    between = bases - set(layer_types().values()) - {Layer}
    return {base.__name__: Path(sys.modules[base.__module__].__file__).relative_to(ROOT).as_posix() for base in between}


def test_no_machinery_knows_a_layer_type_by_name():
    own = own_files() | base_files()
    found = {
        (path, name)
        for path, tree in app_files().items()
        if not path.startswith((*CONCEPTS, FILES))
        for name in identifiers(tree) & set(own)
        if own[name] != path
    }
    assert sorted(found) == sorted(MAY_NAME)


def test_nothing_decides_by_the_type_of_a_layer():
    """Nor by a class that several types are derived of."""
    own, bases = own_files(), base_files()
    assert set(bases) == set(DERIVED)
    found = {
        (path, name)
        for path, tree in app_files().items()
        if not path.startswith(FILES)
        for name in told_apart(tree) & {*own, *bases}
    }
    asked = {
        (path, ast.unparse(node))
        for path, tree in app_files().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass")
        if "Layer" in {inner.id for inner in ast.walk(node.args[1]) if isinstance(inner, ast.Name)}
    }
    assert found == KERAS_NAMES
    assert not asked


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(layer, Dense)",
        "isinstance(layer, Flatten | Dense)",
        "type(layer) is Dense",
        'type(layer).__name__ == "Dense"',
        'kind in ("Dense", "Conv2D")',
        '{"Dense": 1}[kind]',
        "{Dense: draw}",
        "isinstance(layer, dense.Dense)",
        "match layer:\n    case Dense(): pass",
    ],
)
def test_the_check_above_sees(code):
    assert "Dense" in told_apart(ast.parse(code))


def test_the_readmes_type_that_merges_is_found_everywhere(add_layer_type, tmp_path):
    merge = add_layer_type("add_and_relu", ADD_AND_RELU)
    layers = (Conv2D(4, padding="same", activation="tanh"), Conv2D(4, padding="same", activation="linear"), merge)
    architecture = Architecture(
        "merging", (1, 12, 11), (*layers, Flatten(), Dense(10)), ((-1,), (0,), (1, 0), (2,), (3,))
    )
    assert summarize(architecture).fits
    assert architecture_from_json(architecture_to_json(architecture)) == architecture
    assert type(merge).__name__ in layer_types()
    network = build(architecture).eval()
    picture = np.random.default_rng(3).random((1, 12, 11), dtype=np.float32)
    seen = probe(network, picture)
    first, second, merged = (seen.layers[index].output for index in range(3))
    np.testing.assert_allclose(merged, np.maximum(first + second, 0), atol=1e-6)
    explanation = explain(network, seen, Spot(2, (1, 5, 7)))
    assert explanation.value == pytest.approx(float(merged[1, 5, 7]), abs=1e-6)
    assert [row.size for row in field_rows(architecture)[1:4]] == [(3, 3), (5, 5), (5, 5)]
    script = pytorch_script(architecture, TrainingSettings(dataset="none", epochs=1))
    (tmp_path / "model.py").write_text(script.partition("print(model)")[0], encoding="utf-8")
    model = runpy.run_path(str(tmp_path / "model.py"))["model"]
    assert model(torch.rand(2, 1, 12, 11)).shape == (2, 10)
    assert "AddAndReLU" in keras_model(architecture)
