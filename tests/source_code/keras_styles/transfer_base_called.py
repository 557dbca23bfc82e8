"""Transfer learning from MobileNetV2: the base is frozen as a whole and called with training=False."""
import tensorflow as tf

IMG_SHAPE = (96, 96) + (3,)
train_dataset = tf.keras.utils.image_dataset_from_directory("train", batch_size=32, image_size=(96, 96))
class_names = train_dataset.class_names

base_model = tf.keras.applications.MobileNetV2(input_shape=IMG_SHAPE, include_top=False, weights="imagenet")
base_model.trainable = False
base_model.summary()

global_average_layer = tf.keras.layers.GlobalAveragePooling2D()
prediction_layer = tf.keras.layers.Dense(1, activation="sigmoid")

inputs = tf.keras.Input(shape=(96, 96, 3))
x = base_model(inputs, training=False)
x = global_average_layer(x)
x = tf.keras.layers.Dropout(0.2)(x)
outputs = prediction_layer(x)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.0001),
              loss=tf.keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
history = model.fit(train_dataset, epochs=10)
base_model.trainable = True
for layer in base_model.layers[:100]:
    layer.trainable = False
model.compile(optimizer=tf.keras.optimizers.RMSprop(learning_rate=0.00001), loss="binary_crossentropy")
model.fit(train_dataset, epochs=20, initial_epoch=10)
