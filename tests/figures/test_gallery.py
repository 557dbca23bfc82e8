"""The gallery of pictures, and that of one picture changed."""

import numpy as np

from visualizer.figures.gallery import changed_gallery


def test_a_picture_and_its_changes_are_counted():
    pictures = np.zeros((4, 5, 6, 1), dtype=np.uint8)
    pictures[2] = 9
    chart = changed_gallery(pictures, 2, width=300)
    assert chart.figure.data[1].text == ("as it is", "1", "2", "3")
    assert "5 × 6 pixels" in chart.alt
    assert "1 of them differ" in chart.alt
