"""Draws the pictures of examples/pictures: one for each kind of record that `assay scan` writes.

Run by hand, with Pillow and numpy, when a kind of picture is to be added: python3 examples/make_pictures.py
All are drawn here, none is a photograph or comes from a generator, so the scores that they get say nothing.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

PICTURES = Path(__file__).resolve().parent / "pictures"

# Adam7: first column, first row, column step, row step of each pass.
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def landscape(width: int, height: int, seed: int) -> np.ndarray:
    """Sky, hills and a sun with a little sensor-like noise: [h,w,3] in [0,1]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    scene = np.stack([0.35 + 0.4 * y, 0.55 + 0.3 * y, 0.9 - 0.1 * y], axis=-1)
    sun = np.exp(-(((x - random.uniform(0.2, 0.8)) * width / height) ** 2 + (y - 0.25) ** 2) / 0.01)
    scene += sun[..., None] * [0.6, 0.4, -0.2]
    for layer in range(3):
        ridge = 0.45 + 0.17 * layer
        for octave in range(1, 5):
            ridge = ridge + 0.07 / octave * np.sin(2 * np.pi * (octave * 1.3 * x[0] + random.uniform()))
        hill = np.array([0.30, 0.42, 0.25]) / (1 + 0.6 * layer) + random.uniform(-0.03, 0.03, 3)
        scene = np.where((y > ridge)[..., None], hill + 0.08 * y[..., None], scene)
    return np.clip(scene + random.normal(0, 0.012, scene.shape), 0, 1)


def bytes8(scene: np.ndarray) -> np.ndarray:
    return np.round(scene * 255).astype(np.uint8)


def png(samples: np.ndarray, colour_type: int, interlaced: bool = False) -> bytes:
    """A PNG of [h,w,channels] 8- or 16-bit samples; Pillow writes neither 16-bit RGB nor interlaced files."""
    depth = samples.dtype.itemsize * 8

    def rows(part: np.ndarray) -> bytes:
        return b"".join(b"\0" + row.astype(row.dtype.newbyteorder(">")).tobytes() for row in part)

    passes = [samples[row::down, column::right] for column, row, right, down in ADAM7] if interlaced else [samples]
    data = b"".join(rows(part) for part in passes if part.size)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, colour_type, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def main() -> None:
    (PICTURES / "more").mkdir(parents=True, exist_ok=True)

    def picture(seed: int, width: int = 240, height: int = 180) -> Image.Image:
        return Image.fromarray(bytes8(landscape(width, height, seed)))

    # What can be scanned.
    picture(1).save(PICTURES / "baseline.jpg", quality=90, subsampling="4:2:0")
    picture(2).save(PICTURES / "progressive.jpg", quality=85, subsampling="4:4:4", progressive=True)
    picture(3).convert("L").save(PICTURES / "grey.jpg", quality=80)
    picture(4).convert("CMYK").save(PICTURES / "cmyk.jpg", quality=85)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotate by 90 degrees to view
    picture(5, 180, 240).save(PICTURES / "rotated.jpg", quality=92, subsampling="4:2:2", exif=exif)
    picture(6, 120, 90).save(PICTURES / "truecolour.png")
    (PICTURES / "deep.png").write_bytes(png(np.round(landscape(72, 54, 7) * 65535).astype(np.uint16), 2))
    picture(8, 160, 120).quantize(64).save(PICTURES / "palette.png")
    alpha = np.full((90, 120, 1), 255, np.uint8)
    alpha[:, :60] = np.linspace(0, 255, 60, dtype=np.uint8)[None, :, None]
    (PICTURES / "transparent.png").write_bytes(png(np.concatenate([bytes8(landscape(120, 90, 9)), alpha], axis=-1), 6))
    (PICTURES / "interlaced.png").write_bytes(png(bytes8(landscape(110, 83, 10)), 2, interlaced=True))
    picture(11, 40, 30).save(PICTURES / "more" / "smaller-than-a-crop.png")
    # A picture whose name does not say so.
    picture(12).save(PICTURES / "more" / "no-extension", format="JPEG", quality=88)

    # What cannot.
    whole = (PICTURES / "baseline.jpg").read_bytes()
    (PICTURES / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray((PICTURES / "truecolour.png").read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    (PICTURES / "damaged.png").write_bytes(damaged)
    picture(13, 120, 90).quantize(16).save(PICTURES / "palette.gif")
    picture(13, 120, 90).save(PICTURES / "unsupported.jp2")
    (PICTURES / "not-a-picture.jpg").write_text("A picture by its name only: this is text.\n")
    # Flat, so that it is large in pixels only; `make demo` sets a limit below its 307 200.
    Image.new("RGB", (640, 480), (90, 120, 150)).save(PICTURES / "too-large.png", optimize=True)


if __name__ == "__main__":
    main()
