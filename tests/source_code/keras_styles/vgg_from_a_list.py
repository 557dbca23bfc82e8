"""VGG by a list of widths and 'M' for pooling."""
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, InputLayer

CFG = {
    "A": [8, "M", 16, "M", 24, 24, "M"],
    "B": [8, 8, "M", 16, 16, "M", 24, 24, "M"],
}


def make_layers(cfg):
    layers = []
    for v in cfg:
        if v == "M":
            layers.append(MaxPooling2D((2, 2), strides=(2, 2)))
        elif isinstance(v, int):
            layers.append(Conv2D(v, (3, 3), activation="relu", padding="same"))
        else:
            raise ValueError(v)
    return layers


def vgg(kind="A", input_shape=(64, 64, 3), classes=10):
    model = Sequential(name=f"vgg_{kind.lower()}")
    model.add(InputLayer(input_shape=input_shape))
    for layer in make_layers(CFG[kind]):
        model.add(layer)
    model.add(Flatten(name="flatten"))
    for i in (1, 2):
        model.add(Dense(48, activation="relu", name=f"fc{i}"))
        model.add(Dropout(0.5))
    model.add(Dense(classes, activation="softmax"))
    return model


if __name__ == "__main__":
    net = vgg("B", classes=30)
    net.summary()
