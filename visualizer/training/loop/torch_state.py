"""What torch itself keeps from step to step: the optimizer's state, and the random generators."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

# Names in checkpoints of torch's generators: the processor's, and the graphics card's where one trains.
PROCESSOR, CARD = "torch", "cuda"


def optimizer_arrays(optimizer: torch.optim.Optimizer) -> dict[str, np.ndarray]:
    """Copies of an optimizer's state for each weight, such as Adam's means and their step count, by "INDEX/NAME"."""
    state: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {
        f"{index}/{name}": torch.as_tensor(value).cpu().numpy().copy()
        for index, kept in state.items()
        for name, value in kept.items()
        # SGD without momentum has a None there.
        if value is not None
    }


def load_optimizer_arrays(optimizer: torch.optim.Optimizer, arrays: Mapping[str, np.ndarray]) -> None:
    """Load what `optimizer_arrays` returned into an optimizer of the same kind, for the same weights."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, array in arrays.items():
        index, name = key.split("/", 1)
        # Cloned: torch's own memory is aligned, a file's is not.
        state.setdefault(int(index), {})[name] = torch.from_numpy(array).clone()
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def random_states(device: torch.device) -> dict[str, torch.Tensor]:
    """The states of the generators that a training on that device draws from, uint8 each."""
    states = {PROCESSOR: torch.get_rng_state()}
    if device.type == "cuda":
        states[CARD] = torch.cuda.get_rng_state(device)
    return states


def set_random_states(states: Mapping[str, torch.Tensor], device: torch.device) -> None:
    """Restore what `random_states` returned for that device."""
    torch.set_rng_state(states[PROCESSOR])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states[CARD], device)


def random_states_of(seed: int, device: torch.device) -> dict[str, torch.Tensor]:
    """The states that the seed starts with."""
    states = {PROCESSOR: torch.Generator().manual_seed(seed).get_state()}
    if device.type == "cuda":
        states[CARD] = torch.Generator(device).manual_seed(seed).get_state()
    return states
