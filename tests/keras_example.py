"""A small network that Keras saves, in a process of its own: where Keras is loaded, the tests of pages are slow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

_CODE = """
import json, sys
import keras, numpy as np
from keras import layers
keras.utils.set_random_seed(3)
head = [layers.Flatten(), layers.Dense(10, activation="softmax")]
model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(6, 3, activation="relu"), *head], name="from_elsewhere")
model.save(sys.argv[1])
pictures = np.array(json.load(sys.stdin), np.float32)
print(json.dumps(model.predict(pictures, verbose=0).tolist()))
"""


def saved_by_keras(folder: Path, pictures: np.ndarray) -> tuple[bytes, np.ndarray]:
    """The bytes of a .keras file of a classifier of digits, and what Keras answers to pictures (N, 8, 8, 1)."""
    path = folder / "net.keras"
    ended = subprocess.run(
        [sys.executable, "-c", _CODE, str(path)],
        input=json.dumps(pictures.tolist()),
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return path.read_bytes(), np.array(json.loads(ended.stdout.splitlines()[-1]))
