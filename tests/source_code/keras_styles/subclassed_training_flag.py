"""A subclassed Model whose call hands a training flag on."""
import tensorflow as tf
from tensorflow.keras import layers


class Classifier(tf.keras.Model):
    def __init__(self, num_classes=10, width=12, **kwargs):
        super(Classifier, self).__init__(**kwargs)
        self.width = width
        self.conv1 = layers.Conv2D(width, 3, padding="same")
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(width * 2, 3, padding="same", strides=2)
        self.bn2 = layers.BatchNormalization()
        self.pool = layers.MaxPooling2D()
        self.drop = layers.Dropout(0.4)
        self.gap = layers.GlobalAveragePooling2D()
        self.fc = layers.Dense(num_classes)

    def call(self, inputs, training=False):
        x = self.conv1(inputs)
        x = self.bn1(x, training=training)
        x = tf.nn.relu(x)
        x = self.pool(x)
        x = tf.nn.relu(self.bn2(self.conv2(x), training=training))
        x = self.gap(x)
        if training:
            x = self.drop(x, training=training)
        return tf.nn.softmax(self.fc(x))


model = Classifier(num_classes=6, name="classifier")
model.build(input_shape=(None, 36, 36, 3))
model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss="categorical_crossentropy")
