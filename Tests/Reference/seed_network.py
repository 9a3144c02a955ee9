"""The `seed` architecture in PyTorch: MesoInception-4 over the picture, a small CNN over its log-DCT, and their fusion."""

import json
import struct

import numpy as np
import scipy.fft
import torch
import torch.nn.functional as F
from torch import nn

from counter import counter_tensor

SIDE = 224
EPSILON = 1e-3  # batch normalisation
MOMENTUM = 0.01  # PyTorch's sense; .99 in Keras'


def same(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=dilation * (kernel - 1) // 2, dilation=dilation)


def norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=EPSILON, momentum=MOMENTUM)


class Inception(nn.Module):
    """1x1 -> a | 1x1 -> b, 3x3 -> b | 1x1 -> c, 3x3 dilation 2 -> c | 1x1 -> d, 3x3 dilation 3 -> d; ReLU after every conv."""

    def __init__(self, inputs: int, a: int, b: int, c: int, d: int):
        super().__init__()
        self.a = same(inputs, a, 1)
        self.b1, self.b2 = same(inputs, b, 1), same(b, b, 3)
        self.c1, self.c2 = same(inputs, c, 1), same(c, c, 3, dilation=2)
        self.d1, self.d2 = same(inputs, d, 1), same(d, d, 3, dilation=3)

    def forward(self, x):
        return torch.cat(
            [
                F.relu(self.a(x)),
                F.relu(self.b2(F.relu(self.b1(x)))),
                F.relu(self.c2(F.relu(self.c1(x)))),
                F.relu(self.d2(F.relu(self.d1(x)))),
            ],
            dim=1,
        )


class Spatial(nn.Module):
    """Model B, [n,3,224,224] RGB in [0,1] -> 784 features and a logit."""

    def __init__(self):
        super().__init__()
        self.inception1, self.norm1 = Inception(3, 1, 4, 4, 2), norm(11)
        self.inception2, self.norm2 = Inception(11, 2, 4, 4, 2), norm(12)
        self.conv3, self.norm3 = same(12, 16, 5), norm(16)
        self.conv4, self.norm4 = same(16, 16, 5), norm(16)
        self.dense1, self.dense2 = nn.Linear(784, 16), nn.Linear(16, 1)
        self.drop = nn.Dropout(0.5)

    def features(self, x):
        x = F.max_pool2d(self.norm1(self.inception1(x)), 2)
        x = F.max_pool2d(self.norm2(self.inception2(x)), 2)
        x = F.max_pool2d(self.norm3(F.relu(self.conv3(x))), 2)
        x = F.max_pool2d(self.norm4(F.relu(self.conv4(x))), 4)
        return x.flatten(1)

    def head(self, features):
        return self.dense2(self.drop(F.leaky_relu(self.dense1(self.drop(features)), 0.1)))


class Frequency(nn.Module):
    """Model A, [n,3,224,224] log-DCT -> 100352 features and a logit."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = same(3, 3, 3), norm(3)
        self.conv2, self.norm2 = same(3, 8, 3), norm(8)
        self.conv3, self.norm3 = same(8, 16, 3), norm(16)
        self.conv4, self.norm4 = same(16, 32, 3), norm(32)
        self.dense = nn.Linear(100352, 1)
        self.drop = nn.Dropout(0.5)

    def features(self, x):
        x = self.norm1(F.relu(self.conv1(x)))
        x = F.avg_pool2d(self.norm2(F.relu(self.conv2(x))), 2)
        x = F.avg_pool2d(self.norm3(F.relu(self.conv3(x))), 2)
        x = self.norm4(F.relu(self.conv4(x)))
        return x.flatten(1)

    def head(self, features):
        return self.dense(self.drop(features))


class Fusion(nn.Module):
    """784 spatial and 100352 frequency features, in this order -> a logit."""

    def __init__(self):
        super().__init__()
        self.dense1, self.dense2 = nn.Linear(784 + 100352, 64), nn.Linear(64, 1)
        self.drop = nn.Dropout(0.5)

    def head(self, features):
        return self.dense2(self.drop(F.leaky_relu(self.dense1(self.drop(features)), 0.1)))


class Seed(nn.Module):
    def __init__(self):
        super().__init__()
        self.spatial, self.frequency, self.fusion = Spatial(), Frequency(), Fusion()

    def forward(self, picture, spectrum):
        """Logits of the three heads, each [n,1]."""
        spatial, frequency = self.spatial.features(picture), self.frequency.features(spectrum)
        return {
            "fused": self.fusion.head(torch.cat([spatial, frequency], dim=1)),
            "spatial": self.spatial.head(spatial),
            "frequency": self.frequency.head(frequency),
        }


def counter_weights(model: nn.Module) -> dict:
    """Every tensor of the model file, made by the counter generator; `num_batches_tracked` is no part of it."""
    tensors = {}
    for name, tensor in model.state_dict().items():
        shape = tuple(tensor.shape)
        if name.endswith("num_batches_tracked"):
            continue
        if name.endswith("running_var") or (len(shape) == 1 and name.endswith(".weight")):
            tensors[name] = counter_tensor(name, shape, radius=0.5, centre=1.0)
        elif name.endswith("running_mean"):
            tensors[name] = counter_tensor(name, shape, radius=0.5)
        elif name.endswith(".bias"):
            tensors[name] = counter_tensor(name, shape, radius=0.1)
        else:
            fan_in = int(np.prod(shape[1:]))
            tensors[name] = counter_tensor(name, shape, radius=np.sqrt(6.0 / fan_in))
    return tensors


def resized(pixels: np.ndarray) -> torch.Tensor:
    """[h,w,3] bytes -> [1,3,224,224] in [0,1], bilinear with half-pixel centres and no antialias, in float32 as it is used."""
    planes = torch.from_numpy(pixels.astype(np.float32) / np.float32(255)).permute(2, 0, 1)[None]
    return F.interpolate(planes, size=(SIDE, SIDE), mode="bilinear", align_corners=False, antialias=False)


def log_dct(planes: torch.Tensor) -> torch.Tensor:
    """Orthonormal 2-D DCT-II of each plane in float64, then ln(|X| + 1e-12)."""
    coefficients = scipy.fft.dctn(planes.double().numpy(), type=2, axes=(2, 3), norm="ortho")
    return torch.from_numpy(np.log(np.abs(coefficients) + 1e-12))


def write_safetensors(path: str, tensors: dict, assay: dict) -> None:
    """8-byte little-endian header length, JSON header padded with spaces to 8 bytes, raw float32 tensors."""
    header, offset = {"__metadata__": {"assay": json.dumps(assay, separators=(",", ":"))}}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor, dtype="<f4").tobytes())
