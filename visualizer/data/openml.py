"""MNIST and Fashion-MNIST: fetched once from openml.org for everybody on this server, then read from our own file.

scikit-learn's fetch_openml does it, in a process of its own: unpacking needs about a GB of memory for some seconds,
which a server shall get back, and a process can be ended at any moment, where a thread that waits for the network
cannot.

Of the 70,000 pictures 62,000 are kept. All that the original authors call training pictures are used for training but
200 of each class, which validate; of their 10,000 test pictures 200 of each class are the test. With 2,000 pictures an
accuracy of 98 % is known to 0.3 % (one standard deviation), a split is evaluated in a second or two after every epoch,
and the map of the test pictures can be drawn and pointed at; with 10,000 it takes too long for a lesson. The choice is
drawn from a fixed seed, so everybody has the same.
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
from visualizer.data.drawing import AS_IT_IS, LIKE_MNIST, DrawnAs
from visualizer.errors import UserError
from visualizer.processes import start_module
from visualizer.workspace import save_atomically, workspace

SIDE = 28  # pixels, height and width
CLASSES = 10
GIVEN, GIVEN_TO_TRAIN = 70_000, 60_000  # pictures that openml.org has; the first of them are the training pictures
HELD_OUT = 200  # of each class, once for the validation and once for the test
MOST_SECONDS = 1800.0  # after which it is given up
_SEED = 0
_POLL = 0.25  # seconds
_SITE = "openml.org"
_LEFT_OVER = "fetching-"


@dataclass(frozen=True)
class Offer:
    """A data set that can be fetched.

    Attributes:
        title: Its name for people.
        about: What it is, one or two sentences.
        openml: Its name and version at openml.org.
        class_names: One for each class.
        megabytes: Roughly what comes over the network; openml.org does not say it beforehand.
        drawn_as: How a drawing becomes like its pictures.
    """

    title: str
    about: str
    openml: tuple[str, int]
    class_names: tuple[str, ...]
    megabytes: int
    drawn_as: DrawnAs


OFFERS: dict[str, Offer] = {
    "mnist": Offer(
        "MNIST",
        "The digits that networks have been compared on since 1998 (LeCun, Cortes and Burges), written by about 500 "
        "people.",
        ("mnist_784", 1),
        tuple("0123456789"),
        15,
        LIKE_MNIST,
    ),
    "fashion_mnist": Offer(
        "Fashion-MNIST",
        "Clothes from the shop Zalando (Xiao, Rasul and Vollgraf, 2017): as many pictures of the same size, but harder "
        "to tell apart.",
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
        AS_IT_IS,
    ),
}

_one_at_a_time = {name: threading.Lock() for name in OFFERS}


def is_fetched(name: str) -> bool:
    """Whether that data set is on this server."""
    return name in OFFERS and _path(name).is_file()


def load_fetched(name: str) -> Dataset:
    """The data set of that name. Raises UserError where it was not fetched."""
    offer = OFFERS[name]
    path = _path(name)
    try:
        with safe_open(path, framework="numpy") as file:
            pictures, labels = file.get_tensor("pictures"), file.get_tensor("labels").astype(np.int64)
    except (FileNotFoundError, SafetensorError) as error:
        path.unlink(missing_ok=True)  # a disk that failed: it can be fetched again
        raise not_fetched(name) from error
    validation = _some_of_each(labels[:GIVEN_TO_TRAIN])
    test = np.random.RandomState(_SEED).permutation(np.arange(GIVEN_TO_TRAIN, len(labels)))
    return Dataset(
        name=name,
        title=offer.title,
        description=(
            f"{offer.about} {SIDE} × {SIDE} pixels in grey, fetched from {_SITE}. Of its {GIVEN:,} pictures "
            f"{len(labels):,} are used: all {GIVEN_TO_TRAIN:,} training pictures, of which {HELD_OUT} of each class "
            f"validate, and {HELD_OUT} of each class of the test pictures, so that a test takes a second and not ten."
        ),
        class_names=offer.class_names,
        pictures=pictures,
        labels=labels,
        train=np.setdiff1d(np.arange(GIVEN_TO_TRAIN), validation),
        validation=validation,
        test=test,
    )


def not_fetched(name: str) -> UserError:
    """What to tell where it is not there."""
    title = OFFERS[name].title
    return UserError(
        f"{title} is not on this server yet.",
        "It is fetched from the internet once, for everybody.",
        "Fetch it on the Train page, or choose another data set.",
    )


def fetch(name: str) -> Generator[tuple[float, str], None, str]:
    """Fetch that data set; its name. While somebody else is at it, wait. Closed early, it leaves nothing behind.

    Yields:
        The share that is done, 0 to 1, as far as it can be told, and what is being done.

    Raises:
        UserError: There is no internet, or what came was not what it should be.
    """
    lock = _one_at_a_time[name]
    while not lock.acquire(timeout=_POLL):
        yield 0.0, f"Somebody else is fetching {OFFERS[name].title} just now …"
    try:
        if not is_fetched(name):
            yield from _fetch(name)
    finally:
        lock.release()
    return name


def keep(name: str, data: np.ndarray, target: np.ndarray, path: Path) -> None:
    """Write what fetch_openml gave as our own file.

    Args:
        name: Of the data set.
        data: (70,000, 784) numbers from 0 to 255, row by row.
        target: (70,000,) classes from 0 to 9, as numbers or as words.
        path: Where.

    Raises:
        UserError: It is anything else.
    """
    pictures, labels = np.asarray(data), np.asarray(target)
    try:
        numbers = labels.astype(np.float64)
        right = (
            pictures.shape == (GIVEN, SIDE * SIDE)
            and labels.shape == (GIVEN,)
            and bool(((pictures >= 0) & (pictures <= 255)).all())
            and set(np.unique(numbers)) == set(range(CLASSES))
        )
    except (TypeError, ValueError):
        right = False
    if not right:
        raise _failed(name, f"The file from {_SITE} does not hold {GIVEN:,} pictures of {SIDE} × {SIDE} pixels.")
    kept = np.concatenate(
        [np.arange(GIVEN_TO_TRAIN), GIVEN_TO_TRAIN + np.sort(_some_of_each(numbers[GIVEN_TO_TRAIN:]))]
    )
    arrays = {
        "pictures": pictures[kept].astype(np.uint8).reshape(-1, SIDE, SIDE, 1),
        "labels": numbers[kept].astype(np.uint8),
    }
    save_atomically(path, arrays)


def _path(name: str) -> Path:
    return workspace() / "datasets" / f"{name}.safetensors"


def _some_of_each(labels: np.ndarray) -> np.ndarray:
    """`HELD_OUT` pictures of each class, in a random order: int64 indices, the same for the same labels."""
    # RandomState: its stream is frozen, that of default_rng may change with NumPy's version.
    random = np.random.RandomState(_SEED)
    chosen = [random.permutation(np.flatnonzero(labels == label))[:HELD_OUT] for label in range(CLASSES)]
    return random.permutation(np.concatenate(chosen)).astype(np.int64)


def _fetch(name: str) -> Generator[tuple[float, str], None, None]:
    target = _path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    _forget_left_over(target.parent)
    folder = target.parent / f"{_LEFT_OVER}{uuid4().hex}"
    folder.mkdir()
    process = start_module("visualizer.data.openml_process", name, str(folder))
    try:
        started = time.monotonic()
        while process.poll() is None:
            seconds = time.monotonic() - started
            if seconds > MOST_SECONDS:
                raise _failed(name, f"The answer of {_SITE} took longer than {MOST_SECONDS / 60:.0f} minutes.")
            yield _progress(name, folder, seconds)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_POLL)
        assert process.stdout is not None
        said = process.stdout.read()
        if process.returncode != 0:
            raise _failed(name, _reason(said))
        os.replace(folder / target.name, target)
    finally:
        process.kill()
        process.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _progress(name: str, folder: Path, seconds: float) -> tuple[float, str]:
    """fetch_openml tells nothing itself: what is seen is how its file grows."""
    arrived, arriving = 0, False
    for path in folder.rglob("*"):
        with suppress(OSError):  # it was just moved
            arrived += path.stat().st_size if path.is_file() else 0
            # Where fetch_openml puts a file that is not yet complete.
            arriving = arriving or path.name.startswith("tmp")
    expected = OFFERS[name].megabytes
    megabytes = arrived / 1e6
    if megabytes < 0.1:
        return 0.0, f"Asking {_SITE} … {seconds:.0f} s"
    if arriving:
        said = f"{megabytes:.1f} MB of about {expected} MB have arrived … {seconds:.0f} s"
        return min(0.8 * megabytes / expected, 0.8), said
    return 0.85, f"All {megabytes:.0f} MB have arrived and are unpacked now … {seconds:.0f} s"


def _reason(said: bytes) -> str:
    """Why the process gave up; it says so unless it was killed."""
    try:
        return str(json.loads(said)["why"])
    except (ValueError, KeyError, TypeError):
        return "The process that unpacks it ended unexpectedly, most often for lack of memory."


def _failed(name: str, why: str) -> UserError:
    return UserError(
        f"{OFFERS[name].title} could not be fetched.",
        why,
        "Try it again later, or choose one of the data sets that the app brings along.",
    )


def _forget_left_over(folder: Path) -> None:
    """Remove what a server left that ended while it fetched."""
    for old in folder.glob(f"{_LEFT_OVER}*"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > 2 * MOST_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
