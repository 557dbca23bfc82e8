"""A function of a tuner's choices, whose widths no text decides."""
import keras
import keras_tuner
from keras import layers


def build_model(hp):
    model = keras.Sequential()
    model.add(layers.Input((28, 28, 1)))
    for i in range(hp.Int("conv_layers", 1, 3, default=2)):
        model.add(layers.Conv2D(hp.Int(f"filters_{i}", 8, 32, step=8, default=16), 3, activation="relu"))
    model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(hp.Choice("units", [16, 32]), activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


tuner = keras_tuner.RandomSearch(build_model, objective="val_accuracy", max_trials=3)
model = build_model(keras_tuner.HyperParameters())
