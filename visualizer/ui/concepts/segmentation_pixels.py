"""A part of the page on segmentation: what the last layer computes at each pixel."""

import streamlit as st

from visualizer.concepts.masks import pixel_error
from visualizer.concepts.pixel_classes import PixelClasses, pixel_classes
from visualizer.figures.answers.mask import class_colour
from visualizer.figures.palette import GREY
from visualizer.ui.concepts.masked_scene import choose_masked_scene, mask_names, scene_and_mask, with_mask
from visualizer.ui.concepts.pixel_scores import pixel_scores
from visualizer.ui.concepts.scenes import scenes, small_pictures
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.models import bundled_network, probe_picture


@st.fragment
def every_pixel() -> None:
    """What the last 1 × 1 convolution computes at each pixel."""
    index = choose_masked_scene()
    last = last_layer(index)
    count, maps = last.weights.shape
    side = last.features.shape[1]
    _ask_weights(maps, count, side)
    picture, truth = scene_and_mask(index, side)
    right = 1 - pixel_error(last.mask, truth)
    captions = (
        (f"Picture {index + 1}", f"reduced to {side} × {side}"),
        ("Answer", f"{right:.1%} right; striped: wrong"),
    )
    colours = [GREY, *(class_colour(label) for label in range(1, count))]
    pictures = picture, with_mask(picture, last.mask, truth)
    pixel_scores(pictures, captions, last, mask_names(), colours, str(index), "segmentation-pixels")
    st.markdown(
        explained(
            f"The layers before make {maps} feature maps, so each pixel has {maps} numbers. **The last layer, a "
            "convolution with kernels of 1 × 1, looks at one pixel alone**: its score of a class is a weighted sum of "
            "these numbers, just as Dense computes a logit from a vector. It is a classifier that slides over the "
            "picture. What lies around the pixel is already in the numbers: the 3 × 3 kernels of earlier layers have "
            "looked there. p is the softmax of the scores.",
            "feature map",
            "kernel",
            "logit",
            "softmax",
        )
    )


def last_layer(index: int) -> PixelClasses:
    """The last layer of the segmentation network on a picture of the test split."""
    network = bundled_network("segmenter")
    picture = small_pictures(scenes().test[index : index + 1], network.architecture.input_shape[1])[0]
    last = probe_picture(("segmenter",), network, picture).layers[-1]
    assert last.kernels is not None
    assert last.bias is not None
    return pixel_classes(last.input, last.kernels, last.bias)


def _ask_weights(maps: int, classes: int, side: int) -> None:
    right = classes * (maps + 1)
    options = (classes * maps, right, classes * (9 * maps + 1), classes * (maps * side**2 + 1))
    predict(
        explained(
            f"The last layer turns {maps} maps of {side} × {side} into scores of {classes} classes for each pixel, "
            "with kernels of **1 × 1**. How many numbers does it learn?",
            "kernel",
        ),
        {str(count): f"{count:,}" for count in sorted(options)},
        str(right),
        explained(
            f"A weight for each map and a bias, for each class: {classes} · ({maps} + 1) = {right:,}. All {side**2:,} "
            f"pixels share them. A Dense layer after Flatten would learn {classes} · ({maps} · {side} · {side} + 1) = "
            f"{options[-1]:,}, and would answer for the whole picture at once.",
            "weight",
            "bias",
        ),
        "segmentation-weights",
    )
