"""The arithmetic of boxes in the scripts: each is the centre's x and y, width and height, as shares of the picture."""

# With {ops}, since it is a part of the loss.
GIOU = '''\
def giou(boxes, true):
    """IoU, less the empty share of the box around both: it has a gradient also where boxes do not touch."""
    low, high = boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2
    true_low, true_high = true[..., :2] - true[..., 2:] / 2, true[..., :2] + true[..., 2:] / 2
    shared = {ops}.prod({ops}.relu({ops}.minimum(high, true_high) - {ops}.maximum(low, true_low)), -1)
    either = {ops}.prod(boxes[..., 2:], -1) + {ops}.prod(true[..., 2:], -1) - shared
    around = {ops}.prod({ops}.maximum(high, true_high) - {ops}.minimum(low, true_low), -1)
    return shared / (either + 1e-9) - (around - either) / (around + 1e-9)


'''
IOU = '''\
def iou(boxes, true):
    """Intersection over union: the area that both boxes cover, of the area that either covers."""
    low = np.maximum(boxes[..., :2] - boxes[..., 2:] / 2, true[..., :2] - true[..., 2:] / 2)
    high = np.minimum(boxes[..., :2] + boxes[..., 2:] / 2, true[..., :2] + true[..., 2:] / 2)
    shared = np.prod(np.maximum(high - low, 0), -1)
    return shared / np.maximum(np.prod(boxes[..., 2:], -1) + np.prod(true[..., 2:], -1) - shared, 1e-9)


'''
