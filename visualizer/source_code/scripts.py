"""What the Keras and the PyTorch script have in common."""

from visualizer.architecture.architecture import Architecture, one_line, summarize
from visualizer.architecture.shapes import Shape

# The data set whose pictures a script can load without this app, and how many classes it has.
DIGITS = "digits"
DIGIT_CLASSES = 10
DIGITS_IMPORT = "from sklearn.datasets import load_digits"
NOISE_PICTURES = 256


def heading(architecture: Architecture, library: str) -> str:
    """The comment that a script begins with."""
    report = summarize(architecture)
    name = one_line(architecture.name) or "A network"
    return f"# {name}: {len(report.layers)} layers, {report.parameters:,} trainable parameters, for {library}.\n"


def imports(*lines: str) -> str:
    """Those import lines that are not empty."""
    return "".join(f"{line}\n" for line in lines if line)


def output_shape(architecture: Architecture) -> Shape:
    """What leaves the network, which must fit."""
    shape = summarize(architecture).layers[-1].output_shape
    assert shape is not None
    return shape


def loads_digits(architecture: Architecture, dataset: str) -> bool:
    """Whether a script trains on scikit-learn's digits; else on noise, in whose place a person puts their pictures."""
    return dataset == DIGITS and output_shape(architecture) == (DIGIT_CLASSES,)


def ends_in_softmax(architecture: Architecture) -> bool:
    """Whether the last layer's numbers are probabilities already."""
    last = architecture.layers[-1]
    return "softmax" in [getattr(last, setting.name) for setting in last.settings()]


def noise(shape: tuple[int, int, int], classes: int) -> str:
    """Lines that make `pictures` and `labels` out of nothing; the shape is in the library's own order."""
    return f"""\
# Put your own pictures here, with values from 0 to 1. These are noise: nothing can be learnt from them.
noise = np.random.default_rng(0)
pictures = noise.random(({NOISE_PICTURES}, {", ".join(map(str, shape))}), dtype="float32")
labels = noise.integers(0, {classes}, {NOISE_PICTURES})
"""
