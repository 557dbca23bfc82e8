"""torchvision and timm, whose networks can be opened by name; neither is required.

Sources: https://docs.pytorch.org/vision/stable/models.html and https://huggingface.co/docs/timm/reference/models
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from visualizer.errors import UserError

Colours = tuple[float, ...]
# The defaults of both packages.
IMAGENET_MEAN: Colours = (0.485, 0.456, 0.406)
IMAGENET_SPREAD: Colours = (0.229, 0.224, 0.225)

# With their trained weights, torchvision builds these so that they scale ImageNet's colours to −1 to 1 themselves
# (`transform_input`). Built without weights they do not, so they get colours that are scaled already.
_SCALE_THEMSELVES = ("googlenet", "inception_v3")


@dataclass(frozen=True)
class WeightsFile:
    """A file of trained weights.

    Attributes:
        url: To fetch it from.
        path: To keep it at.
        sha256: The first digits of its checksum; empty where they are unknown.
    """

    url: str
    path: Path
    sha256: str = ""


@dataclass(frozen=True)
class Blueprint:
    """A network of a package before it is built.

    Attributes:
        input_size: (height, width) of its pictures.
        mean, spread: It takes colours in [0, 1] minus `mean`, divided by `spread`.
        class_names: One for each number of its output; empty where they are unknown.
        build: Builds it with random weights.
        weights: Its trained weights; None where there are none.
        load: Gives it with the weights of such a file, of which nothing but numbers is read.
        weight_count: How many weights it has, where the package tells; else None.
        refusal: Why its weights are not read, one sentence; empty where they are.
    """

    input_size: tuple[int, int]
    mean: Colours
    spread: Colours
    class_names: tuple[str, ...]
    build: Callable[[], nn.Module]
    weights: WeightsFile | None
    load: Callable[[Path], nn.Module]
    weight_count: int | None = None
    refusal: str = ""


class Package(ABC):
    """A package of networks.

    Attributes:
        name: For pip and for import.
    """

    name: str

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """All its networks that classify pictures. Raises UserError where it is missing or broken."""

    @abstractmethod
    def blueprint(self, network: str) -> Blueprint | None:
        """The network of that name; None where it has none. Raises UserError where it is missing or broken."""

    def _imported(self, module: str) -> ModuleType:
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            missing = (error.name or self.name).partition(".")[0]
            why = "It is a package of its own." if missing == self.name else f"The package {self.name} needs it."
            raise PackageMissing(
                f"{missing} is not installed.",
                why,
                f"To add it, run pip install {missing} where this app runs and restart the app.",
            ) from error
        except Exception as error:  # such as compiled code for another version of torch
            raise UserError(
                f"{self.name} is installed but does not start.",
                f"Most often it, or a package that it needs, was made for another PyTorch than this one "
                f"({torch.__version__}).",
                "Install the version that fits, from the same place as PyTorch, and restart the app.",
            ) from error


class PackageMissing(UserError):
    """A package, or one that it needs, is not installed."""


class Torchvision(Package):
    """Its weights are pickled files, from which torch reads only tensors (`weights_only`)."""

    name = "torchvision"

    def names(self) -> tuple[str, ...]:
        models = self._imported("torchvision.models")
        return tuple(models.list_models(module=models))

    def blueprint(self, network: str) -> Blueprint | None:
        models = self._imported("torchvision.models")
        if network not in models.list_models(module=models):
            return None
        builder = models.get_model_builder(network)
        weights = getattr(models.get_model_weights(network), "DEFAULT", None)
        if weights is None:
            return Blueprint((224, 224), IMAGENET_MEAN, IMAGENET_SPREAD, (), builder, None, _not_there)
        preset = weights.transforms()
        size = _pair(preset.crop_size)
        class_names = tuple(str(name) for name in weights.meta.get("categories", ()))

        def build() -> nn.Module:
            return builder(**({"num_classes": len(class_names)} if class_names else {}))

        def load(path: Path) -> nn.Module:
            module = build()
            # Only tensors are unpickled.
            module.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))  # noqa: TID251
            return module

        name = weights.url.rsplit("/", 1)[-1]
        mean, spread = tuple(preset.mean), tuple(preset.std)
        if network in _SCALE_THEMSELVES:
            mean = spread = (0.5, 0.5, 0.5)
        digits = re.search(r"-([0-9a-f]{8,64})\.", name)
        # Where torchvision itself keeps the file.
        file = WeightsFile(weights.url, _checkpoints() / name, digits[1] if digits else "")
        count = weights.meta.get("num_params")
        return Blueprint(size, mean, spread, class_names, build, file, load, count)


class Timm(Package):
    """Its weights are read from safetensors files only."""

    name = "timm"

    def names(self) -> tuple[str, ...]:
        return tuple(self._imported("timm").list_models())

    def blueprint(self, network: str) -> Blueprint | None:
        timm = self._imported("timm")
        if not timm.is_model(network):
            return None
        known = timm.get_pretrained_cfg(network, allow_unregistered=True)
        config: dict[str, Any] = known.to_dict() if known is not None else {}

        def build() -> nn.Module:
            return timm.create_model(network, pretrained=False)

        def load(path: Path) -> nn.Module:
            return timm.create_model(network, pretrained=True, pretrained_cfg_overlay={"file": str(path)})

        hub, name = config.get("hf_hub_id"), config.get("hf_hub_filename") or "model.safetensors"
        file, refusal = None, ""
        if config.get("custom_load") or not name.endswith(".safetensors"):
            refusal = "They come in a file that only code of their own can read, and such a file is not opened here."
        elif hub:
            kept = _checkpoints() / f"{hub.replace('/', '--')}--{name}"
            file = WeightsFile(f"https://huggingface.co/{hub}/resolve/main/{name}", kept)
        return Blueprint(
            tuple(config.get("input_size") or (3, 224, 224))[1:],
            tuple(config.get("mean") or IMAGENET_MEAN),
            tuple(config.get("std") or IMAGENET_SPREAD),
            self._class_names(int(config.get("num_classes") or 0)),
            build,
            file,
            load,
            refusal=refusal,
        )

    def _class_names(self, count: int) -> tuple[str, ...]:
        data = self._imported("timm.data")
        subset = data.infer_imagenet_subset({"num_classes": count})
        if subset is None:
            return ()
        known = data.ImageNetInfo(subset)
        return tuple(known.index_to_description(index) for index in range(known.num_classes()))


PACKAGES: tuple[Package, ...] = (Torchvision(), Timm())


def _checkpoints() -> Path:
    return Path(torch.hub.get_dir(), "checkpoints").expanduser()


def _pair(size: Any) -> tuple[int, int]:
    sizes = [int(size)] if isinstance(size, int) else [int(side) for side in size]
    return sizes[0], sizes[-1]


def _not_there(path: Path) -> nn.Module:
    raise FileNotFoundError(path)
