"""What all figures share, and how numbers are worded."""

import numpy as np
import pytest

from visualizer.architecture.architecture import summarize
from visualizer.architecture.presets import CLASSIC
from visualizer.figures.chart import figure_of, lines_of, number
from visualizer.figures.curves import curves
from visualizer.figures.gallery import gallery
from visualizer.figures.kernels import kernel_grid, weight_matrix
from visualizer.figures.maps import map_grid, single_map
from visualizer.figures.picture import picture_chart
from visualizer.figures.pooling import pooling_pair
from visualizer.figures.probabilities import probability_bars
from visualizer.figures.vectors import unit_bars
from visualizer.figures.volumes import volumes

MAPS = np.random.default_rng(0).random((40, 8, 8), dtype=np.float32)
NARROW = {"width": 200}
CHARTS = {
    "volumes": volumes(CLASSIC.architecture, summarize(CLASSIC.architecture)),
    "map_grid": map_grid(MAPS, titles=[f"map {i}" for i in range(40)], columns=20, value_label="value", **NARROW),
    "own scales": map_grid(MAPS, titles=["1"] * 40, columns=8, value_label="value", shared_scale=False),
    "single_map": single_map(MAPS[0], title="Map", value_label="value", **NARROW),
    "kernel_grid": kernel_grid(MAPS[:, None, :3, :3], input_channel=0, **NARROW),
    "colour kernels": kernel_grid(MAPS[:, :3, None, :3], input_channel=None, **NARROW),
    "weight_matrix": weight_matrix(MAPS[0], **NARROW),
    "pooling_pair": pooling_pair(MAPS[0], MAPS[1, :4, :4], (2, 2), (2, 2), (0, 0), "max", "value", **NARROW),
    "probability_bars": probability_bars(np.full(2, 0.5), ["a", "b"], 1, ("other", np.full(2, 0.5))),
    "unit_bars": unit_bars(MAPS[0, 0], before=MAPS[0, 1], value_label="value"),
    "strip": unit_bars(MAPS.ravel(), value_label="value", **NARROW),
    "curves": curves([1.0], [1.0], [1], [1.0], [1.0], loss_label="loss"),
    "gallery": gallery(np.zeros((2, 8, 8, 1), dtype=np.uint8), ["a", "b"], 2, **NARROW),
    "picture_chart": picture_chart(MAPS[:1], "Picture"),
}


def test_the_marks_on_an_axis_are_drawn_whole_and_lines_end_at_it():
    """The last epoch's mark lies near the edge; what is animated, or three-dimensional, has its own say."""
    marks = {"type": "scatter", "mode": "lines+markers", "x": [0, 1], "y": [0, 1]}
    lines = {"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1]}
    solid = {"type": "scatter3d", "mode": "markers", "x": [0], "y": [0], "z": [0]}
    spec = figure_of([marks, lines, solid, marks | {"cliponaxis": True}], height=100, margin=(0, 0, 0, 0))
    assert [trace.get("cliponaxis") for trace in spec.data] == [False, None, None, True]
    assert [trace.cliponaxis for trace in CHARTS["curves"].figure.data] == [None, False, False]


def font_sizes(value):
    """Every font size anywhere in a figure's plain data."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("font") and isinstance(inner, dict) and "size" in inner:
                yield inner["size"]
            if key != "template":
                yield from font_sizes(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from font_sizes(inner)


@pytest.mark.parametrize("name", CHARTS)
def test_a_figure_takes_its_ground_from_the_page_and_keeps_the_zoom(name):
    layout = CHARTS[name].figure.layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.uirevision == "keep"
    assert layout.font.color is None
    assert layout.height >= 20


@pytest.mark.parametrize("name", CHARTS)
def test_text_is_large_enough_to_read(name):
    sizes = list(font_sizes(CHARTS[name].figure.to_dict()))
    # Only the titles of tiles may be smaller than 13 pixels, and only where the tiles are small.
    assert [size for size in sizes if size < 13] in ([], [11])
    assert len(sizes) >= 2


@pytest.mark.parametrize("name", CHARTS)
def test_the_text_alternative_is_a_sentence(name):
    assert len(CHARTS[name].alt) > 20
    assert CHARTS[name].alt.endswith(".")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-0.123456, "−0.123"),
        (999.4, "999"),
        (999.6, "1,000"),
        (-123456.7, "−123,457"),
        (2.5e-7, "2.5e−07"),
        (3.2e8, "3.2e+08"),
        (float("nan"), "not a number"),
        (float("inf"), "infinity"),
        (-float("inf"), "−infinity"),
        (np.float32(0.5), "0.5"),
    ],
)
def test_numbers_in_words(value, words):
    assert number(value) == words


def test_lines_fit_the_width():
    text = "One cell: the strongest of 1 × 26 weights (units × inputs)."
    assert lines_of(text, 1000) == [text]
    assert " ".join(lines_of(text, 200)) == text
    assert all(len(line) <= 30 for line in lines_of(text, 200))
