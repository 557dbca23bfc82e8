import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visualizer.data.prepare import center_crop, prepare, prepare_photo

SIZES = st.integers(1, 40)


def random_pictures(count: int, height: int, width: int, channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, channels), dtype=np.uint8)


@given(SIZES, SIZES, SIZES, SIZES, st.sampled_from([1, 3]), st.sampled_from([1, 3]))
def test_shape_type_and_range(
    height: int, width: int, new_height: int, new_width: int, channels: int, new_channels: int
) -> None:
    prepared = prepare(random_pictures(2, height, width, channels), (new_channels, new_height, new_width))
    assert prepared.shape == (2, new_channels, new_height, new_width)
    assert prepared.dtype == np.float32
    assert prepared.flags.c_contiguous
    assert prepared.flags.writeable
    assert prepared.min() >= 0
    assert prepared.max() <= 1


@settings(deadline=None)
@given(SIZES, SIZES, SIZES, SIZES)
def test_resizing_is_pillows_bilinear(height: int, width: int, new_height: int, new_width: int) -> None:
    picture = random_pictures(1, height, width, 1)
    ours = prepare(picture, (1, new_height, new_width))[0, 0]
    plane = Image.fromarray(picture[0, :, :, 0].astype(np.float32) / 255)
    pillows = np.asarray(plane.resize((new_width, new_height), Image.Resampling.BILINEAR))
    np.testing.assert_allclose(ours, pillows, atol=1e-5)


def test_at_the_same_size_every_value_is_divided_by_255() -> None:
    picture = np.arange(192, dtype=np.uint8).reshape(1, 8, 8, 3)
    np.testing.assert_allclose(prepare(picture, (3, 8, 8))[0], picture[0].transpose(2, 0, 1) / 255, atol=1e-7)


def test_colour_becomes_grey_by_luma() -> None:
    primaries = np.array([[[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]]], dtype=np.uint8)
    np.testing.assert_allclose(prepare(primaries, (1, 1, 4))[0, 0, 0], [0.299, 0.587, 0.114, 1], atol=1e-6)


def test_grey_is_the_one_of_pillow() -> None:
    picture = random_pictures(1, 20, 30, 3)
    pillows = np.asarray(Image.fromarray(picture[0]).convert("L")) / 255
    np.testing.assert_allclose(prepare(picture, (1, 20, 30))[0, 0], pillows, atol=0.51 / 255)


def test_grey_becomes_three_equal_channels() -> None:
    prepared = prepare(random_pictures(3, 8, 8, 1), (3, 64, 64))
    np.testing.assert_array_equal(prepared[:, 0], prepared[:, 1])
    np.testing.assert_array_equal(prepared[:, 0], prepared[:, 2])


def test_a_fine_pattern_is_averaged_where_it_is_reduced() -> None:
    columns = np.tile(np.array([0, 255], dtype=np.uint8), (64, 32))[np.newaxis, :, :, np.newaxis]
    reduced = prepare(columns, (1, 16, 16))
    # Taking every fourth pixel would give all black or all white.
    assert np.abs(reduced[..., 1:-1] - 0.5).max() < 0.01


def test_the_pictures_themselves_stay_as_they_were() -> None:
    pictures = random_pictures(2, 8, 8, 3)
    before = pictures.copy()
    prepare(pictures, (3, 8, 8))[:] = 0
    np.testing.assert_array_equal(pictures, before)


@pytest.mark.parametrize(
    ("size", "height_per_width", "cropped"),
    [((40, 100), 1.0, (40, 40)), ((100, 40), 1.0, (40, 40)), ((60, 80), 0.5, (40, 80)), ((1, 500), 1.0, (1, 1))],
)
def test_the_crop_has_the_aspect_ratio(
    size: tuple[int, int], height_per_width: float, cropped: tuple[int, int]
) -> None:
    assert center_crop(random_pictures(1, *size, 3)[0], height_per_width).shape == (*cropped, 3)


def test_the_crop_is_the_middle() -> None:
    photo = np.zeros((40, 120, 3), dtype=np.uint8)
    photo[:, 40:80] = (200, 100, 50)
    inputs, seen = prepare_photo(photo, (3, 10, 10))
    assert (seen == (200, 100, 50)).all()
    np.testing.assert_allclose(inputs[:, 5, 5], np.array([200, 100, 50]) / 255, atol=1e-6)


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([1, 3]), SIZES, SIZES)
def test_the_picture_to_show_is_what_the_network_is_given(
    height: int, width: int, channels: int, new_height: int, new_width: int
) -> None:
    photo = random_pictures(1, height, width, 3)[0]
    inputs, seen = prepare_photo(photo, (channels, new_height, new_width))
    assert inputs.shape == (channels, new_height, new_width)
    assert inputs.dtype == np.float32
    assert seen.shape == (new_height, new_width, channels)
    assert seen.dtype == np.uint8
    np.testing.assert_array_equal(inputs, seen.transpose(2, 0, 1).astype(np.float32) / 255)
