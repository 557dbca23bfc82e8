"""Attention over places, by means and maxima of the channels that tf computes."""
import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Conv2D, Dense, Flatten, Multiply


def spatial_attention(x):
    average = tf.reduce_mean(x, axis=-1, keepdims=True)
    largest = tf.reduce_max(x, axis=-1, keepdims=True)
    both = Concatenate()([average, largest])
    return Multiply()([x, Conv2D(1, 7, padding="same", activation="sigmoid")(both)])


inp = Input((16, 16, 3))
x = Conv2D(8, 3, activation="relu", padding="same")(inp)
x = spatial_attention(x)
model = Model(inp, Dense(4, activation="softmax")(Flatten()(x)))
