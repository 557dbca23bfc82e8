"""What a worker in a cluster does until it has its place, and when its place is lost."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.training.examples import spec
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.training.loop.events import Advice, Bundle, StateChanged
from visualizer.training.remote import cluster as module
from visualizer.training.remote.cluster import (
    GPU_SHARE,
    NO_ROOM,
    UNREACHABLE,
    Cluster,
    Needs,
    RayWorker,
    cluster_address,
    needs,
)
from visualizer.training.scheduling.commands import Interrupt, Start, Stop
from visualizer.training.scheduling.messages import Begin, Ready, RunCommand

# A thread of Ray's own ends with an error where its connection is cut.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class Relay:
    """A network between the server and the cluster, that can be there or not: a port that leads to another one."""

    def __init__(self, to: str) -> None:
        self._to = int(to.rpartition(":")[2])
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.address = f"ray://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: list[socket.socket] = []

    def open(self) -> None:
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for end in [self._listener, *self._ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)


@pytest.fixture
def relay(ray_address) -> Iterator[Relay]:
    relay = Relay(ray_address)
    yield relay
    relay.cut()


def begun(cluster: Cluster, **settings) -> RayWorker:
    worker = RayWorker(cluster)
    worker.send(Begin("run1", spec(**settings)))
    worker.send(RunCommand("run1", Start()))
    return worker


def events(worker: RayWorker) -> list:
    message = worker.receive()
    return list(message.events) if isinstance(message, Bundle) else [message]


def drain(worker: RayWorker) -> None:
    while True:
        worker.receive()


def test_a_run_waits_for_a_cluster_that_cannot_be_reached_and_begins_when_it_can(relay, caplog):
    caplog.set_level(logging.WARNING, "visualizer")
    cluster = Cluster(relay.address, retry_every=0.2)
    cluster.reach()
    worker = begun(cluster, epochs=1)
    assert events(worker) == [Advice(UNREACHABLE)]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert said[0].startswith(f'cluster-unavailable address={relay.address} reason="there is no answer (')
    assert said[0].endswith("retry_seconds=0.2")
    relay.open()
    assert events(worker) == [Advice("")]
    assert worker.receive() == Ready()
    seen = []
    while StateChanged("finished") not in seen:
        seen += events(worker)
    assert StateChanged("running") in seen
    worker.close()
    with pytest.raises(EOFError):
        worker.receive()
    cluster.close()


def test_a_connection_that_is_lost_ends_its_workers_and_is_made_anew(relay, ray_address, monkeypatch):
    monkeypatch.setenv("RAY_CLIENT_RECONNECT_GRACE_PERIOD", "1")
    monkeypatch.setattr("ray.util.client.worker.INITIAL_TIMEOUT_SEC", 1)
    cluster = Cluster(relay.address, retry_every=0.2)
    relay.open()
    worker = begun(cluster, epochs=1000)
    while StateChanged("running") not in events(worker):
        pass
    relay.cut()
    with pytest.raises(EOFError, match="the connection to the cluster was lost"):
        drain(worker)
    assert worker.close() == "the connection to the cluster was lost"
    with pytest.raises(OSError, match="was lost"):
        worker.send(RunCommand("run1", Stop()))
    again = begun(cluster)
    assert events(again) == [Advice(UNREACHABLE)]
    again.close()
    cluster.close()


@pytest.mark.parametrize(
    ("command", "state"), [(Stop("Enough."), "stopped"), (Interrupt("Enough."), "interrupted"), (None, "")]
)
def test_who_waits_for_a_cluster_can_be_ended(command, state):
    worker = begun(Cluster("ray://127.0.0.1:1"))
    assert events(worker) == [Advice(UNREACHABLE)]
    if command:
        worker.send(RunCommand("run1", command))
        assert events(worker) == [StateChanged(state, "Enough.")]
    assert worker.close() == "it was ended"
    with pytest.raises(EOFError):
        worker.receive()
    with pytest.raises(OSError, match="it was ended"):
        worker.send(RunCommand("run1", Start()))


def test_a_worker_that_got_no_run_can_be_closed():
    worker = RayWorker(Cluster("ray://127.0.0.1:1"))
    worker.close()
    with pytest.raises(EOFError):
        worker.receive()


def test_a_run_waits_for_room(ray_address, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    monkeypatch.setattr(module, "needs", lambda *_: Needs(cpus=1000, gpus=0))
    cluster = Cluster(ray_address)
    worker = begun(cluster)
    assert events(worker) == [Advice(NO_ROOM)]
    worker.send(RunCommand("run1", Stop()))
    assert events(worker) == [StateChanged("stopped")]
    worker.close()
    cluster.close()


@pytest.mark.parametrize(
    "address", ["auto", "local", "head:6379", "ray://", "ray://head", "ray://head:no", "http://a:1"]
)
def test_only_the_address_of_a_ray_client_port_is_taken(address, caplog):
    caplog.set_level(logging.WARNING, "visualizer")
    Cluster(address).reach()
    assert "must have the form ray://host:port, such as ray://head:10001" in caplog.text


def test_the_address_is_a_setting(monkeypatch):
    monkeypatch.delenv("VISUALIZER_CLUSTER", raising=False)
    assert cluster_address() == ""
    monkeypatch.setenv("VISUALIZER_CLUSTER", " ray://head:10001 ")
    assert cluster_address() == "ray://head:10001"


def test_only_heavy_batches_get_a_share_of_a_graphics_card():
    small, heavy = spec(TINY.architecture, batch_size=32), spec(CLASSIC.architecture, batch_size=512)
    assert needs(small, gpus=1) == Needs(cpus=1, gpus=0)
    assert needs(heavy, gpus=1) == Needs(cpus=1, gpus=GPU_SHARE)
    assert needs(heavy, gpus=0) == Needs(cpus=1, gpus=0)


def test_a_heavy_run_is_placed_where_a_graphics_card_is(ray_address):
    import ray

    cluster = Cluster(ray_address)
    worker = begun(cluster, architecture=CLASSIC.architecture, batch_size=512)
    while worker.receive() != Ready():
        pass
    assert ray.available_resources()["GPU"] == 1 - GPU_SHARE
    worker.close()
    cluster.close()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("The actor died because its node has died. Node Id: 12", "its computer left the cluster"),
        ("The actor 12 is unavailable: RpcError", "its computer does not answer any more"),
        ("Worker exit type: NODE_OUT_OF_MEMORY Worker exit detail: …", "its computer ran out of memory"),
        ("The actor is dead because its worker process has died. (1) killed by the OOM killer", "its process"),
    ],
)
def test_how_an_actor_ended_is_told_in_words(told, words):
    from ray.core.generated.common_pb2 import ActorDiedErrorContext
    from ray.exceptions import ActorDiedError

    error = ActorDiedError(ActorDiedErrorContext(error_message=told, actor_id=bytes(16)))
    assert module._describe_ending(error).startswith(words)
