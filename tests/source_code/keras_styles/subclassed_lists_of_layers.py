"""A subclassed ResNet: blocks in lists, a layer class with a projection, Sequential stems."""
import tensorflow as tf
from tensorflow.keras import Model, Sequential, layers


class BasicBlock(layers.Layer):
    expansion = 1

    def __init__(self, filters, stride=1):
        super().__init__()
        self.conv1 = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters * self.expansion, 3, padding="same", use_bias=False)
        self.bn2 = layers.BatchNormalization()
        self.relu = layers.ReLU()
        if stride != 1:
            self.shortcut = Sequential([
                layers.Conv2D(filters * self.expansion, 1, strides=stride, use_bias=False),
                layers.BatchNormalization(),
            ])
        else:
            self.shortcut = lambda x: x

    def call(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = out + self.shortcut(x)
        return self.relu(out)


class ResNet(Model):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.in_filters = 8
        self.stem = Sequential([layers.Conv2D(8, 3, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU()])
        self.stages = []
        for i, n in enumerate(num_blocks):
            self.stages.append(self._make_layer(block, 8 * 2 ** i, n, stride=1 if i == 0 else 2))
        self.pool = layers.GlobalAveragePooling2D()
        self.fc = layers.Dense(num_classes, activation="softmax")

    def _make_layer(self, block, filters, n, stride):
        strides = [stride] + [1] * (n - 1)
        blocks = []
        for s in strides:
            blocks.append(block(filters, s))
            self.in_filters = filters * block.expansion
        return Sequential(blocks)

    def call(self, inputs):
        x = self.stem(inputs)
        for stage in self.stages:
            x = stage(x)
        return self.fc(self.pool(x))


def resnet10():
    return ResNet(BasicBlock, [1, 2, 1])


model = resnet10()
model.build((None, 32, 32, 3))
model.summary()
