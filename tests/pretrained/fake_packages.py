"""Small packages that look like torchvision and timm from outside, and machines on which they are missing."""

import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

CATEGORIES = ("circle", "square", "star")
WEIGHTS_NAME = "tiny-{}.pth"
HUB_NAME = "maker--tiny--model.safetensors"


class Tiny(nn.Module):
    def __init__(self, num_classes: int = 5) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.norm = nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)
        self.fc = nn.Linear(4, num_classes)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.fc(self.act(self.norm(self.conv(pictures))).mean((2, 3)))


class Unknown(Tiny):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.fft.fft(super().forward(pictures)).real


class Huge(Tiny):
    def __init__(self, num_classes: int = 5) -> None:
        super().__init__(num_classes)
        self.more = nn.Linear(20_000, 20_000)


@dataclass(frozen=True)
class Preset:
    crop_size: list[int]
    mean: tuple[float, ...] = (0.4, 0.5, 0.6)
    std: tuple[float, ...] = (0.2, 0.25, 0.3)


@dataclass(frozen=True)
class Weights:
    """Like torchvision's entry for the weights of one network."""

    url: str
    transforms: Any = partial(Preset, [16])
    meta: dict[str, Any] = field(default_factory=lambda: {"categories": list(CATEGORIES)})


class _Missing:
    """A finder that finds nothing of some packages, whatever is installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in self.names:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)
        return None


def take_away(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make packages missing."""
    for loaded in [one for one in sys.modules if one.partition(".")[0] in names]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "meta_path", [_Missing(names), *sys.meta_path])


def put_torchvision(
    monkeypatch: pytest.MonkeyPatch, folder: Path, url: str = "https://nowhere.invalid/tiny-0.pth"
) -> None:
    """A torchvision with the networks “tiny”, “bare” (without weights), “unknown” and “huge”; its files in `folder`."""
    take_away(monkeypatch, "timm")
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(folder))
    builders = {"tiny": Tiny, "bare": Tiny, "unknown": Unknown, "huge": Huge, "inception_v3": Tiny}
    models = types.ModuleType("torchvision.models")
    entries = Enum("Entries", {"DEFAULT": Weights(url)})  # type: ignore[misc]
    models.list_models = lambda module=None: list(builders)  # type: ignore[attr-defined]
    models.get_model_builder = builders.__getitem__  # type: ignore[attr-defined]
    models.get_model_weights = lambda name: (  # type: ignore[attr-defined]
        types.SimpleNamespace() if name == "bare" else types.SimpleNamespace(DEFAULT=entries.DEFAULT.value)  # type: ignore[attr-defined]
    )
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)


def put_timm(monkeypatch: pytest.MonkeyPatch, folder: Path, **said: Any) -> None:
    """A timm with the network “tiny”, whose settings `said` changes; its files in `folder`."""
    take_away(monkeypatch, "torchvision")
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(folder))
    settings = {"hf_hub_id": "maker/tiny", "input_size": (3, 16, 20), "mean": (0.5,) * 3, "std": (0.5,) * 3} | said
    timm, data = types.ModuleType("timm"), types.ModuleType("timm.data")

    def create_model(name: str, pretrained: bool, pretrained_cfg_overlay: dict[str, str] | None = None) -> nn.Module:
        module = Tiny(3)
        if pretrained:
            assert pretrained_cfg_overlay is not None
            module.load_state_dict(load_file(pretrained_cfg_overlay["file"]))
        return module

    timm.list_models = lambda: ["tiny"]  # type: ignore[attr-defined]
    timm.is_model = lambda name: name == "tiny"  # type: ignore[attr-defined]
    timm.get_pretrained_cfg = lambda name, allow_unregistered: types.SimpleNamespace(to_dict=lambda: settings)  # type: ignore[attr-defined]
    timm.create_model = create_model  # type: ignore[attr-defined]
    data.infer_imagenet_subset = lambda said: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "timm", timm)
    monkeypatch.setitem(sys.modules, "timm.data", data)


def put_broken(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str) -> None:
    """A package of that name that raises an error when it is imported."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(folder)
