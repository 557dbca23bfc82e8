"""The panels of the layers' health."""

import numpy as np

from visualizer.figures.health import Panel, health_panels

POSITION = np.array([0.25, 0.5])
NAMES = ["1 Conv2D 8", "2 Activation ReLU"]
RATIO = np.array([[1e-3, np.nan], [2e-3, np.nan]])
DEAD = np.array([[np.nan, 0.25], [np.nan, 0.5]])
PANELS = [Panel("Ratio", "a number", RATIO, usual=(1e-4, 1e-2)), Panel("Dead", "units", DEAD, share=True)]


def chart(**changes):
    return health_panels(POSITION, NAMES, PANELS, **{"columns": 2, "width": 900} | changes)


def test_each_layer_is_a_line_in_each_panel_where_it_has_numbers():
    traces = chart().figure.data
    assert [(trace.name, trace.yaxis) for trace in traces] == [
        ("1 Conv2D 8", "y"),
        ("2 Activation ReLU", "y"),  # for the legend: it has no ratio
        ("2 Activation ReLU", "y2"),
    ]
    np.testing.assert_array_equal(traces[0].y, [1e-3, 2e-3])
    np.testing.assert_array_equal(traces[2].y, [25, 50])
    np.testing.assert_array_equal(traces[2].x, POSITION)


def test_the_legend_names_each_layer_once():
    traces = chart().figure.data
    assert [trace.name for trace in traces if trace.showlegend] == NAMES


def test_a_logarithmic_axis_has_the_usual_range_as_a_band_and_holds_it():
    figure = chart().figure
    (band,) = figure.layout.shapes
    assert (band.y0, band.y1) == (1e-4, 1e-2)
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.yaxis.range == (-4, -2)
    assert figure.layout.yaxis.ticktext == ("0.0001", "0.001", "0.01")


def test_a_value_of_zero_is_a_gap_on_a_logarithmic_axis_and_zero_on_a_share():
    panels = [Panel("Gradient", "norm", np.zeros((2, 2))), Panel("Dead", "units", np.zeros((2, 2)), share=True)]
    traces = health_panels(POSITION, NAMES, panels, columns=1, width=400).figure.data
    assert np.isnan(traces[0].y).all()
    np.testing.assert_array_equal(traces[2].y, [0, 0])


def test_panels_stand_below_each_other_in_one_column():
    figure = chart(columns=1).figure
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert figure.layout.height > chart().figure.layout.height


def test_many_layers_have_colours_of_their_own():
    names = [f"{number} Dense" for number in range(12)]
    figure = health_panels(POSITION, names, [Panel("Gradient", "norm", np.ones((2, 12)))], columns=1, width=400).figure
    assert len({trace.line.color for trace in figure.data}) == 12


def test_it_says_the_last_numbers_in_words():
    assert chart().alt == "Ratio now: 1 Conv2D 8 0.002. Dead now: 2 Activation ReLU 50%."
