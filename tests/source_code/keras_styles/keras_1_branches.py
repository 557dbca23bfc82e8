"""Branches in the words of Keras 1: merge with a mode, Model(input=…, output=…)."""
from keras.layers import Input, Dense, Flatten, Convolution2D, MaxPooling2D, BatchNormalization, Activation, merge
from keras.models import Model


def conv_unit(x, nb_filter, nb_row, nb_col, stride=1):
    x = Convolution2D(nb_filter, nb_row, nb_col, border_mode='same', subsample=(stride, stride), bias=False)(x)
    x = BatchNormalization(mode=0, axis=-1)(x)
    return Activation('relu')(x)


img_input = Input(shape=(24, 24, 3))
x = conv_unit(img_input, 8, 3, 3)
left = conv_unit(x, 8, 1, 5)
right = conv_unit(x, 8, 5, 1)
both = merge([left, right], mode='concat', concat_axis=-1)
both = Convolution2D(8, 1, 1, border_mode='same')(both)
x = merge([x, both], mode='sum')
x = MaxPooling2D((2, 2), strides=(2, 2), border_mode='valid')(x)
x = Flatten()(x)
out = Dense(6, activation='softmax', init='he_uniform')(x)
model = Model(input=img_input, output=out)
model.compile(optimizer='sgd', loss='categorical_crossentropy')
