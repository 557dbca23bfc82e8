"""Augmentation in the scripts: training pictures are changed at random as in the app, and what is learnt with them.

The random moves are numpy's in both libraries, so that a task writes once how its targets follow them.
"""

from visualizer.source_code.task_parts.parts import KERAS, Library
from visualizer.training.settings import AUGMENTATIONS, TrainingSettings, is_augmented

CHANGE_COLOURS_ONLY = ("brightness", "noise")

_RANDOM_PLACES = '''\
def random_places(count):
    """How so many pictures are moved at random: a matrix for each, (count, 2, 3).

    Times a place in the result, (x, y, 1), it is where in the picture to read, both from -1 to 1 along each side.
    """
    places = np.tile(np.eye(2, 3), (count, 1, 1))
{steps}    return places


'''
_TURN = """\
    # Turned by up to {rotation:g} degrees to either side.
    angle = np.radians(random.uniform(-{rotation:g}, {rotation:g}, count))
    places[:, 0, 0] = places[:, 1, 1] = np.cos(angle)
    places[:, 0, 1], places[:, 1, 0] = -np.sin(angle){across}, np.sin(angle){along}
"""
_FLIP = """\
    # Half of them are mirrored {how}.
    places[:, {axis}] *= random.choice([-1, 1], (count, 1))
"""
_CROP = """\
    # Up to {share:g} % of each side is cut away, and what is left is enlarged.
    cut = random.uniform(0, {crop!r}, (count, 1))
    places *= 1 - cut[:, :, np.newaxis]
    places[:, :, 2] += cut * random.uniform(-1, 1, (count, 2))
"""
_SHIFT = """\
    # Shifted by up to {share:g} % of each side, which is 2 long here.
    places[:, :, 2] += random.uniform(-{reach!r}, {reach!r}, (count, 2))
"""
_PYTORCH_MOVED = '''\
def moved(pictures, places{given}):
    """The pictures read at those places; {beyond}."""
    grid = functional.affine_grid(torch.tensor(places).float(), pictures.shape, align_corners=False)
    {result} functional.grid_sample(pictures, grid, {named}padding_mode="reflection", align_corners=False)
{masked}

'''
_KERAS_MOVED = '''\
def moved(pictures, places{given}):
    """The pictures read at those places; {beyond}."""
    # Keras counts places in pixels, from the middle of the first one on.
    count, height, width = pictures.shape[:3]
    from_pixels = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])
    square = np.concatenate([places, np.tile([0, 0, 1], (count, 1, 1))], axis=1)
    in_pixels = np.linalg.inv(from_pixels) @ square @ from_pixels
    numbers = in_pixels.reshape(count, 9)[:, :8].astype("float32")
    {result} ops.convert_to_numpy(ops.image.affine_transform(pictures, numbers, {mode}fill_mode="reflect"))
{masked}

'''
_PYTORCH_MASKED = """\
    return found.masked_fill((grid.abs() > 1).any(-1)[:, None], 0)
"""
_KERAS_MASKED = """\
    across, down = ((2 * np.arange(side) + 1) / side - 1 for side in (width, height))
    read = np.stack([*np.meshgrid(across, down), np.ones((height, width))], -1) @ places[:, np.newaxis].swapaxes(2, 3)
    return found * (abs(read) <= 1).all(-1, keepdims=True)
"""
_CHANGED = '''\
def changed({given}):
    """{about}"""
{steps}    return {result}


'''
_BRIGHTNESS = "    pictures = pictures * {factor}  # brighter or darker by up to {share:g} %\n"
_NOISE = "    pictures = pictures + {noise!r} * {normal}  # noise\n"


def moves_pictures(settings: TrainingSettings) -> bool:
    """Whether augmentation moves pictures, and does not only change their colours."""
    return any(getattr(settings, name) for name in AUGMENTATIONS if name not in CHANGE_COLOURS_ONLY)


