"""What the parts of the page on segmentation share: the choice of a picture, its mask, and how masks are drawn."""

import numpy as np

from visualizer.architecture.answer import Mask
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.answers.mask import BACKGROUND
from visualizer.figures.raster import rgb_pixels
from visualizer.ui.concepts.scenes import choose_scene, scenes, small_masks, small_pictures

_PICTURE = 28  # with four classes


def choose_masked_scene() -> int:
    """Draw the choice of a picture of the test split; its index among these."""
    return choose_scene("segmentation-picture", _PICTURE)[0]


def mask_names() -> tuple[str, ...]:
    """What each number in a mask is."""
    return (BACKGROUND, *scenes().class_names)


def scene_and_mask(index: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture of the test split, (side, side, 3) uint8, and its mask, both reduced."""
    places = scenes().test[index : index + 1]
    return rgb_pixels(small_pictures(places, side)[0]), small_masks(places, side)[0]


def with_mask(picture: np.ndarray, answer: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The picture with a mask on it, the outline of the true one, and stripes where it is wrong; enlarged."""
    return figures_of(Mask).drawn(picture, Mask(answer), Mask(truth), scenes().annotations)
