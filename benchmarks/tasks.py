"""How well is each task's example learnt in five minutes? `python -m benchmarks.tasks` says it.

Each is trained as in the app, with the settings of its card in the gallery and a fixed seed, until its epochs or the
minutes are over, and evaluated on the test split. Minutes are of processor time for each of two threads.
"""

import argparse
import platform
import time
from collections.abc import Mapping

import numpy as np
import torch

from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.inspection.task_evaluation import evaluate_task
from visualizer.tasks.task import Measure, Task, task_types
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, example_settings

MINUTES = 5.0
THREADS = 2
_BATCH = 64

# By the task and the title of a measure: the least value that is good, or the most where less is better.
GOALS: Mapping[str, Mapping[str, float]] = {
    "Regression": {"R² of the size": 0.95, "mean error of the direction": 6.0},
    "Segmentation": {"mean IoU of the classes": 0.80},
    "Detection": {"mAP at IoU 0.5": 0.75},
    "OneObject": {"mean IoU": 0.75},
}


def learn(task: Task, minutes: float) -> tuple[tuple[tuple[Measure, float], ...], float, int]:
    """Each measure on the test split, the minutes, and the epochs."""
    example, settings = type(task).example(), example_settings(task)
    dataset = load_dataset(settings.dataset)
    training = Training(RunSpec(example.architecture, settings, 0), dataset)
    started = time.process_time()
    while not training.ended and (time.process_time() - started) / THREADS / 60 < minutes:
        training.advance()
    spent = (time.process_time() - started) / THREADS / 60
    network = training.network.eval()
    indices = dataset.test
    batches = (
        prepare(dataset.pictures[indices[first : first + _BATCH]], network.input_shape)
        for first in range(0, len(indices), _BATCH)
    )
    steps = evaluate_task(
        network, task, batches, task.targets(dataset, indices), task.about(dataset.annotations), settings.loss
    )
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value.evaluation.measures, spent, training.epoch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--only", default="", help="the name of a task")
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}, {THREADS} threads")
    reached = wanted = 0
    for name, goals in GOALS.items():
        if arguments.only not in ("", name):
            continue
        task = task_types()[name]()
        measures, minutes, epochs = learn(task, arguments.minutes)
        print(f"{task.title}: {epochs} epochs in {minutes:.1f} minutes", flush=True)
        for measure, value in measures:
            goal = goals.get(measure.title)
            line = f"  {measure.title}: {value:.3g}"
            if goal is not None:
                met = value <= goal if measure.better == "down" else value >= goal
                wanted, reached = wanted + 1, reached + met
                line += f", goal {goal:g}: {'reached' if met else 'MISSED'}"
            print(line, flush=True)
    print(f"{reached} of {wanted} reached")
    raise SystemExit(0 if reached == wanted else 1)


if __name__ == "__main__":
    main()
