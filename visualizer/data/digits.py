"""Real handwritten digits, which scikit-learn includes."""

import gzip

import numpy as np

from visualizer.data.dataset import Dataset
from visualizer.data.scikit_learn import scikit_learn_file
from visualizer.data.splits import stratified_split

TITLE = "Handwritten digits"
SIZE = 8  # pixels, height and width
CLASS_NAMES = tuple("0123456789")

_SPLIT_SEED = 0
_LARGEST_VALUE = 16  # each pixel counts the dark points in a 4 × 4 block of the scan


def make_digits() -> Dataset:
    """1,797 grey 8 × 8 digits, 0 (paper) to 255 (ink), with a stratified split of 70, 15 and 15 %.

    Source: the test part of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, as in
    https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_digits.html
    """
    with gzip.open(scikit_learn_file("datasets/data/digits.csv.gz"), "rt", encoding="ascii") as lines:
        rows = np.loadtxt(lines, delimiter=",")
    values, labels = rows[:, :-1].reshape(-1, SIZE, SIZE), rows[:, -1].astype(np.int64)
    train, validation, test = stratified_split(labels, _SPLIT_SEED)
    return Dataset(
        name="digits",
        title=TITLE,
        description=(
            "1,797 real digits written by 13 people, 8 × 8 pixels in grey, from the UCI Machine Learning Repository "
            "(scanned forms, prepared with NIST’s programs), as included in scikit-learn. Small and clean: even a tiny "
            "network reads nearly all of them."
        ),
        class_names=CLASS_NAMES,
        pictures=np.rint(values * (255 / _LARGEST_VALUE)).astype(np.uint8)[..., np.newaxis],
        labels=labels,
        train=train,
        validation=validation,
        test=test,
    )
