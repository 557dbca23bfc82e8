"""The pictures of the pages on detection and segmentation, and what the networks trained for them answer."""

import numpy as np
import streamlit as st

from visualizer.concepts.detector_answers import DetectorAnswers, detector_answers
from visualizer.concepts.masks import reduced
from visualizer.data.catalog import load_dataset
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.detection import Detection
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.models import bundled_network

PICTURE = 31  # in which two centres meet in one cell of a coarse grid, and boxes are suppressed


def scenes() -> Dataset:
    """Pictures with one to five shapes, their boxes and their masks."""
    return load_dataset("scenes")


def choose_scene(key: str = "detection-picture", default: int = PICTURE) -> tuple[int, tuple[str, str]]:
    """Draw the choice of a picture of the test split; its index among these, and a caption.

    Parts of a page with the same `key` share it; `default` is the picture's number, from 1.
    """
    count = len(scenes().test)
    number = st.number_input(
        f"Picture 1 to {count}",
        1,
        count,
        default,
        key=key,
        persist_state="session",
        width=160,
        help="From the test split of the data set “Scenes of shapes”: no network was trained on these pictures.",
    )
    height, width = scene_picture(int(number) - 1).shape[:2]
    return int(number) - 1, (f"Picture {number}", f"{height} × {width} pixels")


def scene_picture(index: int) -> np.ndarray:
    """A picture of the test split, (H, W, 3) uint8."""
    dataset = scenes()
    picture: np.ndarray = dataset.pictures[dataset.test[index]]
    return picture


def boxes_of(index: int) -> np.ndarray:
    """The objects of a picture of the test split: (n, 5), rows of `Dataset.boxes`."""
    dataset = scenes()
    assert dataset.boxes is not None
    rows: np.ndarray = dataset.boxes[dataset.test[index]]
    return rows[rows[:, 0] != NO_OBJECT]


def small_pictures(indices: np.ndarray, side: int) -> np.ndarray:
    """Pictures of the data set reduced to side × side, (N, 3, side, side) float32 in [0, 1]."""
    return prepare(scenes().pictures[indices], (3, side, side))


def small_masks(indices: np.ndarray, side: int) -> np.ndarray:
    """Their masks, (N, side, side) uint8: 0 for the background, 1 for the first class, …

    The pictures' height and width are multiples of `side`.
    """
    masks = scenes().masks
    assert masks is not None
    return reduced(masks[indices], masks.shape[1] // side)


@keep_results(max_entries=1, show_spinner="Asking the segmentation network …")
def masks_of_segmenter() -> np.ndarray:
    """Its masks of all pictures of the test split, (N, H, W) uint8, reduced as its pictures are."""
    import torch

    network = bundled_network("segmenter")
    pictures = torch.from_numpy(small_pictures(scenes().test, network.architecture.input_shape[1]))
    with torch.inference_mode():
        masks: np.ndarray = network(pictures).argmax(1).to(torch.uint8).numpy()
    return masks


@keep_results(max_entries=1, show_spinner="Asking the detector …")
def answers_of_detector() -> DetectorAnswers:
    """What the detector answers to all pictures of the test split."""
    import torch

    dataset, network = scenes(), bundled_network("detector")
    with torch.inference_mode():
        maps = network(torch.from_numpy(prepare(dataset.pictures[dataset.test], network.architecture.input_shape)))
    return detector_answers(maps.numpy(), Detection().targets(dataset, dataset.test))
