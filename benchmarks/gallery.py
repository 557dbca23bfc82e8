"""Do the gallery's small networks learn in two minutes? `python -m benchmarks.gallery` answers in half an hour.

Each is trained as in the app, with the settings that Train starts with, on the data set that it is for, for two minutes
or until it gets nine of ten pictures of the validation split right.
"""

import argparse
import platform
import time

import torch

from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.gallery.entry import GalleryEntry
from visualizer.data.catalog import load_dataset
from visualizer.training.loop.events import EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, TrainingSettings

SECONDS = 120.0
GOAL = 0.9  # of the validation split
THREADS = 2


def learn(entry: GalleryEntry, seconds: float) -> tuple[float, int, float]:
    """The best accuracy on the validation split, the epochs, and the seconds of processor time per thread."""
    settings = TrainingSettings(dataset=entry.small_dataset, epochs=1_000)
    training = Training(RunSpec(entry.make_small(), settings, 0), load_dataset(entry.small_dataset))
    started = time.process_time()
    best = 0.0
    while (spent := (time.process_time() - started) / THREADS) < seconds and best < GOAL:
        for event in training.advance():
            if isinstance(event, EpochEnded):
                best = max(best, event.validation_measures["accuracy"])
    return best, training.epoch, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--only", default="", help="part of a network's name")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, {THREADS} threads")
    met = True
    for entry in GALLERY:
        if arguments.only not in entry.name:
            continue
        accuracy, epochs, seconds = learn(entry, arguments.seconds)
        met = met and accuracy >= GOAL
        print(
            f"{entry.name}: {accuracy:.1%} on {entry.small_dataset} after {epochs} epochs and {seconds:.0f} s, goal "
            f"{GOAL:.0%} in {SECONDS:.0f} s: {'met' if accuracy >= GOAL else 'MISSED'}",
            flush=True,
        )
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
