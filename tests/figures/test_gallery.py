"""The gallery of pictures, and that of one picture changed."""

import numpy as np

from visualizer.figures.gallery import changed_gallery, gallery


def test_a_picture_and_its_changes_are_counted():
    pictures = np.zeros((4, 5, 6, 1), dtype=np.uint8)
    pictures[2] = 9
    chart = changed_gallery(pictures, 2, width=300)
    assert chart.figure.data[1].text == ("as it is", "1", "2", "3")
    assert "5 × 6 pixels" in chart.alt
    assert "1 of them differ" in chart.alt


def test_what_is_drawn_on_the_pictures_changes_no_count():
    pictures = np.zeros((4, 5, 6, 1), dtype=np.uint8)
    marked = np.random.default_rng(0).integers(0, 255, (4, 50, 60, 3), dtype=np.uint8)
    chart = changed_gallery(pictures, 2, marked=marked, width=300)
    assert "5 × 6 pixels" in chart.alt
    assert "0 of them differ from it. The right answer is drawn on each." in chart.alt
    assert chart.figure.data[0].source != changed_gallery(pictures, 2, width=300).figure.data[0].source


def test_only_pictures_that_are_reduced_are_smoothed():
    small, large = np.zeros((2, 8, 8, 3), np.uint8), np.zeros((2, 300, 300, 3), np.uint8)
    assert gallery(large, ["a", "b"], 2, width=300).figure.data[0].zsmooth == "fast"
    assert gallery(small, ["a", "b"], 2, width=300).figure.data[0].zsmooth is None
