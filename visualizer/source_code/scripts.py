"""The common parts of the Keras and the PyTorch script."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.architecture import Architecture, one_line, summarize
from visualizer.architecture.shapes import Shape
from visualizer.data.dataset import Dataset
from visualizer.data.prepare import LUMA_WEIGHTS
from visualizer.tasks.task import Task
from visualizer.words import counted

FOLDER = "pictures"
FILE = "pictures.npz"
PATHLIB = "from pathlib import Path\n"  # with an empty line after this import from the standard library
NOISE_PICTURES = 256
# Above this many numbers per picture, a script uses only part of a large data set, as it prepares all pictures at once.
_MANY_NUMBERS = 4096
_FEW_PICTURES = 10_000
_LUMA_DECIMALS = 3


@dataclass(frozen=True)
class Fetched:
    """Pictures that both libraries load by themselves.

    Attributes:
        about: What they are, as a comment says it.
        keras: Their name in keras.datasets.
        openml: Their name at openml.org.
        classes: How many classes they have.
        side: Pixels of a picture, height and width.
    """

    about: str
    keras: str
    openml: str
    classes: int = 10
    side: int = 28


DIGITS = "digits"
DIGIT_CLASSES = 10
DIGIT_SIDE = 8
FETCHED = {
    "mnist": Fetched("MNIST, handwritten digits of 28 × 28 pixels, 0 (paper) to 1 (ink)", "mnist", "mnist_784"),
    "fashion_mnist": Fetched(
        "Fashion-MNIST, clothes of 28 × 28 pixels, 0 (nothing) to 1 (cloth)", "fashion_mnist", "Fashion-MNIST"
    ),
}


def heading(architecture: Architecture, library: str) -> str:
    """The comment that a script begins with."""
    report = summarize(architecture)
    name = one_line(architecture.name) or "A network"
    layers, parameters = counted(len(report.layers), "layer"), counted(report.parameters, "trainable parameter")
    return f"# {name}: {layers}, {parameters}, for {library}.\n"


def imports(*lines: str) -> str:
    """Those import lines that are not empty."""
    return "".join(f"{line}\n" for line in lines if line)


def arguments(options: Mapping[str, float]) -> str:
    """Keyword arguments as Python source, such as "lr=0.01, momentum=0.9"."""
    return ", ".join(f"{name}={value!r}" for name, value in options.items())


def output_shape(architecture: Architecture) -> Shape:
    """What leaves the network, which must fit."""
    shape = summarize(architecture).layers[-1].output_shape
    assert shape is not None
    return shape


def loads_digits(architecture: Architecture, dataset: str) -> bool:
    """Whether a script trains on scikit-learn's digits."""
    return dataset == DIGITS and output_shape(architecture) == (DIGIT_CLASSES,)


def fetched_by(architecture: Architecture, dataset: str) -> Fetched | None:
    """What a script fetches by itself to train on; None where it does not."""
    fetched = FETCHED.get(dataset)
    return fetched if fetched is not None and output_shape(architecture) == (fetched.classes,) else None


def wants_a_folder(architecture: Architecture, dataset: str) -> bool:
    """Whether a person has to put pictures beside the script."""
    return not loads_digits(architecture, dataset) and fetched_by(architecture, dataset) is None


@dataclass(frozen=True)
class PictureLoader:
    """How the scripts of one library load `pictures`, from 0 to 1, and `labels`.

    Attributes:
        digits: Lines that load scikit-learn's digits.
        fetched: Lines that fetch a data set; a slice in brackets, which may be empty, takes a part of it.
        resize: Lines that resize the pictures to {height} and {width}.
        repeat: A line that repeats grey pictures for each of {channels}.
        after_folder: Lines that bring what `_from_folder` loads into the library's form.
    """

    digits: tuple[str, ...]
    fetched: Callable[[Fetched, str], list[str]]
    resize: tuple[str, ...]
    repeat: str
    after_folder: tuple[str, ...] = ()

    def lines(self, architecture: Architecture, dataset: str) -> str:
        """The lines for this network and data set. The network must fit and end in one number for each class."""
        fetched = fetched_by(architecture, dataset)
        if loads_digits(architecture, dataset):
            side, lines = (
                DIGIT_SIDE,
                ["# 1,797 handwritten digits of 8 × 8 pixels, 0 (paper) to 1 (ink).", *self.digits],
            )
        elif fetched is not None:
            side = fetched.side
            lines = [f"# {fetched.about}.", *self.fetched(fetched, _few_of_many(architecture))]
        else:
            return "\n".join([_from_folder(architecture).rstrip(), *self.after_folder])
        channels, height, width = architecture.input_shape
        if (height, width) != (side, side):
            lines += [line.format(height=height, width=width) for line in self.resize]
        if channels != 1:
            lines.append(self.repeat.format(channels=channels))
        return "\n".join(lines)


