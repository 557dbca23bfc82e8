"""Layer classes of the source's own, with build and get_config, in a Sequential."""
import keras
from keras import layers
from keras.saving import register_keras_serializable


@register_keras_serializable(package="ours")
class ConvNormAct(layers.Layer):
    def __init__(self, filters, kernel_size=3, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides

    def build(self, input_shape):
        self.conv = layers.Conv2D(self.filters, self.kernel_size, self.strides, padding="same", use_bias=False)
        self.norm = layers.LayerNormalization(epsilon=1e-6)
        self.act = layers.Activation("gelu")
        super().build(input_shape)

    def call(self, x):
        return self.act(self.norm(self.conv(x)))

    def get_config(self):
        config = super().get_config()
        config.update({"filters": self.filters, "kernel_size": self.kernel_size, "strides": self.strides})
        return config


class Residual(layers.Layer):
    def __init__(self, *body):
        super().__init__()
        self.body = list(body)

    def call(self, inputs):
        x = inputs
        for layer in self.body:
            x = layer(x)
        return layers.add([inputs, x])


model = keras.Sequential()
model.add(keras.Input((28, 28, 1)))
model.add(ConvNormAct(8, strides=2))
model.add(Residual(ConvNormAct(8), ConvNormAct(8, kernel_size=1)))
model.add(ConvNormAct(filters=16, strides=2))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy")
