"""Imports that are tried, and weights that are loaded where they exist."""
import os
try:
    import tensorflow as tf
    from tensorflow.keras import layers, models
except ImportError:
    from keras import layers, models
    tf = None

WEIGHTS = "weights/net.weights.h5"
DEBUG = bool(os.environ.get("DEBUG", ""))


def create_model():
    m = models.Sequential()
    m.add(layers.Input(shape=(60, 60, 1)))
    for f in (8, 16):
        m.add(layers.Conv2D(f, 3, activation="relu"))
        m.add(layers.MaxPool2D())
    m.add(layers.Flatten())
    m.add(layers.Dense(4, activation="softmax"))
    m.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return m


model = create_model()
if os.path.exists(WEIGHTS):
    print("loading", WEIGHTS)
    model.load_weights(WEIGHTS)
else:
    model.fit(None, None, epochs=4)
    model.save_weights(WEIGHTS)
with open("summary.txt", "w") if DEBUG else tf.io.gfile.GFile("s") as handle:
    model.summary(print_fn=lambda line: handle.write(line + "\n"))
