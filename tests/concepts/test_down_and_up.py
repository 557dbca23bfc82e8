import numpy as np
import pytest
import torch
from torch import nn

from visualizer.architecture.architecture import summarize
from visualizer.architecture.network import build
from visualizer.concepts.down_and_up import CONVOLUTIONS, FILTERS, MOST, SIDE, cost_by_side, down_and_up
from visualizer.inspection.receptive_field.field_sum import field_rows


@pytest.mark.parametrize("downsamplings", range(MOST + 1))
def test_what_a_pixel_sees_is_what_its_gradient_reaches(downsamplings):
    """With positive weights no path cancels; max pooling is exchanged for the mean, which has a path everywhere."""
    layers: list[nn.Module] = []
    for place in range(CONVOLUTIONS):
        if place >= CONVOLUTIONS - downsamplings:
            layers.append(nn.Upsample(scale_factor=2))
        layers.append(nn.Conv2d(1, 1, 3, padding=1, bias=False, dtype=torch.float64))
        if place < downsamplings:
            layers.append(nn.AvgPool2d(2))
    network = nn.Sequential(*layers)
    for weights in network.parameters():
        nn.init.ones_(weights)
    # Far larger than the field, so that no edge cuts it off; the middle lies as it does in the small picture.
    side = 6 * SIDE
    middle = side // 2
    picture = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    network(picture)[0, 0, middle, middle].backward()
    rows, columns = np.nonzero(picture.grad[0, 0].numpy())
    away = middle - SIDE // 2
    expected = rows.min() - away, columns.min() - away, rows.max() - away, columns.max() - away
    field = field_rows(down_and_up(downsamplings))[-1].field((SIDE // 2, SIDE // 2))
    assert (field.rows.first, field.columns.first, field.rows.last, field.columns.last) == expected


def test_what_it_costs_is_what_its_convolutions_multiply():
    costs = [cost_by_side(down_and_up(count)) for count in range(MOST + 1)]
    for count, by_side in enumerate(costs):
        counted = 0

        def count_up(module, arguments, output):
            nonlocal counted
            counted += output[0].numel() * module.in_channels * module.kernel_size[0] * module.kernel_size[1]

        network = build(down_and_up(count))
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(count_up)
        with torch.no_grad():
            assert network(torch.zeros(1, 3, SIDE, SIDE)).shape == (1, 6, SIDE, SIDE)
        assert sum(by_side.values()) == counted == summarize(down_and_up(count)).multiply_adds
        assert list(by_side) == [SIDE // 2**level for level in range(count + 1)]
    assert costs[0] == {SIDE: SIDE * SIDE * (27 * FILTERS + (CONVOLUTIONS - 1) * 9 * FILTERS**2 + 6 * FILTERS)}


def test_with_each_downsampling_it_sees_more_and_costs_less_and_learns_as_much():
    networks = [down_and_up(count) for count in range(MOST + 1)]
    fields = [field_rows(network)[-1].field((SIDE // 2, SIDE // 2)).rows for network in networks]
    seen = [field.last - field.first + 1 for field in fields]
    assert seen[0] == 2 * CONVOLUTIONS + 1
    assert (np.diff(seen) > 0).all()
    assert (np.diff([summarize(network).multiply_adds for network in networks]) < 0).all()
    assert len({summarize(network).parameters for network in networks}) == 1
