"""Writes pdq.json: the PDQ of drawn pictures by the package pdqhash, which binds its authors' own C++.

The pictures are drawn by a formula in whole numbers, so that the test draws the same ones.
"""

import json
import pathlib

import numpy
import pdqhash

# Sides below 5 have no hash, 64 x 64 is taken as it is, multiples of 128 and their neighbours have other windows.
SIZES = [
    (5, 5), (7, 300), (63, 65), (64, 64), (64, 65), (100, 80), (127, 129), (128, 128), (129, 256), (255, 257),
    (400, 300), (640, 481), (1000, 33), (1023, 769), (1600, 1200),
]  # fmt: skip


def wave(values, period):
    """A triangle between 0 and 255."""
    return numpy.abs(values * 510 // period % 510 - 255)


def draw(width, height, seed):
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.int64)
    channels = []
    for channel in range(3):
        one = wave(x * (seed % 5 + 1) + y * (seed % 3), 40 + 17 * channel + 31 * seed)
        two = wave(y * (seed % 7 + 1) + x * x // 90, 200 + 13 * seed)
        channels.append((3 * one + 5 * two) // 8)
    return numpy.ascontiguousarray(numpy.stack(channels, axis=2).astype(numpy.uint8))


def main():
    pictures = []
    for seed in range(4):
        for width, height in SIZES:
            bits, quality = pdqhash.compute(draw(width, height, seed))
            text = "%064x" % int("".join(str(int(bit)) for bit in bits), 2)
            pictures.append({"width": width, "height": height, "seed": seed, "hash": text, "quality": int(quality)})
    target = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "reference" / "pdq.json"
    target.write_text("[\n" + ",\n".join(json.dumps(picture) for picture in pictures) + "\n]\n")


if __name__ == "__main__":
    main()
