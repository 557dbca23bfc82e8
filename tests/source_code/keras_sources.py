"""Networks as people write them in Keras, each with what must be read from it."""

from dataclasses import dataclass, field
from typing import Any

from visualizer.architecture.architecture import Block
from visualizer.architecture.gallery.mobile import mobilenet_v2
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.gaussian_noise import GaussianNoise
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.layer_normalization import LayerNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.p_relu import PReLU
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.separable_conv2d import SeparableConv2D
from visualizer.architecture.layers.spatial_dropout2d import SpatialDropout2D
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D


@dataclass(frozen=True)
class Example:
    """A source, its input (C, H, W), its layers, its training settings, and each line's note, by a piece of it.

    Where the layers are no chain, also what each reads; and the blocks.
    """

    source: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    notes: tuple[tuple[int, str], ...] = ()
    name: str = "From Keras"
    wires: tuple[tuple[int, ...], ...] = ()
    blocks: tuple[Block, ...] = ()


MOBILENET_V2 = mobilenet_v2()
ADAM = {"optimizer": "adam", "learning_rate": 0.001}
SOFTMAX_10 = Dense(units=10, activation="softmax")
BATCH_NORMALIZATION = BatchNormalization(momentum=0.99, epsilon=0.001)


def plain_conv(filters: int, **settings: Any) -> Conv2D:
    return Conv2D(filters=filters, activation="linear", **settings)


