"""Single layers and losses by PyTorch and optimiser steps by Keras, for Tests/Fixtures/reference/layers.json.

Every input is a counter tensor in [-1, 1), so a case stores only names, shapes and what comes out. The loss of a case is
the sum of its output times the counter tensor `upstream`: gradients are those that this upstream gradient brings back.
"""

import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import torch
import torch.nn.functional as F

from counter import counter_tensor, significant, write_fixture

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures" / "reference"


def leaf(name: str, shape, radius: float = 1.0, centre: float = 0.0) -> torch.Tensor:
    return torch.from_numpy(counter_tensor(name, shape, radius, centre).astype(np.float64)).requires_grad_()


def short(tensor) -> list:
    return significant(tensor.detach().numpy(), 7)


def backward(case: dict, output: torch.Tensor, inputs: dict) -> dict:
    """Adds the output and the gradient of each input to the case."""
    upstream = leaf(f"{case['name']}.upstream", output.shape).detach()
    (output * upstream).sum().backward()
    case["outputShape"] = list(output.shape)
    case["output"] = short(output)
    case["gradients"] = {name: short(tensor.grad) for name, tensor in inputs.items()}
    return case


def convolution(name: str, batch: int, inputs: int, outputs: int, height: int, width: int, kernel: int, dilation: int = 1):
    x = leaf(f"{name}.input", (batch, inputs, height, width))
    weight = leaf(f"{name}.weight", (outputs, inputs, kernel, kernel))
    bias = leaf(f"{name}.bias", (outputs,))
    output = F.conv2d(x, weight, bias, padding=dilation * (kernel - 1) // 2, dilation=dilation)
    case = {"name": name, "input": list(x.shape), "weight": list(weight.shape), "dilation": dilation}
    return backward(case, output, {"input": x, "weight": weight, "bias": bias})


def normalisation(name: str, batch: int, channels: int, height: int, width: int):
    """Train mode, momentum .99 in Keras' sense. The running variance takes the unbiased estimate, as in PyTorch and TensorFlow's
    fused kernel; the normalisation itself takes the biased one. `evaluated` uses the running statistics after the step."""
    x = leaf(f"{name}.input", (batch, channels, height, width))
    weight, bias = leaf(f"{name}.weight", (channels,), 0.5, 1), leaf(f"{name}.bias", (channels,))
    mean = leaf(f"{name}.running_mean", (channels,), 0.5).detach().clone()
    variance = leaf(f"{name}.running_var", (channels,), 0.5, 1).detach().clone()
    output = F.batch_norm(x, mean, variance, weight, bias, training=True, momentum=0.01, eps=1e-3)
    case = backward({"name": name, "input": list(x.shape)}, output, {"input": x, "weight": weight, "bias": bias})
    case["runningMean"], case["runningVariance"] = short(mean), short(variance)
    case["evaluated"] = short(F.batch_norm(x, mean, variance, weight, bias, training=False, eps=1e-3))
    return case


def pooling(name: str, kind: str, window: int, batch: int, channels: int, height: int, width: int):
    x = leaf(f"{name}.input", (batch, channels, height, width))
    output = (F.max_pool2d if kind == "maximum" else F.avg_pool2d)(x, window)
    return backward({"name": name, "kind": kind, "window": window, "input": list(x.shape)}, output, {"input": x})


def dense(name: str, batch: int, inputs: int, outputs: int, slope=None):
    """Dense, then LeakyReLU where a slope is given."""
    x, weight, bias = leaf(f"{name}.input", (batch, inputs)), leaf(f"{name}.weight", (outputs, inputs)), leaf(f"{name}.bias", (outputs,))
    output = F.linear(x, weight, bias)
    if slope is not None:
        output = F.leaky_relu(output, slope)
    case = {"name": name, "input": list(x.shape), "weight": list(weight.shape), "slope": slope}
    return backward(case, output, {"input": x, "weight": weight, "bias": bias})


def loss(name: str, kind: str, count: int, radius: float):
    """Mean over the batch, of logits; labels are 1 where the counter tensor `labels` is positive."""
    logits = leaf(f"{name}.logits", (count,), radius)
    labels = (leaf(f"{name}.labels", (count,)).detach() > 0).double()
    if kind == "crossEntropy":
        value = F.binary_cross_entropy_with_logits(logits, labels)
    else:
        value = F.mse_loss(torch.sigmoid(logits), labels)
    value.backward()
    return {"name": name, "kind": kind, "count": count, "radius": radius, "loss": short(value)[0], "gradient": short(logits.grad)}


def adam(name: str, count: int, steps: int, rate: float, radius: float):
    """Gradients of step s (from 1) are the counter tensor `gradient.s`; beta .9 and .999, epsilon 1e-7. By Keras, which adds
    epsilon to the root of the uncorrected second moment (as in the paper's "more efficient order"), unlike PyTorch."""
    parameters = keras.Variable(counter_tensor(f"{name}.parameters", (count,)))
    optimiser = keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7)
    optimiser.build([parameters])
    after = []
    for step in range(1, steps + 1):
        gradient = counter_tensor(f"{name}.gradient.{step}", (count,), radius)
        optimiser.apply([keras.ops.convert_to_tensor(gradient)])
        after.append(significant(keras.ops.convert_to_numpy(parameters.value), 8))
    return {"name": name, "count": count, "rate": rate, "radius": radius, "parameters": after}


def main() -> None:
    write_fixture(
        FIXTURES / "layers.json",
        {
            "convolution": [
                convolution("conv.k1", 2, 3, 5, 4, 7, 1),
                convolution("conv.k3", 2, 3, 4, 5, 6, 3),
                convolution("conv.k3.wide", 1, 2, 5, 5, 19, 3),
                convolution("conv.k3.dilation2", 1, 3, 2, 7, 17, 3, 2),
                convolution("conv.k3.dilation3", 1, 2, 3, 5, 33, 3, 3),
                convolution("conv.k3.smaller-than-kernel", 1, 2, 2, 1, 2, 3, 3),
                convolution("conv.k5", 2, 2, 3, 6, 5, 5),
                convolution("conv.k5.wide", 1, 2, 4, 6, 18, 5),
            ],
            "normalisation": [normalisation("norm", 3, 4, 5, 6), normalisation("norm.one-picture", 1, 2, 3, 4)],
            "pooling": [
                pooling("pool.average2", "average", 2, 2, 2, 6, 8),
                pooling("pool.maximum2", "maximum", 2, 2, 2, 6, 8),
                pooling("pool.maximum4", "maximum", 4, 1, 2, 8, 12),
            ],
            "dense": [dense("dense", 3, 10, 4), dense("dense.leaky", 2, 7, 6, 0.1), dense("dense.one", 4, 5, 1)],
            "loss": [
                loss("loss.crossEntropy", "crossEntropy", 9, 3),
                loss("loss.crossEntropy.extreme", "crossEntropy", 8, 60),
                loss("loss.squared", "squared", 9, 3),
            ],
            "adam": [adam("adam", 6, 4, 1e-3, 1), adam("adam.small-gradients", 4, 3, 0.01, 1e-3)],
        },
    )


if __name__ == "__main__":
    main()
