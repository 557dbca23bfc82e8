"""An encoder and a decoder as functions that return several values; the skips in a dictionary."""
from keras.layers import Concatenate, Conv2D, Input, MaxPool2D, UpSampling2D
from keras.models import Model


def conv_block(x, num_filters, l=2):
    for _ in range(l):
        x = Conv2D(num_filters, 3, padding="same", activation="relu")(x)
    return x


def encoder_block(x, num_filters):
    s = conv_block(x, num_filters)
    p = MaxPool2D((2, 2))(s)
    return s, p


def decoder_block(x, skip, num_filters):
    x = UpSampling2D((2, 2), interpolation="bilinear")(x)
    x = Concatenate()([x, skip])
    return conv_block(x, num_filters, l=1)


def encoder(inputs, num_filters):
    skips = {}
    p = inputs
    for i, f in enumerate(num_filters):
        skips["s%d" % i], p = encoder_block(p, f)
    return p, skips


inputs = Input((32, 32, 1))
num_filters = [6, 12]
bridge, skips = encoder(inputs, num_filters)
d = conv_block(bridge, 24)
for i, f in reversed(list(enumerate(num_filters))):
    d = decoder_block(d, skips[f"s{i}"], f)
outputs = Conv2D(1, 1, padding="same", activation="sigmoid")(d)
model = Model(inputs, outputs, name="UNet")
model.summary()
