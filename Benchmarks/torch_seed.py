"""The `seed` network of Tests/Reference in PyTorch, and in ONNX Runtime by way of its exporter."""

import sys
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F

from worker import serve

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "Reference"))
from seed_network import SIDE, Seed  # noqa: E402

BATCH = 40


class Inference:
    def __init__(self):
        self.network = Seed().eval()

    def score(self, batch: int, threads: int) -> None:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            self.network(*random_inputs(batch))


class Training:
    def __init__(self):
        self.network = Seed().train()
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        self.labels = (torch.arange(BATCH) % 2).float()[:, None]

    def step(self, threads: int) -> None:
        torch.set_num_threads(threads)
        self.optimiser.zero_grad()
        logits = self.network(*random_inputs(BATCH))
        sum(F.binary_cross_entropy_with_logits(head, self.labels) for head in logits.values()).backward()
        self.optimiser.step()


class Heads(torch.nn.Module):
    """The exporter wants a tuple of results."""

    def __init__(self):
        super().__init__()
        self.network = Seed()

    def forward(self, picture, spectrum):
        return tuple(self.network(picture, spectrum).values())


class Runtime:
    def __init__(self, folder: Path):
        self.file = str(folder / "seed.onnx")
        dynamic = {"picture": {0: "n"}, "spectrum": {0: "n"}}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                Heads().eval(), random_inputs(1), self.file, input_names=list(dynamic), dynamic_axes=dynamic, opset_version=17, dynamo=False
            )
        self.sessions = {}

    def session(self, threads: int) -> onnxruntime.InferenceSession:
        if threads not in self.sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            self.sessions[threads] = onnxruntime.InferenceSession(self.file, options, providers=["CPUExecutionProvider"])
        return self.sessions[threads]

    def score(self, batch: int, threads: int) -> None:
        picture, spectrum = (np.asarray(tensor) for tensor in random_inputs(batch))
        self.session(threads).run(None, {"picture": picture, "spectrum": spectrum})


INPUTS = {}


def random_inputs(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    if batch not in INPUTS:
        INPUTS[batch] = torch.rand(batch, 3, SIDE, SIDE), torch.rand(batch, 3, SIDE, SIDE)
    return INPUTS[batch]


if __name__ == "__main__":
    serve({"runtime": Runtime(Path(sys.argv[1])).score, "inference": Inference().score, "training": Training().step})
