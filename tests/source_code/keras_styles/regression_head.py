"""Steering angles: five convolutions, dropout and one number at the end."""
from keras.models import Sequential
from keras.layers import Conv2D, Cropping2D, Dense, Dropout, ELU, Flatten, BatchNormalization

model = Sequential()
model.add(Cropping2D(cropping=((20, 10), (0, 0)), input_shape=(80, 160, 3)))
model.add(BatchNormalization(epsilon=0.001))
for filters, size, stride in [(24, 5, 2), (36, 5, 2), (48, 3, 1)]:
    model.add(Conv2D(filters, (size, size), strides=(stride, stride)))
    model.add(ELU())
model.add(Dropout(0.5))
model.add(Flatten())
for units in 50, 10:
    model.add(Dense(units))
    model.add(ELU(alpha=1.0))
model.add(Dense(1))
model.compile(loss='mean_absolute_error', optimizer='adam')
