"""A data set as a ZIP of class folders, for a script that trains without this app."""

import io
import re
import zipfile
from collections.abc import Generator

from PIL import Image

from visualizer.data.dataset import Dataset

TOP = "pictures"  # the folder that the scripts look for


def folder_names(class_names: tuple[str, ...]) -> tuple[str, ...]:
    """A folder's name for each class, which any system takes, in no two ways of writing the same."""
    names: list[str] = []
    for number, name in enumerate(class_names, start=1):
        tidy = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(". ") or "class"
        taken = tidy.casefold() in (other.casefold() for other in names)
        names.append(f"{tidy} {number}" if taken else tidy)
    return tuple(names)


def zipped(dataset: Dataset) -> Generator[float, None, bytes]:
    """All pictures as PNG, each in the folder of its class, all splits together. Yields the share that is done."""
    names, whole = folder_names(dataset.class_names), io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for index, (pixels, label) in enumerate(zip(dataset.pictures, dataset.labels, strict=True)):
            png = io.BytesIO()
            # Fast rather than small: noise does not become smaller.
            Image.fromarray(pixels.squeeze()).save(png, "PNG", compress_level=1)
            archive.writestr(f"{TOP}/{names[label]}/{index + 1:05}.png", png.getvalue())
            if index % 50 == 0:
                yield index / len(dataset.pictures)
    return whole.getvalue()
