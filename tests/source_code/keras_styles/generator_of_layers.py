"""A generator yields the layers, and yield from another."""
from keras import Input, Sequential
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D


def stage(filters, n):
    for _ in range(n):
        yield Conv2D(filters, 3, activation="relu", padding="same")
    yield MaxPooling2D()


def body():
    yield from stage(8, 1)
    yield from stage(16, 2)
    yield Flatten()
    yield Dense(5, activation="softmax")


model = Sequential([Input((16, 16, 3)), *body()])
