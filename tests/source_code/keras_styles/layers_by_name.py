"""Layers by their names from a table and by getattr, with their arguments as tuples."""
import keras
from keras import layers as L

TABLE = {"conv": L.Conv2D, "pool": L.MaxPool2D, "norm": L.BatchNormalization, "fc": L.Dense}
LAYERS = [("conv", (8, 3), {"activation": "relu"}), ("norm", (), {}), ("pool", (2,), {}), ("conv", (16, 3), {})]

net = keras.models.Sequential()
net.add(L.Input(shape=(24, 24, 3)))
for kind, args, kwargs in LAYERS:
    net.add(TABLE[kind](*args, **kwargs))
net.add(getattr(L, "Flatten")())
net.add(TABLE["fc"](2, "softmax"))