def needs_numpy(settings: TrainingSettings, library: Library) -> bool:
    """Whether what `augmentation` writes wants numpy."""
    return is_augmented(settings) and (library is KERAS or moves_pictures(settings))


def augmentation(settings: TrainingSettings, size: tuple[int, int], library: Library, moved_targets: str = "") -> str:
    """The function `changed` and what it calls; empty where nothing is changed.

    It takes a batch of pictures, as the script has them, and returns them changed. Where pictures are moved and there
    are `moved_targets`, it takes and returns what is learnt, too. In Keras and where pictures are moved, it wants the
    random numbers `random`, which are written with it.

    Args:
        settings: With the changes.
        size: Height and width of the pictures.
        library: For which it is written.
        moved_targets: The source of a function of that name, of targets, (N, …), and places, (N, 2, 3), arrays; with
            all that it calls but `moved`, which may be given "nearest" as its mode.
    """
    if not is_augmented(settings):
        return ""
    moves, keras = moves_pictures(settings), library is KERAS
    parts = [f"random = np.random.default_rng({settings.seed})\n\n\n"] if needs_numpy(settings, library) else []
    steps = []
    if moves:
        given, named, mode = "", "", ""
        if '"nearest"' in moved_targets:
            given, named, mode = ', mode="bilinear"', "mode=mode, ", "mode, "
        beyond, result, masked = "beyond its edges, each is mirrored", "return", ""
        if not settings.task.mirrored_beyond:  # objects without a box would come in
            beyond, result = "beyond its edges is nothing, which is black", "found ="
            masked = _KERAS_MASKED if keras else _PYTORCH_MASKED
        moved = (_KERAS_MOVED if keras else _PYTORCH_MOVED).format(
            given=given, named=named, mode=mode, beyond=beyond, result=result, masked=masked
        )
        parts += [_RANDOM_PLACES.format(steps=_moves(settings, size)), moved, moved_targets]
        places = "random_places(len(pictures))"
        if moved_targets:
            steps += [f"    places = {places}\n"]
            places = "places"
        steps.append(f"    pictures = moved(pictures, {places})\n")
    if settings.brightness:
        between = "random.uniform(-1, 1, (len(pictures), 1, 1, 1))"
        if not keras:
            between = "(2 * torch.rand(len(pictures), 1, 1, 1) - 1)"
        factor = f"(1 + {settings.brightness!r} * {between})"
        steps.append(_BRIGHTNESS.format(factor=factor, share=100 * settings.brightness))
    if settings.noise:
        normal = "random.normal(size=pictures.shape)" if keras else "torch.randn_like(pictures)"
        steps.append(_NOISE.format(noise=settings.noise, normal=normal))
    given, result = "pictures", 'np.clip(pictures, 0, 1).astype("float32")' if keras else "pictures.clamp(0, 1)"
    about = "The pictures changed at random, each in its own way, as training sees them."
    if moves and moved_targets:
        given, result = "pictures, targets", f"{result}, moved_targets(targets, places)"
        about = (
            "Pictures changed at random, each in its own way, as training sees them; what is learnt moves with them."
        )
    return "".join([*parts, _CHANGED.format(given=given, about=about, steps="".join(steps), result=result)])


def _moves(settings: TrainingSettings, size: tuple[int, int]) -> str:
    """The lines that make `places`, step by step."""
    height, width = size
    steps = []
    if settings.rotation:
        across, along = (f" * {height} / {width}", f" * {width} / {height}") if height != width else ("", "")
        steps.append(_TURN.format(rotation=settings.rotation, across=across, along=along))
    if settings.flip:
        steps.append(_FLIP.format(how="left and right", axis=0))
    if settings.flip_vertical:
        steps.append(_FLIP.format(how="top and bottom", axis=1))
    if settings.crop:
        steps.append(_CROP.format(crop=settings.crop, share=100 * settings.crop))
    if settings.shift:
        steps.append(_SHIFT.format(reach=2 * settings.shift, share=100 * settings.shift))
    return "".join(steps)
