"""Measures Assay beside TensorFlow, PyTorch, ONNX Runtime and a bare decoding loop; README.md says how to read the figures."""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from functools import cache, cached_property
from pathlib import Path

from pictures import SETS, PictureSet, draw_set, found_set
from worker import Worker

SMALL = "256x256 JPEG"
LARGE = "4000x3000 JPEG"
CPUS = len(os.sched_getaffinity(0))
CORES = {"one core": 1, "all cores": CPUS}
BATCHES = (1, 8, 40)
TRAINING_BATCH = 40
MANY = 100_000
SHORTEST = 2.0  # seconds that a measurement has to take, so that starting up does not count


def timed(command: list) -> float:
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


class Peers:
    """Every method named in PARTS makes its measurements once and yields (what, unit, value)."""

    def __init__(self, assay: Path, decode: Path, pictures: Path | None, work: Path):
        self.assay, self.decode_loop, self.given, self.work = assay, decode, pictures, work
        self.workers: dict[str, Worker] = {}
        self.times: dict[str, int] = {}

    @cache
    def pictures(self, name: str) -> PictureSet:
        if name == SMALL and self.given:
            return found_set(name, self.given)
        print(f"peers: drawing {name}", file=sys.stderr)
        return draw_set(self.work, name)

    @cached_property
    def seed_model(self) -> Path:
        """A seed model of any weights: barely trained ones are as fast as good ones."""
        data, model = self.work / "data", self.work / "seed.safetensors"
        for index, file in enumerate(self.pictures(SMALL).files[:200]):
            folder = data / ("fake" if index % 2 else "real")
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / f"{index}{file.suffix}")
        options = ["--architecture", "seed", "--epochs", 1, "--epoch-size", 80, "--quiet"]
        timed([self.assay, "train", data, "-o", model, *options])
        return model

    def worker(self, script: str) -> Worker:
        if script not in self.workers:
            self.workers[script] = Worker(script, self.work)
        return self.workers[script]

    def steadily(self, what: str, command: list, operands: list, images: int):
        """Repeats the operands until one run takes long enough, then keeps to that number."""
        while True:
            times = self.times.get(what, 1)
            seconds = timed(command + operands * times)
            if what in self.times or seconds >= SHORTEST:
                self.times[what] = times
                return what, "images_per_second", images * times / seconds
            self.times[what] = math.ceil(1.2 * SHORTEST / seconds)

    def best_batch(self, script: str, call: str, what: str, threads: int):
        worker, best = self.worker(script), 0.0
        for batch in BATCHES:
            worker.seconds(call, batch, threads)
            spent, images = 0.0, 0
            while spent < SHORTEST:
                spent += worker.seconds(call, batch, threads)
                images += batch
            best = max(best, images / spent)
        return what, "images_per_second", best

    def training_step(self, script: str, what: str, *arguments):
        worker, steps = self.worker(script), 3
        worker.seconds("training", *arguments)
        spent = sum(worker.seconds("training", *arguments) for _ in range(steps))
        return what, "images_per_second", steps * TRAINING_BATCH / spent

    def pipeline(self):
        paths, worker = [str(file) for file in self.pictures(SMALL).files], self.worker("tensorflow_seed.py")
        if "pipeline" not in self.times:
            self.times["pipeline"] = 1
            worker.seconds("pipeline", paths)  # tracing, and the tuning of the input pipeline
        yield f"TensorFlow pipeline, {SMALL}, all cores", "images_per_second", len(paths) / worker.seconds("pipeline", paths)

    def scan(self):
        for name in SETS:
            pictures = self.pictures(name)
            models = {"shipped model": [], "seed model": ["--model", self.seed_model]} if name == SMALL else {"shipped model": []}
            for model, option in models.items():
                for cores, jobs in CORES.items():
                    command = [self.assay, "scan", "-j", jobs, "--quiet", "--progress", "never", "--exit-zero", *option]
                    yield self.steadily(f"assay scan, {name}, {model}, {cores}", command, [pictures.folder], len(pictures.files))

    def decode(self):
        for name in SETS:
            files = self.pictures(name).files
            for cores, jobs in CORES.items():
                yield self.steadily(f"decoding loop, {name}, {cores}", [self.decode_loop, "-j", jobs], files, len(files))

    def onnxruntime(self):
        for cores, threads in CORES.items():
            yield self.best_batch("torch_seed.py", "runtime", f"ONNX Runtime, seed network, {cores}", threads)

    def pytorch(self):
        yield self.best_batch("torch_seed.py", "inference", "PyTorch, seed network, one core", 1)
        yield self.training_step("torch_seed.py", "PyTorch, training step, all cores", CPUS)

    def tensorflow(self):
        yield self.training_step("tensorflow_seed.py", "TensorFlow, training step, all cores")

    def bench(self):
        """The figures of the network alone, which Assay's own program measures from within."""
        program = self.assay.with_name("bench")
        if not program.exists():
            print(f"peers: there is no {program}, so the network alone and the training step are left out", file=sys.stderr)
            return
        output = subprocess.run([program, "--only", "seed"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        for line in output.splitlines():
            entry = json.loads(line)
            yield f"assay, {entry['what']}", "images_per_second", entry["images_per_second"]

    def start_up(self):
        picture = self.pictures(SMALL).files[0]
        seconds = statistics.median(timed([self.assay, "scan", "--quiet", "--exit-zero", picture]) for _ in range(30))
        yield "assay scan of one small JPEG, start to exit", "milliseconds", seconds * 1000

    def memory(self):
        command = [self.assay, "scan", "--quiet", "--exit-zero"] + [self.pictures(LARGE).folder] * 3
        yield f"assay scan, {LARGE}, all cores, peak memory", "megabytes", max(memory for memory, _ in watched(command)) / 1e6

    def many(self):
        """A scan long enough for whatever is kept of each file to show."""
        root, records = self.work / "many", self.work / "many.jsonl"
        if not root.exists():
            files = self.pictures(SMALL).files
            for index in range(MANY):
                link = root / f"{index // 100:04}" / f"{index % 100:02}{files[index % len(files)].suffix}"
                link.parent.mkdir(parents=True, exist_ok=True)
                os.link(files[index % len(files)], link)
        records.write_bytes(b"")
        command = [self.assay, "scan", "--quiet", "--progress", "never", "--exit-zero", "--output", records, root]
        samples = [(memory, size) for memory, size in watched(command, records) if size > 0]
        written = records.stat().st_size
        early = next(memory for memory, size in samples if size >= written * 1000 / MANY)
        yield f"assay scan, {MANY:,} files, memory at the end", "megabytes", samples[-1][0] / 1e6
        yield f"assay scan, {MANY:,} files, memory at the end less that after 1,000", "megabytes", (samples[-1][0] - early) / 1e6


PARTS = {
    "pipeline": Peers.pipeline,
    "scan": Peers.scan,
    "decode": Peers.decode,
    "onnxruntime": Peers.onnxruntime,
    "bench": Peers.bench,
    "pytorch": Peers.pytorch,
    "tensorflow": Peers.tensorflow,
    "start-up": Peers.start_up,
    "memory": Peers.memory,
    "many": Peers.many,
}


def watched(command: list, output: Path | None = None):
    """Runs a command and yields, time and again, the memory that its processes hold and the size of its output."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        memory = sum(proportional_bytes(member) for member in process_tree(process.pid))
        if memory > 0:
            yield memory, output.stat().st_size if output else 0
        time.sleep(0.05)
    if process.returncode != 0:
        raise SystemExit(f"peers: {command[0]} ended with {process.returncode}")


def process_tree(process: int) -> list[int]:
    tree = [process]
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            tree += [member for child in file.read_text().split() for member in process_tree(int(child))]
        except OSError:  # it has ended
            pass
    return tree


def proportional_bytes(process: int) -> int:
    """PSS: a page that several processes share counts once."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
    except OSError:
        return 0


def ratios() -> list[tuple[str, str]]:
    """What is divided by what; above 1, Assay is the faster."""
    pipeline = f"TensorFlow pipeline, {SMALL}, all cores"
    pairs = [(f"assay scan, {SMALL}, {model}, all cores", pipeline) for model in ("seed model", "shipped model")]
    for name in SETS:
        for cores in CORES:
            pairs.append((f"assay scan, {name}, shipped model, {cores}", f"decoding loop, {name}, {cores}"))
    for peer in ("ONNX Runtime", "PyTorch"):
        pairs.append(("assay, seed network and DCT, one thread", f"{peer}, seed network, one core"))
    for peer in ("TensorFlow", "PyTorch"):
        pairs.append(("assay, seed training step, batch 40, all threads", f"{peer}, training step, all cores"))
    return pairs


def measured(peers: Peers, rounds: int, parts: list[str]) -> tuple[dict, dict]:
    values, units = defaultdict(list), {}
    for number in range(1, rounds + 1):
        for part in parts:
            for what, unit, value in PARTS[part](peers):
                print(json.dumps({"round": number, "what": what, unit: round(value, 3)}), flush=True)
                values[what].append(value)
                units[what] = unit.replace("images_per_second", "images/s").replace("milliseconds", "ms").replace("megabytes", "MB")
    return values, units


def report(values: dict, units: dict) -> None:
    lines = [f"\n{CPUS} cores; median, then every round"]
    for what, rounds in values.items():
        lines.append(f"{what:<72}{statistics.median(rounds):>9.1f} {units[what]:<9}" + "".join(f"{value:>9.1f}" for value in rounds))
    lines.append("\nratios, of rates in the same round; median, lowest and highest")
    for ours, theirs in ratios():
        if values[ours] and values[theirs]:
            quotients = [a / b for a, b in zip(values[ours], values[theirs])]
            lines.append(f"{statistics.median(quotients):>7.2f}  {min(quotients):>6.2f} to {max(quotients):<6.2f} {ours} / {theirs}")
    print("\n".join(lines), file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(prog="peers", description=__doc__)
    parser.add_argument("--assay", type=Path, required=True, help="the program")
    parser.add_argument("--decode", type=Path, required=True, help="decode.c, compiled")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help=f"take these for the set of {SMALL}")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="measure everything N times (default: 3)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="NAME", help=f"of {', '.join(PARTS)}")
    options = parser.parse_args()
    parts = [part for part in PARTS if part in options.only]
    with tempfile.TemporaryDirectory(prefix="peers") as work:
        peers = Peers(options.assay.resolve(), options.decode.resolve(), options.pictures, Path(work))
        try:
            report(*measured(peers, options.rounds, parts))
        finally:
            for worker in peers.workers.values():
                worker.close()


if __name__ == "__main__":
    main()
