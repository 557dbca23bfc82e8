"""Several objects in the scripts: a grid of cells."""

from visualizer.source_code.scripts import output_shape
from visualizer.source_code.task_parts.boxes import GIOU, IOU
from visualizer.source_code.task_parts.moved import MOVED_BOXES, MOVED_POINTS
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted
from visualizer.tasks.detection import MOST_CANDIDATES, OVERLAP, THRESHOLD

_ABOUT = """\
# What is learnt: a row for each object: its class, its centre’s x and y, width and height, as shares of the picture.
# The class of an empty row is -1.
"""
_IN_CELLS = '''\
def in_cells(targets):
    """What each cell shall answer with: whether an object has its centre there, the object's box, and its class."""
    cells = np.zeros((len(targets), {rows}, {columns}, 6), "float32")
    for picture, objects in enumerate(targets):
        there = objects[objects[:, 0] >= 0]
        # The largest first: where several objects have their centre in one cell, it answers with the smallest.
        for label, x, y, width, height in there[np.argsort(-there[:, 3] * there[:, 4])]:
            row, column = min(int(y * {rows}), {last_row}), min(int(x * {columns}), {last_column})
            cells[picture, row, column] = 1, x, y, width, height, label
    return cells


'''
_BOXES = '''\
def boxes_of(maps):
    """The boxes of all cells, (N, {rows}, {columns}, 4). The maps are logarithms: how far the edges are, in cells."""
    # At most 4, so that no box becomes infinite.
    left, top, right, bottom = ({ops}.exp({ops}.clip(maps[..., place], -100, 4)) for place in range(1, 5))
    x = {to_tensor}(np.arange({columns}, dtype="float32") + 0.5) + (right - left) / 2
    y = {to_tensor}(np.arange({rows}, dtype="float32")[:, np.newaxis] + 0.5) + (bottom - top) / 2
    return {ops}.stack([x / {columns}, y / {rows}, (left + right) / {columns}, (top + bottom) / {rows}], -1)


'''
_LOSS = '''\
def loss_of(cells, maps):
    """All cells learn whether there is an object; those with one also learn its box and its class."""
    there, true, label = cells[..., 0], cells[..., 1:5], cells[..., 5]
{of_objects}
    of_boxes = 2 * (1 - giou(boxes_of(maps), true))
    of_classes = {of_classes}
    return {ops}.sum(of_objects + there * (of_boxes + of_classes)) / {count}


'''
_FOCAL = """
    # The focal loss: what is nearly right already counts little. Cells without an object are many.
    of_objects = of_objects * (1 - {ops}.exp(-of_objects)) ** 2 * (there + 3 * (1 - there))"""
_F1 = '''\
def f1(maps, targets):
    """Twice the objects that are found, of all answers and all objects together; the mean over the pictures."""
    shares = np.exp(maps[..., 5:] - maps[..., 5:].max(-1, keepdims=True))
    scores = 1 / (1 + np.exp(-maps[..., 0])) / shares.sum(-1)  # the largest of the shares is 1
    labels, boxes = shares.argmax(-1), {to_numpy}(boxes_of({to_tensor}(maps)))
    results = []
    for objects, score, label, box in zip(targets, scores, labels, boxes):
        left = list(objects[objects[:, 0] >= 0])
        answers, hits, count = [], 0, len(left)
        for cell in np.argsort(-score, axis=None)[:{most}]:
            row, column = divmod(cell, {columns})
            if score[row, column] < {threshold}:
                break
            # Non-maximum suppression: a better answer of the same class that overlaps is about the same object.
            own = label[row, column], box[row, column]
            if any(own[0] == other[0] and iou(own[1], other[1]) > {overlap} for other in answers):
                continue
            answers.append(own)
            shared = [iou(own[1], true[1:]) * (own[0] == true[0]) for true in left]
            if shared and max(shared) >= 0.5:
                left.pop(int(np.argmax(shared)))
                hits += 1
        results.append(2 * hits / (len(answers) + count) if answers or count else 1)
    return np.mean(results)


'''
_MOVED_TARGETS = '''\
def moved_targets(targets, places):
    """The boxes move; an object whose centre has left the picture is none any more."""
    centers = moved_points(targets[..., 1:3], places)
    inside = ((centers > 0) & (centers < 1)).all(-1)
    classes = np.where(inside, targets[..., 0], -1)[..., np.newaxis]
    return np.concatenate([classes, moved_boxes(targets[..., 1:], places)], axis=-1).astype("float32")


'''


def detection_parts(wanted: Wanted) -> TaskParts:
    """The grid has the size of the maps that leave the network."""
    _, rows, columns = output_shape(wanted.architecture)
    library, is_keras = wanted.library, wanted.library is KERAS
    if is_keras:
        of_objects = "    of_objects = ops.binary_crossentropy(there, maps[..., 0], from_logits=True)"
        count = "ops.maximum(ops.sum(there), 1)"
        of_classes = "ops.sparse_categorical_crossentropy(label, maps[..., 5:], from_logits=True)"
    else:
        of_objects = (
            '    of_objects = functional.binary_cross_entropy_with_logits(maps[..., 0], there, reduction="none")'
        )
        count = "there.sum().clip(1)"
        of_classes = 'functional.cross_entropy(maps[..., 5:].permute(0, 3, 1, 2), label.long(), reduction="none")'
    if wanted.settings.loss == "cells_focal":
        of_objects += _FOCAL.format(ops=library.ops)
    cells = {"rows": rows, "columns": columns, "last_row": rows - 1, "last_column": columns - 1}
    tensors = {"ops": library.ops, "to_tensor": library.to_tensor, "to_numpy": library.to_numpy}
    return TaskParts(
        about=_ABOUT,
        functions="".join(
            [
                _IN_CELLS.format(**cells),
                _BOXES.format(**cells, **tensors),
                GIOU.format(**tensors),
                _LOSS.format(of_objects=of_objects, of_classes=of_classes, count=count, **tensors),
                IOU,
                _F1.format(most=MOST_CANDIDATES, threshold=THRESHOLD, overlap=OVERLAP, **cells, **tensors),
            ]
        ),
        loss="loss_of" if is_keras else "loss_of(true, outputs)",
        measure="f1",
        learnt="in_cells",
        channels_last=True,
        moved_targets=f"{MOVED_POINTS}{MOVED_BOXES}{_MOVED_TARGETS}",
    )
