"""The input's shape comes from the arrays, with an axis added by np.newaxis and expand_dims."""
import numpy as np
from tensorflow.keras.datasets import fashion_mnist
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Conv2D, AveragePooling2D, Dense, Flatten, Input
from tensorflow.keras.utils import to_categorical

(train_X, train_Y), (test_X, test_Y) = fashion_mnist.load_data()
train_X = np.expand_dims(train_X, -1).astype("float32") / 255.0
test_X = test_X[..., np.newaxis] / 255.0
train_Y = to_categorical(train_Y)

classes = 10
lenet = Sequential([
    Input(shape=train_X.shape[1:]),
    Conv2D(6, kernel_size=5, activation="tanh", padding="same"),
    AveragePooling2D(2),
    Conv2D(16, kernel_size=5, activation="tanh"),
    AveragePooling2D(pool_size=2, strides=2),
    Flatten(),
    Dense(120, activation="tanh"),
    Dense(84, activation="tanh"),
    Dense(classes, activation="softmax"),
], name="LeNet")
lenet.summary()
lenet.compile("sgd", loss="categorical_crossentropy", metrics=["acc"])
hist = lenet.fit(train_X, train_Y, 64, 10, validation_split=0.1)
