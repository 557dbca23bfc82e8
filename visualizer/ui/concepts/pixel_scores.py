"""The scores of the classes at the pixel under the pointer. The component pixel_scores computes them in the browser."""

import base64
from collections.abc import Sequence

import numpy as np

from visualizer.concepts.pixel_classes import PixelClasses
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.kit.component import component


def pixel_scores(
    pictures: tuple[np.ndarray, np.ndarray],
    captions: tuple[tuple[str, str], tuple[str, str]],
    classes: PixelClasses,
    names: Sequence[str],
    colours: Sequence[str],
    subject: str,
    key: str,
) -> None:
    """Draw the picture and its mask; pointing at either sends nothing to the server.

    Args:
        pictures: The picture and the answer drawn on it, (H, W, 3) uint8 or multiples of that size.
        captions: A title and a note for each.
        classes: The last layer on this picture.
        names: Of the classes.
        colours: Of the classes, in the mask.
        subject: What the picture is; with another one, another pixel is chosen.
        key: Unique on the page.
    """
    features = np.ascontiguousarray(classes.features, np.float32)
    shape = features.shape[1:]
    # The pixel whose class is the least certain of those with an object: there is something to see there.
    largest = np.sort(classes.scores, axis=0)
    doubt = np.where(classes.mask > 0, largest[-1] - largest[-2], np.inf)
    place = np.unravel_index(int(doubt.argmin()), shape)
    data = {
        "start": subject,
        "pictures": [png_source(rgb_pixels(picture)) for picture in pictures],
        "captions": captions,
        "size": shape,
        "features": base64.b64encode(features.tobytes()).decode(),
        "weights": classes.weights.tolist(),
        "bias": classes.bias.tolist(),
        "names": names,
        "colours": colours,
        "place": [int(part) for part in place],
    }
    component("pixel_scores")(key=key, data=data)
