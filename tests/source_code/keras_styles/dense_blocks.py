"""Dense blocks whose list of features grows, with a transition that compresses."""
import tensorflow as tf
from tensorflow.keras import layers as L

growth_rate: int = 6
compression: float = 0.5


def bn_relu_conv(x, filters, k):
    x = L.BatchNormalization(epsilon=1.001e-5)(x)
    x = L.Activation("relu")(x)
    return L.Conv2D(filters, k, padding="same", use_bias=False)(x)


def dense_block(x, layers_in_block):
    features = [x]
    for _ in range(layers_in_block):
        joined = features[0] if len(features) == 1 else L.Concatenate()(features)
        y = bn_relu_conv(joined, 4 * growth_rate, 1)
        y = bn_relu_conv(y, growth_rate, 3)
        features.append(y)
    return L.concatenate(features)


def transition(x):
    channels = int(x.shape[-1] * compression)
    x = bn_relu_conv(x, channels, 1)
    return L.AveragePooling2D(2, strides=2)(x)


inputs = L.Input((32, 32, 3))
x = L.Conv2D(2 * growth_rate, 3, padding="same", use_bias=False)(inputs)
config = (2, 3)
for index, count in enumerate(config):
    x = dense_block(x, count)
    if index + 1 < len(config):
        x = transition(x)
x = L.BatchNormalization()(x)
x = L.ReLU()(x)
x = L.GlobalAveragePooling2D()(x)
model = tf.keras.models.Model(inputs=inputs, outputs=L.Dense(10, activation="softmax")(x))
