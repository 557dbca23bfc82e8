"""Options of a command line, of which the network takes the defaults."""
import argparse
import os
import sys

import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, MaxPool2D, ReLU


def parse_args():
    parser = argparse.ArgumentParser(description="Train a small classifier")
    parser.add_argument("--image_size", type=int, default=64, help="height and width")
    parser.add_argument("--width", type=int, default=10)
    parser.add_argument("--num-classes", default=5, type=int)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--batch_size", "-b", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--deep", action="store_true")
    return parser.parse_args()


def make_network(size, width, num_classes, deep=False):
    inp = Input((size, size, 3))
    h = inp
    for stage in range(4 if deep else 2):
        h = Conv2D(width * 2 ** stage, 3, strides=1, padding="same")(h)
        h = ReLU()(h)
        h = MaxPool2D()(h)
    h = Flatten()(h)
    return tf.keras.Model(inputs=[inp], outputs=[Dense(num_classes, activation="softmax")(h)])


def main():
    args = parse_args()
    os.makedirs("out", exist_ok=True) if False else None
    model = make_network(args.image_size, args.width, args.num_classes, deep=args.deep)
    model.compile(tf.keras.optimizers.Adam(args.lr), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train_ds(args), epochs=args.epochs)
    return 0


def train_ds(args):
    return tf.keras.utils.image_dataset_from_directory(
        "data/train", image_size=(args.image_size, args.image_size), batch_size=args.batch_size
    )


if __name__ == "__main__":
    main()
