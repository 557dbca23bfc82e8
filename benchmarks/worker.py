"""What does a run do beside its batches? `python -m benchmarks.worker` answers in about three minutes.

First the classic example is trained in a worker process, without any page, and by the bare loop of
`benchmarks.training`, by turns, from the first batches on: each turn of the app is a new run, which begins with its
untrained weights, its first moments and its checkups, as each run does; each turn of the bare loop is a new network.

Then a run is trained in this process, with its store, while a clock goes for each part of its work that the bare loop
does not have. `measures` are those of batches and validation; `moments` are the first weights and the gradients'
histograms; `checkups` are what the batches with a checkup take longer than others; the store's part runs in the
server's process, and is no part of the sum.
"""

import argparse
import functools
import platform
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from benchmarks.training import NETWORKS, Turn, bare_loop, images_of, record_of, speed, wait
from visualizer.data.catalog import load_dataset
from visualizer.training.loop.events import Bundle
from visualizer.training.loop.examples import Examples
from visualizer.training.loop.loop import Training
from visualizer.training.loop.metric_sums import MetricSums
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.commands import Start, Stop
from visualizer.training.scheduling.messages import FromWorker
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.training.scheduling.worker import SLICE, ActiveRun
from visualizer.training.settings import RunSpec, batches_per_epoch

GOAL = 0.97
TURN = 12.0  # seconds


def worker_turn(spec: RunSpec, store: RunStore, pool: WorkerPool) -> Turn:
    """A new run in the worker process, from its first batches on."""
    run_id = pool.submit(spec, "benchmark")
    pool.send(run_id, Start())
    while record_of(store, run_id).state != "running":
        time.sleep(0.01)
    time.sleep(TURN)
    pool.send(run_id, Stop())
    record = wait(store, run_id, "stopped")
    return images_of(record), record.seconds


def bare_turn(spec: RunSpec, examples: Examples) -> Turn:
    """A new network, in this process."""
    loop = bare_loop(spec, examples)
    images = 0
    started = time.perf_counter()
    while (seconds := time.perf_counter() - started) < TURN:
        images += next(loop)
    return images, seconds


def compare(spec: RunSpec, examples: Examples, pairs: int, store: RunStore, pool: WorkerPool) -> None:
    """Print images per second of both and their ratio."""
    worker_turn(spec, store, pool)  # torch and the data set are loaded
    turns = [(worker_turn(spec, store, pool), bare_turn(spec, examples)) for _ in range(pairs)]
    worker, bare = (speed(list(each)) for each in zip(*turns, strict=True))
    single = statistics.median(speed([ours]) / speed([plain]) for ours, plain in turns)
    print(f"{spec.architecture.name}, worker without a page: {worker:,.0f} images/s, bare loop {bare:,.0f} images/s")
    verdict = "reached" if worker / bare >= GOAL else "MISSED"
    print(f"  ratio {worker / bare:.3f}   goal {GOAL}: {verdict}   (median of single turns {single:.3f})", flush=True)


@contextmanager
def timed(owner: type, method: str, name: str, seconds: dict[str, float], calls: Counter[str]) -> Iterator[None]:
    """While inside, a clock goes in each call of the method; what it calls of other parts is counted there too."""
    original: Callable[..., Any] = getattr(owner, method)

    @functools.wraps(original)
    def with_clock(*args: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*args, **named)
        finally:
            seconds[name] += time.perf_counter() - started
            calls[name] += 1

    setattr(owner, method, with_clock)
    try:
        yield
    finally:
        setattr(owner, method, original)


def parts(spec: RunSpec, examples: Examples, epochs: int, store: RunStore) -> None:
    """Train in this process and print, part by part, milliseconds and the share of all time."""
    seconds: defaultdict[str, float] = defaultdict(float)
    calls: Counter[str] = Counter()
    store.create("parts", "benchmark", spec, batches_per_epoch(len(examples.train), spec.settings.batch_size))

    def save(message: FromWorker) -> None:
        assert isinstance(message, Bundle)
        started = time.perf_counter()
        store.apply(message)
        seconds["store"] += time.perf_counter() - started
        calls["store"] += 1

    run = ActiveRun("parts", Training(spec, examples.dataset, examples), save)
    with (
        timed(Training, "_train_batch", "batches", seconds, calls),
        timed(Training, "_step_with_checkup", "steps with a checkup", seconds, calls),
        timed(Training, "_keep_moment", "moments", seconds, calls),
        timed(Training, "snapshot", "snapshots", seconds, calls),
        timed(Training, "checkpoint", "checkpoints", seconds, calls),
        timed(Training, "_answers", "answers", seconds, calls),
        timed(MetricSums, "add", "measures", seconds, calls),
    ):
        run.take(Start())
        started = time.perf_counter()
        while run.training.epoch < epochs:
            run.turn(SLICE, lambda: False)
        total = time.perf_counter() - started - seconds["store"]
    plain_batch = (seconds["batches"] - seconds["steps with a checkup"]) / (
        calls["batches"] - calls["steps with a checkup"]
    )
    seconds["checkups"] = max(seconds["steps with a checkup"] - plain_batch * calls["steps with a checkup"], 0.0)
    calls["checkups"] = calls["steps with a checkup"]
    print(
        f"{epochs} epochs of {calls['batches'] // epochs} batches in {total:.1f} s, {1000 * plain_batch:.1f} ms a batch"
    )
    for name in ("measures", "moments", "checkups", "snapshots", "checkpoints", "answers", "store"):
        each = 1000 * seconds[name] / max(calls[name], 1)
        print(f"  {name:12}{calls[name]:6} times {each:8.2f} ms each {100 * seconds[name] / total:6.2f} % of the time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5, help="how many turns each of the two has (default 5)")
    parser.add_argument(
        "--epochs", type=int, default=5, help="how long the run is whose parts are measured (default 5)"
    )
    parser.add_argument("--network", choices=[*NETWORKS], default="classic", help="which one (default classic)")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, one torch thread, {platform.machine()}")
    spec = NETWORKS[asked.network]
    examples = Examples(load_dataset(spec.settings.dataset), spec.architecture.input_shape, spec.settings.task)
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        pool = WorkerPool(store, Servers(store.folder), workers=1)
        try:
            compare(spec, examples, asked.pairs, store, pool)
        finally:
            pool.close()
        parts(spec, examples, asked.epochs, store)


if __name__ == "__main__":
    main()
