"""Inception modules with tuples of filters and concatenate on the channel axis of the backend."""
from keras import backend as K
from keras.layers import (AveragePooling2D, BatchNormalization, Conv2D, Dense, Dropout, GlobalAveragePooling2D, Input,
                          MaxPooling2D, concatenate, Activation)
from keras.models import Model

channel_axis = 1 if K.image_data_format() == "channels_first" else -1


def conv2d_bn(x, nb, rows, cols, padding="same", strides=(1, 1), name=None):
    conv_name = name + "_conv" if name is not None else None
    bn_name = None if name is None else name + "_bn"
    x = Conv2D(nb, (rows, cols), strides=strides, padding=padding, use_bias=False, name=conv_name)(x)
    x = BatchNormalization(axis=channel_axis if channel_axis == 1 else 3, scale=True, name=bn_name)(x)
    return Activation("relu", name=name)(x)


def module(x, f1, f3, f5, fp, name):
    (f3r, f3), (f5r, f5) = f3, f5
    branch1 = conv2d_bn(x, f1, 1, 1)
    branch3 = conv2d_bn(conv2d_bn(x, f3r, 1, 1), f3, 3, 3)
    branch5 = conv2d_bn(x, f5r, 1, 1)
    for rows, cols in ((1, 5), (5, 1)):
        branch5 = conv2d_bn(branch5, f5, rows, cols)
    pool = AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x)
    pool = conv2d_bn(pool, fp, 1, 1)
    return concatenate([branch1, branch3, branch5, pool], axis=channel_axis, name=name)


img_input = Input(shape=(64, 64, 3))
x = conv2d_bn(img_input, 8, 3, 3, strides=(2, 2), padding="valid", name="stem")
x = MaxPooling2D((3, 3), strides=(2, 2))(x)
specs = [
    dict(f1=8, f3=(6, 8), f5=(2, 4), fp=4),
    dict(f1=12, f3=(8, 12), f5=(4, 6), fp=6),
]
for i, spec in enumerate(specs):
    x = module(x, name="mixed%d" % i, **spec)
x = GlobalAveragePooling2D(name="avg_pool")(x)
x = Dropout(0.4)(x)
predictions = Dense(25, activation="softmax", name="predictions")(x)
model = Model(img_input, predictions, name="little_inception")
