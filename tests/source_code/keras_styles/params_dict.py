"""Hyperparameters in dictionaries, handed on by ** and by .get and .items."""
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense, Dropout, BatchNormalization
from keras.optimizers import SGD

params = {
    "filters": [12, 24, 36],
    "kernel": (3, 3),
    "dense": {"first": 80, "second": 40},
    "lr": 0.02,
    "epochs": 12,
}
params["batch_size"] = 48
params.update(dropout=0.35, padding="same")
common = dict(padding=params.get("padding", "valid"), activation="elu", use_bias=not params.get("bn", True))

model = Sequential()
model.add(Conv2D(params["filters"][0], params["kernel"], input_shape=(40, 40, 1), **common))
for n in params["filters"][1:]:
    model.add(BatchNormalization())
    model.add(Conv2D(n, params["kernel"], **{**common, "strides": 2}))
model.add(MaxPooling2D(params.pop("pool", 2)))
model.add(Flatten())
for name, units in params["dense"].items():
    model.add(Dense(units, activation="relu", name="dense_" + name))
    model.add(Dropout(params["dropout"]))
model.add(Dense(4, activation="softmax"))
model.compile(SGD(learning_rate=params["lr"], momentum=0.8), "categorical_crossentropy")
model.fit(None, None, batch_size=params["batch_size"], epochs=params["epochs"])