def _few_of_many(architecture: Architecture) -> str:
    """What cuts a large data set down where its pictures become large: a slice in brackets; else empty."""
    channels, height, width = architecture.input_shape
    return f"[:{_FEW_PICTURES}]" if channels * height * width > _MANY_NUMBERS else ""


def _from_folder(architecture: Architecture) -> str:
    """Lines that load `pictures`, (N, H, W, C) float32 in [0, 1], and `labels`, (N,) int64, from class folders.

    Without such a folder they are noise, so that the script runs from the first moment on. They want numpy, Path,
    Image and ImageOps.
    """
    channels, height, width = architecture.input_shape
    (classes,) = output_shape(architecture)
    mode = "L" if channels == 1 else "RGB"
    return f"""\
# PUT YOUR PICTURES HERE, beside this script: in the folder “{FOLDER}” one folder for each class, named after it,
# such as {FOLDER}/cup/1.jpg and {FOLDER}/pen/1.jpg. The app's menu “Download” packs such folders into a ZIP.
folder = Path("{FOLDER}")
class_names = sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())
if class_names:
    if len(class_names) != {classes}:
        raise SystemExit(f"The network tells {classes} classes apart, but “{FOLDER}” has {{len(class_names)}} folders.")
    pictures, labels = [], []
    for label, name in enumerate(class_names):
        for file in sorted((folder / name).glob("[!.]*")):
            upright = ImageOps.exif_transpose(Image.open(file)).convert("{mode}")
            picture = ImageOps.fit(upright, ({width}, {height}))
            pictures.append(np.asarray(picture, dtype="float32").reshape({height}, {width}, {channels}) / 255)
            labels.append(label)
    pictures, labels = np.stack(pictures), np.array(labels)
else:
    print(f"There are no pictures in {{folder.resolve()}} yet: this is noise, from which nothing can be learnt.")
    noise = np.random.default_rng(0)
    pictures = noise.random(({NOISE_PICTURES}, {height}, {width}, {channels}), dtype="float32")
    labels = noise.integers(0, {classes}, {NOISE_PICTURES})
"""


def from_file(channels: int) -> str:
    """Lines that load `pictures`, (N, H, W, C) float32 in [0, 1], with so many channels, and `targets`, (N, …).

    They want numpy and Path. The pictures keep the size that they have in the file.
    """
    if channels == 1:
        weights = [round(float(weight), _LUMA_DECIMALS) for weight in LUMA_WEIGHTS]
        convert = f"""\
if pictures.shape[-1] == 3:  # grey, by how bright each colour looks
    pictures = (pictures @ np.array({weights}, "float32"))[..., np.newaxis]"""
    else:
        convert = f"""\
if pictures.shape[-1] == 1:
    pictures = np.repeat(pictures, {channels}, axis=-1)"""
    return f"""\
# PUT {FILE} HERE, beside this script: the app's menu “Download” has it.
if not Path("{FILE}").exists():
    raise SystemExit("There is no {FILE} here. The app's menu “Download” has it.")
with np.load("{FILE}") as file:
    pictures, targets = file["pictures"].astype("float32") / 255, file["targets"]
{convert}
"""


def packed(dataset: Dataset, task: Task) -> bytes:
    """What `from_file` loads: an .npz file with all pictures, (N, H, W, C) uint8, and their targets, (N, …)."""
    buffer = io.BytesIO()
    everything = np.arange(len(dataset.pictures))
    np.savez_compressed(buffer, pictures=dataset.pictures, targets=task.targets(dataset, everything))
    return buffer.getvalue()


def held_out(seed: int) -> str:
    """Lines that shuffle `pictures` and `targets`, arrays, and hold a share of them out."""
    return f"""\
order = np.random.default_rng({seed}).permutation(len(pictures))
pictures, targets = pictures[order], targets[order]
held_out = int(0.15 * len(pictures))
train_pictures, train_targets = pictures[held_out:], targets[held_out:]
test_pictures, test_targets = pictures[:held_out], targets[:held_out]
"""
