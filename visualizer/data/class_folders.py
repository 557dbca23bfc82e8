"""A data set as a ZIP of class folders, for a script that trains without this app."""

import io
import re
import zipfile
from collections.abc import Generator

from PIL import Image

from visualizer.data.dataset import Dataset

TOP = "pictures"  # the folder that the scripts look for


def folder_names(class_names: tuple[str, ...]) -> tuple[str, ...]:
    """A folder name for each class, valid on any system; no two names differ only in case."""
    names: list[str] = []
    for number, name in enumerate(class_names, start=1):
        valid = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(". ") or "class"
        is_taken = valid.casefold() in (other.casefold() for other in names)
        names.append(f"{valid} {number}" if is_taken else valid)
    return tuple(names)


def zipped(dataset: Dataset) -> Generator[float, None, bytes]:
    """A ZIP of all pictures as PNG, each in the folder of its class. Yields the completed share, from 0 to 1."""
    names, buffer = folder_names(dataset.class_names), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index, (pixels, label) in enumerate(zip(dataset.pictures, dataset.labels, strict=True)):
            png = io.BytesIO()
            # Fast rather than small: noise cannot be compressed.
            Image.fromarray(pixels.squeeze()).save(png, "PNG", compress_level=1)
            archive.writestr(f"{TOP}/{names[label]}/{index + 1:05}.png", png.getvalue())
            if index % 50 == 0:
                yield index / len(dataset.pictures)
    return buffer.getvalue()
