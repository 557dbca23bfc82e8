"""Can a run be trained here? Asked before it begins."""

from collections.abc import Collection

from visualizer.architecture.architecture import summarize
from visualizer.data.catalog import load_dataset
from visualizer.errors import UserError
from visualizer.training.settings import RunSpec, batches_per_epoch


def check(spec: RunSpec, own: Collection[str] = ()) -> int:
    """The number of batches in an epoch of the run, if it can be trained; `own` are its workspace's own data sets.

    Raises:
        UserError: The network does not fit together or to the data set, the data set is missing or somebody else's,
            or the batch does not fit into memory.
    """
    architecture, settings = spec.architecture, spec.settings
    dataset = load_dataset(settings.dataset, own)
    if not settings.task.fits(dataset.annotations):
        raise UserError(
            f"{settings.task.title} cannot be learnt from {dataset.title}.",
            "Its pictures come without what is to be learnt.",
            "Choose another task or another data set.",
        )
    report = summarize(
        architecture, settings.task.goal(settings.task.about(dataset.annotations), architecture.input_shape)
    )
    if not report.fits:
        problem = report.problem or next(row.problem for row in report.layers if row.problem)
        raise UserError(
            f"The network “{architecture.name}” cannot be trained on {dataset.title}.",
            str(problem),
            "Fix it in Build.",
        )
    if not 0 <= spec.probe_index < len(dataset.pictures):
        raise UserError("The watched picture is not in the data set.", "", "Choose another picture.")
    if passed := report.passed_bound(settings.batch_size):
        raise UserError(passed.arrives, passed.needs)
    for row in report.layers:
        smallest = row.layer.smallest_batch(row.input_shape) if row.input_shape else 1
        if settings.batch_size < smallest:
            raise UserError(
                f"{row.layer.title} cannot be trained on batches of {settings.batch_size}.",
                f"It needs at least {smallest} pictures at a time.",
                f"Use a batch size of {smallest} or more.",
            )
    return batches_per_epoch(len(dataset.train), settings.batch_size)
