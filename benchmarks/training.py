"""Does training in the app cost speed? `python -m benchmarks.training` answers in about twenty minutes.

Each network, two of which branch and two of which learn other things than classes, is trained in the app (worker
process; snapshots, curves and weights written to the store; its Train page open in Chromium, which draws all of it
live) and by a bare PyTorch loop in this process, by turns, since other load on the computer changes from minute to
minute. A turn is eight seconds; where that is about an epoch or less, it is one whole epoch, so that each turn has one
validation. Both do the same work: the same network, data, batches, optimizer, validation after each epoch,
and one torch thread. Chromium runs at the lowest
priority: a class has its browsers on computers of their own. The ratio is that of all images in all seconds; that of
the single turns says how much it varies.

After that a run is trained once in a worker process and once in a thread of the process that draws: images per second,
and how long reading and drawing take meanwhile.
"""

import argparse
import os
import platform
import shlex
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from playwright.sync_api import Page, sync_playwright

from tests.browser.app import find_chromium, launch_chromium, new_context, open_page, running_app, wait_until_idle
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.architecture.span import PICTURE
from visualizer.data.catalog import dataset_title, load_dataset
from visualizer.figures.curves import curves, measure_curves
from visualizer.tasks.classification import Classification
from visualizer.tasks.detection import Detection
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Task
from visualizer.training.link import LinkedNetwork, link_text
from visualizer.training.loop.augmentation import Augmentation
from visualizer.training.loop.events import Bundle
from visualizer.training.loop.examples import Examples
from visualizer.training.loop.loop import EVALUATION_BATCH, Training
from visualizer.training.loop.optimizer import make_optimizer
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.commands import Pause, Start, Stop
from visualizer.training.scheduling.messages import FromWorker
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.training.scheduling.worker import SLICE, ActiveRun
from visualizer.training.settings import RunSpec, TrainingSettings, batches_per_epoch, preset_settings

GOAL = 0.95
LOOKS_PER_SECOND = 3
TURN = 8.0  # seconds; each ends in a pause, for which weights and a checkpoint are written

Turn = tuple[int, float]  # images trained, seconds


def bare_loop(spec: RunSpec, examples: Examples) -> Iterator[int]:
    """Plain PyTorch as its tutorials write it: the running loss, and loss and measures of the validation split.

    What a loss or a measure is, the task says, as in the app; training pictures are changed at random as there.

    After each batch, how many images it had. Sources: https://docs.pytorch.org/tutorials/beginner/introyt/trainingyt.html
    and https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
    """
    settings = spec.settings
    task = settings.task
    network = build(spec.architecture, settings.initialization, settings.seed, softmax_in_loss=settings.softmax_in_loss)
    optimizer = make_optimizer(network, settings)
    generator = torch.Generator().manual_seed(settings.seed)
    change, about = Augmentation(settings), task.about(examples.dataset.annotations)
    while True:
        network.train()
        running_loss = 0.0
        for chosen in torch.randperm(len(examples.train), generator=generator).split(settings.batch_size):
            pictures, targets = examples.train.batch(chosen)
            pictures, moves = change(pictures)
            if moves is not None:
                size, masks = (pictures.shape[2], pictures.shape[3]), examples.train.masks(chosen)
                targets = task.moved(targets, moves, size, about, masks)
            optimizer.zero_grad()
            loss, _ = task.loss_and_outputs(network, pictures, targets, settings.loss)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
            yield len(chosen)
        bare_validation(network, examples, settings)


def bare_validation(network: Network, examples: Examples, settings: TrainingSettings) -> None:
    network.eval()
    about = settings.task.about(examples.dataset.annotations)
    total_loss, total = 0.0, 0.0
    with torch.inference_mode():
        for pictures, targets in examples.validation.in_order(EVALUATION_BATCH):
            loss, outputs = settings.task.loss_and_outputs(network, pictures, targets, settings.loss)
            total_loss += loss.item()
            total += sum(values.sum().item() for values in settings.task.measured(outputs, targets, about).values())


def bare_turn(loop: Iterator[int], epoch: int | None) -> Turn:
    """Train for a turn, or on as many images as an epoch has; among them is one validation, whichever comes first."""
    images = 0
    started = time.perf_counter()
    while (seconds := time.perf_counter() - started) < TURN if epoch is None else images < epoch:
        images += next(loop)
    return images, seconds if epoch is None else time.perf_counter() - started


def app_turn(store: RunStore, page: Page, run_id: str, *, whole_epoch: bool) -> Turn:
    """The run goes on for a turn in front of its page, and is paused again."""
    before = record_of(store, run_id)
    if whole_epoch:
        page.get_by_role("button", name="One epoch").click()
        while record_of(store, run_id).state == "paused":
            time.sleep(0.01)
    else:
        page.get_by_role("button", name="Resume").click()
        page.wait_for_timeout(1000 * TURN)
        page.get_by_role("button", name="Pause").click()
    after = wait(store, run_id, "paused")
    page.get_by_role("button", name="Resume").wait_for()
    return images_of(after) - images_of(before), after.seconds - before.seconds


