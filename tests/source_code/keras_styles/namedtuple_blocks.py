"""Namedtuples describe the blocks."""

from collections import namedtuple
import keras
from keras import layers
Block = namedtuple("Block", ["filters", "kernel", "pool"])
Config = namedtuple("Config", "classes dropout", defaults=(0.25,))
blocks = [Block(8, 3, True), Block(16, 3, False), Block(filters=32, kernel=5, pool=True)]
cfg = Config(classes=7)
model = keras.Sequential([keras.Input((32,32,3))])
for b in blocks:
    model.add(layers.Conv2D(b.filters, b.kernel, padding="same"))
    if b.pool:
        model.add(layers.MaxPooling2D())
for filters, kernel, pool in blocks[:1]:
    model.add(layers.Conv2D(filters, kernel))
model.add(layers.Flatten())
model.add(layers.Dropout(cfg.dropout))
model.add(layers.Dense(cfg.classes))
