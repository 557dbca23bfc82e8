"""What is refused before it is trained, and what to do about it."""

import pytest

from tests.training.examples import spec
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.catalog import load_dataset
from visualizer.errors import UserError
from visualizer.training.scheduling.check import check
from visualizer.training.settings import RunSpec, batches_per_epoch

LARGE = CLASSIC.architecture.with_layers((Conv2D(filters=512, padding="same"), *CLASSIC.architecture.layers))


def normalized(*layers) -> Architecture:
    return Architecture("normalized", (1, 8, 8), (*layers, Dense(units=10)))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (
            spec(Architecture("two", (1, 8, 8), (Flatten(), Dense(units=2)))),
            r"cannot be trained on .*\. The network outputs 2 numbers\. .* each of the 10 classes",
        ),
        (
            spec(Architecture("wide", (1, 8, 8), (Conv2D(kernel_size=(9, 9)), Flatten(), Dense(units=10)))),
            "“wide” cannot be trained",
        ),
        (spec(dataset="mountains"), "There is no data set “mountains”"),
        (RunSpec(TINY.architecture, spec().settings, probe_index=99_999), "watched picture"),
        (
            spec(LARGE, batch_size=512),
            "A batch of 512 pictures makes 4.47 GiB of numbers in all layers.* Use a batch size of at most 114",
        ),
        (spec(normalized(Flatten(), BatchNormalization()), batch_size=1), "Use a batch size of 2 or more"),
    ],
)
def test_what_cannot_be_trained_is_refused(run, message):
    with pytest.raises(UserError, match=message):
        check(run)


def test_the_batch_size_that_is_proposed_fits():
    assert check(spec(LARGE, batch_size=114)) == batches_per_epoch(len(load_dataset("digits").train), 114)
