"""Fit a network to a data set: the input's shape, and how many numbers it gives."""

from dataclasses import replace

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.errors import UserError

Pictures = tuple[int, int, int]


def fitted(architecture: Architecture, input_shape: Pictures, classes: int) -> Architecture | None:
    """This network for pictures of that shape (C, H, W) and so many classes; None where its layers do not allow it.

    Only the input and the layers that set the number of outputs change: where a layer in between would not fit any
    more, nothing is proposed.
    """
    try:
        changed = replace(architecture, input_shape=input_shape)
        if not summarize(changed).fits:
            return None
        report = summarize(changed, classes)
        for index, row in enumerate(report.layers):
            if row.problem:
                changed = Draft.of(changed).replace_layer(index, *row.problem.fixes[0].replacement).architecture
    except UserError:  # the input may be larger than any network's, or the layers become too many
        return None
    return changed if summarize(changed, classes).fits else None
