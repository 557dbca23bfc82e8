"""Train the small network on colours and shapes, and write it to assets/colour_network.safetensors.

Run from the folder of this project's README:

    python -m assets.make_colour_network

It takes about a minute. The same versions of torch, NumPy and Pillow on the same kind of processor give the same file.

Trained without more ado, large kernels keep the noise that they began with, since it hardly disturbs the answer. Here a
penalty makes noise costly: it is the energy of each kernel's differences between neighbouring weights, of its weights
far from the middle, and of its mean, each divided by the energy of all its weights, so that it is about a kernel's
pattern and not about its size. What is left are edges, bars and spots of one colour against another.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy, pad

from assets.make_home_network import accuracy
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.data.catalog import load_dataset
from visualizer.data.colour_shapes import CLASS_NAMES
from visualizer.data.prepare import prepare
from visualizer.data.shapes import SIZE

FILE = Path(__file__).with_name("colour_network.safetensors")
SEED, EPOCHS, BATCH_SIZE, LEARNING_RATE = 0, 16, 50, 0.002
SMOOTHNESS, COMPACTNESS, BALANCE = 1.0, 0.15, 1.0

ARCHITECTURE = Architecture(
    "Colours and shapes net",
    (3, SIZE, SIZE),
    (
        Conv2D(filters=16, kernel_size=(7, 7), padding="same"),
        MaxPooling2D(),
        Conv2D(filters=24, padding="same"),
        MaxPooling2D(),
        Conv2D(filters=32, padding="same"),
        MaxPooling2D(),
        Flatten(),
        Dense(units=len(CLASS_NAMES), activation="softmax"),
    ),
)


def roughness(kernels: torch.Tensor) -> torch.Tensor:
    """The penalty of kernels (out, in, k, k), whatever their size: more for noise than for edges and spots."""
    around = pad(kernels, (1, 1, 1, 1))  # a pattern fades towards its border
    differences = around.diff(dim=2).square().sum((1, 2, 3)) + around.diff(dim=3).square().sum((1, 2, 3))
    places = torch.linspace(-1, 1, kernels.shape[-1])
    distance = places[:, None].square() + places.square()
    far = (distance * kernels.square()).sum((1, 2, 3))
    energy = kernels.square().sum((1, 2, 3)).clamp_min(1e-8)
    mean = kernels.sum((1, 2, 3)).square() / kernels[0].numel()
    return ((SMOOTHNESS * differences + COMPACTNESS * far + BALANCE * mean) / energy).mean()


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums over several threads may differ in the last bit from run to run
    dataset = load_dataset("colour_shapes")

    def split(indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        pictures = prepare(dataset.pictures[indices], ARCHITECTURE.input_shape)
        return torch.from_numpy(pictures), torch.from_numpy(dataset.labels[indices])

    train, validation, test = split(dataset.train), split(dataset.validation), split(dataset.test)
    network = build(ARCHITECTURE, "he_normal", SEED)
    kernels = next(weights for weights in network.parameters() if weights.ndim == 4)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for epoch in range(1, EPOCHS + 1):
        network.train()
        for batch in torch.randperm(len(dataset.train)).split(BATCH_SIZE):
            optimizer.zero_grad()
            (cross_entropy(network.logits(train[0][batch]), train[1][batch]) + roughness(kernels)).backward()
            optimizer.step()
        schedule.step()
        print(f"epoch {epoch:2d}: validation accuracy {accuracy(network, *validation):.4f}", flush=True)

    notes = {
        "dataset": dataset.name,
        "train_accuracy": f"{accuracy(network, *train):.4f}",
        "validation_accuracy": f"{accuracy(network, *validation):.4f}",
        "test_accuracy": f"{accuracy(network, *test):.4f}",
    }
    weights = {name: array.numpy() for name, array in network.state_dict().items()}
    FILE.write_bytes(save_model(ARCHITECTURE, weights, notes))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes, {notes}")


if __name__ == "__main__":
    main()
