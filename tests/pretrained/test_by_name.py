"""Networks of torchvision and timm by their names; small packages stand for them."""

import os
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.pretrained.fake_packages import (
    CATEGORIES,
    HUB_NAME,
    Tiny,
    put_broken,
    put_timm,
    put_torchvision,
    take_away,
)
from visualizer.errors import UserError
from visualizer.pretrained import download
from visualizer.pretrained.by_name import NamedNetwork, WeightsUnavailable, offered, open_by_name
from visualizer.pretrained.packages import PackageMissing


def opened(name: str, random_weights: bool = False) -> NamedNetwork:
    steps = open_by_name(name, random_weights=random_weights)
    shares = []
    while True:
        try:
            shares.append(next(steps)[0])
        except StopIteration as stop:
            assert shares == sorted(shares)
            assert 0 <= shares[0] <= shares[-1] <= 1
            found: NamedNetwork = stop.value
            return found


def trained(num_classes: int) -> Tiny:
    torch.manual_seed(5)
    module = Tiny(num_classes).eval()
    torch.nn.init.uniform_(module.norm.running_mean)
    return module


def kept(folder: Path, name: str) -> Path:
    path = folder / "checkpoints" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_torchvision_s_weights_are_put_in(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    module = trained(3)
    torch.save(module.state_dict(), kept(tmp_path, "tiny-0.pth"))
    for name in ("torchvision: tiny", "TorchVision:tiny", " tiny ", "Tiny"):
        found = opened(name)
        assert found.title.lower() == "torchvision: tiny"
        assert found.class_names == CATEGORIES
        assert found.network.input_shape == (3, 16, 16)
        pictures = torch.rand(2, 3, 16, 16)
        colours = (pictures - torch.tensor([0.4, 0.5, 0.6])[:, None, None]) / torch.tensor([0.2, 0.25, 0.3])[
            :, None, None
        ]
        with torch.inference_mode():
            torch.testing.assert_close(found.network.logits(pictures), module(colours), rtol=1e-5, atol=1e-5)


def test_a_network_that_scales_its_colours_itself_is_given_them_so(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    network = opened("inception_v3", random_weights=True).network
    colours = network.nodes[0].stages[0][1](torch.tensor([0.0, 0.5, 1.0]).repeat(3, 1)[None, :, None])
    np.testing.assert_allclose(colours[0, 0, 0], [-1, 0, 1])


def test_timm_s_weights_are_put_in(monkeypatch, tmp_path):
    put_timm(monkeypatch, tmp_path)
    module = trained(3)
    save_file(module.state_dict(), kept(tmp_path, HUB_NAME))
    for name in ("timm: tiny", "tiny"):
        found = opened(name)
        assert found.class_names == ("class 1", "class 2", "class 3")
        assert found.network.input_shape == (3, 16, 20)
        pictures = torch.rand(2, 3, 16, 20)
        with torch.inference_mode():
            torch.testing.assert_close(
                found.network.logits(pictures), module((pictures - 0.5) / 0.5), rtol=1e-5, atol=1e-5
            )


def test_random_weights_are_the_same_each_time(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    one, two = (opened("tiny", random_weights=True).network for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    for first, second in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(first, second)
    assert not list(tmp_path.iterdir())


def test_a_network_without_weights_opens_with_random_ones(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    with pytest.raises(WeightsUnavailable, match="without trained weights"):
        opened("bare")
    found = opened("bare", random_weights=True)
    assert found.class_names == tuple(f"class {number}" for number in range(1, 6))


@pytest.mark.parametrize("said", [{"custom_load": True}, {"hf_hub_filename": "pytorch_model.bin"}])
def test_a_file_that_only_code_can_read_is_refused(monkeypatch, tmp_path, said):
    put_timm(monkeypatch, tmp_path, **said)
    with pytest.raises(WeightsUnavailable, match="only code of their own can read"):
        opened("timm: tiny")


class Harmful:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_nothing_but_tensors_is_unpickled(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    file = kept(tmp_path, "tiny-0.pth")
    torch.save({"conv.weight": Harmful(tmp_path / "harm")}, file)
    with pytest.raises(WeightsUnavailable, match="holds more than numbers"):
        opened("tiny")
    assert not (tmp_path / "harm").exists()
    torch.load(file, weights_only=False)  # noqa: TID251
    assert (tmp_path / "harm").exists()


def test_weights_that_do_not_fit_are_refused(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    torch.save(trained(4).state_dict(), kept(tmp_path, "tiny-0.pth"))
    with pytest.raises(WeightsUnavailable, match=r"does not fit .* Delete .*tiny-0\.pth"):
        opened("tiny")


def test_without_internet_it_says_where_the_weights_would_be(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)

    def unreachable(request, timeout):
        raise URLError("Name or service not known")

    monkeypatch.setattr(download, "urlopen", unreachable)
    with pytest.raises(WeightsUnavailable) as refusal:
        opened("tiny")
    said = str(refusal.value)
    assert "does not reach nowhere.invalid" in said
    assert "fetch https://nowhere.invalid/tiny-0.pth elsewhere" in said
    assert str(tmp_path / "checkpoints" / "tiny-0.pth") in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("unknown", "“fft_fft”"),
        ("huge", r"It has 400 million weights, and at most 150 million fit\."),
        ("none", "There is no network “none” in torchvision. Check how it is spelt."),
        ("keras: tiny", "'keras' is not a package that is known here"),
        ("hf-hub:maker/tiny", "is not the name of a network"),
        ("torchvision: ../tiny", "is not the name of a network"),
        ("", "is not the name of a network"),
        ("timm: tiny", "timm is not installed. It is a package of its own. To add it, run pip install timm"),
    ],
)
def test_what_cannot_be_opened_is_said_before_anything_is_fetched(monkeypatch, tmp_path, name, says):
    put_torchvision(monkeypatch, tmp_path)
    with pytest.raises(UserError, match=says):
        opened(name)
    assert not list(tmp_path.iterdir())


def test_without_both_packages_it_says_how_to_add_them(monkeypatch):
    take_away(monkeypatch, "torchvision", "timm")
    with pytest.raises(
        PackageMissing, match=r"not installed: torchvision and timm\. To add them, run pip install torchvision timm"
    ):
        opened("resnet18")
    assert (offered().names, offered().missing) == ((), ("torchvision", "timm"))


def test_a_package_that_does_not_start_is_named(monkeypatch, tmp_path):
    take_away(monkeypatch, "timm")
    put_broken(monkeypatch, tmp_path, "torchvision")
    with pytest.raises(UserError, match=r"torchvision is installed but does not start\. .* made for another PyTorch"):
        opened("torchvision: resnet18")
    offer = offered()
    assert offer.missing == ("timm",)
    assert len(offer.problems) == 1


def test_the_names_of_what_is_there_are_offered(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    assert offered().names[:2] == ("torchvision: tiny", "torchvision: bare")
    assert (offered().problems, offered().missing) == ((), ("timm",))
