"""Train the networks of the pages Detection, Segmentation and Generation, and write them to assets/.

Run from the folder of this project's README:

    python -m assets.make_concept_networks

It takes two or three minutes. The same versions of torch, Pillow and scikit-learn on the same kind of processor give
the same files.
"""

from pathlib import Path

import torch

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.concepts.skip_connections import small_unet
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.detection import Detection
from visualizer.tasks.diffusion import Diffusion
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Task

FOLDER = Path(__file__).parent
SEED = 0
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


def make(
    file: str,
    task: Task,
    architecture: Architecture,
    *,
    data: str,
    loss: str,
    epochs: int,
    batch_size: int,
    learning_rate: float,
) -> None:
    """Train a network, and write it with what it reaches on the test split as its notes."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums over several threads may differ in the last bit from run to run
    dataset = load_dataset(data)
    (pictures, targets), test = (
        (
            torch.from_numpy(prepare(dataset.pictures[indices], architecture.input_shape)),
            torch.from_numpy(task.targets(dataset, indices)),
        )
        for indices in (dataset.train, dataset.test)
    )
    network = build(architecture, "he_normal", SEED)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    network.train()
    for epoch in range(1, epochs + 1):
        for batch in torch.randperm(len(pictures)).split(batch_size):
            optimizer.zero_grad()
            value, _ = task.loss_and_outputs(network, pictures[batch], targets[batch], loss)
            value.backward()
            optimizer.step()
        schedule.step()
        if epoch * 10 % epochs < 10:
            print(f"{file}, epoch {epoch} of {epochs}: loss of the last batch {value.item():.3f}", flush=True)
    network.eval()
    with torch.inference_mode():
        _, outputs = task.loss_and_outputs(network, *test, loss)
    evaluation = task.evaluation(task.kept(outputs), test[1].numpy(), dataset.annotations)
    notes = {"dataset": data} | {measure.name: f"{value:.4f}" for measure, value in evaluation.measures}
    path = FOLDER / f"{file}.safetensors"
    path.write_bytes(save_model(architecture, {name: one.numpy() for name, one in network.state_dict().items()}, notes))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {notes}")


def main() -> None:
    scenes, digits = {"data": "scenes", "batch_size": 32}, {"data": "digits", "batch_size": 128, "learning_rate": 0.003}
    make("detector", Detection(), DETECTOR, loss="cells_focal", epochs=12, learning_rate=0.006, **scenes)
    unet = small_unet(skips=True, classes=6)
    make("segmenter", Segmentation(), unet, loss="cross_entropy", epochs=20, learning_rate=0.01, **scenes)
    make("denoiser", Diffusion(), DENOISER, loss="velocity_mse", epochs=400, **digits)
    make("autoencoder", Autoencoder(), AUTOENCODER, loss="pixels_mse", epochs=400, **digits)


if __name__ == "__main__":
    main()
