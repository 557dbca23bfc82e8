"""A part of the page on segmentation: pixel error and IoU of an answer, with their counts."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from visualizer.concepts.masks import Overlap, mean_iou, moved_right, overlap_of, pixel_error
from visualizer.ui.concepts.box_steps import BoxStep, Row, box_steps
from visualizer.ui.concepts.masked_scene import choose_masked_scene, mask_names, scene_and_mask, with_mask
from visualizer.ui.concepts.scenes import masks_of_segmenter, scenes, small_masks
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.prediction import predict

_ANSWERS = {"network": "The network’s", "background": "Background everywhere", "moved": "The truth, moved"}
_MOVES = range(7)  # pixels


@st.fragment
def measures() -> None:
    """Pixel error and IoU of an answer, with their counts."""
    masks = masks_of_segmenter()
    side = masks.shape[1]
    everywhere = small_masks(scenes().test, side)
    _ask_background(everywhere)
    picture_column, answer_column = st.columns([1, 3], vertical_alignment="bottom")
    with picture_column:
        index = choose_masked_scene()
    with answer_column:
        kind = pick("Answer", _ANSWERS, "segmentation-answer")
    picture, truth = scene_and_mask(index, side)
    answers = {
        "network": [masks[index]],
        "background": [np.zeros_like(truth)],
        "moved": [moved_right(truth, pixels) for pixels in _MOVES],
    }[kind]
    names, note = mask_names(), f"{side} × {side} pixels; outline: the truth, striped: wrong"
    box_steps(
        f"segmentation-measures-{kind}",
        str(index),
        [([with_mask(picture, answer, truth) for answer in answers], f"Picture {index + 1}")],
        [],
        [
            BoxStep(f"moved by {place}", described(answer, truth), (), measured_rows(answer, truth, names), (note,))
            for place, answer in enumerate(answers)
        ],
        size=picture.shape[:2],
        title="Pixels to the right",
    )
    st.caption(
        explained(
            f"Of all {len(masks)} test pictures together, the network has {pixel_error(masks, everywhere):.1%} of the "
            f"pixels wrong, and a mean IoU of {mean_iou(masks, everywhere, len(names)):.3f} over the classes and the "
            "background.",
            "IoU",
        )
    )


def described(answer: np.ndarray, truth: np.ndarray) -> str:
    """The pixel error with its arithmetic, in a sentence."""
    wrong = int((answer != truth).sum())
    return (
        f"Pixel error: {wrong:,} of {truth.size:,} pixels have another class than the truth, {wrong / truth.size:.1%}."
    )


def measured_rows(answer: np.ndarray, truth: np.ndarray, names: Sequence[str]) -> tuple[Row, ...]:
    """The IoU of each class that occurs, and their mean, as rows."""
    overlaps = {label: overlap_of(answer, truth, label) for label in range(len(names))}
    present = {label: overlap for label, overlap in overlaps.items() if overlap.iou is not None}
    mean = mean_iou(answer, truth, len(names))
    sums = " + ".join(f"{overlap.iou:.3f}" for overlap in present.values())
    return (
        Row("class", ("both / (both + answer only + truth only) = IoU",)),
        *(Row(names[label], (_iou_sum(overlap),)) for label, overlap in present.items()),
        Row("Mean IoU", (f"({sums}) / {len(present)} = {mean:.3f}",), "kept"),
    )


def _iou_sum(overlap: Overlap) -> str:
    both, answer, truth = overlap.both, overlap.answer_only, overlap.truth_only
    return f"{both:,} / ({both:,} + {answer:,} + {truth:,}) = {overlap.iou:.3f}"


def _ask_background(truth: np.ndarray) -> None:
    nothing = np.zeros_like(truth)
    right, iou = 1 - pixel_error(nothing, truth), mean_iou(nothing, truth, len(mask_names()))
    options = sorted({round(100 * right), round(100 * iou), 50, 97})
    predict(
        explained(
            "A lazy network answers **“background” at every pixel** of every picture. How many of its pixels are right?"
        ),
        {str(option): f"{option} %" for option in options},
        str(round(100 * right)),
        explained(
            f"Shapes cover few pixels, so {right:.1%} are right although nothing is found. The mean IoU over the "
            f"classes is only {iou:.3f}: the background has {right:.3f}, and every shape 0. That is why masks are "
            "measured by IoU, class by class.",
            "IoU",
        ),
        "segmentation-background",
    )
