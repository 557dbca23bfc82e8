"""conv_bn_relu helpers that return functions, and *args handed on."""
from keras.layers import (Add, BatchNormalization, Concatenate, Conv2D, Dense, Flatten, Input, LeakyReLU, MaxPool2D, ReLU)
from keras.models import Model


def conv_bn_relu(filters, *args, slope=None, **kwargs):
    """Returns a function that applies the three layers."""
    kwargs.setdefault("padding", "same")
    kwargs.setdefault("use_bias", False)

    def apply(x):
        x = Conv2D(filters, *args, **kwargs)(x)
        x = BatchNormalization()(x)
        return ReLU()(x) if slope is None else LeakyReLU(slope)(x)

    return apply


def bottleneck(filters, expansion=2):
    def f(x):
        y = conv_bn_relu(filters, 1)(x)
        y = conv_bn_relu(filters, (3, 3), (1, 1), slope=0.1)(y)
        y = Conv2D(filters * expansion, 1, use_bias=False)(y)
        return ReLU()(Add()([x, BatchNormalization()(y)]))

    return f


def compose(*fs):
    def run(x):
        for f in fs:
            x = f(x)
        return x

    return run


inputs = Input(shape=(32, 48, 3))
trunk = compose(
    conv_bn_relu(16, 5, strides=2),
    bottleneck(8),
    bottleneck(8),
    MaxPool2D(2),
    conv_bn_relu(24, 3, padding="valid"),
)
features = trunk(inputs)
outputs = Dense(units=7, activation="softmax")(Flatten()(features))
model = Model(inputs, outputs)