def run_in_the_app(page: Page, store: RunStore, spec: RunSpec) -> str:
    """Open the network and its settings by a link, start, and pause after the first batches; the run's id."""
    link = link_text(LinkedNetwork(spec.architecture, spec.settings))
    open_page(page, f"/build?network={link}", seconds=300)  # many cards, on a computer with other work
    page.get_by_role("button", name="Train it").click()
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for(timeout=60_000)
    (record,) = store.active_runs()
    wait(store, record.run_id, "paused")
    return record.run_id


def images_of(record: RunRecord) -> int:
    """How many images a run has trained on."""
    settings = record.spec.settings
    epochs, steps = divmod(record.step, record.steps_per_epoch)
    return epochs * len(load_dataset(settings.dataset).train) + steps * settings.batch_size


def watch(store: RunStore, run_id: str, seconds: float) -> list[float]:
    """Read and draw what the page does, as often; the seconds that each look took."""
    looks: list[float] = []
    until = time.perf_counter() + seconds
    while (started := time.perf_counter()) < until:
        record_of(store, run_id)
        store.latest_snapshot(run_id)
        draw(store.curves(run_id))
        looks.append(time.perf_counter() - started)
        time.sleep(1 / LOOKS_PER_SECOND)
    return looks


def draw(history: Curves) -> None:
    position, epoch = history.epoch_position, history.epoch
    train, validation = history.train_loss, history.validation_loss
    curves(position, history.batch_loss, epoch, train, validation, loss_label="loss").to_json()
    batch, train, validation = history.measured("accuracy")
    measure_curves(position, batch, epoch, train, validation, measure=Classification.measures[0]).to_json()


def record_of(store: RunStore, run_id: str) -> RunRecord:
    record = store.record(run_id)
    assert record is not None
    return record


def wait(store: RunStore, run_id: str, state: str) -> RunRecord:
    while (record := record_of(store, run_id)).state != state:
        assert record.active, f"The run ended: {record.state} {record.message}"
        time.sleep(0.01)
    return record


def started_run(spec: RunSpec, store: RunStore, pool: WorkerPool) -> str:
    """A run that is paused after its first batches: torch is loaded, the data too, the untrained network evaluated."""
    run_id = pool.submit(spec, "benchmark")
    pool.send(run_id, Start())
    while record_of(store, run_id).step == 0:
        time.sleep(0.01)
    pool.send(run_id, Pause())
    wait(store, run_id, "paused")
    return run_id


def compare(title: str, asked: RunSpec, pairs: int, store: RunStore, page: Page) -> None:
    """Train in turns and print images per second and their ratio."""
    run_id = run_in_the_app(page, store, asked)
    spec = record_of(store, run_id).spec
    assert (spec.architecture, spec.settings) == (asked.architecture, asked.settings)
    loop = bare_loop(
        spec, Examples(load_dataset(spec.settings.dataset), spec.architecture.input_shape, spec.settings.task)
    )
    next(loop)
    images = len(load_dataset(spec.settings.dataset).train)
    epoch = images if images / speed([bare_turn(loop, None)]) > TURN / 2 else None
    if epoch is not None:
        app_turn(store, page, run_id, whole_epoch=True)  # what is left of the first one
    app, bare = [], []
    for _ in range(pairs):
        app.append(app_turn(store, page, run_id, whole_epoch=epoch is not None))
        bare.append(bare_turn(loop, epoch))
    page.get_by_role("button", name="Stop", exact=True).click()
    wait(store, run_id, "stopped")
    ratio = speed(app) / speed(bare)
    single = sorted(speed([ours]) / speed([plain]) for ours, plain in zip(app, bare, strict=True))
    low, *_, high = statistics.quantiles(single, n=4)
    print(f"{title}: {pairs} pairs of turns")
    print(f"  app    {speed(app):,.0f} images/s")
    print(f"  bare   {speed(bare):,.0f} images/s")
    print(
        f"  ratio  {ratio:.3f}   goal {GOAL}: {'reached' if ratio >= GOAL else 'MISSED'}   "
        f"(single turns: median {statistics.median(single):.3f}, half of them {low:.3f} to {high:.3f})",
        flush=True,
    )


def speed(turns: list[Turn]) -> float:
    """Images per second."""
    return sum(images for images, _ in turns) / sum(seconds for _, seconds in turns)


