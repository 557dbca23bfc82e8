"""One segmentation network with and without its skip connections, trained side by side in a bare torch loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.concepts.masks import mean_iou, pixel_error

if TYPE_CHECKING:
    import torch

SIDE = 32  # pixels of a picture, so that a laptop trains two networks in seconds
CLASSES = 2  # in the race: background and shape, which is learnt in seconds
BATCH_SIZE = 16
EPOCHS = 4
LEARNING_RATE = 0.01
SEED = 0
LAP = 8  # batches that a network trains before it is the other one's turn
_FILTERS = (8, 16, 32)
_BOTTOM_FILTERS = 48


def small_unet(skips: bool, classes: int) -> Architecture:
    """Three steps down and up; where `skips`, the maps of the way down are added to those of the way up.

    It answers with a map of scores for each of the `classes`, with the background. Adding has nothing to learn, so both
    networks have the same layers with weights. As in LinkNet: Chaurasia and Culurciello, 2017,
    https://arxiv.org/abs/1707.03718
    """
    assembly = Assembly((3, SIDE, SIDE))
    skipped = []
    for filters in _FILTERS:
        skipped.append(assembly.add(Conv2D(filters=filters, padding="same"), BatchNormalization()))
        assembly.add(MaxPooling2D())
    assembly.add(Conv2D(filters=_BOTTOM_FILTERS, padding="same"), BatchNormalization())
    for filters in reversed(_FILTERS):
        up = assembly.add(Conv2DTranspose(filters=filters, activation=NO_ACTIVATION))
        if skips:
            assembly.add(Add(), reads=(skipped.pop(), up))
        assembly.add(Conv2D(filters=filters, padding="same"), BatchNormalization())
    assembly.add(Conv2D(filters=classes, kernel_size=(1, 1), activation=NO_ACTIVATION))
    return assembly.architecture(f"Small U-Net {'with' if skips else 'without'} skip connections")


@dataclass(frozen=True)
class SkipData:
    """(N, 3, SIDE, SIDE) float32 pictures in [0, 1] with (N, SIDE, SIDE) uint8 masks to train on, and held-out ones."""

    pictures: np.ndarray
    masks: np.ndarray
    held_out_pictures: np.ndarray
    held_out_masks: np.ndarray


@dataclass(frozen=True)
class SkipRun:
    """The training of one of the networks, finished or so far, as measured on the held-out pictures.

    Attributes:
        batches: (T,) after how many batches it was measured.
        iou: (T,) mean IoU over the classes, all pictures together, from 0 to 1.
        wrong: (T,) the share of the pixels with the wrong class.
        answers: (N, SIDE, SIDE) uint8, its masks at the last of these moments.
        total: Batches of the whole training.
    """

    batches: np.ndarray
    iou: np.ndarray
    wrong: np.ndarray
    answers: np.ndarray
    total: int


def train(skips: bool, data: SkipData, epochs: int = EPOCHS) -> Iterator[SkipRun]:
    """Train a new network. With and without skips it gets the same initial weights and the same batches.

    Yields:
        The run so far after every LAP batches and at the end.
    """
    import torch
    from torch.nn import functional

    from visualizer.architecture.network import build

    # A network this small is not faster on two cores, and on a busy machine the cores wait for each other.
    torch.set_num_threads(1)
    network = build(small_unet(skips, CLASSES), seed=SEED)
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    order = torch.Generator().manual_seed(SEED)
    pictures, masks = torch.from_numpy(data.pictures), torch.from_numpy(data.masks).long()
    batches = [
        batch for _ in range(epochs) for batch in torch.randperm(len(pictures), generator=order).split(BATCH_SIZE)
    ]
    measured: list[tuple[int, float, float]] = []
    for done, batch in enumerate(batches, start=1):
        network.train()
        optimizer.zero_grad()
        functional.cross_entropy(network.logits(pictures[batch]), masks[batch]).backward()
        optimizer.step()
        if done % LAP == 0 or done == len(batches):
            answers = _answers(network.eval(), data.held_out_pictures)
            true = data.held_out_masks
            measured.append((done, mean_iou(answers, true, CLASSES), pixel_error(answers, true)))
            at, iou, wrong = (np.array(column) for column in zip(*measured, strict=True))
            yield SkipRun(at, iou, wrong, answers, len(batches))


def _answers(network: "torch.nn.Module", pictures: np.ndarray) -> np.ndarray:
    import torch

    with torch.inference_mode():
        masks: np.ndarray = network(torch.from_numpy(pictures)).argmax(1).to(torch.uint8).numpy()
    return masks


def race(data: SkipData, epochs: int = EPOCHS) -> Iterator[dict[bool, SkipRun]]:
    """Train with skips (True) and without (False), in turns, and yield both runs after each round.

    The last ones are the result.
    """
    running = {skips: train(skips, data, epochs) for skips in (True, False)}
    runs: dict[bool, SkipRun] = {}
    while running:
        for skips, training in list(running.items()):
            run = next(training, None)
            if run is None:
                del running[skips]
            else:
                runs[skips] = run
        yield dict(runs)
