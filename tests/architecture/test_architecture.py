"""What is said of a whole network: shapes, counts, problems, and the changes that fix them."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import any_architectures, architectures, graphs
from visualizer.architecture.architecture import (
    MAX_LAYERS,
    Architecture,
    ArchitectureError,
    ArchitectureReport,
    summarize,
)
from visualizer.architecture.editing import Draft
from visualizer.architecture.goal import class_goal
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.network import Network, build


def problem_at(architecture: Architecture, classes: int | None = None) -> int | None:
    """The index of the layer with a problem, -1 for a problem of the whole network, None where all fits."""
    report = summarize(architecture, class_goal(classes) if classes else None)
    if report.problem:
        return -1
    return next((index for index, row in enumerate(report.layers) if row.problem), None)


def labels(report: ArchitectureReport, index: int) -> list[str]:
    problem = report.layers[index].problem
    assert problem is not None
    return [fix.label for fix in problem.fixes]


@given(architectures() | graphs())
def test_what_is_inferred_is_what_torch_makes(architecture):
    report = summarize(architecture)
    assert report.fits
    network = build(architecture).eval()
    shapes = [architecture.input_shape]
    inputs, outputs = {}, {}

    def watch(node, stages_run, value):
        (inputs if stages_run == 0 else outputs)[node.index] = value
        if stages_run == len(node.stages):
            outputs[node.index] = value

    with torch.no_grad():
        network.run(torch.zeros(2, *architecture.input_shape), watch=watch)
        for index, (row, layer) in enumerate(zip(report.layers, network.layers, strict=True)):
            assert tuple(inputs[index].shape) == (2, *row.input_shape)
            assert tuple(outputs[index].shape) == (2, *row.output_shape)
            assert sum(parameter.numel() for parameter in layer.parameters()) == row.parameters
            shapes.append(row.output_shape)
    assert report.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert report.activation_numbers == sum(torch.Size(shape).numel() for shape in shapes)
    assert report.activation_bytes(32) == 32 * 4 * report.activation_numbers


@given(any_architectures())
def test_a_layer_that_does_not_fit_says_so_and_nothing_after_it_is_judged(architecture):
    index = problem_at(architecture)
    assume(index is not None and index >= 0)
    report = summarize(architecture)
    problem = report.layers[index].problem
    assert problem.arrives
    assert problem.needs
    assert str(problem).endswith(".")
    assert all(row.output_shape is not None and row.problem is None for row in report.layers[:index])
    for row in report.layers[index + 1 :]:
        assert (row.input_shape, row.output_shape, row.parameters, row.multiply_adds, row.problem) == (None,) * 5
    with pytest.raises(ArchitectureError, match="does not fit"):
        Network(architecture)


@given(any_architectures())
def test_every_fix_makes_the_layer_fit(architecture):
    index = problem_at(architecture)
    assume(index is not None and index >= 0)
    fixes = summarize(architecture).layers[index].problem.fixes
    assert fixes
    for fix in fixes:
        fixed = Draft.of(architecture).replace_layer(index, *fix.replacement).architecture
        new_index = problem_at(fixed)
        fixed_up_to = index + len(fix.replacement)
        assert new_index in (None, -1) or new_index >= fixed_up_to, fix.label


@given(architectures(), st.integers(1, 12))
def test_every_fix_gives_the_right_number_of_classes(architecture, classes):
    index = problem_at(architecture, classes)
    assume(index is not None)
    for fix in summarize(architecture, class_goal(classes)).layers[index].problem.fixes:
        fixed = Draft.of(architecture).replace_layer(index, *fix.replacement).architecture
        report = summarize(fixed, class_goal(classes))
        assert report.fits, fix.label
        assert report.layers[-1].output_shape == (classes,)


@given(architectures(), st.integers(1, 12))
def test_the_number_of_classes_is_a_problem_exactly_where_it_differs(architecture, classes):
    output_shape = summarize(architecture).layers[-1].output_shape
    assert summarize(architecture, class_goal(classes)).fits == (output_shape == (classes,))


# The three cases of a first lesson, word for word.


def test_a_5x5_kernel_on_a_3x3_map():
    architecture = Architecture("", (3, 3, 3), (Conv2D(kernel_size=(5, 5)), Flatten(), Dense()))
    report = summarize(architecture)
    assert str(report.layers[0].problem) == (
        "Maps of 3 × 3 arrive (3 × 3 × 3). The window covers 5 × 5 and needs a map at least that large."
    )
    assert labels(report, 0) == ["Use a 3 × 3 window", "Use padding “same”", "Remove this Conv2D"]
    first, second, third = report.layers[0].problem.fixes
    assert first.replacement == (Conv2D(kernel_size=(3, 3)),)
    assert second.replacement == (Conv2D(kernel_size=(5, 5), padding="same"),)
    assert third.replacement == ()


def test_a_dilated_kernel_is_told_with_what_it_covers():
    architecture = Architecture("", (1, 8, 6), (Conv2D(kernel_size=(3, 3), dilation_rate=(4, 1)),))
    report = summarize(architecture)
    assert "The window covers 9 × 3" in str(report.layers[0].problem)
    assert labels(report, 0)[0] == "Use a 3 × 3 window without dilation"


def test_a_pooling_window_that_is_too_large():
    architecture = Architecture("", (1, 1, 9), (MaxPooling2D(),))
    assert str(summarize(architecture).layers[0].problem) == (
        "Maps of 1 × 9 arrive (1 × 9 × 1). The window covers 2 × 2 and needs a map at least that large."
    )
    assert labels(summarize(architecture), 0) == [
        "Use a 1 × 2 window",
        "Use padding “same”",
        "Remove this MaxPooling2D",
    ]


def test_dense_before_flatten():
    architecture = Architecture("", (1, 8, 8), (Conv2D(filters=16, padding="same"), Dense(units=10)))
    report = summarize(architecture)
    assert str(report.layers[1].problem) == (
        "Feature maps of 8 × 8 × 16 arrive. Dense needs a vector: one long row of numbers."
    )
    assert labels(report, 1) == ["Put Flatten before it", "Put GlobalAveragePooling2D before it"]
    assert report.layers[1].problem.fixes[0].replacement == (Flatten(), Dense(units=10))


@pytest.mark.parametrize("layer", [Conv2D(), MaxPooling2D(), AveragePooling2D(), GlobalAveragePooling2D()])
def test_a_layer_of_maps_after_flatten(layer):
    report = summarize(Architecture("", (1, 8, 8), (Flatten(), layer)))
    assert str(report.layers[1].problem) == (
        f"A vector of 64 numbers arrives. {layer.title} needs feature maps (height × width × channels). "
        "Move it above Flatten."
    )
    assert labels(report, 1) == [f"Remove this {layer.title}"]


def test_a_last_dense_with_the_wrong_number_of_classes():
    architecture = Architecture("", (1, 8, 8), (Flatten(), Dense(units=7, activation="softmax")))
    report = summarize(architecture, class_goal(10))
    assert str(report.layers[1].problem) == (
        "The network outputs 7 numbers. The last layer must output one number for each of the 10 classes."
    )
    assert labels(report, 1) == ["Use 10 units", "Add Dense 10 with softmax"]
    assert report.layers[1].problem.fixes[0].replacement == (Dense(units=10, activation="softmax"),)
    # Its shapes and counts are known all the same.
    assert report.layers[1].output_shape == (7,)
    assert report.layers[1].parameters == 7 * 65


def test_one_number_is_told_in_the_singular():
    report = summarize(Architecture("", (1, 1, 1), (Flatten(), Conv2D())))
    assert str(report.layers[1].problem).startswith("A vector of 1 number arrives.")
    report = summarize(Architecture("", (1, 1, 1), (Flatten(), Dense(units=1))), class_goal(10))
    assert str(report.layers[1].problem).startswith("The network outputs 1 number.")


def test_the_problem_is_on_the_layer_that_sets_the_number_of_classes():
    last = (Dense(units=7, activation="linear"), BatchNormalization(), Activation(function="softmax"), Dropout())
    report = summarize(Architecture("", (1, 8, 8), (Flatten(), *last)), class_goal(10))
    assert [row.problem is not None for row in report.layers] == [False, True, False, False, False]


def test_feature_maps_that_leave_the_network():
    report = summarize(Architecture("", (1, 8, 8), (Conv2D(filters=10), Activation())), class_goal(10))
    assert str(report.layers[0].problem) == (
        "The network outputs feature maps of 6 × 6 × 10. "
        "The last layer must output one number for each of the 10 classes."
    )
    assert labels(report, 0) == ["Add Flatten and Dense 10"]


def test_an_empty_network_has_a_problem_of_its_own():
    report = summarize(Architecture("", (1, 8, 8)), class_goal(10))
    assert not report.fits
    assert str(report.problem) == "The network has no layers yet. It needs at least one."
    assert (report.parameters, report.activation_numbers) == (0, 64)
    with pytest.raises(ArchitectureError, match="no layers yet"):
        Network(Architecture("", (1, 8, 8)))


def test_too_many_parameters_are_refused_before_torch_makes_them():
    architecture = Architecture("large", (3, 256, 256), (Flatten(), Dense(units=4096)))
    report = summarize(architecture)
    assert not report.fits
    assert str(report.problem).startswith("The network has 805,310,464 parameters. At most 20,000,000 fit here. ")
    with pytest.raises(ArchitectureError, match="805,310,464 parameters"):
        Network(architecture)


def test_too_many_activations_are_refused():
    report = summarize(Architecture("large", (3, 256, 256), (Conv2D(filters=512, padding="same"),)))
    # 256 x 256 x (3 of the input + 512 maps)
    assert str(report.problem).startswith("One picture makes 129 MiB of numbers in all layers. At most 80 MiB")


@pytest.mark.parametrize(
    "shape",
    [
        *[(2, 8, 8), (4, 8, 8), (0, 8, 8), (3, 0, 8), (3, 8, 1025), (3, -1, 8), (3, 8), (3, 8, 8, 1), (), None, 3],
        *[(3, 8.0, 8), (True, 8, 8), (3, "8", 8), [3, 8, 8], (3, float("nan"), 8), (3, 10**400, 8)],
    ],
)
def test_an_input_shape_out_of_range_is_refused(shape):
    with pytest.raises(ArchitectureError, match="cannot have the shape"):
        Architecture("", shape)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1024, 1024), (1, 1024, 1)])
def test_an_input_shape_at_the_edge_of_the_range_is_taken(shape):
    assert Architecture("", shape).input_shape == shape


def test_as_many_layers_as_fit_and_no_more():
    architecture = Architecture("", (1, 8, 8), (Activation(),) * MAX_LAYERS)
    assert summarize(architecture).fits
    with pytest.raises(ArchitectureError, match=r"1,001 layers\. At most 1,000 fit here\."):
        Architecture("", (1, 8, 8), (Activation(),) * (MAX_LAYERS + 1))