RESIDUAL_BLOCK = {
    filters: (
        plain_conv(filters, strides=(filters // 16, filters // 16), padding="same", use_bias=False),
        BATCH_NORMALIZATION,
        Activation(function="relu"),
        Add(),
        Activation(function="relu"),
    )
    for filters in (16, 32)
}

EXAMPLES = {
    "the classic example, layer by layer": Example(
        """\
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense

model = Sequential()
model.add(Conv2D(32, (3, 3), activation='relu', input_shape=(64, 64, 3)))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Conv2D(64, (3, 3), activation='relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(128, activation='relu'))
model.add(Dense(10, activation='softmax'))

model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=10, batch_size=32)
""",
        (3, 64, 64),
        (Conv2D(filters=32), MaxPooling2D(), Conv2D(filters=64), MaxPooling2D(), Flatten(), Dense(), SOFTMAX_10),
        {**ADAM, "loss": "cross_entropy", "epochs": 10, "batch_size": 32},
        ((14, "The pictures come from the data set that is chosen on Train"),),
    ),
    "the MNIST example of keras.io": Example(
        """\
import numpy as np
import keras
from keras import layers

num_classes = 10
input_shape = (28, 28, 1)

# Load the data and split it between train and test sets
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, num_classes)

model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(num_classes, activation="softmax"),
    ]
)

model.summary()
batch_size = 128
epochs = 15
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, validation_split=0.1)
score = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", score[0])
""",
        (1, 28, 28),
        (
            Conv2D(filters=32),
            MaxPooling2D(),
            Conv2D(filters=64),
            MaxPooling2D(),
            Flatten(),
            Dropout(rate=0.5),
            SOFTMAX_10,
        ),
        {**ADAM, "loss": "cross_entropy", "epochs": 15, "batch_size": 128},
        (
            (9, "This is not about the network"),
            (10, "This is not about the network"),
            (11, "This is not about the network"),
            (26, "This is not about the network"),
            (30, "The pictures come from"),
            (31, "This is not about the network"),
            (32, "This is not about the network"),
        ),
    ),
    "TensorFlow's CIFAR tutorial": Example(
        """\
import tensorflow as tf
from tensorflow.keras import datasets, layers, models

model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(32, 32, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.Flatten())
model.add(layers.Dense(64, activation='relu'))
model.add(layers.Dense(10))
model.compile(optimizer='adam',
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=['accuracy'])
history = model.fit(train_images, train_labels, epochs=10,
                    validation_data=(test_images, test_labels))
""",
        (3, 32, 32),
        (
            Conv2D(filters=32),
            MaxPooling2D(),
            Conv2D(filters=64),
            MaxPooling2D(),
            Conv2D(filters=64),
            Flatten(),
            Dense(units=64),
            Dense(units=10, activation="linear"),
        ),
        {**ADAM, "loss": "cross_entropy", "epochs": 10, "batch_size": 32},
        ((16, "The pictures come from"),),
    ),
    "tf.keras in full, keywords only, constants computed": Example(
        """\
import tensorflow as tf
IMG = 96
HEIGHT, WIDTH = IMG // 2, IMG // 2
CHANNELS: int = 3
NUM_CLASSES = 5
model = tf.keras.models.Sequential(layers=[
    tf.keras.layers.InputLayer(input_shape=(HEIGHT, WIDTH, CHANNELS)),
    tf.keras.layers.Conv2D(filters=2 ** 4, kernel_size=5, strides=2, padding='same', use_bias=False),
    tf.keras.layers.BatchNormalization(),
    tf.keras.layers.Activation('relu'),
    tf.keras.layers.AveragePooling2D(pool_size=3, strides=2, padding="SAME"),
    tf.keras.layers.GlobalAveragePooling2D(),
    tf.keras.layers.Dense(units=NUM_CLASSES, activation=tf.nn.softmax),
], name='small')
model.compile(optimizer=tf.keras.optimizers.SGD(learning_rate=1e-2, momentum=0.9), loss='mse')
model.fit(x=x, y=y, epochs=3)
""",
        (3, 48, 48),
        (
            plain_conv(16, kernel_size=(5, 5), strides=(2, 2), padding="same", use_bias=False),
            BATCH_NORMALIZATION,
            Activation(function="relu"),
            AveragePooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
            GlobalAveragePooling2D(),
            Dense(units=5, activation="softmax"),
        ),
        {"optimizer": "sgd", "learning_rate": 0.01, "momentum": 0.9, "loss": "mse", "epochs": 3, "batch_size": 32},
        ((16, "The pictures come from"),),
        "small",
    ),
    "the functional API": Example(
        """\
from tensorflow.keras.layers import Input, Conv2D, MaxPool2D, Flatten, Dense, Dropout
from tensorflow.keras.models import Model

inp = Input(shape=(28, 28, 1))
x = Conv2D(16, 3, activation="relu", padding="same")(inp)
x = MaxPool2D()(x)
x = Dropout(.25)(x)
x = Flatten()(x)
out = Dense(10, activation="softmax")(x)
model = Model(inputs=inp, outputs=out)
""",
        (1, 28, 28),
        (Conv2D(filters=16, padding="same"), MaxPooling2D(), Dropout(rate=0.25), Flatten(), SOFTMAX_10),
    ),
    "the functional API with a function for each block": Example(
        """\
from tensorflow import keras
from tensorflow.keras import layers

def conv_block(x, filters, kernel_size=3):
    x = layers.Conv2D(filters, kernel_size, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)

def build_model(input_shape, num_classes=10):
    inputs = keras.Input(input_shape)
    x = inputs
    for filters in [16] * 2 + [32]:
        x = conv_block(x, filters)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="blocks")

if __name__ == "__main__":
    model = build_model(input_shape=(32, 32, 3))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["acc"])
""",
        (3, 32, 32),
        (
            *(
                layer
                for filters in (16, 16, 32)
                for layer in (
                    plain_conv(filters, padding="same", use_bias=False),
                    BatchNormalization(momentum=0.9),
                    Activation(function="relu"),
                )
            ),
            GlobalAveragePooling2D(),
            SOFTMAX_10,
        ),
        {"optimizer": "rmsprop", "learning_rate": 0.001, "loss": "cross_entropy"},
        ((20, "RMSprop forgets more slowly here"),),
        "blocks",
        blocks=(Block("Conv block", 0, 2), Block("Conv block", 3, 5), Block("Conv block", 6, 8)),
    ),
    "a partial, as in Hands-On Machine Learning": Example(
        """\
from functools import partial

DefaultConv2D = partial(tf.keras.layers.Conv2D, kernel_size=3, padding="same",
                        activation="relu", kernel_initializer="he_normal")
model = tf.keras.Sequential([
    DefaultConv2D(filters=64, kernel_size=7, input_shape=[28, 28, 1]),
    tf.keras.layers.MaxPool2D(),
    DefaultConv2D(filters=128),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(units=128, activation="relu", kernel_initializer="he_normal"),
    tf.keras.layers.Dropout(0.5),
    tf.keras.layers.Dense(units=10, activation="softmax")
])
""",
        (1, 28, 28),
        (
            Conv2D(filters=64, kernel_size=(7, 7), padding="same", kernel_initializer="he_normal"),
            MaxPooling2D(),
            Conv2D(filters=128, padding="same", kernel_initializer="he_normal"),
            Flatten(),
            Dense(units=128, kernel_initializer="he_normal"),
            Dropout(rate=0.5),
            SOFTMAX_10,
        ),
    ),
    "leaky functions with Keras's own slopes": Example(
        """\
import keras
from keras.layers import LeakyReLU
start = keras.initializers.HeNormal()
m = keras.Sequential()
m.add(keras.Input((16, 16, 3)))
m.add(keras.layers.Conv2D(8, 3, kernel_initializer=start))
m.add(LeakyReLU())
m.add(keras.layers.Conv2D(8, 3, activation=LeakyReLU(alpha=0.1)))
m.add(keras.layers.Conv2D(8, 3, activation="leaky_relu"))
m.add(keras.layers.Flatten())
m.add(keras.layers.Dense(2))
m.add(keras.layers.Softmax())
""",
        (3, 16, 16),
        (
            plain_conv(8, kernel_initializer="he_normal"),
            Activation(function="leaky_relu", negative_slope=0.3),
            plain_conv(8),
            Activation(function="leaky_relu", negative_slope=0.1),
            Conv2D(filters=8, activation="leaky_relu"),
            Flatten(),
            Dense(units=2, activation="linear"),
            Activation(function="softmax"),
        ),
        {},
    ),
    "a list that grows": Example(
        """\
from keras import layers, models
stack = [layers.Input(shape=(32, 32, 3))]
for i in range(3):
    stack.append(layers.Conv2D(16 * 2 ** i, 3, activation='swish'))
    if i < 2:
        stack.append(layers.MaxPooling2D())
stack += [layers.Flatten(), layers.Dense(10, 'softmax')]
model = models.Sequential(stack)
""",
        (3, 32, 32),
        (
            Conv2D(filters=16, activation="silu"),
            MaxPooling2D(),
            Conv2D(filters=32, activation="silu"),
            MaxPooling2D(),
            Conv2D(filters=64, activation="silu"),
            Flatten(),
            SOFTMAX_10,
        ),
    ),
    "positional arguments throughout": Example(
        """\
from keras.layers import *
from keras.models import *
model = Sequential([
    Conv2D(6, 5, 1, 'same', 'channels_last', 1, 1, 'tanh', True, input_shape=(28, 28, 1)),
    AveragePooling2D(2, 2),
    Conv2D(16, (5, 5), (1, 1), 'valid', activation='tanh'),
    AveragePooling2D((2, 2), None, 'valid'),
    Flatten(),
    Dense(84, 'tanh', False),
    BatchNormalization(-1, .8, 1e-5),
    Dense(10, 'softmax'),
])
""",
        (1, 28, 28),
        (
            Conv2D(filters=6, kernel_size=(5, 5), padding="same", activation="tanh"),
            AveragePooling2D(),
            Conv2D(filters=16, kernel_size=(5, 5), activation="tanh"),
            AveragePooling2D(),
            Flatten(),
            Dense(units=84, activation="tanh", use_bias=False),
            BatchNormalization(momentum=0.8, epsilon=1e-5),
            SOFTMAX_10,
        ),
    ),
    "augmentation and rescaling in the model": Example(
        """\
data_augmentation = keras.Sequential([
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
])
model = keras.Sequential([
    data_augmentation,
    layers.Rescaling(1./255, input_shape=(180, 180, 3)),
    layers.Conv2D(16, 3, padding='same', activation='relu'),
    layers.AlphaDropout(0.2),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(num_classes),
])
model.compile(
    optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=['accuracy', 'AUC'])
model.fit(train_ds, validation_data=val_ds, epochs=epochs, callbacks=[keras.callbacks.EarlyStopping()])
""",
        (3, 180, 180),
        (Conv2D(filters=16, padding="same"), MaxPooling2D(), Flatten(), Dense(units=7, activation="linear")),
        {**ADAM, "loss": "cross_entropy", "epochs": 1, "batch_size": 32},
        (
            (2, "“RandomFlip” is left out. Train can change the training pictures at random"),
            (3, "“RandomRotation” is left out. Train can change the training pictures at random"),
            (7, "“Rescaling” is left out. Pictures here go from 0 to 1 already"),
            (9, "“AlphaDropout(…)” is not known here and is left out"),
            (12, "“num_classes”, for units, does not follow from the text; 7 is used"),
            (15, "The optimiser “AdamW” is not known here; Adam is used"),
            (15, "“weight_decay=0.0001” of AdamW is left out"),
            (16, "“label_smoothing=0.1” of CategoricalCrossentropy is left out"),
            (14, "The measure “AUC” is left out"),
            (18, "The pictures come from"),
            (18, "“epochs” does not follow from the text; 1 is used for “Epochs”."),
            (18, "How large the batches of “train_ds” are does not follow from the text; 32 pictures are used"),
            (18, "“callbacks=[EarlyStopping(…)]” of fit is left out"),
        ),
    ),
    "regularisers, names and an optimiser made before": Example(
        """\
from keras import regularizers, optimizers
weight_decay = 1e-4
model = Sequential()
model.add(Conv2D(32, (3,3), padding='same', kernel_regularizer=regularizers.l2(weight_decay),
                 input_shape=x_train.shape[1:], name='conv_1'))
model.add(Activation('mish'))
model.add(BatchNormalization(axis=1))
model.add(Flatten())
model.add(Dense(10, activation='softmax', bias_initializer='zeros', dtype='float32'))
opt = optimizers.RMSprop(lr=0.0005, decay=1e-6)
model.compile(loss='binary_crossentropy', optimizer=opt, metrics=['accuracy'])
model.fit_generator(datagen.flow(x_train, y_train, batch_size=64), steps_per_epoch=100, epochs=125, verbose=1)
model.save('model.h5')
""",
        (3, 64, 64),
        (
            plain_conv(32, padding="same", l2=1e-4),
            Activation(function="relu"),
            BATCH_NORMALIZATION,
            Flatten(),
            SOFTMAX_10,
        ),
        {
            "optimizer": "rmsprop",
            "learning_rate": 0.0005,
            "loss": "cross_entropy",
            "epochs": 125,
            "batch_size": 64,
        },
        (
            (3, "The input's shape is not written as three numbers; 64 × 64 × 3 is used"),
            (6, "“activation='mish'” of Activation is not known here"),
            (7, "“axis=1” of BatchNormalization is left out"),
            (10, "RMSprop forgets more slowly here, as in PyTorch: rho is 0.99, in Keras 0.9"),
            (10, "“decay=1e-06” of RMSprop is left out"),
            (11, "The loss “binary_crossentropy” is not known here"),
            (12, "The pictures come from"),
            (12, "“steps_per_epoch=100” of fit is left out"),
            (13, "This is not about the network"),
        ),
    ),
    "Dense on feature maps, which has no Flatten": Example(
        """\
model = Sequential([Input((8, 8, 1)), Conv2D(4, 3),
  Dense(10)])
""",
        (1, 8, 8),
        (plain_conv(4), Dense(units=10, activation="linear")),
        {},
        ((2, "This layer does not fit; its card offers what fixes it. Feature maps of 6 × 6 × 4 arrive"),),
    ),
    "a notebook's cell": Example(
        """\
!pip install -q keras
%matplotlib inline
from keras import Sequential, layers
model = Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(4, 3, activation="relu"),
    layers.GlobalAvgPool2D(),
    layers.Dense(10, activation="softmax"),
])
model.summary()
""",
        (1, 8, 8),
        (Conv2D(filters=4), GlobalAveragePooling2D(), SOFTMAX_10),
        {},
        (
            (1, "This is not about the network"),
            (2, "This is not about the network"),
            (10, "This is not about the network"),
        ),
    ),
    "a console's prompts": Example(
        """\
>>> model = keras.Sequential()
>>> model.add(keras.layers.Conv2D(4, 3,
...           input_shape=(8, 8, 1)))
>>> model.add(keras.layers.Flatten())
>>> model.output_shape
(None, 144)
""",
        (1, 8, 8),
        (plain_conv(4), Flatten()),
        {},
        ((5, "This is not about the network"), (6, "This is not about the network")),
    ),
    "a residual block, added by a layer and by an operator": Example(
        """\
inputs = layers.Input(shape=(16, 16, 3))
x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
y = layers.Conv2D(8, 3, padding="same")(x)
z = layers.Add()([x, y])
z = z + x
z = layers.GlobalAveragePooling2D()(z)
z = layers.Dense(3, activation="softmax")(z)
model = Model(inputs, z)
""",
        (3, 16, 16),
        (
            Conv2D(filters=8, padding="same"),
            plain_conv(8, padding="same"),
            Add(),
            Add(),
            GlobalAveragePooling2D(),
            Dense(units=3, activation="softmax"),
        ),
        wires=((-1,), (0,), (0, 1), (2, 0), (3,), (4,)),
    ),
    "a small ResNet, whose blocks a function makes": Example(
        """\
def residual_block(x, filters, strides=1):
    shortcut = x
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    if strides != 1:
        shortcut = layers.Conv2D(filters, 1, strides=strides)(shortcut)
    x = layers.add([x, shortcut])
    return layers.Activation("relu")(x)

def build(num_classes=10):
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same")(inputs)
    for filters in [16, 32]:
        for block in range(2):
            x = residual_block(x, filters, strides=filters // 16 if block == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(num_classes, activation="softmax")(x), name="ResNet")

model = build()
""",
        (3, 32, 32),
        (
            plain_conv(16, padding="same"),
            *RESIDUAL_BLOCK[16],
            *RESIDUAL_BLOCK[16],
            *RESIDUAL_BLOCK[32][0:3],
            plain_conv(32, kernel_size=(1, 1), strides=(2, 2)),
            *RESIDUAL_BLOCK[32][3:],
            plain_conv(32, padding="same", use_bias=False),
            *RESIDUAL_BLOCK[32][1:],
            GlobalAveragePooling2D(),
            SOFTMAX_10,
        ),
        name="ResNet",
        wires=(
            *((-1,), (0,), (1,), (2,), (3, 0), (4,)),
            *((5,), (6,), (7,), (8, 5), (9,)),
            *((10,), (11,), (12,), (10,), (13, 14), (15,)),
            *((16,), (17,), (18,), (19, 16), (20,), (21,), (22,)),
        ),
        blocks=tuple(Block("Residual block", *ends) for ends in ((1, 5), (6, 10), (11, 16), (17, 21))),
    ),
    "inception modules of smaller functions, and every merge": Example(
        """\
def conv_bn(x, filters, size):
    x = Conv2D(filters, size, padding="same")(x)
    return BatchNormalization()(x)

def inception(x, filters):
    branches = [conv_bn(x, filters, size) for size in (1, 3)]
    branches.append(MaxPool2D(3, 1, "same")(x))
    return concatenate(branches, axis=3)

i = Input((12, 12, 1))
x = conv_bn(i, 4, 3)
x = inception(x, 4)
a = Conv2D(4, 1)(x)
b = Conv2D(4, 1)(x)
x = Maximum()([a, b]) * a
x = keras.ops.subtract(x, b)
x = average([x, a, b])
x -= multiply([a, b])
x = keras.ops.concatenate([x, a], -1)
x = Flatten()(x)
x = Concatenate(axis=1)([x, Dense(5)(x)])
model = Model(i, Dense(10, activation="softmax")(x))
""",
        (1, 12, 12),
        (
            *(plain_conv(4, padding="same"), BATCH_NORMALIZATION),
            *(plain_conv(4, kernel_size=(1, 1), padding="same"), BATCH_NORMALIZATION),
            *(plain_conv(4, padding="same"), BATCH_NORMALIZATION),
            *(MaxPooling2D((3, 3), (1, 1), "same"), Concatenate()),
            *(plain_conv(4, kernel_size=(1, 1)), plain_conv(4, kernel_size=(1, 1))),
            *(Maximum(), Multiply(), Subtract(), Average(), Multiply(), Subtract(), Concatenate()),
            *(Flatten(), Dense(units=5, activation="linear"), Concatenate(), SOFTMAX_10),
        ),
        wires=(
            *((-1,), (0,)),
            *((1,), (2,), (1,), (4,), (1,), (3, 5, 6)),
            *((7,), (7,), (8, 9), (10, 8), (11, 9), (12, 8, 9), (8, 9), (13, 14), (15, 8)),
            *((16,), (17,), (17, 18), (19,)),
        ),
        blocks=(Block("Conv bn", 0, 1), Block("Inception", 2, 7)),
    ),
    "a model in a model": Example(
        """\
def downsample(filters):
    return keras.Sequential([layers.Conv2D(filters, 3, padding="same"), layers.ReLU()], name="down")

inner = keras.Input((None, None, 8))
refine = keras.Model(inner, inner + layers.Conv2D(8, 3, padding="same")(inner), name="refine_it")
inputs = keras.Input((16, 16, 3))
x = downsample(8)(inputs)
x = refine(x)
base = keras.Model(inputs, layers.MaxPooling2D()(refine(x)))
model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation="softmax")])
""",
        (3, 16, 16),
        (
            *(plain_conv(8, padding="same"), Activation(function="relu")),
            *(plain_conv(8, padding="same"), Add(), plain_conv(8, padding="same"), Add()),
            *(MaxPooling2D(), Flatten(), SOFTMAX_10),
        ),
        notes=((5, "This layer is used several times, with the same weights"),),
        wires=((-1,), (0,), (1,), (1, 2), (3,), (3, 4), (5,), (6,), (7,)),
        blocks=(Block("Down", 0, 1), Block("Refine it", 2, 3), Block("Refine it", 4, 5)),
    ),
    "a residual layer that is a class, in a model that is one": Example(
        """\
class Residual(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.conv = layers.Conv2D(filters, 3, padding="same")
        self.add = layers.Add()

    def call(self, inputs):
        return self.add([self.conv(inputs), inputs])

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Conv2D(3, 1), layers.Conv2D(3, 3, padding="same")
        self.residual = Residual(3)
        self.head = layers.Dense(10)

    def call(self, images):
        x = self.a(images) + self.b(images) + images
        x = self.residual(x)
        return self.head(layers.Flatten()(x))

net = Net()
""",
        (3, 64, 64),
        (
            *(plain_conv(3, kernel_size=(1, 1)), plain_conv(3, padding="same"), Add(), Add()),
            *(plain_conv(3, padding="same"), Add(), Flatten(), Dense(units=10, activation="linear")),
        ),
        notes=(
            (18, "What goes into this layer is not known here; the network begins with it"),
            (18, "The input's shape is not given; 64 × 64 × 3 is used"),
        ),
        wires=((-1,), (-1,), (0, 1), (2, -1), (3,), (4, 3), (5,), (6,)),
        blocks=(Block("Residual", 4, 5),),
    ),
    "a ResNet whose blocks differ by conditions, as in Keras's CIFAR example": Example(
        """\
n = 1
version = 1
if version == 1:
    depth = n * 6 + 2
elif version == 2:
    depth = n * 9 + 2

def resnet_layer(inputs, num_filters=4, kernel_size=3, strides=1, activation="relu",
                 batch_normalization=True, conv_first=True):
    conv = Conv2D(num_filters, kernel_size=kernel_size, strides=strides, padding="same")
    x = inputs
    if conv_first:
        x = conv(x)
        if batch_normalization:
            x = BatchNormalization()(x)
        if activation is not None:
            x = Activation(activation)(x)
    else:
        if batch_normalization:
            x = BatchNormalization()(x)
        if activation is not None:
            x = Activation(activation)(x)
        x = conv(x)
    return x

def resnet_v1(input_shape, depth, num_classes=10):
    if (depth - 2) % 6 != 0:
        raise ValueError("depth should be 6n+2 (eg 20, 32, 44 in [a])")
    num_filters = 4
    num_res_blocks = int((depth - 2) / 6)
    inputs = Input(shape=input_shape)
    x = resnet_layer(inputs=inputs)
    for stack in range(3):
        for res_block in range(num_res_blocks):
            strides = 1
            if stack > 0 and res_block == 0:
                strides = 2
            y = resnet_layer(inputs=x, num_filters=num_filters, strides=strides)
            y = resnet_layer(inputs=y, num_filters=num_filters, activation=None)
            if stack > 0 and res_block == 0:
                x = resnet_layer(inputs=x, num_filters=num_filters, kernel_size=1, strides=strides,
                                 activation=None, batch_normalization=False)
            x = keras.layers.add([x, y])
            x = Activation("relu")(x)
        num_filters *= 2
    x = AveragePooling2D(pool_size=3)(x)
    y = Flatten()(x)
    outputs = Dense(num_classes, activation="softmax")(y)
    return Model(inputs=inputs, outputs=outputs)

model = resnet_v1(input_shape=(12, 12, 1), depth=depth)
""",
        (1, 12, 12),
        (
            *(plain_conv(4, padding="same"), BATCH_NORMALIZATION, Activation()),
            *(plain_conv(4, padding="same"), BATCH_NORMALIZATION, Activation()),
            *(plain_conv(4, padding="same"), BATCH_NORMALIZATION, Add(), Activation()),
            *(plain_conv(8, padding="same", strides=(2, 2)), BATCH_NORMALIZATION, Activation()),
            *(plain_conv(8, padding="same"), BATCH_NORMALIZATION),
            *(plain_conv(8, kernel_size=(1, 1), padding="same", strides=(2, 2)), Add(), Activation()),
            *(plain_conv(16, padding="same", strides=(2, 2)), BATCH_NORMALIZATION, Activation()),
            *(plain_conv(16, padding="same"), BATCH_NORMALIZATION),
            *(plain_conv(16, kernel_size=(1, 1), padding="same", strides=(2, 2)), Add(), Activation()),
            *(AveragePooling2D((3, 3), (3, 3)), Flatten(), SOFTMAX_10),
        ),
        wires=(
            *((-1,), (0,), (1,), (2,), (3,), (4,), (5,), (6,), (2, 7), (8,)),
            *((9,), (10,), (11,), (12,), (13,), (9,), (15, 14), (16,)),
            *((17,), (18,), (19,), (20,), (21,), (17,), (23, 22), (24,)),
            *((25,), (26,), (27,)),
        ),
        blocks=tuple(
            Block("Resnet layer", first, last)
            for first, last in ((0, 2), (3, 5), (6, 7), (10, 12), (13, 14), (18, 20), (21, 22))
        ),
    ),
    "a model of two outputs, both of which another reads": Example(
        """\
pictures = keras.Input((8, 8, 1))
fine = layers.Conv2D(4, 3, padding="same")(pictures)
coarse = layers.Conv2D(4, 5, padding="same")(pictures)
both = keras.Model(pictures, [fine, coarse], name="both")
inputs = keras.Input((8, 8, 1))
a, b = both(inputs)
x = layers.Add()([a, b])
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))
""",
        (1, 8, 8),
        (
            *(plain_conv(4, padding="same"), plain_conv(4, kernel_size=(5, 5), padding="same"), Add()),
            *(Flatten(), SOFTMAX_10),
        ),
        wires=((-1,), (-1,), (0, 1), (2,), (3,)),
        blocks=(Block("Both", 0, 1),),
    ),
    "blocks of a class in Sequential, as in Dive into Deep Learning": Example(
        """\
class Residual(tf.keras.Model):
    def __init__(self, num_channels, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = layers.Conv2D(num_channels, padding="same", kernel_size=3, strides=strides)
        self.conv2 = layers.Conv2D(num_channels, kernel_size=3, padding="same")
        self.conv3 = None
        if use_1x1conv:
            self.conv3 = layers.Conv2D(num_channels, kernel_size=1, strides=strides)

    def call(self, X):
        Y = keras.activations.relu(self.conv1(X))
        Y = self.conv2(Y)
        if self.conv3 is not None:
            X = self.conv3(X)
        Y += X
        return keras.activations.relu(Y)

net = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3, padding="same"), Residual(4)])
net.add(Residual(8, True, 2))
net.add(layers.GlobalAveragePooling2D())
net.add(layers.Dense(10, activation="softmax"))
""",
        (1, 8, 8),
        (
            plain_conv(4, padding="same"),
            *(plain_conv(4, padding="same"), Activation(function="relu")),
            *(plain_conv(4, padding="same"), Add(), Activation(function="relu")),
            *(plain_conv(8, padding="same", strides=(2, 2)), Activation(function="relu")),
            *(plain_conv(8, padding="same"), plain_conv(8, kernel_size=(1, 1), strides=(2, 2))),
            *(Add(), Activation(function="relu"), GlobalAveragePooling2D(), SOFTMAX_10),
        ),
        wires=(
            *((-1,), (0,), (1,), (2,), (3, 0), (4,)),
            *((5,), (6,), (7,), (5,), (8, 9), (10,), (11,), (12,)),
        ),
        blocks=(Block("Residual", 1, 5), Block("Residual", 6, 11)),
    ),
    "a pretrained base": Example(
        """\
base = keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(96, 96, 3))
base.trainable = False
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(1, activation="sigmoid")])
model.compile(optimizer=keras.optimizers.SGD(), loss=keras.losses.MeanSquaredError(), metrics=None)
""",
        (3, 96, 96),
        (*MOBILENET_V2.layers[:-2], GlobalAveragePooling2D(), Dense(units=1, activation="sigmoid")),
        {"optimizer": "sgd", "learning_rate": 0.01, "momentum": 0.0, "loss": "mse"},
        (
            (1, "MobileNetV2 is built as it is in the gallery; its trained weights are not loaded"),
            (2, "“trainable = False” is left out: every layer learns here"),
        ),
        wires=(*MOBILENET_V2.wires[:-2], (len(MOBILENET_V2.layers) - 3,), (len(MOBILENET_V2.layers) - 2,)),
        blocks=(Block("MobileNetV2", 0, len(MOBILENET_V2.layers) - 3),),
    ),
    "numbers beyond what fits here": Example(
        """\
model = Sequential([
    InputLayer(batch_input_shape=(None, 512, 300, 4)),
    Conv2D(5000, 3, 20),
    MaxPooling2D(pool_size=(2, 3)),
    Dropout(0.99),
    GlobalAveragePooling2D(),
    Dense(5.5, use_bias=None),
])
model.compile(Adam(learning_rate=ExponentialDecay(0.02, 1000, 0.9), beta_1=0.5), "mse")
model.fit(x, y, 4096, 5000)
""",
        (3, 256, 256),
        (
            plain_conv(4096, strides=(16, 16)),
            MaxPooling2D(pool_size=(2, 3), strides=(2, 3)),
            Dropout(rate=0.95),
            GlobalAveragePooling2D(),
            Dense(units=128, activation="linear"),
        ),
        {"optimizer": "adam", "learning_rate": 0.02, "loss": "mse", "batch_size": 1024, "epochs": 1000},
        (
            (1, "The input has 4 channels; here it has 1 or 3, and 3 are used"),
            (1, "The input is 512 × 300; at most 256 pixels are used"),
            (3, "“filters=5000” of Conv2D is out of range here, 1 to 4096; 4096 is used"),
            (3, "“strides=20” of Conv2D is out of range here, 1 to 16; (16, 16) is used"),
            (5, "“rate=0.99” of Dropout is out of range here"),
            (7, "“units=5.5” of Dense is not known here; 128 is used"),
            (7, "“use_bias=None” of Dense is not known here; True is used"),
            (9, "The learning rate's plan “ExponentialDecay(…)” is left out"),
            (9, "“beta_1=0.5” of Adam is left out"),
            (10, "Batch size 4096 is out of range here; 1024 is used"),
            (10, "Epochs 5000 is out of range here; 1000 is used"),
            (10, "The pictures come from"),
        ),
    ),
    "channels first, dense only, two models": Example(
        """\
first = Sequential([Dense(3, input_dim=12)])
second = Sequential()
second.add(Conv2D(3, 3, input_shape=(3, 40, 20), data_format="channels_first"))
second.add(layer=Flatten())
unused = Dense(4)
while True:
    break
""",
        (3, 40, 20),
        (plain_conv(3), Flatten()),
        {},
        (
            (1, "Another model begins here; the one of line 2 is read"),
            (2, "The input's shape has the channels first and is read that way"),
            (3, "“data_format='channels_first'” of Conv2D is left out"),
            (5, "This Dense is created but not used in a network that is read"),
            (6, "This is not about the network"),
            (7, "This is not about the network"),
        ),
    ),
    "a class with a method that builds, as on PyImageSearch": Example(
        """\
class LeNet:
    @staticmethod
    def build(width, height, depth, classes):
        model = Sequential()
        inputShape = (height, width, depth)
        if K.image_data_format() == "channels_first":
            inputShape = (depth, height, width)
        model.add(Conv2D(20, (5, 5), padding="same", input_shape=inputShape))
        model.add(Activation("relu"))
        model.add(MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))
        model.add(Flatten())
        model.add(Dense(classes))
        model.add(Activation("softmax"))
        return model

model = LeNet.build(width=28, height=24, depth=1, classes=10)
model.compile(loss="categorical_crossentropy", optimizer=SGD(learning_rate=0.01), metrics=["accuracy"])
""",
        (1, 24, 28),
        (
            plain_conv(20, kernel_size=(5, 5), padding="same"),
            Activation(function="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(units=10, activation="linear"),
            Activation(function="softmax"),
        ),
        {"optimizer": "sgd", "learning_rate": 0.01, "momentum": 0.0, "loss": "cross_entropy"},
    ),
    "a model that is a class, as in TensorFlow's quickstart": Example(
        """\
class Block(layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv = Conv2D(filters, 3, activation='relu')
        self.drop = Dropout(0.2)

    def call(self, x, training=False):
        x = self.conv(x)
        if training:
            x = self.drop(x)
        return x

class MyModel(Model):
    def __init__(self):
        super().__init__()
        self.block1 = Block(32)
        self.block2 = Block(64)
        self.flatten = Flatten()
        self.d1 = Dense(128, activation='relu')
        self.d2 = Dense(10)

    def call(self, x):
        x = self.block2(self.block1(x))
        x = self.flatten(x)
        x = self.d1(x)
        return self.d2(x)

model = MyModel()
model.compile(optimizer='adam', loss='mse')
model.fit(x, y, epochs=5)
""",
        (3, 64, 64),
        (
            Conv2D(filters=32),
            Dropout(rate=0.2),
            Conv2D(filters=64),
            Dropout(rate=0.2),
            Flatten(),
            Dense(units=128),
            Dense(units=10, activation="linear"),
        ),
        {**ADAM, "loss": "mse", "epochs": 5, "batch_size": 32},
        (
            (8, "What goes into this layer is not known here; the network begins with it"),
            (8, "The input's shape is not given; 64 × 64 × 3 is used"),
            (30, "The pictures come from"),
        ),
        blocks=(Block("Block", 0, 1), Block("Block", 2, 3)),
    ),
    "functions, settings in a dictionary, ReLU up to 6": Example(
        """\
cfg = {"filters": [8, 16], "lr": 3e-4, "dropout": 0.3}
inputs = tf.keras.Input(shape=[32, 32, 3])
x = inputs
for i, f in enumerate(cfg["filters"]):
    x = layers.Conv2D(filters=f, kernel_size=[3, 3], padding='same', activation=None, name=f'conv{i}')(x)
    x = tf.nn.relu(x)
    x = layers.ReLU(6.)(x)
    x = layers.Activation(activations.tanh)(x)
x = keras.activations.leaky_relu(x, negative_slope=0.1)
x = layers.RMSNormalization()(x)
x = tf.nn.sigmoid(x, "probabilities")
x = layers.Flatten()(x)
x = layers.Dropout(cfg["dropout"])(x)
x = layers.Dense(10 if True else 3, activation=tf.keras.activations.softmax)(x)
model = tf.keras.Model(inputs=[inputs], outputs=[x])
EPOCHS, BS = 20, 64
model.compile(tf.keras.optimizers.Adam(cfg['lr']), loss=tf.keras.losses.sparse_categorical_crossentropy)
model.fit(aug.flow(trainX, trainY, batch_size=BS), epochs=EPOCHS)
""",
        (3, 32, 32),
        (
            *(
                layer
                for filters in (8, 16)
                for layer in (
                    plain_conv(filters, padding="same"),
                    Activation(function="relu"),
                    Activation(function="relu6"),
                    Activation(function="tanh"),
                )
            ),
            Activation(function="leaky_relu", negative_slope=0.1),
            Activation(function="sigmoid"),
            Flatten(),
            Dropout(rate=0.3),
            SOFTMAX_10,
        ),
        {"optimizer": "adam", "learning_rate": 3e-4, "loss": "cross_entropy", "epochs": 20, "batch_size": 64},
        (
            (10, "“RMSNormalization(…)” is not known here"),
            (11, "“'probabilities'” of tf.nn.sigmoid is left out"),
            (18, "The pictures come from"),
        ),
    ),
    "a search over settings, whose loops and conditions are open": Example(
        """\
def build_model(hp):
    model = keras.Sequential()
    model.add(layers.Input(shape=(28, 28, 1)))
    for i in range(hp.Int("layers", 1, 3)):
        model.add(layers.Conv2D(hp.Int("f", 32, 64), 3, activation=hp.Choice("a", ["relu", "tanh"])))
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(rate=0.25))
    if hp.Boolean("quiet"):
        print("quiet")
    else:
        model.add(layers.Flatten())
    model.add(layers.Dense(2))
    model.compile(keras.optimizers.Adam(hp.Float("lr", 1e-4, 1e-2)), "mse")
    return model
""",
        (1, 28, 28),
        (plain_conv(32), Dropout(rate=0.25), Flatten(), Dense(units=2, activation="linear")),
        {**ADAM, "loss": "mse"},
        (
            (4, "It is not known how often this is repeated; it is followed once"),
            (5, "“hp.Int”, for filters, does not follow from the text; 32 is used"),
            (5, "“activation=hp.Choice” of Conv2D is not known here; 'linear' is used"),
            (6, "It is not known whether this condition holds; it is assumed to hold"),
            (8, "It is not known whether this condition holds; it is assumed not to hold"),
            (13, "“hp.Float” does not follow from the text; 0.001 is used for “Learning rate”."),
        ),
    ),
    "kernels that start and are penalised in their own ways": Example(
        """\
from tensorflow.keras import initializers, layers, regularizers
weight_decay = 5e-4
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(4, 3, kernel_regularizer="l2", kernel_initializer=keras.initializers.LecunNormal(seed=1)),
    layers.Conv2D(4, 3, kernel_regularizer=regularizers.l2(weight_decay), kernel_initializer="GlorotNormal"),
    layers.Conv2D(4, 1, kernel_regularizer=regularizers.L1(), kernel_initializer=initializers.he_uniform()),
    layers.Conv2D(4, 1, kernel_regularizer=keras.regularizers.L1L2(l1=1e-5, l2=1e-3)),
    layers.Conv2D(4, 1, kernel_regularizer=regularizers.l1_l2(0.02), kernel_initializer="orthogonal"),
    layers.Conv2DTranspose(2, 2, kernel_regularizer=regularizers.l2(l=0.1), kernel_initializer="zeros"),
    layers.DepthwiseConv2D(2, depthwise_regularizer="L1", depthwise_initializer="random_normal"),
    layers.SeparableConv2D(2, 2, depthwise_regularizer=regularizers.l2(0.01), pointwise_regularizer="l2"),
    layers.SeparableConv2D(2, 1, pointwise_regularizer=regularizers.L2(l2=0.3)),
    layers.Flatten(),
    layers.Dense(9, kernel_initializer=initializers.RandomNormal(stddev=0.01), bias_regularizer="l2"),
    layers.Dense(8, kernel_initializer=initializers.RandomNormal(0.0, 0.05), kernel_regularizer=regularizers.l2(50)),
    layers.Dense(7, kernel_initializer=initializers.VarianceScaling(scale=2.0), kernel_regularizer=Mine(3)),
    layers.Dense(6, "relu", True, "he_normal", kernel_regularizer=None),
])
""",
        (1, 8, 8),
        (
            plain_conv(4, kernel_initializer="lecun_normal", l2=0.01),
            plain_conv(4, kernel_initializer="glorot_normal", l2=5e-4),
            plain_conv(4, kernel_size=(1, 1), kernel_initializer="he_uniform", l1=0.01),
            plain_conv(4, kernel_size=(1, 1), l1=1e-5, l2=1e-3),
            plain_conv(4, kernel_size=(1, 1), l1=0.02),
            Conv2DTranspose(2, (2, 2), "linear", strides=(1, 1), kernel_initializer="zeros", l2=0.1),
            DepthwiseConv2D((2, 2), activation="linear", l1=0.01),
            SeparableConv2D(2, (2, 2), activation="linear", l2=0.01),
            SeparableConv2D(2, (1, 1), activation="linear", l2=0.3),
            Flatten(),
            Dense(units=9, activation="linear", kernel_initializer="small_normal"),
            Dense(units=8, activation="linear", l2=1.0),
            Dense(units=7, activation="linear", kernel_initializer="he_normal"),
            Dense(units=6),
        ),
        {},
        (
            (9, "“kernel_initializer='orthogonal'” of Conv2D is not known here and is left out."),
            (11, "“depthwise_initializer='random_normal'” of DepthwiseConv2D is not known here and is left out."),
            (13, "All kernels of a SeparableConv2D have one penalty here; l1 = 0 and l2 = 0.3 are used."),
            (15, "“bias_regularizer='l2'” of Dense is left out."),
            (16, "“kernel_initializer=RandomNormal(…)” of Dense is not known here and is left out."),
            (16, "“l2=50.0” of Dense is out of range here, 0 to 1; 1.0 is used."),
            (17, "“kernel_regularizer=Mine(…)” of Dense is not known here and is left out."),
            (18, "“'he_normal'” is one argument too many for Dense and is left out."),
        ),
    ),
    "kernels that all start alike": Example(
        """\
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(4, 3, kernel_initializer="he_uniform"),
    layers.Flatten(),
    layers.Dense(6, kernel_initializer=keras.initializers.HeUniform()),
])
""",
        (1, 8, 8),
        (plain_conv(4), Flatten(), Dense(units=6, activation="linear")),
        {"initialization": "he_uniform"},
    ),
    "layers beyond the usual ones": Example(
        """\
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.ZeroPadding2D(),
    layers.ZeroPadding2D((2, 3)),
    layers.ZeroPadding2D(((1, 0), (0, 2))),
    layers.Cropping2D(4),
    layers.Cropping2D(cropping=[[0, 1], [2, 0]]),
    layers.Cropping2D(),
    layers.Conv2D(6, 3, groups=3),
    layers.PReLU(shared_axes=[1, 2]),
    layers.PReLU(),
    layers.PReLU(shared_axes=[1]),
    layers.DepthwiseConv2D(3, padding="same", depthwise_initializer="he_normal"),
    layers.DepthwiseConv2D((3, 5), depth_multiplier=2, activation="relu", use_bias=False),
    layers.SeparableConv2D(16, 3, 2, "same", activation="swish", pointwise_initializer="he_normal"),
    layers.UpSampling2D(),
    layers.UpSampling2D(3, interpolation="bilinear"),
    layers.UpSampling2D(interpolation="bicubic"),
    layers.Conv2DTranspose(8, 3),
    layers.Conv2DTranspose(8, (4, 4), 2, "same", activation="elu"),
    layers.Conv2DTranspose(32, 4, 2, "same", output_padding=1),
    layers.Rescaling(2.0, offset=-1),
    layers.Rescaling(1 / 127.5, offset=-1),
    layers.LayerNormalization(epsilon=1e-6),
    layers.GroupNormalization(),
    layers.GroupNormalization(4),
    layers.ELU(),
    layers.Activation("hard_sigmoid"),
    layers.SpatialDropout2D(0.2),
    layers.GaussianNoise(0.05),
    layers.GlobalMaxPool2D(),
    layers.Dense(6 * 6 * 4),
    layers.Reshape((6, 6, 4)),
    layers.Reshape((-1,)),
    layers.Reshape(target_shape=(2, 72)),
])
""",
        (3, 32, 32),
        (
            ZeroPadding2D(),
            ZeroPadding2D(2, 2, 3, 3),
            ZeroPadding2D(1, 0, 0, 2),
            Cropping2D(4, 4, 4, 4),
            Cropping2D(0, 1, 2, 0),
            Cropping2D(0, 0, 0, 0),
            plain_conv(6, groups=3),
            PReLU(),
            PReLU(shared=False),
            PReLU(shared=False),
            DepthwiseConv2D(padding="same", activation="linear", kernel_initializer="he_normal"),
            DepthwiseConv2D((3, 5), depth_multiplier=2, use_bias=False),
            SeparableConv2D(16, strides=(2, 2), padding="same", activation="silu", kernel_initializer="he_normal"),
            UpSampling2D(),
            UpSampling2D((3, 3), "bilinear"),
            UpSampling2D(),
            Conv2DTranspose(8, (3, 3), "linear", strides=(1, 1)),
            Conv2DTranspose(8, (4, 4), "elu", "same"),
            Conv2DTranspose(32, (4, 4), "linear", "same"),
            Rescaling(2.0, -1.0),
            Rescaling(0.01, -1.0),
            LayerNormalization(1e-6),
            GroupNormalization(32),
            GroupNormalization(4),
            Activation(function="elu"),
            Activation(function="hard_sigmoid"),
            SpatialDropout2D(0.2),
            GaussianNoise(0.05),
            GlobalMaxPooling2D(),
            Dense(units=144, activation="linear"),
            Reshape("maps", 6, 6),
            Reshape("vector"),
            Reshape("maps", 4, 4),
        ),
        {},
        (
            (12, "“shared_axes=[1]” of PReLU is not known here; None is used"),
            (15, "All kernels of a SeparableConv2D start in one way here; he_normal is used."),
            (18, "“interpolation='bicubic'” of UpSampling2D is not known here; 'nearest' is used"),
            (21, "“output_padding=1” of Conv2DTranspose is left out"),
            (23, "“scale=0.00784313725490196” of Rescaling is out of range here, 0.01 to 1000; 0.01 is used."),
            (35, "“target_shape=(2, 72)” of Reshape is not known here; (4, 4, -1) is used"),
        ),
    ),
}
