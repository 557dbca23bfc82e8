"""Training on a Ray cluster: each run in an actor of its own, on a computer that has room for it.

The environment variable VISUALIZER_CLUSTER names the cluster as `ray://host:port`, its Ray Client port. Other forms of
address, which Ray also knows, are refused: they would join the server's own process to the cluster, and it would end
with the cluster.

Pickle goes over the network in both directions: whoever reaches the cluster's ports can run code on all of its
computers and on this server. A cluster belongs in a network of its own, which nobody else can reach; Ray's token
authentication (RAY_AUTH_MODE=token) and TLS (RAY_USE_TLS=1) apply here too where they are switched on.

Data sets travel with their runs, once each, as arrays in Ray's object store: the cluster's computers share no folder
with the server, no pictures stay there, and every run trains on the very arrays that the server shows.
"""

import logging
import os
import socket
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import visualizer
from visualizer.architecture.architecture import summarize
from visualizer.data.catalog import MAX_LOADED, load_dataset_of_run
from visualizer.limits import limits
from visualizer.log import event
from visualizer.training.loop.events import Advice, Bundle, Event, RunProgress, State, StateChanged
from visualizer.training.scheduling.commands import Interrupt, Stop
from visualizer.training.scheduling.messages import Begin, FromWorker, Ready, RunCommand, ToWorker
from visualizer.training.settings import RunSpec

VARIABLE = "VISUALIZER_CLUSTER"

ANSWERS_WITHIN = 3.0  # seconds that the cluster's port may take to accept a connection
PATIENCE = 5.0  # seconds that a run waits for a place before its page says so

# The message of a run that waits.
UNREACHABLE = (
    "The computers that train cannot be reached at the moment. This run waits, and begins by itself when they can; "
    "whoever runs this server finds the reason in its log."
)
NO_ROOM = "This run waits for a free computer in the cluster, and begins by itself."
ENDED = "it was ended"  # what became of a worker that was closed

# A forward pass of a batch that takes a core about 20 ms; a graphics card gains nothing on shorter ones, since starting
# their many small operations takes as long.
GPU_MULTIPLY_ADDS = 2 * 10**8
# Four runs share a graphics card: the largest batch that is allowed keeps about 2 GiB of activations.
GPU_SHARE = 0.25


def cluster_address() -> str:
    """The address of the cluster that trains; empty where runs are trained on this computer."""
    return os.environ.get(VARIABLE, "").strip()


class ClusterUnavailable(Exception):
    """The cluster cannot be used now; the text says why in one sentence, for whoever runs the server."""


@dataclass(frozen=True)
class Needs:
    """What a run's actor reserves of its computer: processor cores, and graphics cards."""

    cpus: float
    gpus: float


def needs(spec: RunSpec, gpus: float) -> Needs:
    """What a run needs in a cluster with that many graphics cards."""
    report = summarize(spec.architecture)
    heavy = report.multiply_adds * spec.settings.batch_size >= GPU_MULTIPLY_ADDS
    return Needs(1.0, GPU_SHARE if heavy and gpus >= GPU_SHARE else 0.0)


