"""The type of all data sets."""

from dataclasses import dataclass

import numpy as np

from visualizer.data.annotations import Annotations, Quantity

NO_OBJECT = -1  # the class in a row of `Dataset.boxes` that has no object


@dataclass(frozen=True)
class Dataset:
    """Pictures with a fixed split, and what is known about them.

    Attributes:
        name: Short id, such as "digits".
        title: The name to show.
        description: Where the data come from and what makes them easy or hard, in one or two sentences.
        class_names: One name for each class of pictures or of objects in them.
        pictures: (N, H, W, C) uint8, C is 1 (grey) or 3 (RGB).
        labels: (N,) int64, index into `class_names`: the class of the picture, or of the largest object in it. Pages
            choose pictures by it, and the split is even in it.
        train, validation, test: int64 indices into `pictures`, disjoint, together all of them.
        one_class: Whether a picture as a whole has the class of its label.
        quantities: What `numbers` measure.
        numbers: (N, quantities) float32, each in its quantity's unit; None without any.
        boxes: (N, most objects, 5) float32: class, then the centre's x and y, width and height, all four as shares of
            the picture's sides. A row whose class is `NO_OBJECT` is empty. None without any.
        masks: (N, H, W) uint8, the class of each pixel: 0 for the background, 1 for the first of `class_names`, …. None
            without any.
    """

    name: str
    title: str
    description: str
    class_names: tuple[str, ...]
    pictures: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    one_class: bool = True
    quantities: tuple[Quantity, ...] = ()
    numbers: np.ndarray | None = None
    boxes: np.ndarray | None = None
    masks: np.ndarray | None = None

    @property
    def annotations(self) -> Annotations:
        """What each picture comes with."""
        most = 0 if self.boxes is None else self.boxes.shape[1]
        return Annotations(self.class_names, self.one_class, self.quantities, most, self.masks is not None)

    def arrays(self) -> tuple[np.ndarray, ...]:
        """All its arrays."""
        optional = (self.numbers, self.boxes, self.masks)
        given = tuple(array for array in optional if array is not None)
        return (self.pictures, self.labels, self.train, self.validation, self.test, *given)
