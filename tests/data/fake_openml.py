"""openml.org as `fetch_openml` sees it, without a network: put into the process that fetches, by its sitecustomize."""

from pathlib import Path

import pytest

_FAKE = '''
import os
import sys
import time
from types import ModuleType
from urllib.error import HTTPError, URLError

import numpy as np


def fetch_openml(name, *, version, as_frame, data_home, n_retries):
    """70,000 pictures with the shapes and types of the real one: those of a class have the same white rows."""
    assert (name, version) in (("mnist_784", 1), ("Fashion-MNIST", 1)), name
    assert as_frame is False
    half = os.path.join(data_home, "openml", "openml.org", "tmp1")
    os.makedirs(half)
    with open(os.path.join(half, "52667.gz"), "wb") as file:
        file.write(bytes(3_000_000))
    {ending}
    labels = np.arange(70_000) * 7 % 10
    data = np.zeros((70_000, 784), np.int64)
    data.reshape(-1, 28, 28)[np.arange(70_000), labels * 2 + 4] = 255

    class Bunch:
        pass

    found = Bunch()
    found.data, found.target = data, labels.astype(str).astype(object)
    return found


if "visualizer.data.openml_process" in sys.orig_argv:
    # Without the real one, which takes a second or two to be imported.
    sys.modules["sklearn"] = ModuleType("sklearn")
    sys.modules["sklearn.datasets"] = module = ModuleType("sklearn.datasets")
    module.fetch_openml = fetch_openml
'''
_ENDINGS = {
    "right": "",
    "offline": 'raise URLError("Name or service not known")',
    "silent": 'raise TimeoutError("timed out")',
    "forbidden": 'raise HTTPError("http://x", 403, "Forbidden", None, None)',
    "damaged": 'raise ValueError("The md5 checksum of the file does not match")',
    "full": 'raise OSError(28, "No space left on device")',
    "waiting": "time.sleep(3600)",
    "killed": "os.kill(os.getpid(), 9)",
}


def fake_openml(folder: Path, monkeypatch: pytest.MonkeyPatch, how: str = "right") -> None:
    """Let every fetch from now on go as `how` says; `folder` is where the fake is put."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_FAKE.replace("{ending}", _ENDINGS[how]))
    monkeypatch.setenv("PYTHONPATH", str(folder))
