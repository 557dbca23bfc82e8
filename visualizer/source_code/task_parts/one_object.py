"""One object in the scripts: its class and its box."""

from visualizer.source_code.task_parts.boxes import GIOU, IOU
from visualizer.source_code.task_parts.moved import MOVED_BOXES, MOVED_POINTS
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted

_KERAS_CLASS = "keras.losses.sparse_categorical_crossentropy(true[:, 0], outputs[:, :-4], from_logits=True)"
_PYTORCH_CLASS = "functional.cross_entropy(outputs[:, :-4], true[:, 0].long())"
_KERAS_L1 = "20 * keras.losses.huber(true[:, 1:], boxes, delta=0.1) / 0.1  # 0.1: smooth L1 is Huber, divided by it"
_PYTORCH_L1 = "20 * functional.smooth_l1_loss(boxes, true[:, 1:], beta=0.1)"
_MEASURE = '''\
def mean_iou(outputs, targets):
    """How much the boxes overlap with the true ones, on average."""
    boxes = 1 / (1 + np.exp(-outputs[:, -4:]))
    return iou(boxes, targets[:, 1:]).mean()


'''
_MOVED_TARGETS = '''\
def moved_targets(targets, places):
    """The class stays, and the box moves."""
    boxes = moved_boxes(targets[:, np.newaxis, 1:], places)[:, 0]
    return np.concatenate([targets[:, :1], boxes], axis=1).astype("float32")


'''


def one_object_parts(wanted: Wanted) -> TaskParts:
    """The last four numbers are the box, through a sigmoid."""
    ops, is_keras = wanted.library.ops, wanted.library is KERAS
    of_class = _KERAS_CLASS if is_keras else _PYTORCH_CLASS
    of_box, giou = (_KERAS_L1 if is_keras else _PYTORCH_L1), ""
    if wanted.settings.loss == "class_and_giou":
        of_box, giou = "2 * (1 - giou(boxes, true[:, 1:]))", GIOU.format(ops=ops)
        of_box += "" if is_keras else ".mean()"
    loss = f'''\
def loss_of(true, outputs):
    """Cross-entropy of the class, plus what the box costs, which goes through a sigmoid."""
    of_class = {of_class}
    boxes = {ops}.sigmoid(outputs[:, -4:])
    of_box = {of_box}
    return of_class + of_box


'''
    return TaskParts(
        about="# What is learnt: the class, then the box: its centre’s x and y, width and height, as shares.\n",
        functions=f"{giou}{loss}{IOU}{_MEASURE}",
        loss="loss_of" if is_keras else "loss_of(true, outputs)",
        measure="mean_iou",
        moved_targets=f"{MOVED_POINTS}{MOVED_BOXES}{_MOVED_TARGETS}",
    )
