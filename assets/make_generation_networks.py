"""Train the two small networks of the page Generation, and write them to assets/.

Run from the folder of this project's README:

    python -m assets.make_generation_networks

It takes half a minute. The same versions of torch and scikit-learn on the same kind of processor give the same files.
"""

from pathlib import Path

import torch

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.diffusion import Diffusion
from visualizer.tasks.task import Task

FOLDER = Path(__file__).parent
SEED, EPOCHS, BATCH_SIZE, LEARNING_RATE = 0, 400, 128, 0.003
_DRAWING = (Dense(units=64, activation="sigmoid"), Reshape(height=8, width=8))
# Wide layers suffice for 64 pixels, and are much faster than the networks of Build's gallery.
DENOISER = Architecture(
    "Removes noise from digits, small", (1, 8, 8), (Flatten(), Dense(units=160), Dense(units=160), *_DRAWING)
)
AUTOENCODER = Architecture(
    "Tells a digit in two numbers, small",
    (1, 8, 8),
    (
        *(Flatten(), Dense(units=128), Dense(units=64), Dense(units=2, activation=NO_ACTIVATION)),
        *(Dense(units=64), Dense(units=128), *_DRAWING),
    ),
)


def make(file: str, task: Task, architecture: Architecture, loss_name: str) -> None:
    """Train a network on the digits, and write it with what it reaches on the test split as its notes."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums over several threads may differ in the last bit from run to run
    dataset = load_dataset("digits")
    train, test = (
        torch.from_numpy(prepare(dataset.pictures[indices], architecture.input_shape))
        for indices in (dataset.train, dataset.test)
    )
    network = build(architecture, "he_normal", SEED)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    network.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(train)).split(BATCH_SIZE):
            optimizer.zero_grad()
            # What is learnt is the pictures themselves; the task asks for targets that it does not use.
            loss, _ = task.loss_and_outputs(network, train[batch], batch, loss_name)
            loss.backward()
            optimizer.step()
        schedule.step()
    network.eval()
    with torch.inference_mode():
        _, outputs = task.loss_and_outputs(network, test, torch.arange(len(test)), loss_name)
    evaluation = task.evaluation(task.kept(outputs), dataset.labels[dataset.test], dataset.annotations)
    notes = {"dataset": dataset.name} | {measure.name: f"{value:.4f}" for measure, value in evaluation.measures}
    path = FOLDER / f"{file}.safetensors"
    path.write_bytes(save_model(architecture, {name: one.numpy() for name, one in network.state_dict().items()}, notes))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {notes}")


def main() -> None:
    make("denoiser", Diffusion(), DENOISER, "velocity_mse")
    make("autoencoder", Autoencoder(), AUTOENCODER, "pixels_mse")


if __name__ == "__main__":
    main()
