"""A Sequential loses its last layers by pop and gets others; layers are read by their index."""
from keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from keras.models import Model, Sequential

base = Sequential([
    Input((32, 32, 3)),
    Conv2D(8, 3, activation="relu"),
    MaxPooling2D(),
    Conv2D(16, 3, activation="relu"),
    Flatten(),
    Dense(100, activation="relu"),
    Dense(10, activation="softmax"),
])
base.pop()
base.pop()
base.add(Dense(20, activation="tanh"))
cut = base.layers[-1].output
model = Model(base.inputs, Dense(2, activation="softmax")(cut))
model.compile(optimizer="sgd", loss="categorical_crossentropy")
