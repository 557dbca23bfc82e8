"""MNIST and Fashion-MNIST: fetched once from openml.org for everybody on this server, then read from our own file.

scikit-learn's fetch_openml fetches them in a separate process: unpacking takes about a GB of memory for some seconds,
which the server must get back, and a process can be ended at any moment, unlike a thread that waits for the network.

Of the 70,000 pictures, 62,000 are stored. The original authors' training pictures are used for training, except 200 per
class for validation; 200 per class of their 10,000 test pictures form the test split. With 2,000 pictures, an accuracy
of 98 % is known to 0.3 % (one standard deviation), a split is evaluated in a second or two after every epoch, and the
map of the test pictures can be drawn and explored; 10,000 would take too long for a lesson. The choice is drawn from a
fixed seed, so everybody has the same pictures.
"""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
from safetensors import SafetensorError, safe_open

from visualizer.data.dataset import Dataset
from visualizer.data.drawing import MNIST_PREPARATION, UNCHANGED, DrawingPreparation
from visualizer.errors import UserError
from visualizer.processes import start_module
from visualizer.workspace import save_atomically, workspace

SIDE = 28  # pixels, height and width
CLASSES = 10
TOTAL_PICTURES, TRAINING_PICTURES = 70_000, 60_000  # at openml.org; the training pictures come first
HELD_OUT_PER_CLASS = 200  # pictures, in the validation split and again in the test split
TIMEOUT_SECONDS = 1800.0  # for fetching a data set
_SEED = 0
_POLL_SECONDS = 0.25
_SITE = "openml.org"
_TEMPORARY_PREFIX = "fetching-"


@dataclass(frozen=True)
class OpenmlDataset:
    """A data set that can be fetched.

    Attributes:
        title: The name to show.
        description: What it contains, in one or two sentences.
        openml: Its name and version at openml.org.
        class_names: One name for each class.
        megabytes: The approximate download size; openml.org does not say it in advance.
        drawing_preparation: How a drawing becomes similar to its pictures.
    """

    title: str
    description: str
    openml: tuple[str, int]
    class_names: tuple[str, ...]
    megabytes: int
    drawing_preparation: DrawingPreparation


