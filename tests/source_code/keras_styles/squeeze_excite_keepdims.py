"""Squeeze-and-excitation with keepdims and convolutions of one pixel, and a product by an operator."""
from tensorflow.keras import Input, Model, layers


def se(x, reduction=4):
    channels = x.shape[-1]
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Conv2D(channels // reduction, 1, activation="relu")(s)
    s = layers.Conv2D(channels, 1, activation="hard_sigmoid")(s)
    return x * s


inp = Input([20, 20, 3])
x = layers.Conv2D(16, 3, activation="relu")(inp)
x = se(x)
x = layers.Flatten()(x)
model = Model(inp, layers.Dense(3, activation="softmax")(x))
