"""Makes Tests/Fixtures/reference/evaluation.json: what `assay evaluate` computes, by SciPy and by other means than its own.

Intervals come from quantiles of the beta distribution, the regression from a general minimiser, areas and risks from their
definitions over all pairs and all subsets. The files of the probe are invented, by counter.py, so that format tells a part.
"""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import beta

from counter import counter_bits

OUTPUT = Path(__file__).parent / "../Fixtures/reference/evaluation.json"


def uniform(name, count):
    return [float(bits >> np.uint64(11)) / 2**53 for bits in counter_bits(name, count)]


def clopper_pearson(hits, trials, confidence):
    tail = (1 - confidence) / 2
    lower = 0.0 if hits == 0 else float(beta.ppf(tail, hits, trials - hits + 1))
    upper = 1.0 if hits == trials else float(beta.ppf(1 - tail, hits + 1, trials - hits))
    return {"hits": hits, "trials": trials, "confidence": confidence, "lower": lower, "upper": upper}


def area(scores, labels):
    pairs = [(f > r) + 0.5 * (f == r) for f, x in zip(scores, labels) if x for r, y in zip(scores, labels) if not y]
    return sum(pairs) / len(pairs)


def risk_coverage(scores, labels):
    """Each n from 1: the expected error rate of n pictures, those of equal confidence drawn at random."""
    confidence = [abs(s - 0.5) for s in scores]
    wrong = [(s > 0.5) != x for s, x in zip(scores, labels)]
    risks = []
    for n in range(1, len(scores) + 1):
        last = sorted(confidence, reverse=True)[n - 1]
        above = [w for c, w in zip(confidence, wrong) if c > last]
        level = [w for c, w in zip(confidence, wrong) if c == last]
        risks.append((sum(above) + (n - len(above)) * sum(level) / len(level)) / n)
    return risks


def files():
    """120 invented files. Fakes are PNGs more often, of fixed sizes and, as JPEG, of higher quality."""
    draws = [uniform(f"probe.{column}", 120) for column in range(7)]
    rows = []
    for index, (label, source, size, shape, kind, quality, length) in enumerate(zip(*draws)):
        fake = label < 0.4
        if fake and size < 0.7:
            width = height = 512
        else:
            width, height = 300 + int(500 * size), 300 + int(500 * shape)
        png = kind < (0.5 if fake else 0.15)
        row = {
            "path": f"set/{'fake' if fake else 'real'}/{index}.{'png' if png else 'jpg'}",
            "isFake": fake,
            "source": "gan" if fake else ["phone", "web", "film"][int(source * source * 3)],
            "width": width,
            "height": height,
            "format": "png" if png else "jpeg",
            "bytes": int(width * height * (1.5 if png else 0.25) * (0.5 + length)),
        }
        if not png and kind < 0.9:
            row["quality"] = int((80 if fake else 70) + 20 * quality)
        if not png and kind < 0.95:
            row["subsampling"] = "4:2:0" if quality < 0.6 else "4:4:4"
        rows.append(row)
    return rows


def columns(rows):
    known = [row["quality"] for row in rows if "quality" in row]
    mean = sum(known) / len(known)
    formats = sorted({row["format"] for row in rows})
    subsamplings = sorted({row.get("subsampling", "none") for row in rows})
    matrix = []
    for row in rows:
        w, h, b = row["width"], row["height"], row["bytes"]
        matrix.append(
            [math.log(w), math.log(h), math.log(b), math.log(b / (w * h)), row.get("quality", mean)]
            + ["quality" not in row, w == h, w % 64 == 0 and h % 64 == 0]
            + [row["format"] == name for name in formats]
            + [row.get("subsampling", "none") == name for name in subsamplings]
        )
    return np.array(matrix, dtype=float)


def regression(x, y):
    weight = np.where(y, len(y) / (2 * y.sum()), len(y) / (2 * (~y).sum()))
    sign = np.where(y, 1.0, -1.0)

    def cost(w):
        z = sign * (w[0] + x @ w[1:])
        slope = -weight * sign / (1 + np.exp(z))
        gradient = np.concatenate([[slope.sum()], x.T @ slope + w[1:]])
        return 0.5 * w[1:] @ w[1:] + (weight * np.logaddexp(0, -z)).sum(), gradient

    found = minimize(cost, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-11, "maxiter": 100000, "maxfun": 100000, "maxcor": 50})
    assert np.abs(cost(found.x)[1]).max() < 1e-7, found
    return found.x


def probe(rows, labels, folds):
    x, y, folds = columns(rows), np.array(labels), np.array(folds)
    scores = np.zeros(len(rows))
    for fold in range(5):
        seen = folds != fold
        mean, deviation = x[seen].mean(0), x[seen].std(0)
        z = np.where(deviation < 1e-9, 0, (x - mean) / np.where(deviation < 1e-9, 1, deviation))
        z = np.hstack([z, np.where(deviation[:5] < 1e-9, 0, z[:, :5] ** 2 - 1)])
        w = regression(z[seen], y[seen])
        scores[~seen] = w[0] + z[~seen] @ w[1:]
    return scores.tolist()


def main():
    rows = files()
    # All paths share the directory "set".
    folds = [int.from_bytes(hashlib.sha256(row["path"][4:].encode()).digest()[:8], "big") % 5 for row in rows]
    labels = [row["isFake"] for row in rows]
    scores = probe(rows, labels, folds)
    counts = {}
    for row in rows:
        if not row["isFake"]:
            counts[row["source"]] = counts.get(row["source"], 0) + 1
    names = sorted(counts, key=lambda name: (-counts[name], name))[:2]
    chosen = [i for i, row in enumerate(rows) if row["source"] in names]
    sides = [rows[i]["source"] == names[1] for i in chosen]
    between = probe([rows[i] for i in chosen], sides, [folds[i] for i in chosen])

    # 37 scores of two digits, many of them equally far from one half.
    judged = [round(s, 1) if i % 2 else round(s, 2) for i, s in enumerate(uniform("risk.scores", 37))]
    truth = [u < 0.3 + 0.4 * s for u, s in zip(uniform("risk.labels", 37), judged)]
    risks = risk_coverage(judged, truth)
    fixture = {
        "intervals": [
            clopper_pearson(*case)
            for case in [
                (0, 1, 0.95), (1, 1, 0.95), (1, 2, 0.95), (0, 30, 0.95), (30, 30, 0.95), (3, 20, 0.95), (7, 20, 0.95),
                (1, 500, 0.95), (250, 500, 0.95), (499, 500, 0.95), (12, 40000, 0.95), (3, 20, 0.9), (37, 113, 0.99),
            ]
        ],
        "risk": {
            "scores": judged, "labels": truth, "area": sum(risks) / len(risks), "full": risks[-1],
            "brierReal": sum(s * s for s, x in zip(judged, truth) if not x) / truth.count(False),
            "brierFake": sum((s - 1) ** 2 for s, x in zip(judged, truth) if x) / truth.count(True),
        },
        "probe": {
            "files": rows, "folds": folds, "scores": [round(s, 9) for s in scores], "rocAUC": area(scores, labels),
            "names": names, "counts": [counts[name] for name in names], "between": area(between, sides),
        },
    }
    lines = json.dumps(fixture).replace('{"path"', '\n{"path"').replace('{"hits"', '\n{"hits"').replace('], "', '],\n"')
    OUTPUT.write_text(lines + "\n")
    print(names, counts, fixture["probe"]["rocAUC"], fixture["probe"]["between"], [folds.count(f) for f in range(5)])


main()
