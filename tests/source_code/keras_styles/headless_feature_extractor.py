"""A second model ends earlier in the first, which get_layer finds by its name."""
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from tensorflow.keras.models import Model

inp = Input((32, 32, 3))
x = Conv2D(8, 3, activation="relu", name="conv_a")(inp)
x = MaxPooling2D(name="pool_a")(x)
x = Conv2D(16, 3, activation="relu", name="conv_b")(x)
x = Flatten()(x)
whole = Model(inp, Dense(10, activation="softmax")(x))
whole.compile("adam", "categorical_crossentropy")
whole.fit(None, None)

features = Model(inputs=whole.input, outputs=whole.get_layer("conv_b").output)
maps = features.predict([[0]])
