"""What the window of a slide covers, for tests that compute an output pixel by hand."""

import numpy as np


def window_at(slide, row, column):
    """The input pixels of output pixel (row, column): (C, window height, window width)."""
    rows = row * slide.strides[0] + slide.dilation[0] * np.arange(slide.window[0])
    columns = column * slide.strides[1] + slide.dilation[1] * np.arange(slide.window[1])
    return slide.input[:, rows[:, np.newaxis], columns]
