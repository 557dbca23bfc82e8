"""U-Net: down to few large numbers and up again to a picture, with skip connections between."""

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS, classifier
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D


def _add_up(assembly: Assembly, filters: int, skipped: int, crop: int) -> None:
    """Twice as large, beside the maps of the way down, whose border is cut off."""
    up = assembly.add(Conv2DTranspose(filters=filters, activation="linear"))
    if crop:
        skipped = assembly.add(Cropping2D(top=crop, bottom=crop, left=crop, right=crop), reads=skipped)
    assembly.add(Concatenate(), reads=(skipped, up))


def unet() -> Architecture:
    """U-Net with the paper's sizes: 572 × 572 in, two scores for each of 388 × 388 pixels out."""
    assembly = Assembly((1, 572, 572))
    skipped = []
    for filters in (64, 128, 256, 512):
        with assembly.block("Down"):
            skipped.append(assembly.add(Conv2D(filters=filters), Conv2D(filters=filters)))
        assembly.add(MaxPooling2D())
    with assembly.block("Bottom"):
        assembly.add(Conv2D(filters=1024), Conv2D(filters=1024))
    for filters, crop in ((512, 4), (256, 16), (128, 40), (64, 88)):
        with assembly.block("Up"):
            _add_up(assembly, filters, skipped.pop(), crop)
            assembly.add(Conv2D(filters=filters), Conv2D(filters=filters))
    assembly.add(Conv2D(filters=2, kernel_size=(1, 1), activation="softmax"))
    return assembly.architecture("U-Net")


def small_unet() -> Architecture:
    """Two steps down and up; of its maps a class is answered, so that it can be trained here."""
    assembly = Assembly(DIGITS)
    skipped = []
    for filters in (12, 24):
        with assembly.block("Down"):
            skipped.append(assembly.add(*[Conv2D(filters=filters, padding="same")] * 2))
        assembly.add(MaxPooling2D())
    with assembly.block("Bottom"):
        assembly.add(*[Conv2D(filters=32, padding="same")] * 2)
    for filters in (24, 12):
        with assembly.block("Up"):
            _add_up(assembly, filters, skipped.pop(), 0)
            assembly.add(*[Conv2D(filters=filters, padding="same")] * 2)
    assembly.add(*classifier(CLASSES))
    return assembly.architecture("Small U-Net")


UNET = GalleryEntry(
    name="U-Net",
    year=2015,
    paper="Ronneberger, Fischer and Brox: U-Net, Convolutional Networks for Biomedical Image Segmentation",
    link="https://arxiv.org/abs/1505.04597",
    idea=(
        "Down to see what there is, up again to say where: skip connections bring the details of the way down"
        " to the way up, and every pixel gets an answer."
    ),
    differs=(
        "Transposed convolutions enlarge; the paper’s “up-convolution” is one. The small one answers one "
        "class; the one for pixels is beside the task, segmentation."
    ),
    make=unet,
    parameters=Published(31_030_658, "PyTorch’s own count of the paper’s network"),
    multiply_adds=None,
    make_small=small_unet,
    small_dataset="digits",
)
