"""Squeeze-and-excitation: the shape of a tensor read by K.int_shape, a reshape and a product."""
from keras import backend as K
from keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input, Multiply, Permute, Reshape, add, multiply
from keras.models import Model


def squeeze_excite_block(tensor, ratio=4):
    init = tensor
    filters = K.int_shape(init)[-1]
    se = GlobalAveragePooling2D()(init)
    se = Reshape((1, 1, filters))(se)
    se = Dense(filters // ratio, activation='relu', kernel_initializer='he_normal', use_bias=False)(se)
    se = Dense(filters, activation='sigmoid', kernel_initializer='he_normal', use_bias=False)(se)
    return multiply([init, se])


def squeeze_by_convolutions(tensor, ratio=2):
    filters = tensor.shape[-1]
    se = GlobalAveragePooling2D()(tensor)
    se = Reshape((1, 1, filters))(se)
    se = Conv2D(filters // ratio, 1, activation='relu')(se)
    se = Conv2D(filters, 1, activation='sigmoid')(se)
    return Multiply()([tensor, se])


inputs = Input((24, 24, 3))
x = Conv2D(8, 3, padding='same', activation='relu')(inputs)
y = Conv2D(8, 3, padding='same')(x)
x = add([x, squeeze_excite_block(y)])
x = Conv2D(16, 3, strides=2, activation='relu')(x)
x = squeeze_by_convolutions(x)
x = GlobalAveragePooling2D()(x)
model = Model(inputs, Dense(5, activation='softmax')(x))
