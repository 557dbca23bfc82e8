"""Pictures that two classes are told apart by: bright and dark ones."""

import io
import zipfile

import numpy as np
from PIL import Image


def picture(level: int, seed: int, height: int = 40, width: int = 60) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-20, 20, (height, width, 3))
    return np.clip(level + noise, 0, 255).astype(np.uint8)


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def two_classes(count: int = 10) -> dict[str, bytes]:
    return {
        f"set/{name}/{number}.png": png(picture(level, number))
        for name, level in (("dark", 40), ("bright", 210))
        for number in range(count)
    }
