"""A generator gives the widths."""

import keras
from keras import layers
def widths(n):
    w = 8
    while w < n:
        yield w
        w *= 2
model = keras.Sequential()
model.add(keras.Input((32,32,3)))
for w in widths(64):
    model.add(layers.Conv2D(w, 3, padding="same", activation="relu"))
    model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(10))
