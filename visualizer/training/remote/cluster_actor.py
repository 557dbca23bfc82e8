"""What runs on a computer of the cluster: one actor for each run, with the same loop as a worker process here.

The cluster's head loads this module too, so torch is only imported when a run begins.
"""

import os
import threading
from queue import Empty, Queue, SimpleQueue

import ray

from visualizer.data.dataset import Dataset
from visualizer.training.scheduling.messages import Begin, FromWorker, ToWorker

# Ray's concurrency groups: each has its own thread, which takes its calls in order.
GROUPS = {"commands": 1, "events": 1}


class RunActor:
    """Trains runs in its own thread, beside calls that send it messages or wait for its events."""

    def __init__(self) -> None:
        self._inbox: SimpleQueue[ToWorker] = SimpleQueue()
        self._outbox: Queue[FromWorker] = Queue()
        self._datasets: dict[str, Dataset] = {}

    def process_id(self) -> int:
        """The id of its process, which is returned once it has its place."""
        return os.getpid()

    def start(self) -> None:
        """Load torch, which takes seconds, and train what arrives from now on."""
        import torch

        from visualizer.training.loop.examples import Examples
        from visualizer.training.scheduling.worker import OUTBOX_LENGTH, TurnTaking

        torch.set_num_threads(1)
        self._outbox = Queue(OUTBOX_LENGTH)
        # Ray shows a process only the graphics cards of which it has a share.
        device = torch.device("cuda" if ray.get_gpu_ids() and torch.cuda.is_available() else "cpu")
        turns = TurnTaking(
            self._inbox,
            self._outbox.put,
            device,
            lambda name, picture_shape, task: Examples(self._datasets[name], picture_shape, task),
        )
        threading.Thread(target=turns.serve, name="runs", daemon=True).start()

    @ray.method(concurrency_group="commands")
    def begin(self, message: Begin, dataset: Dataset) -> None:
        """Take a run, with the server's data set."""
        self._datasets[message.spec.settings.dataset] = dataset
        self._inbox.put(message)

    @ray.method(concurrency_group="commands")
    def tell(self, message: ToWorker) -> None:
        """Take a message for one of the runs, which is read between two batches."""
        self._inbox.put(message)

    @ray.method(concurrency_group="events")
    def events(self) -> list[FromWorker]:
        """All messages since the last call; waits for at least one."""
        messages = [self._outbox.get()]
        try:
            while True:
                messages.append(self._outbox.get_nowait())
        except Empty:
            return messages
