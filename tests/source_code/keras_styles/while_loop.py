"""Halve the picture while it is larger than four pixels."""
from keras.layers import Conv2D, Dense, Flatten, Input, SeparableConv2D
from keras.models import Model

size = 40
filters, limit = 6, 20
inputs = Input((size, size, 3))
x = inputs
n = 0
while True:
    n += 1
    if size <= 4:
        break
    if n % 2:
        x = Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    else:
        x = SeparableConv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    size = -(-size // 2)
    if filters >= limit:
        continue
    filters += 4
else:
    x = Dense(99)(x)
assert size > 0, "nothing is left"
x = Flatten()(x)
model = Model(inputs, Dense(n, activation="softmax")(x))
