"""What the stage is given."""

import base64

import numpy as np

from visualizer.architecture.span import Span
from visualizer.data.prepare import prepare
from visualizer.ui.parts.stage import StagePicture, compact, picture_data


def test_even_windows_are_told_by_five_numbers():
    assert compact([Span(2 * place - 1, 2 * place + 3, 2) for place in range(6)]) == [-1, 2, 4, 2, 6]
    assert compact([Span(0, 7)]) == [0, 0, 7, 1, 1]


def test_uneven_windows_are_told_one_by_one():
    enlarged = [Span(place // 2, place // 2) for place in range(4)]
    assert compact(enlarged) == [[0, 0, 1], [0, 0, 1], [1, 1, 1], [1, 1, 1]]


def test_a_picture_of_bytes_travels_as_bytes_and_another_one_as_it_is():
    bright = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    (pixels,) = prepare(bright, (1, 16, 16))
    sent = picture_data(StagePicture("all bytes", pixels))
    assert sent["bytes"]
    assert base64.b64decode(sent["pixels"]) == bright.tobytes()
    between = pixels + np.float32(1e-4)
    sent = picture_data(StagePicture("between", between))
    assert not sent["bytes"]
    assert np.array_equal(np.frombuffer(base64.b64decode(sent["pixels"]), "<f4"), between.ravel())
