from pathlib import Path

import numpy as np
import pytest
import torch

from visualizer.architecture.model_file import load_model
from visualizer.architecture.network import build
from visualizer.concepts.linear_code import LinearCode, network_codes
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    dataset = load_dataset("digits")
    return prepare(dataset.pictures[dataset.train], (1, 8, 8))


def test_all_numbers_keep_the_picture_and_none_keeps_the_mean(pictures: np.ndarray) -> None:
    code = LinearCode.of(pictures)
    rows = pictures.reshape(len(pictures), -1)
    codes = code.codes(pictures[:5])
    assert code.drawn(codes, 64) == pytest.approx(rows[:5], abs=1e-5)
    assert code.drawn(codes, 0) == pytest.approx(np.tile(rows.mean(axis=0), (5, 1)), abs=1e-5)
    assert code.components @ code.components.T == pytest.approx(np.eye(64), abs=1e-9)


def test_the_errors_are_those_of_torch_and_fall_with_every_number(pictures: np.ndarray) -> None:
    rows = torch.from_numpy(pictures.reshape(len(pictures), -1)).double()
    centered = rows - rows.mean(dim=0)
    right = torch.linalg.eigh(centered.T @ centered).eigenvectors[:, -8:]
    by_torch = (centered @ right @ right.T - centered).square().mean().item()
    errors = LinearCode.of(pictures).errors(pictures, (1, 2, 4, 8, 16, 32, 64))
    assert errors[3] == pytest.approx(by_torch, rel=1e-6)
    assert (np.diff(errors) < 0).all()


def test_a_linear_autoencoder_learns_nothing_better(pictures: np.ndarray) -> None:
    """Baldi and Hornik: trained, it comes close to this error, and never below it."""
    torch.manual_seed(0)
    rows = torch.from_numpy(pictures.reshape(len(pictures), -1)).double()
    centered = rows - rows.mean(dim=0)
    network = torch.nn.Sequential(torch.nn.Linear(64, 4, bias=False), torch.nn.Linear(4, 64, bias=False)).double()
    optimizer = torch.optim.LBFGS(network.parameters(), max_iter=150, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        error = (network(centered) - centered).square().mean()
        error.backward()
        return error

    optimizer.step(loss)
    best = LinearCode.of(pictures).errors(pictures, (4,))[0]
    assert best <= loss().item() < 1.01 * best


def test_the_autoencoder_keeps_more_in_two_numbers_than_the_linear_code(pictures: np.ndarray) -> None:
    path = Path(__file__).parents[2] / "assets" / "autoencoder.safetensors"
    assert path.stat().st_size < 200_000
    architecture, weights = load_model(path)
    network = build(architecture).eval()
    network.load_state_dict({key: torch.from_numpy(array) for key, array in weights.items()})
    dataset = load_dataset("digits")
    test = prepare(dataset.pictures[dataset.test], (1, 8, 8))
    codes, error = network_codes(network, test)
    assert codes.shape == (len(test), 2)
    with torch.inference_mode():
        by_hand = network(torch.from_numpy(test)).numpy() - test
    assert error == pytest.approx(np.square(by_hand).mean(), rel=1e-5)
    assert error < LinearCode.of(pictures).errors(test, (2,))[0]
