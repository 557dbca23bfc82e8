"""Keras computes with torch here; it reads that from the environment when it is first imported."""

import os

os.environ["KERAS_BACKEND"] = "torch"
