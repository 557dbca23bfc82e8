"""A small network of this app in which every kind of meeting occurs, for digits."""

from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.span import PICTURE

_LAYERS = (
    (Conv2D(filters=6, padding="same"), (PICTURE,)),  # layer 1
    (Conv2D(filters=6, padding="same"), (0,)),
    (BatchNormalization(), (1,)),
    (Add(), (2, 0)),
    (Conv2D(filters=6, kernel_size=(1, 1), padding="same", activation="tanh"), (PICTURE,)),  # layer 5
    (Subtract(), (3, 4)),
    (Maximum(), (5, 3)),
    (Conv2D(filters=4, strides=(2, 2), padding="same"), (6,)),
    (Conv2D(filters=3, kernel_size=(1, 1), strides=(2, 2)), (6,)),
    (Concatenate(), (7, 8)),  # layer 10
    (GlobalAveragePooling2D(), (9,)),
    (Dense(units=7, activation="sigmoid"), (10,)),
    (Multiply(), (10, 11)),
    (Average(), (12, 11)),
    (Dropout(rate=0.1), (13,)),  # layer 15
    (Concatenate(), (14, 10)),
    (Dense(units=10, activation="softmax"), (15,)),
)

BRANCHING = Architecture(
    "Branching",
    (1, 8, 8),
    tuple(layer for layer, _ in _LAYERS),
    tuple(sources for _, sources in _LAYERS),
    (Block("Residual block", 0, 3), Block("Gate", 10, 12)),
)
