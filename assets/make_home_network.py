"""Train the small network that the Home page shows, and write it to assets/home_network.safetensors.

Run from the folder of this project's README:

    python -m assets.make_home_network

It takes a few seconds. The same versions of torch and scikit-learn on the same kind of processor give the same file.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare

FILE = Path(__file__).with_name("home_network.safetensors")
SEED, EPOCHS, BATCH_SIZE, LEARNING_RATE = 0, 40, 32, 0.003


def accuracy(network: Network, pictures: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of the pictures, (N, C, H, W), whose most probable class is the right one."""
    network.eval()
    with torch.no_grad():
        return (network(pictures).argmax(dim=1) == labels).float().mean().item()


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums over several threads may differ in the last bit from run to run
    architecture = TINY.architecture
    dataset = load_dataset("digits")

    def split(indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        pictures = prepare(dataset.pictures[indices], architecture.input_shape)
        return torch.from_numpy(pictures), torch.from_numpy(dataset.labels[indices])

    train, validation, test = split(dataset.train), split(dataset.validation), split(dataset.test)
    network = build(architecture, "he_normal", SEED)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for epoch in range(1, EPOCHS + 1):
        network.train()
        for batch in torch.randperm(len(dataset.train)).split(BATCH_SIZE):
            optimizer.zero_grad()
            cross_entropy(network.logits(train[0][batch]), train[1][batch]).backward()
            optimizer.step()
        schedule.step()
        print(f"epoch {epoch:2d}: validation accuracy {accuracy(network, *validation):.4f}")

    notes = {
        "dataset": dataset.name,
        "train_accuracy": f"{accuracy(network, *train):.4f}",
        "validation_accuracy": f"{accuracy(network, *validation):.4f}",
        "test_accuracy": f"{accuracy(network, *test):.4f}",
    }
    weights = {name: array.numpy() for name, array in network.state_dict().items()}
    FILE.write_bytes(save_model(architecture, weights, notes))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes, {notes}")


if __name__ == "__main__":
    main()
