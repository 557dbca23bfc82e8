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
    """Boxes, (N, n, 4), after that: upright around the corners of each, as far as they are in the picture."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    points = boxes[:, :, np.newaxis, :2] + boxes[:, :, np.newaxis, 2:] * corners
    points = moved_points(points.reshape(len(boxes), -1, 2), places).reshape(points.shape).clip(0, 1)
    low, high = points.min(2), points.max(2)
    return np.concatenate([(low + high) / 2, high - low], axis=-1)


'''
