"""Draws the pictures of a small case and makes everything of it that assay shows: report, map of scores, spectrum.

Run by hand, with Pillow, numpy and Debian's chromium: python3 examples/report/make.py [path of assay]
Nothing here is a photograph or comes from a generator: landscapes are drawn, seen through a mosaic of colour filters with noise as a camera
sees them, and compressed; what plays the part of a bad generator has a grid of period 4 instead.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from make_pictures import bytes8, landscape  # noqa: E402


def photographed(scene: np.ndarray, seed: int) -> np.ndarray:
    """One colour at each pixel, with noise; the others from their neighbours."""
    height, width, _ = scene.shape
    y, x = np.mgrid[0:height, 0:width]
    filters = np.where((x + y) % 2 == 0, 1, np.where(y % 2 == 0, 0, 2))
    noisy = scene + np.random.default_rng(seed).normal(0, 0.016, (height, width))[..., None]
    known = filters[..., None] == np.arange(3)
    sums, weights = np.zeros_like(scene), np.zeros_like(scene)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            weight = (2 - abs(down)) * (2 - abs(right))
            moved = np.roll(known, (down, right), (0, 1))
            sums += weight * np.roll(noisy * known, (down, right), (0, 1))
            weights += weight * moved
    return np.clip(sums / weights, 0, 1)


def generated(scene: np.ndarray, seed: int) -> np.ndarray:
    """What repeats itself every four pixels."""
    made = scene + np.random.default_rng(seed).normal(0, 0.004, scene.shape)
    made[::4, ::4] += 8 / 255
    return np.clip(made, 0, 1)


def draw(folder: Path) -> None:
    (folder / "camera").mkdir(parents=True)
    (folder / "received").mkdir()
    for seed in range(31, 39):
        picture = Image.fromarray(bytes8(photographed(landscape(640, 480, seed), seed)))
        picture.save(folder / "camera" / f"{seed - 30:04}.jpg", quality=92)
    shutil.copy(folder / "camera" / "0003.jpg", folder / "received" / "copy.jpg")
    for seed in (41, 42):
        made = Image.fromarray(bytes8(generated(landscape(512, 512, seed), seed)))
        note = PngInfo()
        if seed == 41:
            note.add_text("parameters", "hills at dawn\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512")
        made.save(folder / "received" / f"hills-{seed}.png", pnginfo=note)
    scene = landscape(640, 480, 36)
    whole = bytes8(photographed(scene, 36))
    whole[144:384, 336:576] = bytes8(generated(scene, 50))[144:384, 336:576]
    Image.fromarray(whole).save(folder / "received" / "spliced.png")
    damaged = (folder / "camera" / "0001.jpg").read_bytes()
    (folder / "received" / "damaged.jpg").write_bytes(damaged[: len(damaged) // 2])


def main() -> None:
    assay = Path(sys.argv[1] if len(sys.argv) > 1 else ".build/release/assay").resolve()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        draw(Path("case"))

        def run(*words: str) -> None:
            subprocess.run([assay, *words], check=False)

        run("scan", "--pdq", "-q", "-o", "records.jsonl", "case")
        run("report", "records.jsonl", "-o", "report.html", "--maps", "2")
        run("explain", "--step", "32", "-o", "evidence", "case/received/spliced.png")
        run("spectrum", "--residual", "--against", "shipped", "-o", "evidence", "case/received/hills-42.png")
        # What is shown in the README.
        Image.open(next(Path("evidence").glob("*.explain.png"))).save(HERE / "explain.jpg", quality=85, subsampling=0)
        drawn = Image.open(next(Path("evidence").glob("*.difference.png")))
        drawn.convert("P", palette=Image.Palette.ADAPTIVE).save(HERE / "spectrum.png", optimize=True)
        for name, size in [("desktop", "1280,2400"), ("phone", "390,2400")]:
            subprocess.run(
                ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                 f"--user-data-dir={place}/profile", f"--screenshot={place}/{name}.png", f"--window-size={size}",
                 f"file://{place}/report.html"], check=True, stderr=subprocess.DEVNULL)
            Image.open(f"{name}.png").convert("P", palette=Image.Palette.ADAPTIVE).save(HERE / f"{name}.png", optimize=True)
        shutil.copy("report.html", HERE / "report.html")


if __name__ == "__main__":
    main()