OPENML_DATASETS: dict[str, OpenmlDataset] = {
    "mnist": OpenmlDataset(
        "MNIST",
        "The digits on which networks have been compared since 1998 (LeCun, Cortes and Burges), written by about 500 "
        "people.",
        ("mnist_784", 1),
        tuple("0123456789"),
        15,
        MNIST_PREPARATION,
    ),
    "fashion_mnist": OpenmlDataset(
        "Fashion-MNIST",
        "Clothes from the shop Zalando (Xiao, Rasul and Vollgraf, 2017): as many pictures as MNIST, of the same size, "
        "but harder to tell apart.",
        ("Fashion-MNIST", 1),
        (
            "T-shirt",
            "trousers",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
        40,
        UNCHANGED,
    ),
}

_fetch_locks = {name: threading.Lock() for name in OPENML_DATASETS}


def is_fetched(name: str) -> bool:
    """Whether that data set is on this server."""
    return name in OPENML_DATASETS and _path(name).is_file()


def load_fetched(name: str) -> Dataset:
    """The data set of that name. Raises UserError if it has not been fetched."""
    dataset = OPENML_DATASETS[name]
    path = _path(name)
    try:
        with safe_open(path, framework="numpy") as file:
            pictures, labels = file.get_tensor("pictures"), file.get_tensor("labels").astype(np.int64)
    except (FileNotFoundError, SafetensorError) as error:
        path.unlink(missing_ok=True)  # damaged, perhaps by a failing disk: it can be fetched again
        raise not_fetched(name) from error
    validation = _sample_per_class(labels[:TRAINING_PICTURES])
    test = np.random.RandomState(_SEED).permutation(np.arange(TRAINING_PICTURES, len(labels)))
    return Dataset(
        name=name,
        title=dataset.title,
        description=(
            f"{dataset.description} {SIDE} × {SIDE} pixels in grey, fetched from {_SITE}. Of its {TOTAL_PICTURES:,} "
            f"pictures, {len(labels):,} are used: all {TRAINING_PICTURES:,} training pictures, of which "
            f"{HELD_OUT_PER_CLASS} per class are for validation, and {HELD_OUT_PER_CLASS} test pictures per class, so "
            "that a test takes one second and not ten."
        ),
        class_names=dataset.class_names,
        pictures=pictures,
        labels=labels,
        train=np.setdiff1d(np.arange(TRAINING_PICTURES), validation),
        validation=validation,
        test=test,
    )


def not_fetched(name: str) -> UserError:
    """The error for a data set that has not been fetched."""
    title = OPENML_DATASETS[name].title
    return UserError(
        f"{title} is not on this server yet.",
        "It is fetched from the internet once, for everybody.",
        "Fetch it on the Train page, or choose another data set.",
    )


def fetch(name: str) -> Generator[tuple[float, str], None, str]:
    """Fetch that data set, or wait while somebody else fetches it. If closed early, it leaves nothing behind.

    Yields:
        The completed share, from 0 to 1, as far as known, and a description of the current activity.

    Returns:
        The name of the data set.

    Raises:
        UserError: There is no internet, or the file was not as expected.
    """
    lock = _fetch_locks[name]
    while not lock.acquire(timeout=_POLL_SECONDS):
        yield 0.0, f"Somebody else is fetching {OPENML_DATASETS[name].title} …"
    try:
        if not is_fetched(name):
            yield from _fetch(name)
    finally:
        lock.release()
    return name


def save_fetched(name: str, data: np.ndarray, target: np.ndarray, path: Path) -> None:
    """Write the result of fetch_openml as our own file.

    Args:
        name: The name of the data set.
        data: (70,000, 784) numbers from 0 to 255, row by row.
        target: (70,000,) classes from 0 to 9, as numbers or as text.
        path: The file to write.

    Raises:
        UserError: The data are different from that.
    """
    pictures, labels = np.asarray(data), np.asarray(target)
    try:
        numbers = labels.astype(np.float64)
        is_valid = (
            pictures.shape == (TOTAL_PICTURES, SIDE * SIDE)
            and labels.shape == (TOTAL_PICTURES,)
            and bool(((pictures >= 0) & (pictures <= 255)).all())
            and set(np.unique(numbers)) == set(range(CLASSES))
        )
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise _failed(
            name, f"The file from {_SITE} does not hold {TOTAL_PICTURES:,} pictures of {SIDE} × {SIDE} pixels."
        )
    chosen = np.concatenate(
        [np.arange(TRAINING_PICTURES), TRAINING_PICTURES + np.sort(_sample_per_class(numbers[TRAINING_PICTURES:]))]
    )
    arrays = {
        "pictures": pictures[chosen].astype(np.uint8).reshape(-1, SIDE, SIDE, 1),
        "labels": numbers[chosen].astype(np.uint8),
    }
    save_atomically(path, arrays)


def _path(name: str) -> Path:
    return workspace() / "datasets" / f"{name}.safetensors"


def _sample_per_class(labels: np.ndarray) -> np.ndarray:
    """`HELD_OUT_PER_CLASS` pictures of each class, in a random order: int64 indices, the same for the same labels."""
    # RandomState: its stream is frozen, while that of default_rng may change with NumPy's version.
    random = np.random.RandomState(_SEED)
    chosen = [random.permutation(np.flatnonzero(labels == label))[:HELD_OUT_PER_CLASS] for label in range(CLASSES)]
    return random.permutation(np.concatenate(chosen)).astype(np.int64)


def _fetch(name: str) -> Generator[tuple[float, str], None, None]:
    target = _path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned_folders(target.parent)
    folder = target.parent / f"{_TEMPORARY_PREFIX}{uuid4().hex}"
    folder.mkdir()
    process = start_module("visualizer.data.openml_process", name, str(folder))
    try:
        started = time.monotonic()
        while process.poll() is None:
            seconds = time.monotonic() - started
            if seconds > TIMEOUT_SECONDS:
                raise _failed(name, f"The answer of {_SITE} took longer than {TIMEOUT_SECONDS / 60:.0f} minutes.")
            yield _progress(name, folder, seconds)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
        assert process.stdout is not None
        output = process.stdout.read()
        if process.returncode != 0:
            raise _failed(name, _reason(output))
        os.replace(folder / target.name, target)
    finally:
        process.kill()
        process.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _progress(name: str, folder: Path, seconds: float) -> tuple[float, str]:
    """The completed share and the current activity, from the growing file: fetch_openml itself reports nothing."""
    arrived, arriving = 0, False
    for path in folder.rglob("*"):
        with suppress(OSError):  # it was just moved
            arrived += path.stat().st_size if path.is_file() else 0
            # The name of a file that fetch_openml has not yet completed.
            arriving = arriving or path.name.startswith("tmp")
    expected = OPENML_DATASETS[name].megabytes
    megabytes = arrived / 1e6
    if megabytes < 0.1:
        return 0.0, f"Asking {_SITE} … {seconds:.0f} s"
    if arriving:
        activity = f"{megabytes:.1f} MB of about {expected} MB have arrived … {seconds:.0f} s"
        return min(0.8 * megabytes / expected, 0.8), activity
    return 0.85, f"All {megabytes:.0f} MB have arrived and are being unpacked … {seconds:.0f} s"


def _reason(output: bytes) -> str:
    """Why the process failed; it says so itself unless it was killed."""
    try:
        return str(json.loads(output)["why"])
    except (ValueError, KeyError, TypeError):
        return "The process that unpacks it ended unexpectedly, most often for lack of memory."


def _failed(name: str, why: str) -> UserError:
    return UserError(
        f"{OPENML_DATASETS[name].title} could not be fetched.",
        why,
        "Try it again later, or choose one of the data sets that the app brings along.",
    )


def _remove_abandoned_folders(folder: Path) -> None:
    """Remove the folders of servers that ended while they fetched a data set."""
    for abandoned in folder.glob(f"{_TEMPORARY_PREFIX}*"):
        with suppress(OSError):
            if time.time() - abandoned.stat().st_mtime > 2 * TIMEOUT_SECONDS:
                shutil.rmtree(abandoned, ignore_errors=True)
