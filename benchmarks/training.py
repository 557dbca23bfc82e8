"""Does training in the app cost speed? `python -m benchmarks.training` answers in a few minutes.

Each network is trained by turns as the app does it (worker process; snapshots, curves and weights written to the store;
a watcher that reads the store and makes the page's two charts three times a second) and by a bare PyTorch loop in this
process. Both do the same work: the same network, data, batches, optimizer, epochs, validation after each epoch, and one
torch thread. The ratio of each pair is taken by itself, since other load on the computer changes over minutes.

After that the same run is trained once in a worker process and once in a thread of the process that draws: images a
second, and how long reading and drawing take meanwhile.
"""

import argparse
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.catalog import load_dataset
from visualizer.figures.curves import accuracy_curves, curves
from visualizer.training.commands import Start
from visualizer.training.examples import Examples
from visualizer.training.loop import EVALUATION_BATCH, Training
from visualizer.training.losses import make_optimizer
from visualizer.training.pool import WorkerPool
from visualizer.training.settings import RunSpec, TrainingSettings, batches_per_epoch
from visualizer.training.store import History, RunStore
from visualizer.training.worker import SLICE, ActiveRun

GOAL = 0.95
READS_PER_SECOND = 3


def bare_loop(spec: RunSpec, examples: Examples) -> float:
    """Seconds that plain PyTorch takes for the run: no events, no accuracy of batches, no snapshots."""
    settings = spec.settings
    network = build(spec.architecture, settings.initialization, settings.seed)
    optimizer = make_optimizer(network, settings)
    generator = torch.Generator().manual_seed(settings.seed)
    started = time.perf_counter()
    bare_validation(network, examples)
    for _ in range(settings.epochs):
        network.train()
        for chosen in torch.randperm(len(examples.train), generator=generator).split(settings.batch_size):
            pictures, labels = examples.train.batch(chosen)
            optimizer.zero_grad()
            functional.cross_entropy(network.logits(pictures), labels).backward()
            optimizer.step()
        bare_validation(network, examples)
    return time.perf_counter() - started


def bare_validation(network: torch.nn.Module, examples: Examples) -> None:
    network.eval()
    with torch.inference_mode():
        for pictures, labels in examples.validation.in_order(EVALUATION_BATCH):
            functional.cross_entropy(network.logits(pictures), labels).item()


def app_run(spec: RunSpec, store: RunStore, pool: WorkerPool) -> tuple[float, list[float]]:
    """Seconds that the app takes for the run, and for each look of the watcher."""
    run_id = pool.submit(spec, "benchmark")
    while store.latest_snapshot(run_id) is None:
        time.sleep(0.05)
    pool.send(run_id, Start())
    return watch(store, run_id)


def thread_run(spec: RunSpec, store: RunStore, examples: Examples) -> tuple[float, list[float]]:
    """The same in a thread of this process."""
    store.create("thread", "benchmark", spec, batches_per_epoch(len(examples.train), spec.settings.batch_size))
    run = ActiveRun("thread", Training(spec, examples.dataset, examples), store.apply)
    run.take(Start())

    def train() -> None:
        while not run.ended:
            run.turn(SLICE, lambda: False)

    thread = threading.Thread(target=train)
    thread.start()
    result = watch(store, "thread")
    thread.join()
    return result


def watch(store: RunStore, run_id: str) -> tuple[float, list[float]]:
    """Read and draw what the page does, as often, until the run has ended."""
    looks = []
    while True:
        started = time.perf_counter()
        record = store.record(run_id)
        history = store.history(run_id)
        store.latest_snapshot(run_id)
        draw(history)
        looks.append(time.perf_counter() - started)
        assert record is not None
        if not record.active:
            assert record.state == "finished", record.message
            return record.seconds, looks
        time.sleep(1 / READS_PER_SECOND)


def draw(history: History) -> None:
    position, epoch = history.epoch_position, history.epoch
    train, validation = history.train_loss, history.validation_loss
    curves(position, history.batch_loss, epoch, train, validation, loss_label="loss").figure.to_json()
    train, validation = history.train_accuracy, history.validation_accuracy
    accuracy_curves(position, history.batch_accuracy, epoch, train, validation).figure.to_json()


def compare(title: str, spec: RunSpec, pairs: int, store: RunStore, pool: WorkerPool) -> float:
    """Train by turns and print images a second and the ratio; the median ratio."""
    examples = Examples(load_dataset(spec.settings.dataset), spec.architecture.input_shape)
    images = len(examples.train) * spec.settings.epochs
    app, bare = [], []
    for _ in range(pairs):
        app.append(images / app_run(spec, store, pool)[0])
        bare.append(images / bare_loop(spec, examples))
    ratios = [one / other for one, other in zip(app, bare, strict=True)]
    print(f"{title}: {images:,} images in each of {pairs} pairs")
    print(f"  app    {spread(app, '{:,.0f}')} images/s")
    print(f"  bare   {spread(bare, '{:,.0f}')} images/s")
    ratio = statistics.median(ratios)
    print(f"  ratio  {spread(ratios, '{:.3f}')}   goal {GOAL}: {'reached' if ratio >= GOAL else 'MISSED'}", flush=True)
    return ratio


def threads_against_processes(spec: RunSpec, store: RunStore, pool: WorkerPool) -> None:
    examples = Examples(load_dataset(spec.settings.dataset), spec.architecture.input_shape)
    images = len(examples.train) * spec.settings.epochs
    measures: dict[str, Callable[[], tuple[float, list[float]]]] = {
        "worker process": lambda: app_run(spec, store, pool),
        "thread": lambda: thread_run(spec, store, examples),
    }
    print(f"{spec.architecture.name}, trained in")
    for place, measure in measures.items():
        seconds, looks = measure()
        milliseconds = sorted(1000 * look for look in looks)
        print(
            f"  {place:15}{images / seconds:8,.0f} images/s; reading and drawing take "
            f"{statistics.median(milliseconds):.1f} ms in the median, {milliseconds[-1]:.1f} ms at worst",
            flush=True,
        )


def spread(values: list[float], form: str) -> str:
    """The median, and the smallest and largest value."""
    return f"{form} ({form} to {form})".format(statistics.median(values), min(values), max(values))


def spec_of(architecture: Architecture, dataset: str, epochs: int) -> RunSpec:
    return RunSpec(architecture, TrainingSettings(dataset=dataset, epochs=epochs), probe_index=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7, help="how many times both are trained (default 7)")
    pairs = parser.parse_args().pairs
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, one torch thread, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        pool = WorkerPool(store, workers=1)
        try:
            app_run(spec_of(TINY.architecture, "digits", 5), store, pool)  # to load torch and the data
            compare("TINY on digits", spec_of(TINY.architecture, "digits", 60), pairs, store, pool)
            compare("CLASSIC on shapes", spec_of(CLASSIC.architecture, "shapes", 1), pairs, store, pool)
            threads_against_processes(spec_of(TINY.architecture, "digits", 80), store, pool)
        finally:
            pool.close()


if __name__ == "__main__":
    main()
