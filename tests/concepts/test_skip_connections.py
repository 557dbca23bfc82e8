"""Two trainings that differ in nothing but skip connections."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from visualizer.architecture.architecture import summarize
from visualizer.architecture.network import build
from visualizer.concepts.masks import mean_iou, pixel_error
from visualizer.concepts.skip_connections import (
    BATCH_SIZE,
    CLASSES,
    LAP,
    LEARNING_RATE,
    SIDE,
    SkipData,
    race,
    small_unet,
    train,
)


@pytest.fixture(scope="module")
def data():
    """Bright rectangles on a dark ground."""
    random = np.random.default_rng(0)
    pictures, masks = (
        random.uniform(0, 0.3, (150, 3, SIDE, SIDE)).astype(np.float32),
        np.zeros((150, SIDE, SIDE), np.uint8),
    )
    for picture, mask, (row, column, height, width) in zip(
        pictures, masks, random.integers(5, 15, (150, 4)), strict=True
    ):
        mask[row : row + height, column : column + width] = 1
        picture[:, mask == 1] += 0.6
    return SkipData(pictures[:130], masks[:130], pictures[130:], masks[130:])


def test_both_learn_the_same_number_of_weights_from_the_same_start():
    with_skips, without = (build(small_unet(skips, CLASSES), seed=0) for skips in (True, False))
    reports = [summarize(small_unet(skips, CLASSES)) for skips in (True, False)]
    assert reports[0].parameters == reports[1].parameters
    weights = [list(network.parameters()) for network in (with_skips, without)]
    assert len(weights[0]) == len(weights[1]) > 10
    assert all(torch.equal(*pair) for pair in zip(*weights, strict=True))
    pictures = torch.rand(1, 3, SIDE, SIDE)
    assert not torch.equal(with_skips.eval()(pictures), without.eval()(pictures))


def test_a_run_is_that_of_a_loop_that_nobody_wrote_here(data):
    network = build(small_unet(True, CLASSES))
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    order = torch.randperm(130, generator=torch.Generator().manual_seed(0))
    for batch in order.split(BATCH_SIZE):
        optimizer.zero_grad()
        log_probabilities = network(torch.from_numpy(data.pictures[batch])).log_softmax(1)
        functional.nll_loss(log_probabilities, torch.from_numpy(data.masks[batch]).long()).backward()
        optimizer.step()
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(data.held_out_pictures)).argmax(1).numpy()
    *_, run = train(True, data, epochs=1)
    assert (run.answers == expected).mean() > 0.999
    assert run.batches.tolist() == [LAP, run.total]
    assert run.total == 9
    assert run.iou[-1] == mean_iou(run.answers, data.held_out_masks, CLASSES)
    assert run.wrong[-1] == pixel_error(run.answers, data.held_out_masks)


def test_they_train_in_turns_to_the_same_number_of_batches(data):
    rounds = list(race(data, epochs=1))
    assert rounds[0][True].batches[-1] == rounds[0][False].batches[-1] == LAP
    last = rounds[-1]
    assert last[True].batches[-1] == last[False].batches[-1] == last[True].total
    # On these rectangles, too, the details come through the skips.
    assert last[True].wrong[-1] < last[False].wrong[-1]
