"""Layers that merge: what they make of several outputs, and how outputs that do not meet are made to."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import merges
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.gallery.mobile import efficientnet_b0
from visualizer.architecture.layer import LayerDoesNotFit
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.network import build

BY_HAND = {
    Add: lambda arrays: sum(arrays),
    Subtract: lambda arrays: arrays[0] - arrays[1],
    Multiply: lambda arrays: np.prod(arrays, axis=0),
    Average: lambda arrays: sum(arrays) / len(arrays),
    Maximum: lambda arrays: np.max(arrays, axis=0),
    Concatenate: lambda arrays: np.concatenate(arrays, axis=1),
}


@pytest.mark.parametrize("merge", BY_HAND, ids=lambda merge: merge.__name__)
@pytest.mark.parametrize("count", [2, 3, 5])
def test_what_is_merged_is_what_numpy_makes_of_it(merge, count):
    count = min(count, merge.most_inputs)
    branches = tuple(Conv2D(filters=3, kernel_size=(1, 1), activation="tanh") for _ in range(count))
    wires = (*((-1,) for _ in branches), tuple(range(count)))
    network = build(Architecture("", (1, 5, 4), (*branches, merge()), wires)).eval()
    picture = torch.rand(2, 1, 5, 4, generator=torch.Generator().manual_seed(3))
    outputs = {}
    with torch.inference_mode():
        merged = network.run(picture, watch=lambda node, _, value: outputs.update({node.index: value}))
    arrays = [outputs[index].numpy() for index in range(count)]
    np.testing.assert_allclose(merged.numpy(), BY_HAND[merge](arrays), atol=1e-6)
    assert torch.equal(network(picture), merged)


@pytest.mark.parametrize(
    "merge", [merge for merge in BY_HAND if merge is not Concatenate], ids=lambda one: one.__name__
)
def test_one_number_may_stand_for_a_whole_map(merge):
    assert merge().merged_shape([(8, 5, 4), (8, 1, 1)]) == (8, 5, 4)
    assert merge().merged_shape([(8, 1, 1), (8, 5, 4)]) == (8, 5, 4)
    with pytest.raises(LayerDoesNotFit):
        merge().merged_shape([(8, 5, 4), (4, 1, 1)])


def branch(shape: tuple[int, ...]) -> list:
    """Layers that make an output of that shape of a picture of 24 x 24."""
    if len(shape) == 1:
        return [Flatten(), Dense(units=shape[0])]
    channels, height, width = shape
    return [Conv2D(filters=channels, kernel_size=(25 - height, 25 - width))]


shapes = st.tuples(st.integers(1, 4), st.integers(1, 24), st.integers(1, 24)) | st.tuples(st.integers(1, 6))


@given(shapes, shapes, merges())
def test_every_fix_makes_two_outputs_meet(first, second, merge):
    layers, wires, ends = [], [], []
    for shape in (first, second):
        for number, layer in enumerate(branch(shape)):
            wires.append((-1,) if number == 0 else (len(layers) - 1,))
            layers.append(layer)
        ends.append(len(layers) - 1)
    draft = Draft.of(Architecture("", (1, 24, 24), (*layers, merge), (*wires, tuple(ends))))
    problem = summarize(draft.architecture).layers[-1].problem
    if problem is None:
        return
    for fix in problem.fixes:
        fixed = summarize(draft.apply(draft.ids[-1], fix).architecture)
        assert fixed.fits, (fix.label, [row.problem for row in fixed.layers if row.problem])


@pytest.mark.parametrize(
    ("merge", "first", "second", "labels"),
    [
        (Add(), (4, 8, 8), (4, 16, 16), ["1 × 1 convolution of 4 filters with stride 2", "Cropping2D"]),
        (Add(), (4, 8, 8), (2, 8, 8), ["1 × 1 convolution of 4 filters"]),
        (Add(), (4, 16, 16), (4, 8, 8), ["UpSampling2D 2 × 2", "ZeroPadding2D"]),
        (Add(), (4, 16, 16), (2, 8, 8), ["UpSampling2D 2 × 2 and a 1 × 1 convolution of 4 filters"]),
        (Add(), (4, 10, 9), (4, 8, 8), ["ZeroPadding2D"]),
        (Add(), (6,), (4,), ["Dense 6"]),
        (Concatenate(), (4, 8, 8), (2, 16, 16), ["MaxPooling2D 2 × 2", "Cropping2D"]),
        (Concatenate(), (6,), (4, 8, 8), ["GlobalAveragePooling2D", "Flatten"]),
    ],
)
def test_fixes_by_example(merge, first, second, labels):
    with pytest.raises(LayerDoesNotFit) as caught:
        merge.merged_shape([first, second])
    offered = [fix.label for fix in caught.value.problem.fixes]
    assert len(offered) >= len(labels)
    assert all(words in label for words, label in zip(labels, offered, strict=False))
    assert all(fix.on_input == 1 for fix in caught.value.problem.fixes)


GATE = ["Put a Reshape to 1 × 1 × 6", "Put a GlobalAveragePooling2D"]
WIDER = ["Put a Dense 6 and a Reshape to 1 × 1 × 6", "Put a GlobalAveragePooling2D and a Dense 4"]


@pytest.mark.parametrize("merge", [merge for merge in BY_HAND if merge is not Concatenate])
@pytest.mark.parametrize(("vector", "labels"), [((6,), GATE), ((4,), WIDER)])
@pytest.mark.parametrize("place", [0, 1])
def test_a_vector_weighs_whole_maps_or_meets_their_means(merge, vector, labels, place):
    shapes = [(6, 5, 4), vector] if place else [vector, (6, 5, 4)]
    with pytest.raises(LayerDoesNotFit) as caught:
        merge().merged_shape(shapes)
    fixes = caught.value.problem.fixes
    assert [fix.label for fix in fixes] == [
        f"{labels[0]} on input {place + 1}",
        f"{labels[1]} on input {2 - place}",
    ]
    assert [fix.on_input for fix in fixes] == [place, 1 - place]


def test_squeeze_and_excitation_is_one_fix_away_from_a_dense_gate():
    """The layers that the gallery's blocks have: a Reshape between the vector and the product."""
    layers = (Conv2D(filters=6), GlobalAveragePooling2D(), Dense(units=6, activation="sigmoid"), Multiply())
    draft = Draft.of(Architecture("", (1, 8, 8), layers, ((-1,), (0,), (1,), (0, 2))))
    fix, _ = summarize(draft.architecture).layers[-1].problem.fixes
    fixed = draft.apply(draft.ids[-1], fix).architecture
    assert fixed.layers == (*layers[:3], Reshape(height=1, width=1), layers[3])
    assert fixed.sources == ((-1,), (0,), (1,), (2,), (0, 3))
    network = build(fixed).eval()
    outputs = {}
    with torch.inference_mode():
        network.run(torch.rand(1, 1, 8, 8), watch=lambda node, _, value: outputs.update({node.index: value}))
    torch.testing.assert_close(outputs[4], outputs[0] * outputs[2][:, :, None, None])
    gallery = efficientnet_b0().layers
    assert gallery[gallery.index(GlobalAveragePooling2D()) + 1] == fixed.layers[3]


@pytest.mark.parametrize(
    ("shapes", "labels"),
    [
        ([(5_000,), (6,)], ["Put a Dense 6 on input 1"]),
        ([(5_000, 2, 2), (6, 2, 2)], ["Put a 1 × 1 convolution of 6 filters on input 1"]),
        ([(5_000, 2, 2), (5_000, 4, 4)], ["Put a Cropping2D on input 2"]),
        ([(5_000,), (6_000,)], []),
    ],
)
def test_what_no_layer_can_make_is_not_offered(shapes, labels):
    """A Dense or a convolution makes at most 4,096; what Flatten makes may be longer."""
    with pytest.raises(LayerDoesNotFit) as caught:
        Add().merged_shape(shapes)
    assert [fix.label for fix in caught.value.problem.fixes] == labels


def test_a_vector_meets_the_mean_of_maps():
    layers = (Conv2D(filters=6), GlobalAveragePooling2D(), Flatten(), Dense(units=6), Add())
    report = summarize(Architecture("", (1, 8, 8), layers, ((-1,), (0,), (-1,), (2,), (1, 3))))
    assert report.fits
    assert report.layers[-1].output_shape == (6,)
