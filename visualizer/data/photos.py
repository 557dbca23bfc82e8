"""Two photos that scikit-learn includes."""

from functools import lru_cache

import numpy as np
from PIL import Image

from visualizer.data.scikit_learn import scikit_learn_file
from visualizer.errors import UserError

# The photographers, from the README of scikit-learn's `datasets/images`; CC BY 2.0 requires their names.
PHOTOS: dict[str, str] = {
    "china": "Palace (photo: danielbuechele, CC BY 2.0)",
    "flower": "Flower (photo: vultilion, CC BY 2.0)",
}


@lru_cache(maxsize=len(PHOTOS))
def bundled_photo(name: str) -> np.ndarray:
    """A bundled photo, (427, 640, 3) uint8, read-only.

    Source: https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_sample_image.html

    Raises:
        UserError: There is no photo of that name.
    """
    if name not in PHOTOS:
        raise UserError(f"There is no photo “{name[:40]}”.", remedy=f"Choose one of these: {', '.join(PHOTOS)}.")
    with Image.open(scikit_learn_file(f"datasets/images/{name}.jpg")) as picture:
        photo: np.ndarray = np.array(picture.convert("RGB"))
    photo.flags.writeable = False
    return photo
