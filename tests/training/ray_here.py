"""A Ray cluster of one small node on this computer, and an end of it that leaves no process behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Nothing is told to Ray's makers; and it is no error of a test where Ray warns of something.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}


@contextmanager
def running_ray(cpus: int = 3, gpus: int = 0, within: float = 120.0) -> Iterator[str]:
    """The address for Ray Client, as ray://host:port. A graphics card may be said to be there that is not."""
    # The paths of its sockets may have 107 letters at most, which pytest's folders leave no room for.
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    client, gcs = _free_ports(2)
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--disable-usage-stats"]
    command += [f"--num-cpus={cpus}", f"--num-gpus={gpus}", f"--port={gcs}", f"--ray-client-server-port={client}"]
    command += ["--object-store-memory=100000000", "--include-dashboard=false", f"--temp-dir={folder}"]
    log = Path(folder, "start.log")
    with log.open("wb") as output:
        head = subprocess.Popen(
            command,
            # Another folder than ours: the actors have our code from the server alone.
            cwd=folder,
            env={**os.environ, **QUIET},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + within
        while not _answers(client):
            if head.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Ray did not start. Its log:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)
        yield f"ray://127.0.0.1:{client}"
    finally:
        # Killed and not asked to stop: that takes ten seconds, and there is nothing to be saved.
        while left := processes_of(folder, head.pid):
            for process_id in left:
                with suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGKILL)
        head.wait()
        shutil.rmtree(folder, ignore_errors=True)


def processes_of(folder: str, leader: int) -> list[int]:
    """The processes of the cluster in that folder: those that name it, and those of its leader's session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                environment = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                of_it = folder.encode() in environment or os.getsid(int(entry.name)) == leader
                if of_it and state != "Z":
                    found.append(int(entry.name))
    return found


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _free_ports(count: int) -> list[int]:
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports
