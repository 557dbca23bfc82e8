"""Numbers in coloured cells can be read on every colour."""

import numpy as np
import pytest
from plotly.colors import sample_colorscale, unlabel_rgb

from tests.figures.test_palette import contrast
from visualizer.figures.palette import DIVERGING, SEQUENTIAL
from visualizer.figures.scale import cell_numbers


@pytest.mark.parametrize("colorscale", [SEQUENTIAL, DIVERGING])
def test_numbers_in_cells_have_a_contrast_of_4_5_to_1(colorscale):
    values = np.linspace(-2, 3, 101)
    colours = {"zmin": -2, "zmax": 3, "colorscale": colorscale}
    trace = cell_numbers(values, values, [f"{value}" for value in values], values, colours, size=14)
    grounds = sample_colorscale(colorscale, (values + 2) / 5)
    for letters, ground in zip(trace["textfont"]["color"], grounds, strict=True):
        hexadecimal = "#" + "".join(f"{round(part):02x}" for part in unlabel_rgb(ground))
        assert contrast(letters, hexadecimal) >= 4.5
