"""Logits of the `seed` network with counter-made weights on three synthetic pictures, for Tests/Fixtures/reference/seed.json."""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from counter import counter_tensor, significant, write_fixture
from seed_network import Seed, counter_weights, log_dct, resized, write_safetensors

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures" / "reference"
# Width, height, mean level, contrast.
PICTURES = {
    "small-171x143": (171, 143, 90, 40),
    "exact-224x224": (224, 224, 120, 72),
    "large-300x181": (300, 181, 160, 30),
}

# What a model file says about itself, as ModelCard in Sources/Detection reads it.
METADATA = {
    "format": 1,
    "architecture": "seed",
    "preprocessing": "bilinear224-logdct-1",
    "calibration": {head: {"temperature": 1, "bias": 0} for head in ("fused", "spatial", "frequency")},
    "thresholds": {"fake": 1, "real": 0, "falseAlarmRate": 0, "missRate": 0},
    "metrics": {},
    "licence": "unstated",
}


def picture(name: str, width: int, height: int) -> np.ndarray:
    """Coarse waves with two-level noise over them, so that no DCT coefficient is lost in rounding: [h,w,3] bytes."""
    y, x = np.mgrid[0:height, 0:width]
    mean, contrast = PICTURES[name][2:]
    channels = []
    for channel, (fx, fy) in enumerate([(2.0, 1.0), (1.0, 3.0), (3.0, 2.0)]):
        wave = contrast * np.sin(2 * np.pi * (fx * x / width + fy * y / height) + channel)
        edge = np.where(x * height > y * width, 24, 0)
        noise = np.where(counter_tensor(f"picture.{name}.{channel}", (height, width)) < 0, -48, 48)
        channels.append(np.clip(mean + np.round(wave / 24) * 24 + edge + noise, 0, 255))
    return np.stack(channels, axis=-1).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write-model", metavar="FILE", help="also write the weights as safetensors (27 MB)")
    options = parser.parse_args()

    model = Seed().eval()
    weights = counter_weights(model)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()}, strict=False)
    if options.write_model:
        write_safetensors(options.write_model, weights, METADATA)

    expected = []
    for name, (width, height, _, _) in PICTURES.items():
        path = FIXTURES / f"{name}.png"
        Image.fromarray(picture(name, width, height)).save(path, optimize=True)
        planes = resized(np.asarray(Image.open(path).convert("RGB")))
        spectrum = log_dct(planes)
        with torch.no_grad():
            double = {head: value.item() for head, value in model.double()(planes.double(), spectrum).items()}
            single = {head: value.item() for head, value in model.float()(planes, spectrum.float()).items()}
        print(name, double, "float32 differs by", {head: single[head] - double[head] for head in double})
        expected.append({"picture": path.name, "width": width, "height": height, "logits": double})

    tensors = [
        {"name": name, "shape": list(value.shape), "first": significant(value.ravel()[:3])}
        for name, value in weights.items()
    ]
    write_fixture(FIXTURES / "seed.json", {"expected": expected, "tensors": tensors})


if __name__ == "__main__":
    main()
