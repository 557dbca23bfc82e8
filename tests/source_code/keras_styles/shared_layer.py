"""One convolution is called twice on the same way, with one set of weights."""
from keras import Input, Model, layers

inp = Input((20, 20, 3))
first = layers.Conv2D(8, 3, padding="same", activation="relu")
again = layers.Conv2D(8, 3, padding="same", activation="relu")
x = first(inp)
for _ in range(3):
    x = again(x)
x = layers.GlobalAveragePooling2D()(x)
model = Model(inp, layers.Dense(3, activation="softmax")(x))
