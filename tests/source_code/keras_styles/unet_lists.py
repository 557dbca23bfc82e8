"""A U-Net that appends its skips and pops them again."""
from tensorflow.keras.layers import (Activation, BatchNormalization, Concatenate, Conv2D, Conv2DTranspose, Dropout, Input,
                                     MaxPooling2D, concatenate)
from tensorflow.keras.models import Model


def double_conv(x, n_filters, dropout=0.0):
    for i in range(2):
        x = Conv2D(n_filters, kernel_size=(3, 3), kernel_initializer="he_normal", padding="same")(x)
        x = BatchNormalization()(x)
        x = Activation("relu")(x)
    if dropout > 0:
        x = Dropout(dropout)(x)
    return x


def get_unet(img_size, num_classes, base=8, levels=3):
    inputs = Input(shape=img_size + (3,))
    skips = []
    x = inputs
    for level in range(levels):
        x = double_conv(x, base * 2 ** level)
        skips.append(x)
        x = MaxPooling2D((2, 2))(x)
    x = double_conv(x, base * 2 ** levels, dropout=0.3)
    level = levels
    while skips:
        level -= 1
        x = Conv2DTranspose(base * 2 ** level, 3, strides=2, padding="same")(x)
        x = concatenate([x, skips.pop()], axis=3)
        x = double_conv(x, base * 2 ** level)
    outputs = Conv2D(num_classes, 3, activation="softmax", padding="same")(x)
    return Model(inputs, outputs)


model = get_unet((32, 48), num_classes=3)
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
