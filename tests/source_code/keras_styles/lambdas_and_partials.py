"""Layers made by lambdas and functools.partial, and put together by reduce."""
from functools import partial, reduce

from tensorflow import keras
from tensorflow.keras import layers

DefaultConv = partial(keras.layers.Conv2D, kernel_size=3, strides=1, padding="same", kernel_initializer="he_normal",
                      use_bias=False)
relu = lambda: layers.Activation("relu")
down = lambda f, s=2: [DefaultConv(filters=f, strides=s), layers.BatchNormalization(), relu()]
head = lambda units, act=None: [layers.GlobalAvgPool2D(), layers.Dense(units, activation=act)]

steps = [DefaultConv(filters=12, kernel_size=7), relu(), layers.MaxPool2D(pool_size=2)]
steps += down(16)
steps.extend(down(24, s=1))
steps = steps + head(12, "softmax")

inp = layers.Input((64, 64, 1))
out = reduce(lambda tensor, layer: layer(tensor), steps, inp)
model = keras.Model(inp, out)
model.compile(optimizer="nadam", loss="sparse_categorical_crossentropy")
