"""How points and boxes follow their pictures in the scripts; `places` say where these are read, see `augmentation`."""

MOVED_POINTS = '''\
def moved_points(points, places):
    """Where points of the pictures, (N, n, 2), are after that: x and y, as shares of the picture's sides."""
    from_center = 2 * points - 1 - places[:, np.newaxis, :, 2]
    back = np.linalg.inv(places[:, :, :2]).swapaxes(1, 2)
    return (from_center @ back + 1) / 2


'''
MOVED_BOXES = '''\
def moved_boxes(boxes, places):
    """Boxes, (N, n, 4), after that: around the ellipse that filled each, as far as it is in the picture."""
    sides = ((0, 0), (0.5, 0), (0, 0.5))  # the centre, the middle of the right side and that of the lower one
    center, right, below = (moved_points(boxes[..., :2] + boxes[..., 2:] * side, places) for side in sides)
    reach = np.sqrt((right - center) ** 2 + (below - center) ** 2)
    low, high = (center - reach).clip(0, 1), (center + reach).clip(0, 1)
    return np.concatenate([(low + high) / 2, high - low], axis=-1)


'''
