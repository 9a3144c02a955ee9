"""SciPy's dctn of pictures made from their names, of the pictures and of their median residuals, for Tests/Fixtures/reference/spectrum.json; and an
array as NumPy saves it."""

import base64
import io
from pathlib import Path

import numpy as np
from scipy.fft import dctn
from scipy.ndimage import median_filter

from counter import counter_bits, counter_tensor, significant, write_fixture
FIXTURES = Path(__file__).parent.parent / "Fixtures" / "reference"

WEIGHTS = np.array([[0.299, 0.587, 0.114], [1, 0, 0], [0, 1, 0], [0, 0, 1]])


def picture(width: int, height: int) -> np.ndarray:
    unit = counter_tensor(f"spectrum.{width}x{height}", (height, width, 3))
    return ((unit + np.float32(1)) * np.float32(127.5)).astype(np.uint8)


def main() -> None:
    spectra = []
    # Odd lengths, powers of two, and twice a prime that is too large for a matrix.
    for width, height in [(45, 37), (64, 32), (514, 6), (6, 514), (1, 3)]:
        channels = np.einsum("cw,yxw->cyx", WEIGHTS, picture(width, height).astype(np.float64))
        for residual in [False, True]:
            planes = [plane - median_filter(plane, 3, mode="nearest") if residual else plane for plane in channels]
            both = np.stack([dctn(plane, norm="ortho") for plane in planes], axis=-1)
            bits = counter_bits("spectrum.positions", 200)
            drawn = dict.fromkeys((int(b >> np.uint64(32)) % height, int(b & np.uint64(0xFFFFFFFF)) % width) for b in bits)
            values = [
                {"row": row, "column": column, "log": significant(np.log(np.abs(both[row, column]) + 0.01))}
                for row, column in drawn
                # Of smaller ones the logarithm shows the rounding of the pixels to float32.
                if np.abs(both[row, column]).min() > 0.5
            ]
            spectra.append({"width": width, "height": height, "residual": residual, "values": values[:40]})
    arrays = []
    for shape in [(2, 3, 4), (5,)]:
        for kind in ["<f4", "<f2"]:
            values = np.arange(np.prod(shape)).reshape(shape) / 8 - 1
            file = io.BytesIO()
            np.save(file, values.astype(kind))
            arrays.append({"shape": list(shape), "kind": kind, "file": base64.b64encode(file.getvalue()).decode()})
    write_fixture(FIXTURES / "spectrum.json", {"spectra": spectra, "arrays": arrays})


if __name__ == "__main__":
    main()
