"""Runs the examples against a built `assay` and compares their records with those of a plain scan.

    python3 examples/scale/test.py .build/release/assay [TEST...]

What is not installed is skipped, and said: GNU parallel, DuckDB's Python package, Apache Spark (the Python package pyspark with pandas and
pyarrow, and a Java runtime), Ray (the Python package ray with pyarrow).
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


def pictures_of(records):
    """Keys of records without those of files that are no pictures, which a scan of a folder only counts."""
    return sorted(key(record) for record in records if record.get("code") != "not-an-image")


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

    pictures = [(p.name, p.read_bytes()) for p in sorted(PICTURES.iterdir()) if p.is_file()]
    found = list(assay_shards.scan(iter(pictures), program))
    assert [record["path"] for record in found] == [name for name, _ in pictures]
    assert pictures_of(found) == expected
    # One child for many batches, each of which is answered before the next is fed.
    child = assay_shards.Child(program)
    batches = [list(child.scan(pictures[start : start + 3])) for start in range(0, len(pictures), 3)]
    child.close()
    assert [record["sha256"] for batch in batches for record in batch] == [record["sha256"] for record in found]
    broken = folder / "broken"
    broken.write_text("#!/bin/sh\nhead -c 512 > /dev/null\nexit 137\n")
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


def missing(names, java=False):
    """Why a test can't be run, or None."""
    for name in names:
        if importlib.util.find_spec(name) is None:
            return "the Python package %s is missing" % name
    if java and not shutil.which("java"):
        return "a Java runtime is missing"
    return None


# In place of `assay`: on its first start it scans two pictures and kills what MARK is followed by. What the executor of Spark has started is
# a daemon, which has started the worker, which has started this.
KILLER = """#!/bin/sh
parent() { ps -o ppid= -p "$1" | tr -d ' '; }
if mkdir "%(mark)s" 2>/dev/null; then
    %(program)s "$@" | head -n 2
    kill -9 %(victim)s
fi
exec %(program)s "$@"
"""
VICTIMS = {"child": "$$", "executor": '$(parent $(parent $PPID))'}


def run_spark(folder, program, master, kind, source):
    """The records that a run on Spark has left, from its Parquet files."""
    import pyarrow.parquet

    target = str(folder / "spark")
    shutil.rmtree(target, ignore_errors=True)
    environment = dict(
        os.environ, ASSAY=str(program), PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable,
        PYTHONPATH=str(HERE), SPARK_LOCAL_IP="127.0.0.1",
    )  # fmt: skip
    session = (
        "import sys; from pyspark.sql import SparkSession; SparkSession.builder.master(sys.argv.pop(1))"
        ".config('spark.ui.enabled', False).config('spark.executor.memory', '512m').getOrCreate(); "
        "import spark_scan; spark_scan.main(*sys.argv[1:])"
    )
    with open(folder / "spark.log", "w") as log:
        command = [sys.executable, "-c", session, master, kind, source, target]
        done = subprocess.run(command, env=environment, cwd=folder, stdout=log, stderr=log)
    if done.returncode != 0:
        raise AssertionError((folder / "spark.log").read_text()[-2000:])
    rows = pyarrow.parquet.read_table(target).to_pylist()
    records = [json.loads(row["record"]) for row in rows]
    for record in records:
        record["path"] = record["path"].rsplit("/", 1)[-1]
    return pictures_of(records)


def test_spark(folder, program, shards, expected):
    """Whatever is killed, each picture has its record once."""
    reason = missing(["pyspark", "pandas", "pyarrow"], java=True)
    if reason:
        return reason
    killer = folder / "killer"
    mark = folder / "was-killed"
    runs = [
        ("files", str(PICTURES), "child", "local[2, 4]", sorted(expected + inner(program))),
        ("shards", str(folder / "*.tar"), "executor", "local-cluster[2, 1, 1024]", expected),
    ]
    for kind, source, victim, master, wanted in runs:
        killer.write_text(KILLER % {"mark": mark, "program": program, "victim": VICTIMS[victim]})
        killer.chmod(0o755)
        assert run_spark(folder, killer, master, kind, source) == wanted, (kind, victim)
        mark.rmdir()  # it was killed


def inner(program):
    """What is below the folder of pictures, where Spark looks too."""
    lines = subprocess.run(
        [program, "scan", "-q", str(PICTURES / "more")], stdout=subprocess.PIPE
    ).stdout.splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        record["path"] = record["path"].rsplit("/", 1)[-1]
    return list(map(key, records))


def test_ray(folder, program, shards, expected):
    reason = missing(["ray", "pyarrow"])
    if reason:
        return reason
    import pyarrow.parquet

    target = folder / "ray"
    environment = dict(os.environ, ASSAY=program, PYTHONPATH=str(HERE), RAY_DEDUP_LOGS="0")
    with open(folder / "ray.log", "w") as log:
        command = [sys.executable, str(HERE / "ray_scan.py"), str(PICTURES), str(target)]
        done = subprocess.run(command, env=environment, stdout=log, stderr=log)
    if done.returncode != 0:
        raise AssertionError((folder / "ray.log").read_text()[-2000:])
    records = [json.loads(row["record"]) for row in pyarrow.parquet.read_table(target).to_pylist()]
    for record in records:
        record["path"] = record["path"].rsplit("/", 1)[-1]
    assert pictures_of(records) == sorted(expected + inner(program))


TESTS = [test_shared_child, test_parallel, test_slurm, test_duckdb, test_spark, test_ray]


def main(program, *names):
    program = str(pathlib.Path(program).resolve())
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shards, expected = make_shards(folder, program)
        assert len(expected) > 5
        for test in [test for test in TESTS if test.__name__ in names or not names]:
            try:
                reason = test(folder, program, shards, expected)
                print("%s: %s" % (test.__name__, "skipped, " + reason if reason else "passed"), flush=True)
            except Exception as error:  # each engine is tried
                failed = True
                print("%s: FAILED: %r" % (test.__name__, error), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
