"""The random generators that torch itself draws from: the processor's, and the graphics card's where one trains."""

from collections.abc import Mapping

import torch

# Their names in checkpoints.
PROCESSOR, CARD = "torch", "cuda"


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
