"""The state that an optimizer keeps from step to step, as plain arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch


def optimizer_arrays(optimizer: torch.optim.Optimizer) -> dict[str, np.ndarray]:
    """Copies of its state for each weight, such as Adam's means and their step count, by "INDEX/NAME"."""
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
