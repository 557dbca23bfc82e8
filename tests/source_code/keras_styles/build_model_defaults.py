"""build_model(input_shape, num_classes=10), called with and without its defaults."""
from tensorflow import keras
from tensorflow.keras import layers

IMG_SIZE = 48
CLASSES = ["cat", "dog", "bird"]


def build_model(input_shape=(64, 64, 3), num_classes=10, *, base_filters=8, depth=3, dropout=None, activation="relu"):
    """Stack `depth` stages whose width doubles."""
    inputs = keras.Input(shape=input_shape)
    x = inputs
    filters = base_filters
    for i in range(depth):
        x = layers.Conv2D(filters, 3, padding="same", activation=activation)(x)
        if i < depth - 1:
            x = layers.MaxPooling2D()(x)
        filters *= 2
    x = layers.GlobalAveragePooling2D()(x)
    if dropout is not None:
        x = layers.Dropout(dropout)(x)
    units, act = (1, "sigmoid") if num_classes == 2 else (num_classes, "softmax")
    outputs = layers.Dense(units, activation=act)(x)
    return keras.Model(inputs, outputs, name="stages")


model = build_model((IMG_SIZE, IMG_SIZE) + (3,), len(CLASSES), dropout=0.3, depth=4)
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=5e-4),
    loss="binary_crossentropy" if len(CLASSES) == 2 else "categorical_crossentropy",
)
