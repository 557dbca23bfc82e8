"""What is wrong with a network in training, in plain sentences, from the health of its layers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.training.runs.curves import HealthCurves
from visualizer.words import listed

# Of a layer's units, in most of the last checkups; below it, training mostly succeeds with the others.
SILENT_SHARE = 0.5
# ‖update‖ / ‖weights‖ of a step. About 0.001 is usual: https://cs231n.github.io/neural-networks-3/#ratio
LARGE_UPDATE = 0.1
SMALL_UPDATE = 1e-5
# The gradient's norm divided by the weights' norm: the first layer's, divided by the last one's.
VANISHED = 1e-3
# The median of so many checkups is what counts: a single batch may be an exception.
CHECKUPS = 3


@dataclass(frozen=True)
class Finding:
    """A problem: what was measured, with its numbers, and what to try, in whole sentences."""

    seen: str
    advice: str


def diagnose(health: HealthCurves, names: Sequence[str], pictures: Sequence[int]) -> tuple[Finding, ...]:
    """What is wrong by the last checkups, worst first; nothing if all is well or nothing was measured yet.

    `names` are those of all layers of the network, `pictures` says how many the batch of each checkup had.
    """
    if not len(health.step):
        return ()
    called = [f"Layer {index + 1} ({names[index]})" for index in health.layers]
    return (
        *_silent(health, called, pictures),
        *_still(health, called),
        *_too_large(health, called),
        *_too_small(health),
    )


def _lately(values: np.ndarray) -> np.ndarray:
    """(layers,) the median of the last checkups."""
    return np.median(values[-CHECKUPS:], axis=0)


def _silent(health: HealthCurves, called: list[str], pictures: Sequence[int]) -> list[Finding]:
    """Layers with many units that are 0 for all pictures of a batch. No batch can tell whether these are dead."""
    counts = listed(map(str, pictures[-CHECKUPS:]))
    # More than half of the checkups: a single batch may be an exception.
    checkups = min(len(pictures), CHECKUPS)
    most = checkups // 2 + 1
    shares = np.sort(health.silent_share[-CHECKUPS:], axis=0)[checkups - most]
    where = {
        1: f"This was so in the measured batch ({counts} pictures).",
        2: f"This was so in both measured batches ({counts} pictures).",
    }.get(checkups, f"This was so in at least {most} of the last {checkups} measured batches ({counts} pictures).")
    findings = []
    for layer in np.flatnonzero(shares > SILENT_SHARE):
        name, share, units = called[layer], f"{shares[layer]:.0%}", health.units[layer]
        silent = f"{name}: {share} of its {units} units were silent: 0 for every picture."
        if checkups > 1 and shares[layer] < 1:
            silent = f"{name}: at least {share} of its {units} units were silent: 0 for every picture."
        advice = (
            "A unit that is silent for all pictures is dead: it gets no gradient and rarely recovers. If this lasts, "
            "lower the learning rate or use LeakyReLU, and start again."
        )
        findings.append(Finding(f"{silent} {where}", advice))
    return findings


def _still(health: HealthCurves, called: list[str]) -> list[Finding]:
    """Layers that the gradient does not reach."""
    gradient, weight = _lately(health.gradient_norm), _lately(health.weight_norm)
    trained = np.flatnonzero(np.isfinite(gradient))
    none = [layer for layer in trained if gradient[layer] == 0]
    if none:
        first = called[none[0]]
        return [
            Finding(
                f"{first} gets no gradient at all, so it learns nothing."
                if len(none) == 1
                else f"{len(none)} layers get no gradient at all, so they learn nothing. The first is {first}.",
                "Check for silent units or weights that are all 0, choose another initialisation and start again.",
            )
        ]
    per_weight = gradient[trained] / np.where(weight[trained] > 0, weight[trained], np.nan)
    if len(trained) > 1 and per_weight[0] < VANISHED * per_weight[-1]:
        return [
            Finding(
                f"Hardly any gradient reaches {called[trained[0]]}: relative to the size of the weights, it is "
                f"1/{per_weight[-1] / per_weight[0]:,.0f} of the gradient of {called[trained[-1]]}.",
                "Use ReLU instead of sigmoid or tanh, batch normalisation, or fewer layers.",
            )
        ]
    return []


def _too_large(health: HealthCurves, called: list[str]) -> list[Finding]:
    ratio = _lately(health.update_ratio)
    if not np.any(ratio > LARGE_UPDATE):
        return []
    layer = int(np.nanargmax(ratio))
    return [
        Finding(
            f"{called[layer]}: each step changes its weights by {ratio[layer]:.0%} of their size; 0.1 % is usual.",
            "Lower the learning rate.",
        )
    ]


def _too_small(health: HealthCurves) -> list[Finding]:
    ratio = _lately(health.update_ratio)
    moving = ratio[np.isfinite(ratio) & (ratio > 0)]
    if not len(moving) or moving.max() >= SMALL_UPDATE:
        return []
    return [
        Finding(
            f"Even the layer that moves most changes its weights by only {moving.max():.1e} of their size each step; "
            "1e-03 is usual.",
            "Raise the learning rate.",
        )
    ]
