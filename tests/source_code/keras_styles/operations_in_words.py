"""tf.nn and keras.ops as functions in a functional model, mixed with layers."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.layers import Conv2D, Dense, Flatten, MaxPool2D

inputs = keras.Input((28, 28, 3))
a = tf.nn.relu(Conv2D(8, 3, padding="same")(inputs))
b = tf.nn.leaky_relu(Conv2D(8, 3, padding="same")(a), alpha=0.1)
c = tf.concat([a, b], axis=-1)
d = keras.ops.maximum(Conv2D(8, 1)(c), a)
e = d + b - a
f = keras.activations.relu(e * a)
logits = Dense(10)(Flatten()(MaxPool2D()(f)))
model = keras.Model(inputs, tf.nn.softmax(logits))
