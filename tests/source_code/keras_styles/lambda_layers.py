"""Lambda layers between the others, which compute what no layer here does."""
import tensorflow as tf
from keras import backend as K
from keras.layers import Conv2D, Dense, Flatten, Input, Lambda, MaxPooling2D
from keras.models import Model

inp = Input(shape=(66, 100, 3))
x = Lambda(lambda t: t / 127.5 - 1.0)(inp)
x = Conv2D(12, (5, 5), strides=(2, 2), activation='elu')(x)
x = Lambda(lambda t: t ** 2, name='square')(x)
x = MaxPooling2D()(x)
x = Flatten()(x)
x = Dense(10, activation='elu')(x)
model = Model(inp, Dense(1)(x))
model.compile(loss='mse', optimizer='adam')
