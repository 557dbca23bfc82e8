"""Pictures come out pixel by pixel as they went in."""

import numpy as np
import pytest

from tests.figures.reading import image_pixels, texts
from visualizer.figures.gallery import gallery
from visualizer.figures.picture import picture_chart
from visualizer.figures.raster import rgb_pixels

RANDOM = np.random.default_rng(4)


def test_a_float_picture_has_its_channels_in_order_and_is_clipped():
    picture = np.zeros((3, 2, 2), dtype=np.float32)
    picture[0, 0, 1] = 1.0
    picture[2, 1, 0] = 0.5
    picture[1, 1, 1] = 7.0
    pixels = rgb_pixels(picture)
    assert pixels[0, 1].tolist() == [255, 0, 0]
    assert pixels[1, 0].tolist() == [0, 0, 128]
    assert pixels[1, 1].tolist() == [0, 255, 0]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_byte_picture_stays_as_it_is(channels):
    picture = RANDOM.integers(0, 256, (5, 4, channels), dtype=np.uint8)
    chart = picture_chart(picture, "A <b>bold</b> one")
    np.testing.assert_array_equal(image_pixels(chart.figure.data[0]), np.broadcast_to(picture, (5, 4, 3)))
    assert texts(chart.figure) == ["<b>A &lt;b&gt;bold&lt;/b&gt; one</b>"]
    assert chart.alt.startswith("A <b>bold</b> one: 5 × 4 pixels")


def test_rows_and_columns_are_counted_from_one():
    chart = picture_chart(np.zeros((1, 3, 2), dtype=np.float32), "")
    image = chart.figure.data[0]
    assert (image.x0, image.y0, image.dx, image.dy) == (1, 1, 1, 1)
    assert chart.figure.layout.xaxis.range == (0.5, 2.5)
    assert chart.figure.layout.yaxis.range == (3.5, 0.5)
    assert chart.alt == "Picture: 3 × 2 pixels, mean brightness 0%."


@pytest.mark.parametrize("shape", [(7, 8, 8, 1), (7, 64, 64, 3), (7, 20, 30, 3)])
def test_a_gallery_has_every_picture_at_its_place_under_its_name(shape):
    pictures = RANDOM.integers(0, 256, shape, dtype=np.uint8)
    names = ["a", "b", "c", "a", "b", "c", "<i>"]
    chart = gallery(pictures, names, columns=3, width=400)
    image, titles = chart.figure.data
    pixels = image_pixels(image)
    assert list(titles.text) == ["a", "b", "c", "a", "b", "c", "&lt;i&gt;"]
    for picture, left, top in zip(pictures, titles.x, titles.y, strict=True):
        for row, column in ((0, 0), (shape[1] - 1, shape[2] - 1), (3, 5)):
            y, x = int((top + row + 0.5) / image.dy), int((left + column + 0.5) / image.dx)
            assert pixels[y, x].tolist() == [*np.broadcast_to(picture[row, column], 3), 255]
    assert chart.alt == f"7 pictures of {shape[1]} × {shape[2]} pixels. Their classes: a, b, c, <i>."