class Cluster:
    """The server's connection to a Ray cluster: made when first needed, and again after it was lost.

    Args:
        address: As `ray://host:port`.
        retry_every: Seconds until a cluster that could not be reached is tried again.
    """

    def __init__(self, address: str, retry_every: float = 10.0) -> None:
        self.retry_every = retry_every
        self._address = address
        self._lock = threading.Lock()
        self._connected = False
        self._connection = 0  # how many there were
        self._try_again_at = 0.0
        self._problem = ""
        self._datasets: OrderedDict[str, Any] = OrderedDict()

    def reach(self) -> None:
        """Connect now, since it takes seconds. If that fails, the log says so, and it is tried again when needed."""
        with self._lock, suppress(ClusterUnavailable):
            self._connect()

    def place(self, spec: RunSpec) -> tuple[Any, int]:
        """An actor for the run, which may still wait until the cluster has room, and its connection's number.

        Raises:
            ClusterUnavailable: The cluster cannot be reached, or could not a moment ago.
        """
        with self._lock:
            self._connect()
            import ray

            from visualizer.training.remote.cluster_actor import GROUPS, RunActor

            wanted = needs(spec, ray.cluster_resources().get("GPU", 0.0))
            actor_class = ray.remote(concurrency_groups=GROUPS)(RunActor)  # type: ignore[call-overload]
            return actor_class.options(num_cpus=wanted.cpus, num_gpus=wanted.gpus).remote(), self._connection

    def dataset(self, name: str) -> Any:
        """A reference to the data set in Ray's object store; it is put there the first time."""
        with self._lock:
            if name not in self._datasets:
                import ray

                self._datasets[name] = ray.put(load_dataset_of_run(name))
            self._datasets.move_to_end(name)
            while len(self._datasets) > MAX_LOADED:
                self._datasets.popitem(last=False)
            return self._datasets[name]

    def end(self, actor: Any, connection: int) -> None:
        """End an actor, unless it ended with its connection."""
        with self._lock:
            if self._connected and connection == self._connection:
                import ray

                ray.kill(actor)

    def lost(self, connection: int) -> None:
        """This connection is broken: another one is made when next needed."""
        with self._lock:
            if connection == self._connection:
                self._disconnect()

    def close(self) -> None:
        """Leave the cluster, which ends all actors of this server."""
        with self._lock:
            self._disconnect()

    def _connect(self) -> None:
        if self._connected:
            return
        if monotonic() < self._try_again_at:
            raise ClusterUnavailable(self._problem)
        host, port = self._host_and_port()
        try:
            # Ray itself would take half a minute to report a timeout.
            socket.create_connection((host, port), ANSWERS_WITHIN).close()
            # Otherwise a call after the connection was lost would start a cluster within this process.
            os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
            import ray

            ray.init(
                self._address,
                # Only the app's package and its limits: no workspace, no history.
                runtime_env={
                    "py_modules": [str(Path(visualizer.__file__).parent)],
                    "excludes": ["__pycache__"],
                    "env_vars": limits().environment(),
                },
                logging_level=logging.WARNING,
            )
        except ImportError as error:
            raise self._unavailable("Ray is not installed here: pip install -r requirements-cluster.txt") from error
        except OSError as error:
            raise self._unavailable(f"there is no answer ({_first_line(error)})") from error
        except Exception as error:  # of many kinds: another version, no rights, no room
            self._disconnect()
            raise self._unavailable(_first_line(error)) from error
        self._connected = True
        self._connection += 1
        self._problem = ""
        event("cluster-reached", address=self._address)

    def _host_and_port(self) -> tuple[str, int]:
        with suppress(ValueError):
            parts = urlsplit(self._address)
            if parts.scheme == "ray" and parts.hostname and parts.port:
                return parts.hostname, parts.port
        raise self._unavailable(f"{VARIABLE} must have the form ray://host:port, such as ray://head:10001")

    def _disconnect(self) -> None:
        self._connected = False
        self._datasets.clear()
        with suppress(Exception):
            import ray

            ray.shutdown()

    def _unavailable(self, why: str) -> ClusterUnavailable:
        # Logged once, not at every attempt.
        if why != self._problem:
            event(
                "cluster-unavailable", warning=True, address=self._address, reason=why, retry_seconds=self.retry_every
            )
        self._problem = why
        self._try_again_at = monotonic() + self.retry_every
        return ClusterUnavailable(why)


