"""Training pictures are changed as the settings say, and the same seed changes them in the same way."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from tests.training.examples import spec
from visualizer.architecture.presets import TINY
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import load_dataset
from visualizer.data.moves import Moves, moved
from visualizer.tasks.segmentation import Segmentation
from visualizer.training.loop.augmentation import Augmentation, preview
from visualizer.training.loop.events import BatchesEnded, EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.settings import AUGMENTATIONS, TrainingSettings, is_augmented

STILL = Moves(*(torch.tensor([value]) for value in (1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)))


def pictures(height: int = 8, width: int = 8, count: int = 1) -> torch.Tensor:
    return torch.rand(count, 2, height, width, generator=torch.Generator().manual_seed(1))


def after(before: torch.Tensor, **changes: float) -> torch.Tensor:
    return moved(before, dataclasses.replace(STILL, **{name: torch.tensor([value]) for name, value in changes.items()}))


def test_without_a_move_pictures_stay():
    before = pictures(6, 9)
    assert_close(after(before), before, atol=1e-5, rtol=0)


def test_mirrors():
    before = pictures(6, 9)
    assert_close(after(before, flipped=-1.0), before.flip(3), atol=1e-5, rtol=0)
    assert_close(after(before, flipped_vertically=-1.0), before.flip(2), atol=1e-5, rtol=0)


def test_a_quarter_turn_goes_counter_clockwise():
    before = pictures()
    assert_close(after(before, angle=math.pi / 2), torch.rot90(before, 1, (2, 3)), atol=1e-5, rtol=0)


def test_a_turn_keeps_shapes_in_pictures_that_are_not_square():
    """Points at equal distance from the middle of a wide picture stay so: along and across are measured in pixels."""
    before = torch.zeros(1, 1, 9, 17)
    before[0, 0, 4, 8 + 3] = 1  # three pixels to the right of the middle
    turned = after(before, angle=math.pi / 2)
    assert np.unravel_index(int(turned.argmax()), (9, 17)) == (1, 8)  # three pixels above it


def test_a_shift_of_whole_pixels_moves_them_and_mirrors_at_the_edge():
    before = pictures(8, 8)
    right = after(before, right=2 / 8)
    assert_close(right[..., 2:], before[..., :-2], atol=1e-5, rtol=0)
    assert_close(right[..., :2], before[..., :2].flip(3), atol=1e-5, rtol=0)
    down = after(before, down=1 / 8)
    assert_close(down[..., 1:, :], before[..., :-1, :], atol=1e-5, rtol=0)


def test_a_crop_enlarges_what_is_left():
    before = pictures(8, 8)
    corner = after(before, kept=0.5, crop_down=-1.0, crop_right=-1.0)
    expected = torch.nn.functional.interpolate(before[..., :5, :5], scale_factor=2, mode="bilinear")
    # Only inside: at its edge a crop sees what lies beside it, an enlarged picture does not.
    assert_close(corner[..., 1:7, 1:7], expected[..., 1:7, 1:7], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_setting_changes_pictures_within_their_range(name):
    settings = TrainingSettings(**{name: True if "flip" in name else 15.0 if name == "rotation" else 0.2})
    assert is_augmented(settings)
    before = pictures(count=20)
    changed, _ = Augmentation(settings)(before)
    assert changed.shape == before.shape
    assert 0 <= changed.min() <= changed.max() <= 1
    different = (changed - before).abs().amax(dim=(1, 2, 3)) > 1e-3
    assert different.sum() >= (3 if "flip" in name else 18)
    if "flip" in name:
        assert not different.all()


def test_brightness_is_a_factor_within_its_range():
    before = torch.full((200, 1, 4, 4), 0.5)
    factors = Augmentation(TrainingSettings(brightness=0.4))(before)[0][:, 0, 0, 0] / 0.5
    assert 0.6 <= factors.min() < 0.7
    assert 1.3 < factors.max() <= 1.4


def test_noise_has_its_standard_deviation():
    before = torch.full((50, 1, 20, 20), 0.5)
    noise = Augmentation(TrainingSettings(noise=0.1))(before)[0] - before
    assert abs(float(noise.std()) - 0.1) < 0.005


def test_without_augmentation_the_batch_itself_comes_back():
    before = pictures()
    assert Augmentation(TrainingSettings())(before) == (before, None)


def losses(**settings: object) -> np.ndarray:
    training = Training(spec(TINY.architecture, epochs=1, **settings), load_dataset("digits"))
    events = []
    while not training.ended:
        events += training.advance()
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [0, 1]
    return np.concatenate([event.losses for event in events if isinstance(event, BatchesEnded)])


def test_training_uses_it_and_the_same_seed_gives_the_same_curve():
    plain, one, same = losses(), losses(rotation=30.0), losses(rotation=30.0)
    assert np.array_equal(one, same)
    assert not np.array_equal(plain, one)
    assert not np.array_equal(one, losses(rotation=30.0, seed=1))


def test_the_preview_shows_what_training_would_see():
    picture = pictures()[0].numpy()
    settings = TrainingSettings(shift=0.2, flip=True)
    seen, labels = preview(picture, np.int64(3), settings, Annotations(("a", "b", "c", "d")), 8)
    assert labels.tolist() == [3] * 8
    assert seen.shape == (8, *picture.shape)
    expected, _ = Augmentation(settings)(torch.from_numpy(picture)[None].repeat(8, 1, 1, 1))
    assert np.array_equal(seen, expected.numpy())
    assert len({tile.tobytes() for tile in seen}) == 8


def test_the_preview_moves_what_is_to_be_learnt_with_the_picture():
    """Masks of bright places are those of the moved picture."""
    picture = np.zeros((1, 24, 24), np.float32)
    picture[0, 4:12, 6:16] = 1
    settings = TrainingSettings(task=Segmentation(), shift=0.2, flip=True, rotation=90.0)
    seen, masks = preview(picture, picture[0].astype(np.uint8), settings, Annotations(("bright",), has_masks=True), 8)
    assert masks.shape == (8, 24, 24)
    assert len({mask.tobytes() for mask in masks}) == 8
    assert ((seen[:, 0] > 0.5) == masks).mean() > 0.97


def test_without_moves_what_is_to_be_learnt_stays():
    mask = np.eye(6, dtype=np.uint8)
    settings = TrainingSettings(task=Segmentation(), noise=0.1)
    _, masks = preview(np.zeros((1, 6, 6), np.float32), mask, settings, Annotations(("one",), has_masks=True), 2)
    assert (masks == mask).all()
