"""At which batches the health of a run's layers is measured. No torch here: pages use this too.

Always at the same batches, so that the same seed gives the same numbers. A checkup costs up to 0.7 of a small network's
batch, so it becomes rarer after the first batches, in which most happens.
"""

import math

CHECKUPS_PER_EPOCH = 2
OFTEN_UNTIL = 200  # batches
BETWEEN_LATER = 128  # batches from one checkup to the next after that, at least


def is_checkup_due(step: int, steps_per_epoch: int) -> bool:
    """Whether the layers' health is measured at batch `step`, counted from 1."""
    early, later = checkup_intervals(steps_per_epoch)
    return step == 1 or step % (early if step <= OFTEN_UNTIL else later) == 0


def checkup_intervals(steps_per_epoch: int) -> tuple[int, int]:
    """Batches from one checkup to the next, up to batch `OFTEN_UNTIL` and after it."""
    early = max(steps_per_epoch // CHECKUPS_PER_EPOCH, 1)
    return early, early * math.ceil(BETWEEN_LATER / early)
