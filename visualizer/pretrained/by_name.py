"""Any network of torchvision or timm, opened by its name."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from visualizer.architecture.shapes import is_maps
from visualizer.errors import UserError, short_repr
from visualizer.limits import limits
from visualizer.pretrained.converter import ConvertedNetwork, convert, not_opened
from visualizer.pretrained.download import download
from visualizer.pretrained.packages import PACKAGES, Blueprint, Package, PackageMissing, WeightsFile
from visualizer.words import listed

OpeningProgress = tuple[float, str]


class WeightsUnavailable(UserError):
    """The network is known, but its trained weights are unavailable; it can still be opened with random ones."""


@dataclass(frozen=True)
class NamedNetwork:
    """A network that was opened by name.

    Attributes:
        title: Its package and its name.
        network: Its layers.
        class_names: One for each number of its output.
        bytes: The memory of its weights.
    """

    title: str
    network: ConvertedNetwork
    class_names: tuple[str, ...]
    bytes: int


@dataclass(frozen=True)
class Offer:
    """The networks of all installed packages.

    Attributes:
        names: Such as "torchvision: resnet18".
        problems: A sentence for each installed package that does not start.
        missing: The packages that are not installed.
    """

    names: tuple[str, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]


def offered() -> Offer:
    """The networks that can be opened here."""
    names: list[str] = []
    problems: list[str] = []
    missing: list[str] = []
    for package in PACKAGES:
        try:
            names += [f"{package.name}: {name}" for name in package.names()]
        except PackageMissing:
            missing.append(package.name)
        except UserError as error:
            problems.append(str(error))
    return Offer(tuple(names), tuple(problems), tuple(missing))


def open_by_name(text: str, *, random_weights: bool = False) -> Generator[OpeningProgress, None, NamedNetwork]:
    """Find a network, build it, fetch its weights and make nodes of it.

    Args:
        text: Its package and its name, such as "torchvision: resnet18"; without a package all are asked in turn.
        random_weights: True for random weights, drawn with seed 0.

    Yields:
        The share that is done, 0 to 1, and the current activity in words.

    Raises:
        WeightsUnavailable: Its trained weights are unavailable.
        UserError: The package is missing, the name is unknown, or the network is of an unsupported kind.
    """
    yield 0.0, "Looking for it …"
    title, blueprint = _found(text)
    yield 0.02, "Building it …"
    _refuse_large(title, blueprint)
    module = _built(title, blueprint)
    yield 0.1, "Taking it apart …"
    # Before its weights are fetched, which may be large: the network may be of an unsupported kind.
    network = _converted(module, blueprint)
    if not random_weights:
        file = _weights_of(title, blueprint)
        if not file.path.is_file():
            yield from _fetched(title, file)
        yield 0.9, "Putting its weights in …"
        network = _converted(_loaded(title, blueprint, file), blueprint)
    shape = network.nodes[-1].shape
    count = 0 if is_maps(shape) else shape[0]
    names = blueprint.class_names
    if len(names) != count:
        names = tuple(f"class {number}" for number in range(1, count + 1))
    size = sum(tensor.nbytes for tensor in network.state_dict().values())
    return NamedNetwork(title, network, names, size)


def _found(text: str) -> tuple[str, Blueprint]:
    package_name, colon, name = (part.strip() for part in text.rpartition(":"))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise UserError(
            f"{short_repr(text)} is not the name of a network.",
            remedy="Write it like “torchvision: resnet18” or like “resnet18”.",
        )
    asked = [package for package in PACKAGES if not colon or package.name == package_name.lower()]
    if not asked:
        raise UserError(
            f"{short_repr(package_name)} is not a package that is known here.",
            f"The packages are {listed(package.name for package in PACKAGES)}.",
            "Write it like “torchvision: resnet18”.",
        )
    searched: list[str] = []
    missing: list[PackageMissing] = []
    for package in asked:
        try:
            blueprint = _blueprint(package, name)
        except PackageMissing as error:
            missing.append(error)
            continue
        searched.append(package.name)
        if blueprint is not None:
            return f"{package.name}: {name}", blueprint
    if not searched and len(missing) > 1:
        names = [package.name for package in asked]
        raise PackageMissing(
            f"{name} cannot be looked for.",
            f"These packages are not installed: {listed(names)}.",
            f"To add them, run pip install {' '.join(names)} where this app runs and restart the app.",
        )
    if not searched:
        raise missing[0]
    raise UserError(f"There is no network “{name}” in {listed(searched, 'or')}.", "", "Check how it is spelt.")


def _blueprint(package: Package, name: str) -> Blueprint | None:
    try:
        return package.blueprint(name) or package.blueprint(name.lower())
    except UserError:
        raise
    except Exception as error:  # other versions of the package may differ
        raise UserError(
            f"{package.name} did not say what {name} is.",
            f"Perhaps there is no such network in this version of it ({type(error).__name__}).",
            f"Check how it is spelt, or install a newer {package.name}.",
        ) from error


def _refuse_large(title: str, blueprint: Blueprint) -> None:
    count = blueprint.weight_count
    if count is None:
        with torch.device("meta"):  # on which weights take no memory
            count = sum(weights.numel() for weights in _built(title, blueprint).parameters())
    if count > limits().named_millions * 1_000_000:
        raise UserError(
            f"{title} is not opened here.",
            f"It has {count / 1e6:,.0f} million weights, and at most {limits().named_millions:,} million fit.",
            "Choose a smaller network.",
        )


def _built(title: str, blueprint: Blueprint) -> nn.Module:
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return blueprint.build().eval()
    except Exception as error:  # of any kind, from the package's own code
        raise UserError(
            f"{title} could not be built.", f"Its package failed ({type(error).__name__}).", "Choose another network."
        ) from error


def _converted(module: nn.Module, blueprint: Blueprint) -> ConvertedNetwork:
    try:
        return convert(module, (3, *blueprint.input_size), blueprint.mean, blueprint.spread)
    except UserError:
        raise
    except Exception as error:  # of any kind, since these modules may be composed in any way
        raise not_opened(f"It is put together in a way that is not known here ({type(error).__name__}).") from error


def _weights_of(title: str, blueprint: Blueprint) -> WeightsFile:
    if blueprint.weights is None:
        why = blueprint.refusal or "Its package names none."
        raise WeightsUnavailable(f"{title} comes without trained weights that can be opened.", why)
    return blueprint.weights


def _fetched(title: str, file: WeightsFile) -> Generator[OpeningProgress, None, None]:
    text = f"Fetching the weights of {title} …"
    yield 0.2, text
    try:
        for share in download(file.url, file.path, file.sha256):
            yield 0.2 + 0.7 * share, text
    except UserError as error:
        raise WeightsUnavailable(
            f"The trained weights of {title} did not arrive.",
            error.why,
            f"Try it again later, or fetch {file.url} elsewhere and keep it as {_short(file.path)} on that computer.",
        ) from error


def _loaded(title: str, blueprint: Blueprint, file: WeightsFile) -> nn.Module:
    try:
        return blueprint.load(file.path).eval()
    except Exception as error:  # the file holds more than numbers, is broken, or belongs to another version
        raise WeightsUnavailable(
            f"The weights of {title} could not be loaded.",
            f"The file is broken, holds more than numbers, or does not fit ({type(error).__name__}).",
            f"Delete {_short(file.path)} and try again.",
        ) from error


def _short(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except ValueError:
        return str(path)
