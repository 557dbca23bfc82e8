"""A picture made to excite a filter: gradient ascent on the picture's own pixels (activation maximisation).

Sources: Erhan, Bengio, Courville and Vincent, "Visualizing Higher-Layer Features of a Deep Network", 2009; jitter and
total variation as in Olah, Mordvintsev and Schubert, "Feature Visualization", Distill, 2017,
https://distill.pub/2017/feature-visualization/ (without its change of colour space and its random turns and scales).
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch.nn import functional

from visualizer.architecture.flow import FlowNetwork
from visualizer.errors import UserError

Aim = Literal["place", "map"]

# After this share of the steps the picture no longer moves: with strides and pooling the value depends on its exact
# place.
SETTLED_AFTER = 0.75
RATE = 0.1  # Adam's, on the logits of the pixels
# Strength of the first picture's noise, on the logits; stronger where there is no gradient.
_STARTS = (0.1, 1.0, 3.0)


@dataclass(frozen=True)
class Ascent:
    """How to make a picture.

    Attributes:
        aim: What is maximised: "place", the filter's value at its strongest place (among the middle ones of its map
            while the picture is made), which draws its pattern once; or "map", the mean over all places of its map,
            which draws it everywhere.
        steps: Number of changes of the picture.
        jitter: The largest random move of the picture before each step, in pixels, in either direction; none in the
            last quarter of the steps.
        total_variation: How much differences between neighbouring pixels are held down; 0 for not at all. It is the
            weight of `total_variation` against the gradient of the filter's value, whose absolute values add up to 1.
        seed: Of the noise in the first picture, and of the jitter.
    """

    aim: Aim = "place"
    steps: int = 128
    jitter: int = 0
    total_variation: float = 0.3
    seed: int = 0


@dataclass(frozen=True)
class GrowingPicture:
    """A picture on its way.

    Attributes:
        picture: (C, H, W) float32 in [0, 1], as the network sees it in this step: moved by the jitter.
        place: (row, column) of the filter's strongest place in it; (0, 0) for a unit of a vector.
        history: (steps so far + 1,) float32, the aim's value for each step's picture before its change.
    """

    picture: np.ndarray
    place: tuple[int, int]
    history: np.ndarray


@dataclass(frozen=True)
class MadePicture:
    """A picture that was made, and how much it excites the filter.

    Attributes:
        picture: (C, H, W) float32 in [0, 1].
        reached: The aim's value for this picture.
        place: (row, column) of the filter's strongest place in it; (0, 0) for a unit of a vector.
        history: (steps,) float32, as in `GrowingPicture`.
    """

    picture: np.ndarray
    reached: float
    place: tuple[int, int]
    history: np.ndarray


def maximise(
    network: FlowNetwork, index: int, filter: int, ascent: Ascent
) -> Generator[GrowingPicture, None, MadePicture]:
    """Make a picture that excites a filter, before its activation function, as much as possible.

    The pixels are the sigmoid of the changed numbers, so that they stay in [0, 1] like those of real pictures. The
    network's weights keep their values and get no gradient; it is put in evaluation mode and stays in it.

    Args:
        network: Any network.
        index: The layer's place in the network, from 0.
        filter: The map, or the unit of a vector, from 0.
        ascent: How to make it.

    Raises:
        UserError: No pixel changes the filter's value.
    """
    network.eval()
    random = torch.Generator().manual_seed(ascent.seed)
    logits = _start(network, index, filter, ascent.aim, random)
    optimizer = torch.optim.Adam([logits], RATE)
    history: list[float] = []
    for step in range(ascent.steps):
        picture = torch.sigmoid(logits).detach().requires_grad_()
        jitter = ascent.jitter if step < SETTLED_AFTER * ascent.steps else 0
        moved = _moved(picture, jitter, random)
        values = _values(network, index, filter, moved)
        excited = _climbed(values, ascent.aim)
        history.append(float(excited.detach()))
        yield GrowingPicture(_array(moved), _best_place(values), np.array(history, dtype=np.float32))
        # Not backward(): it would leave gradients in weights that sessions share.
        (rise,) = torch.autograd.grad(excited, picture)
        (roughness,) = torch.autograd.grad(total_variation(picture), picture)
        extent = rise.abs().sum()
        downhill = ascent.total_variation * roughness - (rise / extent if extent > 0 else 0.0)
        logits.grad = downhill * (picture * (1 - picture)).detach()
        optimizer.step()
    with torch.no_grad():
        picture = torch.sigmoid(logits)
        values = _values(network, index, filter, picture)
    return MadePicture(
        _array(picture),
        float(_aimed(values, ascent.aim)),
        _best_place(values),
        np.array(history, dtype=np.float32),
    )


def total_variation(picture: torch.Tensor) -> torch.Tensor:
    """The mean over all pixels and colours of |difference to the right| + |difference below|: (1, C, H, W) to a scalar.

    Source: Rudin, Osher and Fatemi, 1992, in the form with absolute values.
    """
    right = (picture[..., 1:] - picture[..., :-1]).abs().sum()
    below = (picture[..., 1:, :] - picture[..., :-1, :]).abs().sum()
    return (right + below) / picture.numel()


def _start(network: FlowNetwork, index: int, filter: int, aim: Aim, random: torch.Generator) -> torch.Tensor:
    """The logits of grey with a little noise, or with more where the filter has no gradient."""
    for noise in _STARTS:
        logits = noise * torch.randn(1, *network.input_shape, generator=random)
        picture = torch.sigmoid(logits).requires_grad_()
        (rise,) = torch.autograd.grad(_climbed(_values(network, index, filter, picture), aim), picture)
        extent = rise.abs().sum()
        if torch.isfinite(extent) and extent > 0:
            return logits
    raise UserError(
        "No picture can be made for this filter.",
        "Its value is the same for every picture, because everything before it stays at 0, or its weights are no "
        "longer numbers.",
        "Choose another filter or another layer.",
    )


def _values(network: FlowNetwork, index: int, filter: int, picture: torch.Tensor) -> torch.Tensor:
    """The filter's map, (H', W'); (1, 1) for a unit of a vector."""
    values = network.run(picture, until=index, activated=False)[0, filter]
    return values if values.ndim == 2 else values.reshape(1, 1)


def _climbed(values: torch.Tensor, aim: Aim) -> torch.Tensor:
    """The aim's value while the picture is made: of places only the middle ones, which see less padding."""
    height, width = values.shape
    middle = values[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return _aimed(middle if aim == "place" else values, aim)


def _aimed(values: torch.Tensor, aim: Aim) -> torch.Tensor:
    return values.max() if aim == "place" else values.mean()


def _best_place(values: torch.Tensor) -> tuple[int, int]:
    row, column = divmod(int(values.argmax()), values.shape[1])
    return row, column


def _moved(picture: torch.Tensor, jitter: int, random: torch.Generator) -> torch.Tensor:
    """The picture moved by up to `jitter` pixels; at an edge, the pixels of the edge are repeated."""
    if jitter == 0:
        return picture
    down, right = torch.randint(-jitter, jitter + 1, (2,), generator=random).tolist()
    height, width = picture.shape[2:]
    padded = functional.pad(picture, (jitter,) * 4, mode="replicate")
    return padded[..., jitter - down : jitter - down + height, jitter - right : jitter - right + width]


def _array(picture: torch.Tensor) -> np.ndarray:
    array: np.ndarray = picture.detach()[0].numpy().copy()
    array.flags.writeable = False
    return array
