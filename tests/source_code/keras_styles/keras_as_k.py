#!/usr/bin/env python3
"""A LeNet of a course's exercise: `import keras as K`, one function that takes the input's tensor."""
import tensorflow.keras as K


def lenet5(X):
    """Builds a modified LeNet-5

    X is a K.Input of shape (m, 28, 28, 1)
    Returns: a K.Model that is compiled
    """
    init = K.initializers.he_normal(seed=0)
    conv1 = K.layers.Conv2D(filters=6, kernel_size=(5, 5), padding='same',
                            activation='relu', kernel_initializer=init)(X)
    pool1 = K.layers.MaxPooling2D((2, 2), (2, 2))(conv1)
    conv2 = K.layers.Conv2D(16, (5, 5), padding='valid', activation='relu', kernel_initializer=init)(pool1)
    pool2 = K.layers.MaxPooling2D(pool_size=(2, 2), strides=(2, 2))(conv2)
    flat = K.layers.Flatten()(pool2)
    fc1 = K.layers.Dense(120, activation='relu', kernel_initializer=init)(flat)
    fc2 = K.layers.Dense(84, activation='relu', kernel_initializer=init)(fc1)
    soft = K.layers.Dense(10, activation='softmax', kernel_initializer=init)(fc2)
    model = K.Model(X, soft)
    model.compile(optimizer=K.optimizers.Adam(), loss='categorical_crossentropy', metrics=['accuracy'])
    return model


if __name__ == '__main__':
    model = lenet5(K.Input(shape=(28, 28, 1)))
    model.summary()
