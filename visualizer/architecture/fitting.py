"""Fit a network to a data set: the shape of its input and the size of its output."""

from dataclasses import replace

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.goal import OutputGoal
from visualizer.errors import UserError


def fitted(architecture: Architecture, input_shape: tuple[int, int, int], goal: OutputGoal) -> Architecture | None:
    """This network for pictures of that shape (C, H, W) and that goal; None where its layers do not allow it.

    Only the input and the layer that sets the number of outputs change; None also where a layer in between would no
    longer fit.
    """
    try:
        changed = replace(architecture, input_shape=input_shape)
        if not summarize(changed).fits:
            return None
        report = summarize(changed, goal)
        for index, row in enumerate(report.layers):
            if row.problem and row.problem.fixes and row.problem.fixes[0].network is None:
                changed = Draft.of(changed).apply(index, row.problem.fixes[0]).architecture
    except UserError:  # the input is too large for any network, or there would be too many layers
        return None
    return changed if summarize(changed, goal).fits else None
