"""Layers that merge: what they make of several outputs, and how outputs that do not meet are made to."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import merges
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.gallery.mobile import efficientnet_b0
from visualizer.architecture.gallery.unet import unet
from visualizer.architecture.layer import Fix, LayerDoesNotFit
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.merging import MergeLayer
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.network import build
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import Span

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


def fixes_of(merge: MergeLayer, shapes: list[Shape]) -> tuple[Fix, ...]:
    """What is offered where these inputs do not meet; nothing where they do."""
    try:
        merge.merged_shape(shapes)
    except LayerDoesNotFit as error:
        return error.problem.fixes
    return ()


def fixed(shapes: list[Shape], fix: Fix) -> list[Shape]:
    """The shapes of the inputs after that fix."""
    shape = shapes[fix.on_input]
    for layer in fix.replacement:
        shape = layer.output_shape(shape)
    return [*shapes[: fix.on_input], shape, *shapes[fix.on_input + 1 :]]


# Sides up to those of the largest picture, small ones most often.
sides = st.one_of(st.integers(1, 40), st.sampled_from([56, 112, 224, 388, 568]), st.integers(1, 1024))
maps = st.tuples(st.integers(1, 64), sides, sides)


@given(maps, maps, merges())
@example((8, 1, 1024), (4, 1024, 1), Add())
@example((8, 700, 1024), (4, 1024, 700), Add())
@example((8, 300, 1), (4, 1, 300), Concatenate())
def test_two_maps_that_do_not_meet_always_get_fixes_and_each_of_them_fits(first, second, merge):
    shapes = [first, second]
    offered = fixes_of(merge, shapes)
    assert 1 <= len(offered) <= 4 or merge.merged_shape(shapes)
    assert len({fix.label for fix in offered}) == len(offered)
    for fix in offered:
        merge.merged_shape(fixed(shapes, fix))


@given(st.lists(maps | st.tuples(st.integers(1, 64)), min_size=3, max_size=5), merges())
def test_of_several_inputs_each_fix_lets_one_more_meet_the_others(shapes, merge):
    shapes = shapes[: merge.most_inputs]
    for _ in shapes[1:] * 2:  # maps may have to become vectors first
        offered = fixes_of(merge, shapes)
        assert len(offered) <= 4
        shapes = fixed(shapes, offered[0]) if offered else shapes
    merge.merged_shape(shapes)


@pytest.mark.parametrize(
    ("merge", "first", "second", "labels"),
    [
        # A residual network's shortcut, whichever input it is.
        (
            *(Add(), (4, 8, 8), (4, 16, 16)),
            [
                "1 × 1 convolution of 4 filters with stride 2|2",
                "UpSampling2D 2 × 2|1",
                "Cropping2D|2",
                "ZeroPadding2D|1",
            ],
        ),
        (
            *(Add(), (64, 32, 32), (128, 16, 16)),
            [
                "1 × 1 convolution of 128 filters with stride 2|1",
                "UpSampling2D 2 × 2 and a 1 × 1 convolution of 64 filters|2",
                "Cropping2D and a 1 × 1 convolution of 128 filters|1",
                "ZeroPadding2D and a 1 × 1 convolution of 64 filters|2",
            ],
        ),
        (
            *(Add(), (4, 16, 16), (4, 8, 8)),
            [
                "1 × 1 convolution of 4 filters with stride 2|1",
                "UpSampling2D 2 × 2|2",
                "Cropping2D|1",
                "ZeroPadding2D|2",
            ],
        ),
        # The shortcut comes from further above, where there are fewer channels.
        (Add(), (4, 8, 8), (2, 8, 8), ["1 × 1 convolution of 4 filters|2", "1 × 1 convolution of 2 filters|1"]),
        (Add(), (1, 8, 8), (4, 8, 8), ["1 × 1 convolution of 4 filters|1", "1 × 1 convolution of 1 filter|2"]),
        # Convolutions without padding on the other path.
        (
            *(Add(), (32, 15, 15), (16, 32, 32)),
            [
                "Cropping2D and a 1 × 1 convolution of 32 filters with stride 2|2",
                "UpSampling2D 2 × 2, a ZeroPadding2D and a 1 × 1 convolution of 16 filters|1",
            ],
        ),
        (
            *(Add(), (4, 13, 13), (4, 28, 28)),
            [
                "Cropping2D and a 1 × 1 convolution of 4 filters with stride 2|2",
                "UpSampling2D 2 × 2 and a ZeroPadding2D|1",
            ],
        ),
        (Add(), (4, 10, 9), (4, 8, 8), ["Cropping2D|1", "ZeroPadding2D|2"]),
        (
            *(Add(), (4, 32, 31), (4, 31, 32)),
            ["Cropping2D and a ZeroPadding2D|2", "Cropping2D and a ZeroPadding2D|1"],
        ),
        (Add(), (6,), (4,), ["Dense 6|2", "Dense 4|1"]),
        # U-Net's crop, and its upsampling.
        (Concatenate(), (4, 64, 64), (4, 56, 56), ["Cropping2D|1", "ZeroPadding2D|2"]),
        (Concatenate(), (64, 568, 568), (64, 392, 392), ["Cropping2D|1", "ZeroPadding2D|2"]),
        (
            *(Concatenate(), (4, 8, 8), (2, 16, 16)),
            ["MaxPooling2D 2 × 2|2", "UpSampling2D 2 × 2|1", "Cropping2D|2", "ZeroPadding2D|1"],
        ),
        (
            *(Concatenate(), (4, 25, 25), (2, 12, 12)),
            ["Cropping2D and a MaxPooling2D 2 × 2|1", "UpSampling2D 2 × 2 and a ZeroPadding2D|2"],
        ),
        (
            *(Concatenate(), (4, 6, 3), (4, 3, 6)),
            [
                "UpSampling2D 2 × 1 and a MaxPooling2D 1 × 2|2",
                "UpSampling2D 1 × 2 and a MaxPooling2D 2 × 1|1",
                "Cropping2D and a ZeroPadding2D|2",
                "Cropping2D and a ZeroPadding2D|1",
            ],
        ),
        (Concatenate(), (4, 1, 1), (4, 7, 7), ["UpSampling2D 7 × 7|1", "MaxPooling2D 7 × 7|2"]),
        (Concatenate(), (6,), (4, 8, 8), ["GlobalAveragePooling2D|2", "Flatten|2"]),
        (Concatenate(), (4, 8, 8), (6,), ["GlobalAveragePooling2D|1", "Flatten|1"]),
        # The gate of squeeze and excitation is one number for each map.
        (
            Multiply(),
            (16, 17, 17),
            (8, 1, 1),
            ["1 × 1 convolution of 16 filters|2", "1 × 1 convolution of 8 filters|1"],
        ),
        # Where one layer does not go far enough, and where the next larger stride needs no border.
        (
            *(Add(), (4, 3, 3), (4, 100, 100)),
            [
                "MaxPooling2D 16 × 16 and a 1 × 1 convolution of 4 filters with stride 3|2",
                "UpSampling2D 16 × 16, an UpSampling2D 2 × 2 and a ZeroPadding2D|1",
            ],
        ),
    ],
)
def test_fixes_by_example(merge, first, second, labels):
    offered = [fix.label for fix in fixes_of(merge, [first, second])]
    expected = [label.split("|") for label in labels]
    assert offered == [
        f"Put {'an' if words.startswith('Up') else 'a'} {words} on input {place}" for words, place in expected
    ]


@pytest.mark.parametrize(("size", "kernel"), [(27, 3), (28, 3), (32, 3), (31, 5), (32, 5), (32, 7), (33, 7)])
def test_a_shortcut_keeps_the_pixels_in_the_middle_of_the_other_paths_windows(size, kernel):
    window = Conv2D(filters=4, kernel_size=(kernel, kernel), strides=(2, 2))
    shapes = [window.output_shape((1, size, size)), (1, size, size)]
    crop, convolution = fixes_of(Add(), shapes)[0].replacement
    fields = []
    for path in ([window], [crop, convolution]):
        span, shape = Span(0, 0), shapes[1]
        inputs = []
        for layer in path:
            inputs.append(shape)
            shape = layer.output_shape(shape)
        for layer, before in reversed(list(zip(path, inputs, strict=True))):
            span = layer.sees(0, span, before)
        fields.append(span.first + span.last)
    assert fields[0] == fields[1]


def test_of_several_inputs_the_odd_one_is_changed():
    """Whichever it is: the others meet already."""
    for place in range(3):
        shapes = [(8, 8, 8)] * 3
        shapes[place] = (4, 16, 16)
        assert [fix.on_input for fix in fixes_of(Add(), shapes)] == [place, place]
        assert [fix.on_input for fix in fixes_of(Concatenate(), shapes)] == [place, place]


def test_a_crop_of_the_gallerys_u_net_that_was_deleted_is_offered_again():
    draft = Draft.of(unet())
    crops = [card for card in draft.ids if isinstance(draft.layer(card), Cropping2D)]
    assert len(crops) == 4
    for card in crops:
        without = draft.replace_layer(card)
        index, problem = next(
            (index, row.problem) for index, row in enumerate(summarize(without.architecture).layers) if row.problem
        )
        again = without.apply(without.ids[index], problem.fixes[0]).architecture
        assert sorted(map(repr, again.layers)) == sorted(map(repr, draft.architecture.layers))
        assert all(row.problem is None for row in summarize(again).layers)


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
        (
            [(5_000, 2, 2), (5_000, 4, 4)],
            [
                "Put a MaxPooling2D 2 × 2 on input 2",
                "Put an UpSampling2D 2 × 2 on input 1",
                "Put a Cropping2D on input 2",
                "Put a ZeroPadding2D on input 1",
            ],
        ),
        ([(5_000, 1, 1), (6, 4, 4)], ["Put a 1 × 1 convolution of 6 filters on input 1"]),
        ([(5_000, 2, 2), (6_000, 2, 2)], []),
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
