"""Pictures of bytes are brought to −1 to 1 in the model, and resized there."""
import keras
from keras import layers

inputs = keras.Input(shape=(50, 50, 3))
x = layers.Resizing(50, 50)(inputs)
x = layers.Rescaling(scale=1 / 127.5, offset=-1)(x)
x = layers.Conv2D(8, 3, activation="relu")(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(2)(x))
