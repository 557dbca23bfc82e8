"""Layers by their names: specifications in JSON, getattr of the module of layers."""
import json

import keras
from keras import layers

SPEC = json.loads("""
[
  {"type": "Conv2D", "filters": 8, "kernel_size": 3, "activation": "relu"},
  {"type": "MaxPooling2D", "pool_size": 2},
  {"type": "Flatten"},
  {"type": "Dense", "units": 6, "activation": "softmax"}
]
""")

model = keras.Sequential([keras.Input((24, 24, 1))])
for spec in SPEC:
    settings = {key: value for key, value in spec.items() if key != "type"}
    model.add(getattr(layers, spec["type"])(**settings))
model.compile("adam", "categorical_crossentropy")
