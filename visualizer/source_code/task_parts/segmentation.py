"""Masks in the scripts."""

from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted

_ABOUT = """\
# What is learnt: the class of each pixel, 0 for the background. Each takes that of the nearest place in its mask.
rows = ((np.arange({height}) + 0.5) / {height} * targets.shape[1]).astype(int)
columns = ((np.arange({width}) + 0.5) / {width} * targets.shape[2]).astype(int)
targets = targets[:, rows][:, :, columns].astype("int64")
"""
_DICE = '''\
def dice_loss(masks, {given}):
    """1 - Dice coefficient: it compares areas, so that a small shape weighs as much as a large one."""
{start}
    both = {ops}.sum(probabilities * true, {pixels})
    areas = {ops}.sum(probabilities, {pixels}) + {ops}.sum(true, {pixels})
    return {ops}.mean(1 - (2 * both + 1) / (areas + 1))


'''
_MEASURE = '''\
def mean_iou(outputs, masks):
    """Of each class in a picture's mask or answer, the pixels in both, of those in either; the mean over all."""
    results = []
    for answer, mask in zip(outputs.argmax({channels}), masks):
        classes = np.union1d(answer, mask)
        shared = [((answer == each) & (mask == each)).sum() for each in classes]
        either = [((answer == each) | (mask == each)).sum() for each in classes]
        results.append(np.mean(np.divide(shared, either)))
    return np.mean(results)


'''
_MOVED_TARGETS = '''\
def moved_targets(masks, places):
    """The masks, whose pixels take the class of the nearest place: between two classes there is no third one."""
{lines}


'''
_KERAS_MOVED = """\
    maps = masks[..., np.newaxis].astype("float32")
    return moved(maps, places, "nearest")[..., 0].astype("int64")"""
_PYTORCH_MOVED = """\
    maps = torch.tensor(masks)[:, np.newaxis].float()
    return moved(maps, places, "nearest")[:, 0].long().numpy()"""


def segmentation_parts(wanted: Wanted) -> TaskParts:
    """One map for the background and one for each class; a softmax may end the network."""
    _, height, width = wanted.architecture.input_shape
    library, is_keras = wanted.library, wanted.library is KERAS
    softmax_left_out = not (is_keras and wanted.architecture.ends_in_softmax)
    dice = ""
    if wanted.settings.loss == "dice":
        given = "scores" if softmax_left_out else "probabilities"
        if is_keras:
            start = ["    true = ops.one_hot(masks, scores.shape[-1])".replace("scores", given)]
            start += ["    probabilities = ops.softmax(scores)"] * softmax_left_out
        else:
            start = [
                "    probabilities = scores.softmax(1)",
                "    true = functional.one_hot(masks, scores.shape[1]).permute(0, 3, 1, 2)",
            ]
        pixels = "(1, 2)" if is_keras else "(2, 3)"
        dice = _DICE.format(given=given, start="\n".join(start), ops=library.ops, pixels=pixels)
        loss = "dice_loss" if is_keras else "dice_loss(true, outputs)"
    elif is_keras:
        loss = f"keras.losses.SparseCategoricalCrossentropy(from_logits={softmax_left_out})"
    else:
        loss = "functional.cross_entropy(outputs, true)"
    return TaskParts(
        about=_ABOUT.format(height=height, width=width),
        functions=f"{dice}{_MEASURE.format(channels=library.channels)}",
        loss=loss,
        measure="mean_iou",
        wants_scores=True,
        moved_targets=_MOVED_TARGETS.format(lines=_KERAS_MOVED if is_keras else _PYTORCH_MOVED),
    )