def threads_against_processes(spec: RunSpec, seconds: float, store: RunStore, pool: WorkerPool) -> None:
    """Train the same run in another process and in this one, and print images per second and the time to draw."""

    def in_process() -> tuple[str, Callable[[], None]]:
        run_id = started_run(spec, store, pool)
        pool.send(run_id, Start())
        return run_id, lambda: pool.send(run_id, Stop())

    def in_thread() -> tuple[str, Callable[[], None]]:
        examples = Examples(load_dataset(spec.settings.dataset), spec.architecture.input_shape, spec.settings.task)
        store.create("thread", "benchmark", spec, batches_per_epoch(len(examples.train), spec.settings.batch_size))

        def save(message: FromWorker) -> None:
            assert isinstance(message, Bundle)
            store.apply(message)

        run = ActiveRun("thread", Training(spec, examples.dataset, examples), save)
        run.take(Start())
        stopped = threading.Event()

        def train() -> None:
            while not stopped.is_set():
                run.turn(SLICE, stopped.is_set)

        thread = threading.Thread(target=train)
        thread.start()

        def stop() -> None:
            stopped.set()
            thread.join()

        return "thread", stop

    print(f"{spec.architecture.name}, trained in")
    for place, start in (("worker process", in_process), ("thread", in_thread)):
        run_id, stop = start()
        before = record_of(store, run_id)
        milliseconds = sorted(1000 * look for look in watch(store, run_id, seconds))
        after = record_of(store, run_id)
        stop()
        images = (images_of(after) - images_of(before)) / (after.seconds - before.seconds)
        print(
            f"  {place:15}{images:8,.0f} images/s; reading and drawing take "
            f"{statistics.median(milliseconds):.1f} ms in the median, {milliseconds[-1]:.1f} ms at worst",
            flush=True,
        )


def spec_of(architecture: Architecture, dataset: str) -> RunSpec:
    return RunSpec(architecture, TrainingSettings(dataset=dataset, epochs=1000), probe_index=0)


def resnet20() -> Architecture:
    """ResNet-20 for pictures of CIFAR's size: three stages of three residual blocks, 272,474 parameters.

    Shortcuts that change the shape are 1 × 1 convolutions (option B). Source: He et al., 2015, section 4.2,
    https://arxiv.org/abs/1512.03385
    """
    layers: list[Layer] = []
    wires: list[tuple[int, ...]] = []

    def add(layer: Layer, *sources: int) -> int:
        layers.append(layer)
        wires.append(sources)
        return len(layers) - 1

    def convolution(source: int, filters: int, stride: int, size: int) -> int:
        shape = {"kernel_size": (size, size), "strides": (stride, stride), "padding": "same"}
        layer = Conv2D(filters=filters, activation="linear", use_bias=False).with_settings(**shape)
        return add(BatchNormalization(), add(layer, source))

    at = add(Activation("relu"), convolution(PICTURE, 16, 1, 3))
    for filters, first_stride in ((16, 1), (32, 2), (64, 2)):
        for stride in (first_stride, 1, 1):
            inside = add(Activation("relu"), convolution(at, filters, stride, 3))
            inside = convolution(inside, filters, 1, 3)
            shortcut = at if stride == 1 else convolution(at, filters, stride, 1)
            at = add(Activation("relu"), add(Add(), inside, shortcut))
    add(Dense(units=10, activation="softmax"), add(GlobalAveragePooling2D(), at))
    return Architecture("ResNet-20", (3, 32, 32), tuple(layers), tuple(wires))


# Linux shares its processors among sessions of processes first, whatever the niceness in them; so both are lowered.
IN_THE_BACKGROUND = """#!/bin/sh
{{ echo 19 > /proc/self/autogroup; }} 2>/dev/null
exec nice -n 19 {program} "$@"
"""


def in_the_background(program: str, folder: str) -> str:
    """A script in `folder` that starts the program at the lowest priority; the program itself where that cannot be."""
    if shutil.which("nice") is None:
        return program
    script = Path(folder) / "in_the_background"
    script.write_text(IN_THE_BACKGROUND.format(program=shlex.quote(program)))
    script.chmod(0o700)
    return str(script)


def preset_spec(task: Task) -> RunSpec:
    """A task's preset, for as long as it takes."""
    settings = replace(preset_settings(task), epochs=1000)
    return RunSpec(type(task).preset().architecture, settings, probe_index=0)


NETWORKS = {
    "tiny": spec_of(TINY.architecture, "digits"),
    "classic": spec_of(CLASSIC.architecture, "shapes"),
    "resnet20": spec_of(resnet20(), "shapes"),
    "detector": preset_spec(Detection()),
    "unet": preset_spec(Segmentation()),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10, help="how many turns each of the two has (default 10)")
    parser.add_argument("--only", choices=[*NETWORKS, "threads"], help="measure this part alone")
    asked = parser.parse_args()
    pairs, only = asked.pairs, asked.only
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, one torch thread, {platform.machine()}")
    if hasattr(os, "getloadavg"):
        print(f"Busy processes before the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    with running_app() as app, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch_chromium(playwright, in_the_background(executable, folder))
        store = RunStore(app.workspace)
        for name, spec in NETWORKS.items():
            if only not in (None, name):
                continue
            page = new_context(browser, 1280, 800, base_url=app.url).new_page()
            title = f"{spec.architecture.name} on {dataset_title(spec.settings.dataset)}"
            compare(title, spec, pairs, store, page)
            page.context.close()
    if only not in (None, "threads"):
        return
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        pool = WorkerPool(store, Servers(store.folder), workers=1)
        try:
            threads_against_processes(spec_of(TINY.architecture, "digits"), 10.0, store, pool)
        finally:
            pool.close()


if __name__ == "__main__":
    main()
