"""The confusion matrix: counts in the cells, shares of a row as colour."""

import numpy as np

from visualizer.figures.confusion import confusion_matrix

COUNTS = np.array([[8, 2, 0], [0, 5, 0], [0, 0, 0]])
NAMES = ["cat", "dog <b>", "cow"]


def test_cells_hold_counts_and_colours_are_shares_of_the_row():
    trace, numbers = confusion_matrix(COUNTS, NAMES, width=500).figure.data
    assert list(zip(numbers.y, numbers.x, numbers.text, strict=True)) == [(0, 0, "8"), (0, 1, "2"), (1, 1, "5")]
    np.testing.assert_allclose(trace.z, [[80, 20, 0], [0, 100, 0], [0, 0, 0]])
    assert np.array(trace.text).tolist() == [["8", "2", ""], ["", "5", ""], ["", "", ""]]
    assert (trace.zmin, trace.zmax) == (0, 100)
    assert trace.customdata[0][1].tolist() == ["cat", "dog &lt;b&gt;"]


def test_rows_go_down_in_the_order_of_the_classes():
    layout = confusion_matrix(COUNTS, NAMES, width=500).figure.layout
    assert layout.yaxis.range == (2.5, -0.5)
    assert layout.yaxis.ticktext == layout.xaxis.ticktext == ("cat", "dog &lt;b&gt;", "cow")


def test_every_class_has_its_label_however_long_the_names_are():
    names = ["circle", "triangle", "a very long name of a class <i>", "x"]
    layout = confusion_matrix(np.eye(4, dtype=int), names, width=300).figure.layout
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.tickvals == (0, 1, 2, 3)
        assert axis.ticktext == ("circle", "triangle", "a very long n…", "x")
        assert axis.ticklabeloverflow == "allow"
    # Turned, so that the last one does not reach over the page's edge; and there is room for them.
    assert layout.xaxis.tickangle == -90
    assert layout.margin.b >= 14 * 6.6 + 40
    assert layout.margin.l >= 14 * 6.6 + 40
    assert confusion_matrix(COUNTS, ["0", "1", "2"], width=500).figure.layout.xaxis.tickangle == 0


def test_the_text_names_the_most_frequent_mistake():
    chart = confusion_matrix(COUNTS, NAMES, width=500)
    assert chart.alt == ("Confusion matrix: 13 of 15 pictures right. Most often, cat is taken for dog <b>: 2 times.")
    assert confusion_matrix(np.diag([3, 2, 1]), NAMES, width=500).alt == "Confusion matrix: 6 of 6 pictures right."
    assert confusion_matrix(np.zeros((3, 3), int), NAMES, width=500).alt == "Confusion matrix of no pictures."
