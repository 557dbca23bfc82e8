"""Decodes a PNG whose pixels are numbers or colours that stand for something, without ever mixing two of them."""

import numpy as np
from PIL import Image

from visualizer.images import MAX_SIDE, UploadError
from visualizer.images.decoding import Bounds, ImageReader, OnHeader, decoded

MAX_VALUES = 256


def decode_mask(data: bytes, file: str, bounds: Bounds, on_header: OnHeader) -> tuple[np.ndarray, list[int | str]]:
    """For each pixel its place in the list of the different values, (H, W) uint8, and that list.

    See `visualizer.images.open_mask`; arguments and errors as in `decoded`.
    """

    def places_and_values(reader: ImageReader) -> tuple[np.ndarray, list[int | str]]:
        # Other formats mix neighbouring colours, or have a palette that whoever saved the file did not choose.
        if reader.image.format != "PNG":
            raise UploadError(f"{file} is no PNG.", "Other formats may change a mask’s colours.", "Save it as PNG.")
        numbers, is_colour = _numbers(_reduced(reader.image))
        found, places = np.unique(numbers, return_inverse=True)
        if len(found) > MAX_VALUES:
            raise UploadError(
                f"{file} is no mask.",
                f"It has over {MAX_VALUES} colours, where each colour is a class.",
                "Paint it without smooth edges.",
            )
        values = [f"#{value:06x}" if is_colour else value for value in found.tolist()]
        return places.reshape(numbers.shape).astype(np.uint8), values

    return decoded(data, file, bounds, on_header, places_and_values)


def _reduced(image: Image.Image) -> Image.Image:
    """The image with at most MAX_SIDE pixels on its longer side, each that of the nearest place."""
    scale = min(1.0, MAX_SIDE / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.NEAREST)


def _numbers(image: Image.Image) -> tuple[np.ndarray, bool]:
    """A whole number for each pixel, (H, W), and whether it is a colour, as red, green and blue in one number."""
    if image.mode in ("1", "LA"):
        grey, opaque = np.asarray(image.convert("LA")).transpose(2, 0, 1)
        return np.where(opaque >= 128, grey, 0), False
    if image.mode in ("P", "L") or image.mode.startswith("I"):
        return np.asarray(image), False
    bands = np.asarray(image.convert("RGBA"))
    colour = bands[..., 0].astype(np.uint32)
    for band in (1, 2):
        colour <<= 8
        colour |= bands[..., band]
    colour[bands[..., 3] < 128] = 0
    return colour, True
