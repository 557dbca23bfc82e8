"""A residual network for CIFAR whose stages and shortcuts conditions decide."""
from __future__ import print_function

import os

import keras
from keras.callbacks import LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau
from keras.datasets import cifar10
from keras.layers import Activation, AveragePooling2D, BatchNormalization, Conv2D, Dense, Flatten, Input
from keras.models import Model
from keras.optimizers import Adam
from keras.preprocessing.image import ImageDataGenerator
from keras.regularizers import l2
import numpy as np

batch_size = 32
epochs = 100
data_augmentation = True
n = 1
version = 1
depth = n * 6 + 2 if version == 1 else n * 9 + 2
model_type = 'Net%dv%d' % (depth, version)

(x_train, y_train), (x_test, y_test) = cifar10.load_data()
num_classes = 10
input_shape = x_train.shape[1:]
x_train = x_train.astype('float32') / 255
x_test = x_test.astype('float32') / 255
mean = np.mean(x_train, axis=0)
x_train -= mean
y_train = keras.utils.to_categorical(y_train, num_classes)


def lr_schedule(epoch):
    lr = 1e-3
    if epoch > 80:
        lr *= 1e-2
    elif epoch > 50:
        lr *= 1e-1
    print('Learning rate: ', lr)
    return lr


def res_layer(inputs, num_filters=16, kernel_size=3, strides=1, activation='relu', batch_norm=True, conv_first=True):
    conv = Conv2D(num_filters, kernel_size=kernel_size, strides=strides, padding='same',
                  kernel_initializer='he_normal', kernel_regularizer=l2(1e-4))
    x = inputs
    if conv_first:
        x = conv(x)
        if batch_norm:
            x = BatchNormalization()(x)
        if activation is not None:
            x = Activation(activation)(x)
    else:
        if batch_norm:
            x = BatchNormalization()(x)
        if activation is not None:
            x = Activation(activation)(x)
        x = conv(x)
    return x


def make_net(input_shape, depth, num_classes=10):
    if (depth - 2) % 6 != 0:
        raise ValueError('depth should be 6n+2')
    num_filters = 16
    blocks = (depth - 2) // 6
    inputs = Input(shape=input_shape)
    x = res_layer(inputs=inputs)
    for stack in range(3):
        for block in range(blocks + 1):
            strides = 1
            if stack > 0 and block == 0:
                strides = 2
            y = res_layer(inputs=x, num_filters=num_filters, strides=strides)
            y = res_layer(inputs=y, num_filters=num_filters, activation=None)
            if stack > 0 and block == 0:
                x = res_layer(inputs=x, num_filters=num_filters, kernel_size=1, strides=strides,
                              activation=None, batch_norm=False)
            x = keras.layers.add([x, y])
            x = Activation('relu')(x)
        num_filters *= 2
    x = AveragePooling2D(pool_size=8)(x)
    y = Flatten()(x)
    outputs = Dense(num_classes, activation='softmax', kernel_initializer='he_normal')(y)
    return Model(inputs=inputs, outputs=outputs)


model = make_net(input_shape=input_shape, depth=depth)
model.compile(loss='categorical_crossentropy', optimizer=Adam(learning_rate=lr_schedule(0)), metrics=['accuracy'])
model.summary()
print(model_type)

save_dir = os.path.join(os.getcwd(), 'saved_models')
if not os.path.isdir(save_dir):
    print(save_dir, 'is missing')
checkpoint = ModelCheckpoint(filepath=os.path.join(save_dir, 'net.h5'), monitor='val_acc', save_best_only=True)
callbacks = [checkpoint, ReduceLROnPlateau(factor=np.sqrt(0.1), patience=5), LearningRateScheduler(lr_schedule)]

if not data_augmentation:
    model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, callbacks=callbacks)
else:
    datagen = ImageDataGenerator(width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True)
    datagen.fit(x_train)
    model.fit_generator(datagen.flow(x_train, y_train, batch_size=batch_size), epochs=epochs, workers=4,
                        validation_data=(x_test, y_test), callbacks=callbacks)
scores = model.evaluate(x_test, y_test, verbose=1)
print('Test loss:', scores[0])
