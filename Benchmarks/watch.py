#!/usr/bin/env python3
"""Measures a watch: from close to record for single pictures, a burst of pictures in new directories, and a minute near the scan rate.

usage: Benchmarks/watch.py [--binary .build/release/assay] [--work DIR] [--only single burst rate]

Every picture is the same small JPEG with a number behind its end, so that no two are the same file. DIR is made anew and should lie on
a memory file system, so that the disk is not what is measured.
"""
import argparse
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PICTURE = open(os.path.join(ROOT, "examples/pictures/baseline.jpg"), "rb").read()
number = 0


def put(path):
    """Writes a picture like no other; returns when it was closed."""
    global number
    number += 1
    with open(path, "wb") as file:
        file.write(PICTURE + b"%d" % number)
    return time.monotonic()


class Watch:
    """A running watch, and when each path was recorded."""

    def __init__(self, binary, work, *options):
        self.upload = os.path.join(work, "upload")
        os.makedirs(self.upload)
        self.output = os.path.join(work, "records.jsonl")
        self.errors = open(os.path.join(work, "errors"), "w+b")
        self.process = subprocess.Popen(
            [binary, "watch", self.upload, "-o", self.output, "--state", os.path.join(work, "state"), *options],
            stderr=self.errors)
        self.recorded = {}
        self.records = 0
        self.goes_on = True
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        put(os.path.join(self.upload, "first.jpg"))
        self.wait_for(1)

    def read(self):
        while not os.path.exists(self.output):
            time.sleep(0.001)
        with open(self.output, "rb") as file:
            rest = b""
            while self.goes_on:
                data = file.read()
                if not data:
                    time.sleep(0.001)
                    continue
                now = time.monotonic()
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    path = line.split(b'"path":"', 1)[1].split(b'"', 1)[0].decode()
                    self.records += 1
                    self.recorded[path] = now

    def wait_for(self, count):
        while self.records < count:
            time.sleep(0.002)

    def waiting(self):
        """Files that settle, are ready or in work, as the watch says itself."""
        end = self.errors.seek(0, os.SEEK_END)
        self.process.send_signal(signal.SIGUSR1)
        while True:
            self.errors.seek(end)
            text = self.errors.read().decode()
            if text.endswith("\n"):
                words = text.split("\n")[-2].split()
                return sum(int(words[words.index(word) - 1]) for word in ("settling,", "ready,", "in"))
            time.sleep(0.005)

    def state(self):
        values = {}
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                name, value = line.split(":", 1)
                values[name] = value.split()
        return int(values["VmRSS"][0]) / 1024, int(values["Threads"][0]), len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait()
        self.goes_on = False
        self.reader.join()
        assert status == 0, status


def spread(name, seconds):
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    print(f"{name}: median {1000 * statistics.median(ordered):.0f} ms, 99th percentile {1000 * p99:.0f} ms, "
          f"longest {1000 * ordered[-1]:.0f} ms, of {len(ordered)}", flush=True)


def single(binary, work, count=200):
    watch = Watch(binary, work)
    seconds = []
    for index in range(count):
        path = os.path.join(watch.upload, f"{index}.jpg")
        closed = put(path)
        watch.wait_for(index + 2)
        seconds.append(watch.recorded[path] - closed)
        time.sleep(0.05)
    watch.end()
    spread("one picture, from close to record", seconds)


def burst(binary, work, directories=200, files=100):
    watch = Watch(binary, work)
    start = time.monotonic()
    paths = []
    for directory in range(directories):
        folder = os.path.join(watch.upload, f"d{directory}")
        os.mkdir(folder)
        for index in range(files):
            paths.append(os.path.join(folder, f"{index}.jpg"))
            put(paths[-1])
    written = time.monotonic()
    watch.wait_for(len(paths) + 1)
    done = time.monotonic()
    time.sleep(2)
    memory, threads, descriptors = watch.state()
    watch.end()
    assert watch.records == len(paths) + 1, watch.records
    assert set(paths) <= set(watch.recorded)
    print(f"{len(paths)} pictures in {directories} new directories: written in {written - start:.1f} s, all recorded once after "
          f"{done - start:.1f} s ({len(paths) / (done - start):.0f}/s); {memory:.0f} MiB, {threads} threads, "
          f"{descriptors} descriptors", flush=True)


def rate(binary, work, seconds=60, share=0.8):
    sample = os.path.join(work, "sample")
    os.makedirs(sample)
    for index in range(1500):
        put(os.path.join(sample, f"{index}.jpg"))
    start = time.monotonic()
    subprocess.run([binary, "scan", "-q", "--exit-zero", "-o", "/dev/null", sample], check=True)
    scan = 1500 / (time.monotonic() - start)
    watch = Watch(binary, work)
    begin = time.monotonic()
    closed = {}
    queue = []
    index = 0
    while (now := time.monotonic()) < begin + seconds:
        due = int((now - begin) * scan * share)
        while index < due:
            path = os.path.join(watch.upload, f"{index}.jpg")
            closed[path] = put(path)
            index += 1
        if len(queue) <= (now - begin) / 5:
            queue.append(watch.waiting())
        time.sleep(0.002)
    queue.append(watch.waiting())
    watch.wait_for(index + 1)
    watch.end()
    print(f"scan: {scan:.0f}/s; {index / seconds:.0f}/s for {seconds} s; waiting or in work every 5 s: {queue}")
    spread("at that rate, from close to record", [watch.recorded[path] - at for path, at in closed.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build/release/assay"))
    parser.add_argument("--work", default="/dev/shm")
    parser.add_argument("--only", nargs="*", default=["single", "burst", "rate"])
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    for name in arguments.only:
        work = tempfile.mkdtemp(dir=arguments.work)
        try:
            {"single": single, "burst": burst, "rate": rate}[name](arguments.binary, work)
        finally:
            shutil.rmtree(work)


main()
