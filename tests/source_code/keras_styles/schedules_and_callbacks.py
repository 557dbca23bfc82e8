"""A rate that falls, and callback classes of the source's own."""
import keras
from keras import layers, callbacks
import numpy as np


class StopAtGoal(callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get('accuracy', 0) > 0.99:
            self.model.stop_training = True


class History(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.losses = []

    def on_batch_end(self, batch, logs=None):
        self.losses.append(logs.get('loss'))


schedule = keras.optimizers.schedules.ExponentialDecay(initial_learning_rate=1e-2, decay_steps=10000, decay_rate=0.9)
model = keras.Sequential(
    layers=[
        layers.Input((28, 28, 1)),
        layers.ZeroPadding2D(2),
        layers.Conv2D(6, 5, activation='sigmoid'),
        layers.AvgPool2D(2, 2),
        layers.Conv2D(16, 5, activation='sigmoid'),
        layers.AvgPool2D(pool_size=2, strides=2, padding='same'),
        layers.Flatten(),
        layers.Dense(60, activation='sigmoid'),
        layers.Dense(10, activation='softmax'),
    ]
)
model.compile(optimizer=keras.optimizers.SGD(learning_rate=schedule, nesterov=True), loss='categorical_crossentropy')
goal = StopAtGoal()
model.fit(np.zeros((2, 28, 28, 1)), None, epochs=30, callbacks=[goal, History(), callbacks.LearningRateScheduler(lambda e: 1e-3 * 0.95 ** e)])
