"""Train the networks of the pages on detection and segmentation, and write them to assets/.

Run from the folder of this project's README:

    python -m assets.make_scene_networks

It takes a minute or two. The same versions of torch and Pillow on the same kind of processor give the same files.
"""

from pathlib import Path

import torch

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.concepts.skip_connections import small_unet
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.detection import Detection
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Task

FOLDER = Path(__file__).parent
DATASET = "scenes"
SEED, BATCH_SIZE = 0, 32
DETECTOR = Architecture(
    "Detects shapes, small",
    (3, 64, 64),
    (
        *(Conv2D(filters=16, strides=(2, 2), padding="same"), BatchNormalization()),
        *(Conv2D(filters=24, padding="same"), BatchNormalization(), MaxPooling2D()),
        *(Conv2D(filters=32, padding="same"), BatchNormalization(), MaxPooling2D()),
        *(Conv2D(filters=48, padding="same"), BatchNormalization()),
        *(Conv2D(filters=48, padding="same"), BatchNormalization()),
        Conv2D(filters=10, kernel_size=(1, 1), activation=NO_ACTIVATION),
    ),
)


def make(file: str, task: Task, architecture: Architecture, loss: str, epochs: int, learning_rate: float) -> None:
    """Train a network on the scenes, and write it with what it reaches on the test split as its notes."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums over several threads may differ in the last bit from run to run
    dataset = load_dataset(DATASET)
    pictures = torch.from_numpy(prepare(dataset.pictures[dataset.train], architecture.input_shape))
    targets = torch.from_numpy(task.targets(dataset, dataset.train))
    network = build(architecture, "he_normal", SEED)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(1, epochs + 1):
        network.train()
        for batch in torch.randperm(len(pictures)).split(BATCH_SIZE):
            optimizer.zero_grad()
            value, _ = task.loss_and_outputs(network, pictures[batch], targets[batch], loss)
            value.backward()
            optimizer.step()
        schedule.step()
        print(f"{file}, epoch {epoch}: loss of the last batch {value.item():.3f}", flush=True)
    network.eval()
    with torch.inference_mode():
        outputs = network.logits(torch.from_numpy(prepare(dataset.pictures[dataset.test], architecture.input_shape)))
    evaluation = task.evaluation(task.kept(outputs), task.targets(dataset, dataset.test), dataset.annotations)
    notes = {"dataset": DATASET} | {measure.name: f"{value:.4f}" for measure, value in evaluation.measures}
    path = FOLDER / f"{file}.safetensors"
    path.write_bytes(save_model(architecture, {name: one.numpy() for name, one in network.state_dict().items()}, notes))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {notes}")


def main() -> None:
    make("detector", Detection(), DETECTOR, "cells_focal", epochs=12, learning_rate=0.006)
    make("segmenter", Segmentation(), small_unet(skips=True, classes=6), "cross_entropy", epochs=20, learning_rate=0.01)


if __name__ == "__main__":
    main()
