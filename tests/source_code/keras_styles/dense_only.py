"""Digits as vectors of 784 numbers through Dense layers alone."""
from keras.datasets import mnist
from keras.layers import Dense, Dropout
from keras.models import Sequential

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(60000 if len(x_train) == 60000 else -1, 784).astype('float32') / 255
model = Sequential()
model.add(Dense(64, activation='relu', input_shape=(784,)))
model.add(Dropout(0.2))
model.add(Dense(32, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop')
model.fit(x_train, y_train, batch_size=128, epochs=20)
