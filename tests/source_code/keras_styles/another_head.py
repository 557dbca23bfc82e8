"""The layers of a model, all but its head, are added to another one."""

import keras
from keras import layers
base = keras.Sequential([keras.Input((32,32,3)), layers.Conv2D(8, 3), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(1000)])
model = keras.Sequential()
model.add(keras.Input((32,32,3)))
for layer in base.layers[:-1]:
    model.add(layer)
model.add(layers.Dense(7))
