"""All networks of the gallery: small ones to start from, and those that made history, the oldest first."""

from visualizer.architecture.gallery.chains import ALEXNET, LENET5, NETWORK_IN_NETWORK, VGG16
from visualizer.architecture.gallery.dense import DENSENET121
from visualizer.architecture.gallery.entry import GalleryEntry
from visualizer.architecture.gallery.inception import GOOGLENET
from visualizer.architecture.gallery.mobile import EFFICIENTNET, MOBILENET, MOBILENET_V2
from visualizer.architecture.gallery.residual import RESNET20, RESNET50
from visualizer.architecture.gallery.squeeze import SQUEEZENET
from visualizer.architecture.gallery.unet import UNET
from visualizer.architecture.presets import CLASSIC, SMALL_VGG, TINY, Preset

STARTERS: tuple[Preset, ...] = (TINY, CLASSIC, SMALL_VGG)  # LeNet-5 is small too, and made history
GALLERY: tuple[GalleryEntry, ...] = (
    *(LENET5, ALEXNET, NETWORK_IN_NETWORK, VGG16, GOOGLENET, UNET, RESNET20, RESNET50),
    *(SQUEEZENET, DENSENET121, MOBILENET, MOBILENET_V2, EFFICIENTNET),
)
