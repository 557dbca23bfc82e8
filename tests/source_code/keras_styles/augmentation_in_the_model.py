"""Augmentation and rescaling are layers of the model; data sets come from folders."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

batch_size = 32
img_height = img_width = 90

train_ds = keras.utils.image_dataset_from_directory(
    "flowers", validation_split=0.2, subset="training", seed=123, image_size=(img_height, img_width),
    batch_size=batch_size)
num_classes = 5
AUTOTUNE = tf.data.AUTOTUNE
train_ds = train_ds.cache().shuffle(1000).prefetch(buffer_size=AUTOTUNE)

data_augmentation = keras.Sequential(
    [
        layers.RandomFlip("horizontal", input_shape=(img_height, img_width, 3)),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
    ]
)
model = keras.Sequential([
    data_augmentation,
    layers.Rescaling(1. / 255),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Dropout(0.2),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
    layers.Dense(num_classes, name="outputs"),
])
model.compile(optimizer="adam", loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(train_ds, epochs=15)
