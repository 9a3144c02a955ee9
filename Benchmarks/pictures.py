"""Draws the pictures that are scanned: gradients, blurred noise and a little grain, so that files have the sizes of photographs'."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

QUALITY = 90


@dataclass
class PictureSet:
    name: str
    folder: Path
    files: list[Path]


SETS = {  # name: count, width, height, extension
    "256x256 JPEG": (600, 256, 256, "jpg"),
    "1024x1024 JPEG": (40, 1024, 1024, "jpg"),
    "1024x1024 PNG": (40, 1024, 1024, "png"),
    "4000x3000 JPEG": (12, 4000, 3000, "jpg"),
}


def draw(random: np.random.Generator, width: int, height: int) -> Image.Image:
    total = np.zeros((height, width, 3), np.float32)
    for cells, strength in ((3, 70), (12, 30), (48, 12)):  # a gradient, then finer and fainter detail
        noise = random.uniform(-strength, strength, (cells, cells, 3))
        small = Image.fromarray(np.uint8(noise + 128))
        total += np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32) - 128
    total += random.standard_normal((height, width, 1), np.float32) * 3
    return Image.fromarray(np.uint8(np.clip(total + 128, 0, 255)))


def draw_set(root: Path, name: str) -> PictureSet:
    count, width, height, extension = SETS[name]
    folder, random = root / name.replace(" ", "-"), np.random.default_rng([count, width, height])
    folder.mkdir()
    options = {"quality": QUALITY, "subsampling": "4:2:0"} if extension == "jpg" else {}
    files = [folder / f"{index:04}.{extension}" for index in range(count)]
    for file in files:
        draw(random, width, height).save(file, **options)
    return PictureSet(name, folder, files)


def found_set(name: str, folder: Path) -> PictureSet:
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not files:
        raise SystemExit(f"peers: no pictures in {folder}")
    return PictureSet(name, folder, files)
