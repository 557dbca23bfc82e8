"""Cross-entropy and mean squared error after a softmax: their values, and their gradients by torch's autograd."""

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from visualizer.architecture.network import Network

LossName = Literal["cross_entropy", "mse"]


@dataclass(frozen=True)
class Losses:
    """One prediction under both losses. All arrays are (classes,) float64.

    Attributes:
        logits: The scores z.
        target: The right class.
        probabilities: softmax(z).
        one_hot: 1 for the right class, 0 elsewhere.
        cross_entropy: −ln of the right class's probability, in nats.
        mse: The mean over the classes of (probability − one-hot)².
        cross_entropy_gradient, mse_gradient: With respect to the logits.
    """

    logits: np.ndarray
    target: int
    probabilities: np.ndarray
    one_hot: np.ndarray
    cross_entropy: float
    mse: float
    cross_entropy_gradient: np.ndarray
    mse_gradient: np.ndarray

    @property
    def cross_entropy_size(self) -> float:
        """The length of the gradient of cross-entropy."""
        return float(np.linalg.norm(self.cross_entropy_gradient))

    @property
    def mse_size(self) -> float:
        """The length of the gradient of the mean squared error."""
        return float(np.linalg.norm(self.mse_gradient))


@dataclass(frozen=True)
class Sweep:
    """Both losses while one logit changes and the others stay. All arrays are (S,) float64.

    Attributes:
        logit: The values of the logit that changes.
        cross_entropy, mse: The losses.
        cross_entropy_size, mse_size: The lengths of their gradients with respect to all logits.
    """

    logit: np.ndarray
    cross_entropy: np.ndarray
    mse: np.ndarray
    cross_entropy_size: np.ndarray
    mse_size: np.ndarray


def losses(logits: np.ndarray, target: int) -> Losses:
    """Both losses of one prediction: (classes,) logits and the right class `target`."""
    import torch
    from torch.nn import functional

    scores = torch.tensor(np.asarray(logits, dtype=np.float64), requires_grad=True)
    one_hot = functional.one_hot(torch.tensor(target), len(logits)).double()
    cross_entropy = functional.cross_entropy(scores, torch.tensor(target))
    mse = functional.mse_loss(scores.softmax(dim=0), one_hot)
    return Losses(
        logits=scores.detach().numpy(),
        target=target,
        probabilities=scores.detach().softmax(dim=0).numpy(),
        one_hot=one_hot.numpy(),
        cross_entropy=cross_entropy.item(),
        mse=mse.item(),
        cross_entropy_gradient=torch.autograd.grad(cross_entropy, scores)[0].numpy(),
        mse_gradient=torch.autograd.grad(mse, scores)[0].numpy(),
    )


def sweep(logits: np.ndarray, target: int, swept: int, values: np.ndarray) -> Sweep:
    """Both losses while logit number `swept` takes each of the `values`, (S,)."""
    predictions = [losses(np.where(np.arange(len(logits)) == swept, value, logits), target) for value in values]
    return Sweep(
        np.asarray(values, dtype=np.float64),
        np.array([prediction.cross_entropy for prediction in predictions]),
        np.array([prediction.mse for prediction in predictions]),
        np.array([prediction.cross_entropy_size for prediction in predictions]),
        np.array([prediction.mse_size for prediction in predictions]),
    )


def logits_of(network: "Network", pictures: np.ndarray) -> np.ndarray:
    """The network's scores before its softmax: (N, C, H, W) float32 in [0, 1] in, (N, classes) float64 out."""
    import torch

    with torch.inference_mode():
        return network.logits(torch.from_numpy(pictures)).double().numpy()


def most_wrong(logits: np.ndarray, labels: np.ndarray) -> int:
    """The index of the prediction, among (N, classes) logits, that gives its right class the lowest probability."""
    import torch
    from torch.nn import functional

    scores = torch.from_numpy(np.asarray(logits, dtype=np.float64))
    return int(functional.cross_entropy(scores, torch.from_numpy(labels), reduction="none").argmax())


def learn_one(
    network: "Network", picture: np.ndarray, label: int, loss: LossName, learning_rate: float, steps: int
) -> np.ndarray:
    """Train a copy of the network on one picture by plain SGD; the network itself is not changed.

    Args:
        network: A classifier that ends in a softmax.
        picture: (C, H, W) float32 in [0, 1].
        label: Its right class.
        loss: The loss to minimise.
        learning_rate: Of torch.optim.SGD without momentum.
        steps: The number of steps.

    Returns:
        The right class's probability before training and after each step, (steps + 1,).
    """
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)  # for one picture, more threads would only wait for each other
    learner = copy.deepcopy(network).train()
    optimizer = torch.optim.SGD(learner.parameters(), lr=learning_rate)
    inputs, target = torch.from_numpy(picture)[None], torch.tensor([label])
    right_class = []
    for _ in range(steps + 1):
        scores = learner.logits(inputs)
        probabilities = scores.softmax(dim=1)
        right_class.append(probabilities[0, label].item())
        if loss == "cross_entropy":
            value = functional.cross_entropy(scores, target)
        else:
            value = functional.mse_loss(
                probabilities, functional.one_hot(target, probabilities.shape[1]).to(probabilities.dtype)
            )
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return np.array(right_class)
