import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from visualizer.data.photos import PHOTOS, bundled_photo
from visualizer.errors import UserError


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photo_is_a_picture_in_colour(name: str) -> None:
    photo = bundled_photo(name)
    assert photo.shape == (427, 640, 3)
    assert photo.dtype == np.uint8
    assert photo.std(axis=(0, 1)).min() > 20
    assert not photo.flags.writeable
    assert np.array_equal(photo, load_sample_image(f"{name}.jpg"))


def test_the_photos_are_the_ones_their_titles_name() -> None:
    sky, palace_is_blue_above = bundled_photo("china")[:60].mean(axis=(0, 1)), 2
    assert sky.argmax() == palace_is_blue_above
    red, green, blue = bundled_photo("flower")[180:260, 260:380].mean(axis=(0, 1))
    assert red > green > blue


@pytest.mark.parametrize("name", PHOTOS)
def test_the_title_names_photographer_and_licence(name: str) -> None:
    assert "photo:" in PHOTOS[name]
    assert "CC BY 2.0" in PHOTOS[name]


def test_an_unknown_photo_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match="no photo “moon”"):
        bundled_photo("moon")
