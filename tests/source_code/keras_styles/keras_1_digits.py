"""Digits in the words of Keras 1: Convolution2D with rows and columns, border_mode, nb_epoch."""
from __future__ import print_function
import numpy as np
np.random.seed(7)

from keras.datasets import mnist
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.utils import np_utils
from keras import backend as K

batch_size = 100
nb_classes = 10
nb_epoch = 5
img_rows, img_cols = 28, 28
nb_filters = 24
pool_size = (2, 2)
kernel_size = (5, 3)

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(X_train.shape[0], img_rows, img_cols, 1)
input_shape = (img_rows, img_cols, 1)
X_train = X_train.astype('float32')
X_train /= 255
Y_train = np_utils.to_categorical(y_train, nb_classes)

model = Sequential()
model.add(Convolution2D(nb_filters, kernel_size[0], kernel_size[1],
                        border_mode='valid',
                        input_shape=input_shape))
model.add(Activation('relu'))
model.add(Convolution2D(nb_filters, 3, 3, border_mode='same', subsample=(2, 2), init='he_normal'))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=pool_size, border_mode='same'))
model.add(Dropout(p=0.25))
model.add(Flatten())
model.add(Dense(output_dim=64, init='glorot_uniform'))
model.add(Activation('tanh'))
model.add(Dropout(0.5))
model.add(Dense(nb_classes))
model.add(Activation('softmax'))

model.compile(loss='categorical_crossentropy', optimizer='adadelta', metrics=['accuracy'])
model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch, verbose=1)
score = model.evaluate(X_train, Y_train, verbose=0)
print('Loss:', score[0], 'accuracy:', score[1])