class RayWorker:
    """A worker in the cluster, placed there by the needs of its first run.

    Until then, and while the cluster cannot be reached or has no room, messages wait, and the run's page says so.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._lock = threading.Lock()
        self._first: SimpleQueue[Begin | None] = SimpleQueue()  # None if it was closed before
        self._waiting: list[ToWorker] = []
        self._placed = False
        self._end: Stop | Interrupt | None = None  # sent before it had its place
        self._woken = threading.Event()  # it has its place, or is to wait no longer
        self._actor: Any = None
        self._connection = 0
        self._closed = False
        self._ending = ""
        self._messages = self._all_messages()

    @property
    def process_id(self) -> int:
        """The id of its process on its computer, once it has its place."""
        return self._actor.process_id.remote().future().result()

    def send(self, message: ToWorker) -> None:
        with self._lock:
            if self._ending or self._closed:
                raise OSError(self._ending or ENDED)
            if self._placed:
                self._deliver(message)
                return
            if isinstance(message, Begin) and not self._waiting:
                self._first.put(message)
            self._waiting.append(message)
            if isinstance(message, RunCommand) and isinstance(message.command, Stop | Interrupt):
                self._end = message.command
                self._woken.set()

    def receive(self) -> FromWorker:
        try:
            return next(self._messages)
        except StopIteration:
            pass
        except ConnectionError:
            self._ending = "the connection to the cluster was lost"
            self._cluster.lost(self._connection)
        except Exception as error:
            self._ending = _describe_ending(error)
            if not self._closed:
                event("actor-lost", warning=True, reason=_first_line(error))
        raise EOFError(self._ending)

    def close(self) -> str:
        with self._lock:
            self._closed = True
            self._first.put(None)
            self._woken.set()
            if self._actor is not None:
                with suppress(Exception):  # it has ended
                    self._cluster.end(self._actor, self._connection)
        return self._ending or ENDED

    def _all_messages(self) -> Iterator[FromWorker]:
        """All its messages, in order."""
        begin = self._first.get()
        if begin is None:
            return
        advice = ""
        while not self._ask_for_place(begin.spec):
            if not advice:
                advice = UNREACHABLE
                yield _message(begin, Advice(advice))
            if self._woken.wait(self._cluster.retry_every):
                yield from self._give_up(begin)
                return
        placed: Future[int] = self._actor.process_id.remote().future()
        placed.add_done_callback(lambda _: self._woken.set())
        if not self._woken.wait(PATIENCE):
            advice = NO_ROOM
            yield _message(begin, Advice(advice))
            self._woken.wait()
        if not placed.done():
            yield from self._give_up(begin)
            return
        placed.result()
        if advice:
            yield _message(begin, Advice(""))
        self._actor.start.remote().future().result()
        yield Ready()
        with self._lock:
            self._placed = True
            for message in self._waiting:
                self._deliver(message)
            self._waiting = []
        while True:
            yield from self._actor.events.remote().future().result()

    def _ask_for_place(self, spec: RunSpec) -> bool:
        """Ask the cluster to take the run; False where it cannot be reached."""
        try:
            actor, connection = self._cluster.place(spec)
        except ClusterUnavailable:
            return False
        with self._lock:
            self._actor, self._connection = actor, connection
        return True

    def _give_up(self, begin: Begin) -> Iterator[FromWorker]:
        """Stop waiting for a place: the run was ended, or this worker."""
        if self._end is not None:
            state: State = "stopped" if isinstance(self._end, Stop) else "interrupted"
            yield _message(begin, StateChanged(state, self._end.reason))

    def _deliver(self, message: ToWorker) -> None:
        if isinstance(message, Begin):
            dataset = self._cluster.dataset(message.spec.settings.dataset)
            self._actor.begin.remote(message, dataset)
        else:
            self._actor.tell.remote(message)


def _message(begin: Begin, event: Event) -> Bundle:
    """An event of a run that still waits for its place."""
    step, epoch = (begin.checkpoint.step, begin.checkpoint.epoch) if begin.checkpoint else (0, 0)
    progress = RunProgress(step, epoch, begin.spec.settings.learning_rate, begin.seconds, 0.0)
    return Bundle(begin.run_id, progress, (event,))


def _describe_ending(error: Exception) -> str:
    """How an actor ended."""
    text = str(error)
    if "node has died" in text:
        return "its computer left the cluster"
    if "NODE_OUT_OF_MEMORY" in text or "low on memory" in text:
        return "its computer ran out of memory"
    if "is unavailable" in text:
        return "its computer does not answer any more"
    if getattr(error, "actor_init_failed", False):
        return "it could not begin on its computer"
    return "its process in the cluster ended"


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
