"""Inverted residuals: an expansion, a depthwise and a linear convolution, widths rounded to a divisor."""
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.models import Model


def _make_divisible(v, divisor=8, min_value=None):
    if min_value is None:
        min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v


def correct_pad(size, kernel):
    adjust = (1 - size[0] % 2, 1 - size[1] % 2)
    half = (kernel // 2, kernel // 2)
    return ((half[0] - adjust[0], half[0]), (half[1] - adjust[1], half[1]))


def inverted_res_block(inputs, expansion, stride, alpha, filters, block_id):
    in_channels = inputs.shape[-1]
    pointwise_filters = _make_divisible(int(filters * alpha), 8)
    x = inputs
    if block_id:
        x = layers.Conv2D(expansion * in_channels, 1, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(x)
        x = layers.ReLU(6.0)(x)
    if stride == 2:
        x = layers.ZeroPadding2D(padding=correct_pad(x.shape[1:3], 3))(x)
    x = layers.DepthwiseConv2D(3, strides=stride, use_bias=False, padding="same" if stride == 1 else "valid")(x)
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(x)
    x = layers.ReLU(6.0)(x)
    x = layers.Conv2D(pointwise_filters, 1, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(x)
    if in_channels == pointwise_filters and stride == 1:
        return layers.Add()([inputs, x])
    return x


def small_mobile(shape=(48, 48, 3), alpha=0.5, classes=12):
    img = layers.Input(shape)
    x = layers.Conv2D(_make_divisible(32 * alpha), 3, strides=(2, 2), padding="same", use_bias=False)(img)
    x = layers.Activation(tf.nn.relu6)(x)
    block = 0
    #  t, c, n, s
    for t, c, n, s in [[1, 16, 1, 1], [4, 24, 2, 2], [4, 32, 2, 2]]:
        for i in range(n):
            x = inverted_res_block(x, t, s if i == 0 else 1, alpha, c, block)
            block += 1
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.001)(x)
    return Model(img, layers.Dense(classes, activation="softmax")(x))


model = small_mobile(alpha=1.0)
