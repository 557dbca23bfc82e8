"""When a run's layers are looked at, for their health. No torch here: pages say it too.

Always at the same batches, so that the same seed gives the same numbers. A look costs up to 0.7 of a small network's
batch: after the first batches, in which most happens, there are at least so many between two looks.
"""

import math

from visualizer.training.scheduling.turn_queue import ordinal

LOOKS_PER_EPOCH = 2
OFTEN_UNTIL = 200  # batches
BETWEEN_LATER = 128  # batches, at least


def is_looked_at(step: int, steps_per_epoch: int) -> bool:
    """Whether batch `step`, counted from 1, is looked at."""
    early, later = _between(steps_per_epoch)
    return step == 1 or step % (early if step <= OFTEN_UNTIL else later) == 0


def looks_in_words(steps_per_epoch: int, total_steps: int) -> str:
    """Which batches of a run are looked at, for a sentence: "batch 1, then every 20th batch up to batch 200, ..."."""
    early, later = _between(steps_per_epoch)
    first = "every batch" if early == 1 else f"batch 1, then every {ordinal(early)} batch"
    if later == early or total_steps <= OFTEN_UNTIL:
        return first
    return f"{first} up to batch {OFTEN_UNTIL}, and every {ordinal(later)} batch after that"


def _between(steps_per_epoch: int) -> tuple[int, int]:
    """Batches from one look to the next, at first and later."""
    early = max(steps_per_epoch // LOOKS_PER_EPOCH, 1)
    return early, early * math.ceil(BETWEEN_LATER / early)
