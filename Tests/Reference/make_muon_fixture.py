"""Steps of Muon by singular values, for Tests/Fixtures/reference/muon.json.

The published iteration is a polynomial in the singular values of the momentum, so here they are found, sent through the polynomial
five times and put back, in float64. The script checks itself against PyTorch's `torch.optim.Muon`, which iterates in bfloat16 and
takes matrices only.
"""

from pathlib import Path

import numpy as np
import torch

from counter import counter_tensor, significant, write_fixture

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures" / "reference"
RATE, DECAY, REACH, MOMENTUM = 1e-3, 0.5, 20, 0.95


def orthogonalised(matrix: np.ndarray) -> np.ndarray:
    u, sigma, v = np.linalg.svd(matrix / (np.linalg.norm(matrix) + 1e-7), full_matrices=False)
    for _ in range(5):
        sigma = 3.4445 * sigma - 4.7750 * sigma**3 + 2.0315 * sigma**5
    return u @ np.diag(sigma) @ v


def case(name: str, shape: tuple) -> dict:
    rows, columns = shape[0], int(np.prod(shape[1:]))
    value = counter_tensor(f"{name}.parameters", shape).astype(np.float64).reshape(rows, columns)
    peer = torch.nn.Parameter(torch.from_numpy(value.astype(np.float32)))
    optimiser = torch.optim.Muon([peer], lr=RATE * REACH, weight_decay=DECAY / REACH, momentum=MOMENTUM)
    mean, steps = np.zeros_like(value), []
    for step in range(3):
        gradient = counter_tensor(f"{name}.gradient.{step + 1}", shape).astype(np.float64).reshape(rows, columns)
        mean = MOMENTUM * mean + gradient
        direction = orthogonalised(gradient + MOMENTUM * mean)
        value = value * (1 - RATE * DECAY) - RATE * REACH * max(1, rows / columns) ** 0.5 * direction
        steps.append(significant(value, 7))
        peer.grad = torch.from_numpy(gradient.astype(np.float32))
        optimiser.step()
    difference = np.abs(peer.detach().numpy() - value).max()
    print(f"{name}: at most {difference:.1e} from torch.optim.Muon")
    assert difference < 2e-3
    return {"name": name, "shape": list(shape), "rate": RATE, "decay": DECAY, "parameters": steps}


write_fixture(FIXTURES / "muon.json", {"muon": [case("muon.wide", (4, 3, 3, 3)), case("muon.tall", (8, 5, 1, 1))]})
