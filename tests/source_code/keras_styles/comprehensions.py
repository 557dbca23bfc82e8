"""Lists of layers by comprehensions, starred into a Sequential."""
import keras
from keras import layers

widths = [8 * 2**i for i in range(3)]
convs = [layers.Conv2D(w, 3, activation="relu", padding="same") for w in widths]
pools = [layers.MaxPooling2D() for _ in widths]
pairs = [layer for pair in zip(convs, pools) for layer in pair]
heads = {n: layers.Dense(n, activation="relu") for n in (40, 20) if n > 0}

model = keras.Sequential([
    keras.Input((24, 24, 3)),
    *pairs,
    layers.Flatten(),
    *heads.values(),
    *(layers.Dropout(rate) for rate in [0.1] if rate),
    layers.Dense(max(len(widths), 2), activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adamw")
