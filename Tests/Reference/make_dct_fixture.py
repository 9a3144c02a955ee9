"""TensorFlow's log-DCT and bilinear resize of the pictures of the `seed` fixture, for Tests/Fixtures/reference/{dct,resize}.json."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from PIL import Image

from counter import counter_bits, significant, write_fixture
from make_seed_fixture import FIXTURES, PICTURES

SIDE = 224


def positions(name: str, count: int) -> list:
    """Distinct (row, column) pairs of the 224x224 plane; the 8x8 corner of the lowest frequencies comes first."""
    corner = [(row, column) for row in range(8) for column in range(8)]
    drawn = [(int(bits >> np.uint64(32)) % SIDE, int(bits & np.uint64(0xFFFFFFFF)) % SIDE) for bits in counter_bits(name, count)]
    return list(dict.fromkeys(corner + drawn))[:count]


def rgb(name: str) -> np.ndarray:
    return np.asarray(Image.open(FIXTURES / f"{name}.png").convert("RGB"))


def main() -> None:
    name = "exact-224x224"
    # The planes are float32, as a network's input is; the transform runs in float64, so that the expected values carry
    # no rounding of their own: in float32 the log of a small coefficient is off by up to 1e-2.
    planes = tf.transpose(tf.constant(rgb(name), tf.float32) / 255, [2, 0, 1])
    wide = tf.cast(planes, tf.float64)
    rows = tf.signal.dct(wide, type=2, norm="ortho")
    both = tf.transpose(tf.signal.dct(tf.transpose(rows, [0, 2, 1]), type=2, norm="ortho"), [0, 2, 1]).numpy()
    logs = np.log(np.abs(both) + 1e-12)
    coefficients = []
    for row, column in positions("dct.positions", 500):
        if np.abs(both[:, row, column]).min() > 1e-4:
            coefficients.append({"row": row, "column": column, "log": significant(logs[:, row, column])})
    write_fixture(FIXTURES / "dct.json", {"pictures": [f"{name}.png"], "coefficients": coefficients})

    pictures = []
    for name in PICTURES:
        planes = tf.image.resize(tf.constant(rgb(name), tf.float32) / 255, [SIDE, SIDE], method="bilinear", antialias=False).numpy()
        samples = [[0, 0], [0, SIDE - 1], [SIDE - 1, 0], [SIDE - 1, SIDE - 1]] + positions(f"resize.{name}", 140)[64:]
        values = [{"row": row, "column": column, "rgb": significant(planes[row, column], 8)} for row, column in samples]
        pictures.append({"picture": f"{name}.png", "values": values})
    write_fixture(FIXTURES / "resize.json", {"pictures": pictures})


if __name__ == "__main__":
    main()
