"""Numbers that Python and Swift both make from a name, so that 26 MB of weights need not be stored.

Value i of the tensor called `name` is

    key    = FNV-1a, 64 bit, of the name's UTF-8 bytes
    z      = SplitMix64's finaliser of key + (i + 1) * 0x9E3779B97F4A7C15   (all modulo 2^64)
    u      = (z >> 40) / 2^23 - 1                                           in [-1, 1), exact in float32
    value  = centre + radius * u                                            product and sum rounded to float32

The tensor is filled in memory order (last axis fastest).
"""

import json

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def fnv1a(name: str) -> int:
    digest = 0xCBF29CE484222325
    for byte in name.encode():
        digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return digest


def counter_bits(name: str, count: int) -> np.ndarray:
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a(name)) + np.arange(1, count + 1, dtype=np.uint64) * GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def counter_tensor(name: str, shape, radius: float = 1.0, centre: float = 0.0) -> np.ndarray:
    count = int(np.prod(shape))
    unit = ((counter_bits(name, count) >> np.uint64(40)).astype(np.int64) - (1 << 23)).astype(np.float32)
    unit /= np.float32(1 << 23)
    product = (np.float32(radius) * unit).astype(np.float32)
    return (np.float32(centre) + product).astype(np.float32).reshape(shape)


def significant(values, digits: int = 9) -> list:
    """A flat list of numbers short enough for a fixture."""
    return [float(f"{value:.{digits}g}") for value in np.asarray(values, dtype=np.float64).ravel()]


def write_fixture(path, lists: dict) -> None:
    """A JSON object of lists, one element per line."""
    parts = []
    for key, elements in lists.items():
        lines = ",\n".join(json.dumps(element, separators=(",", ":")) for element in elements)
        parts.append(f'"{key}":[\n{lines}\n]')
    path.write_text("{" + ",\n".join(parts) + "}\n")
