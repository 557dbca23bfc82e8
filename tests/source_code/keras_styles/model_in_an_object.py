"""A class keeps its model in self.model, and trains and predicts in other methods."""
import os
import random

import cv2
import numpy as np
from keras.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential, load_model


class FaceModel(object):
    FILE = './store/model.h5'
    SIZE = 64

    def __init__(self, classes):
        self.classes = classes
        self.model = None
        self.history = []

    def build_model(self, channels=3):
        self.model = Sequential()
        self.model.add(Conv2D(filters=16, kernel_size=(3, 3), padding='same', input_shape=(self.SIZE, self.SIZE, channels)))
        self.model.add(Activation('relu'))
        self.model.add(BatchNormalization(axis=-1))
        self.model.add(MaxPooling2D(pool_size=(3, 3)))
        self._add_stage(24)
        self._add_stage(32, pool=False)
        self.model.add(Flatten())
        self.model.add(Dense(64))
        self.model.add(Activation('relu'))
        self.model.add(Dense(self.classes))
        self.model.add(Activation('softmax'))
        self.model.summary()

    def _add_stage(self, filters, pool=True):
        self.model.add(Conv2D(filters, (3, 3), padding='same'))
        self.model.add(Activation('relu'))
        if pool:
            self.model.add(MaxPooling2D(pool_size=(2, 2)))

    def train(self, batch_size=20, nb_epoch=10):
        self.model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
        self.model.fit(None, None, batch_size=batch_size, epochs=nb_epoch)

    def predict(self, image):
        image = cv2.resize(image, (self.SIZE, self.SIZE))
        image = image.reshape((1, self.SIZE, self.SIZE, 3)).astype('float32') / 255
        return np.argmax(self.model.predict(image)[0])


if __name__ == '__main__':
    face = FaceModel(classes=5)
    face.build_model()
    face.train()
