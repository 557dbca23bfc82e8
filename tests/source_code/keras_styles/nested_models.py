"""Models in a model: an encoder and a decoder, each with a name, joined by a third."""
import keras
from keras import layers


def build_encoder(shape, latent):
    img = keras.Input(shape=shape)
    x = layers.Conv2D(8, 3, activation="relu", strides=2, padding="same")(img)
    x = layers.Conv2D(16, 3, activation="relu", strides=2, padding="same")(x)
    x = layers.Flatten()(x)
    return keras.Model(img, layers.Dense(latent, activation="relu")(x), name="encoder")


def build_decoder(latent):
    code = keras.Input(shape=(latent,))
    x = layers.Dense(7 * 7 * 16, activation="relu")(code)
    x = layers.Reshape((7, 7, 16))(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu", strides=2, padding="same")(x)
    x = layers.Conv2DTranspose(8, 3, activation="relu", strides=2, padding="same")(x)
    return keras.Model(code, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x), name="decoder")


encoder = build_encoder((28, 28, 1), 12)
encoder.summary()
decoder = build_decoder(12)
decoder.summary()

picture = keras.Input((28, 28, 1))
autoencoder = keras.Model(picture, decoder(encoder(picture)), name="autoencoder")
autoencoder.compile(optimizer="rmsprop", loss="binary_crossentropy")
