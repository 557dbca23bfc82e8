"""What a unit sees: the same as the sum by hand for a chain, and the pixels that can change it where layers branch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.inspection.branching import Branching
from tests.strategies import architectures, graphs
from visualizer.architecture.network import build
from visualizer.architecture.span import Span
from visualizer.inspection.receptive_field.crop import crop_to_field
from visualizer.inspection.receptive_field.field_sum import field_rows
from visualizer.inspection.receptive_field.fields import LayerFields, layer_fields, pixel_box, pixels_seen_together


@given(architectures() | graphs(), st.data())
def test_the_crop_holds_the_pixels_of_the_receptive_field(architecture, data):
    network = build(architecture)
    rows = field_rows(architecture)
    index = data.draw(st.integers(0, len(network.nodes) - 1))
    row = rows[index + 1]
    place = tuple(data.draw(st.integers(0, places - 1)) for places in row.places)
    fields = layer_fields(network, index)
    picture = np.random.default_rng(0).random(architecture.input_shape, dtype=np.float32) + 1
    seen = crop_to_field(picture, fields, place)
    field = row.field(place)
    for axis, first in ((0, seen.top), (1, seen.left)):
        side = field.rows if axis == 0 else field.columns
        assert (side.first, side.last) == fields.field(place)[axis][:2]
        if row.jump is not None:
            assert (side.first, side.size) == (row.start[axis] + place[axis] * row.jump[axis], row.size[axis])
        if fields.size[axis] >= picture.shape[axis + 1]:
            assert (first, seen.inside.shape[axis]) == (0, picture.shape[axis + 1])
        else:
            assert (first, seen.inside.shape[axis]) == (side.first, fields.size[axis])
    for (y, x), inside in np.ndenumerate(seen.inside):
        row_number, column = seen.top + y, seen.left + x
        within = 0 <= row_number < picture.shape[1] and 0 <= column < picture.shape[2]
        assert inside == within
        expected = picture[:, row_number, column] if within else np.zeros(len(picture))
        np.testing.assert_array_equal(seen.pixels[:, y, x], expected)
    # Nothing that it can see is left out.
    covered = np.zeros(picture.shape[1:], dtype=bool)
    covered[max(seen.top, 0) : seen.top + len(seen.inside), max(seen.left, 0) : seen.left + len(seen.inside[0])] = True
    assert not (field.mask & ~covered).any()
    # What is framed on the picture is exactly what it sees.
    together = pixels_seen_together(network, [(index, place)])
    np.testing.assert_array_equal(together, field.mask)
    box = pixel_box(together)
    clipped = field.rows.clipped, field.columns.clipped
    assert box == (None if None in clipped else clipped)


@pytest.mark.parametrize("index", range(4))
def test_where_layers_branch_it_is_the_box_around_all_pixels_that_can_change_the_unit(index):
    network = Branching().eval()
    picture = torch.rand(1, *network.input_shape, generator=torch.Generator().manual_seed(0)).requires_grad_()
    values = network.run(picture, until=index, activated=False)
    place = (values.shape[2] // 2, values.shape[3] // 2)
    total = torch.zeros(network.input_shape[1:])
    for filter in range(values.shape[1]):
        (slope,) = torch.autograd.grad(values[0, filter, place[0], place[1]], picture, retain_graph=True)
        total += slope[0].abs().sum(dim=0)
    rows, columns = np.nonzero(total.numpy())
    fields = layer_fields(network, index)
    height, width = fields.field(place)
    assert height[:2] == (rows.min(), rows.max())
    assert width[:2] == (columns.min(), columns.max())
    mask = pixels_seen_together(network, [(index, place)])
    np.testing.assert_array_equal(mask, total.numpy() > 0)
    assert pixel_box(mask) == ((rows.min(), rows.max()), (columns.min(), columns.max()))


def test_a_field_as_large_as_the_picture_is_the_whole_picture():
    picture = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    seen = crop_to_field(picture, LayerFields((Span(-5, 3),), (Span(-1, 0),)), (0, 0))
    assert (seen.top, seen.left, seen.pixels.shape) == (0, -1, (1, 3, 2))
    np.testing.assert_array_equal(seen.inside, [[False, True]] * 3)
    np.testing.assert_array_equal(seen.pixels[0, :, 1], picture[0, :, 0])
