"""Runs the examples against a built `assay` and compares their records with those of a plain scan.

    python3 examples/scale/test.py .build/release/assay

What is not installed is skipped, and said: GNU parallel, and DuckDB's Python package.
"""

import glob
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PICTURES = HERE.parent / "pictures"


def key(record):
    return record["path"], record["status"], record["sha256"], json.dumps(record.get("scores"))


def read(paths):
    return sorted(key(json.loads(line)) for path in paths for line in open(path))


def make_shards(folder, program):
    """Three archives of the example pictures, and the records of their files."""
    files = sorted(p for p in PICTURES.iterdir() if p.is_file())
    shards = []
    for number in range(3):
        shard = folder / ("shard-%d.tar" % number)
        with tarfile.open(shard, "w") as archive:
            for path in files[number::3]:
                archive.add(path, arcname=path.name)
        shards.append(str(shard))
    lines = subprocess.run([program, "scan", "-q", "-d", "1"], cwd=PICTURES, stdout=subprocess.PIPE).stdout.splitlines()
    return shards, sorted(key(json.loads(line)) for line in lines)


def test_parallel(folder, program, shards, expected):
    # moreutils has another program of that name.
    version = shutil.which("parallel") and subprocess.run(["parallel", "--version"], capture_output=True, text=True).stdout
    if not version or "GNU parallel" not in version:
        return "GNU parallel is missing"
    environment = dict(os.environ, ASSAY=program)
    out = folder / "parallel"
    for _ in range(2):  # the second run finds nothing to do
        subprocess.run([HERE / "parallel_scan", ":", out, *shards], env=environment, check=True, stdout=subprocess.DEVNULL)
        assert read(glob.glob(str(out / "*.jsonl"))) == expected
    # A shard whose record was lost is the only one that is done again.
    kept = {path: os.stat(path).st_mtime_ns for path in sorted(glob.glob(str(out / "*.jsonl")))[1:]}
    os.remove(sorted(glob.glob(str(out / "*.jsonl")))[0])
    subprocess.run([HERE / "parallel_scan", ":", out, *shards], env=environment, check=True, stdout=subprocess.DEVNULL)
    assert read(glob.glob(str(out / "*.jsonl"))) == expected
    assert all(os.stat(path).st_mtime_ns == time for path, time in kept.items())


def test_slurm(folder, program, shards, expected):
    """A stub in place of sbatch runs the tasks of the array, one of them twice, as after a requeue, and kills one half-way."""
    out = folder / "slurm"
    (folder / "shards.txt").write_text("\n".join(shards) + "\n")
    script = ["sh", str(HERE / "slurm_scan.sbatch"), str(folder / "shards.txt"), str(out)]
    slow = folder / "killed"
    slow.write_text("#!/bin/sh\n%s \"$@\" | head -c 100\nexit 137\n" % program)
    slow.chmod(0o755)
    for task, assay in [(1, program), (2, str(slow)), (2, program), (3, program), (1, program)]:
        environment = dict(os.environ, ASSAY=assay, SLURM_ARRAY_TASK_ID=str(task), SLURM_CPUS_PER_TASK="1")
        done = subprocess.run(script, env=environment, stderr=subprocess.DEVNULL)
        assert (done.returncode == 0) == (assay == program)
    assert read(glob.glob(str(out / "*.jsonl"))) == expected


def test_shared_child(folder, program, shards, expected):
    sys.path.insert(0, str(HERE))
    import assay_shards

    pictures = ((p.name, p.read_bytes()) for p in sorted(PICTURES.iterdir()) if p.is_file())
    assert sorted(map(key, assay_shards.scan(pictures, program))) == expected
    broken = folder / "broken"
    broken.write_text("#!/bin/sh\ncat > /dev/null\nexit 137\n")
    broken.chmod(0o755)
    try:
        list(assay_shards.scan(iter([("a", b"")]), str(broken)))
    except RuntimeError:
        return None
    raise AssertionError("a child that fails must be noticed")


def test_duckdb(folder, program, shards, expected):
    if importlib.util.find_spec("duckdb") is None:
        return "the Python package duckdb is missing"
    import duckdb

    records = folder / "records"
    records.mkdir()
    for shard in shards:
        with open(records / (pathlib.Path(shard).stem + ".jsonl"), "w") as file:
            subprocess.run([program, "scan", "-q", "--tar", shard], stdout=file)
    os.chdir(folder)
    connection = duckdb.connect()
    answers = [connection.execute(part).fetchall() for part in (HERE / "questions.sql").read_text().split(";") if part.strip()]
    assert sum(row[3] for row in answers[2]) == len(expected)
    assert sum(row[1] for row in answers[3]) == sum(1 for row in expected if row[1] == "ok")


def main(program):
    program = str(pathlib.Path(program).resolve())
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shards, expected = make_shards(folder, program)
        assert len(expected) > 5
        for test in [test_shared_child, test_parallel, test_slurm, test_duckdb]:
            try:
                reason = test(folder, program, shards, expected)
                print("%s: %s" % (test.__name__, "skipped, " + reason if reason else "passed"), flush=True)
            except Exception as error:  # each engine is tried
                failed = True
                print("%s: FAILED: %r" % (test.__name__, error), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
