"""The `seed` network and the article's whole pipeline in TensorFlow, written as its users write them."""

import tensorflow as tf
from tensorflow.keras import Model, layers

from worker import serve

SIDE, BATCH = 224, 40


def same(filters: int, kernel: int, dilation: int = 1, activation="relu"):
    return layers.Conv2D(filters, kernel, padding="same", dilation_rate=dilation, activation=activation)


def inception(x, a: int, b: int, c: int, d: int):
    return layers.Concatenate()(
        [
            same(a, 1)(x),
            same(b, 3)(same(b, 1)(x)),
            same(c, 3, dilation=2)(same(c, 1)(x)),
            same(d, 3, dilation=3)(same(d, 1)(x)),
        ]
    )


def spatial_features(x):
    norm = layers.BatchNormalization
    x = layers.MaxPooling2D(2, padding="same")(norm()(inception(x, 1, 4, 4, 2)))
    x = layers.MaxPooling2D(2, padding="same")(norm()(inception(x, 2, 4, 4, 2)))
    x = layers.MaxPooling2D(2, padding="same")(norm()(same(16, 5)(x)))
    x = layers.MaxPooling2D(4, padding="same")(norm()(same(16, 5)(x)))
    return layers.Flatten()(x)


def frequency_features(x):
    norm = layers.BatchNormalization
    x = norm()(same(3, 3)(x))
    x = layers.AveragePooling2D(2)(norm()(same(8, 3)(x)))
    x = layers.AveragePooling2D(2)(norm()(same(16, 3)(x)))
    return layers.Flatten()(norm()(same(32, 3)(x)))


def head(features, hidden: int, name: str):
    x = layers.Dropout(0.5)(features)
    if hidden:
        x = layers.Dropout(0.5)(layers.LeakyReLU(negative_slope=0.1)(layers.Dense(hidden)(x)))
    return layers.Dense(1, name=name)(x)


def seed_network() -> Model:
    picture, spectrum = layers.Input((SIDE, SIDE, 3)), layers.Input((SIDE, SIDE, 3))
    spatial, frequency = spatial_features(picture), frequency_features(spectrum)
    fused = layers.Concatenate()([spatial, frequency])
    heads = [head(fused, 64, "fused"), head(spatial, 16, "spatial"), head(frequency, 0, "frequency")]
    network = Model([picture, spectrum], heads)
    losses = [tf.keras.losses.BinaryCrossentropy(from_logits=True) for _ in heads]
    network.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss=losses)
    return network


def log_dct(picture):
    """Orthonormal DCT-II of columns and rows of each channel, then the logarithm of the magnitude."""
    planes = tf.transpose(picture, [2, 0, 1])
    rows = tf.signal.dct(planes, norm="ortho")
    both = tf.signal.dct(tf.transpose(rows, [0, 2, 1]), norm="ortho")
    return tf.math.log(tf.abs(tf.transpose(both, [2, 1, 0])) + 1e-12)


def load(path):
    pixels = tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
    pixels.set_shape([None, None, 3])
    picture = tf.image.resize(pixels, [SIDE, SIDE], method="bilinear") / 255.0
    return picture, log_dct(picture)


class Pipeline:
    def __init__(self):
        network = seed_network()
        self.infer = tf.function(lambda picture, spectrum: network([picture, spectrum], training=False), reduce_retracing=True)

    def score(self, paths: list[str]) -> None:
        data = tf.data.Dataset.from_tensor_slices(paths).map(load, num_parallel_calls=tf.data.AUTOTUNE)
        for picture, spectrum in data.batch(BATCH).prefetch(tf.data.AUTOTUNE):
            self.infer(picture, spectrum)[0].numpy()


class Training:
    def __init__(self):
        self.network = seed_network()
        self.inputs = [tf.random.uniform((BATCH, SIDE, SIDE, 3)) for _ in range(2)]
        self.labels = [tf.cast(tf.range(BATCH) % 2, tf.float32)[:, None]] * 3

    def step(self) -> None:
        self.network.train_on_batch(self.inputs, self.labels)


if __name__ == "__main__":
    serve({"pipeline": Pipeline().score, "training": Training().step})
