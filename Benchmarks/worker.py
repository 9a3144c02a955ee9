"""A process that holds one framework, since two of them do not always bear each other, and times its calls when asked to."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


class Worker:
    def __init__(self, script: str, folder: Path):
        self.log = folder / f"{script}.log"  # frameworks talk a lot
        command = [sys.executable, str(Path(__file__).parent / script), str(folder)]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"}
        with self.log.open("w") as log:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, env=environment)

    def seconds(self, call: str, *arguments) -> float:
        try:
            print(json.dumps([call, *arguments]), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass
        reply = self.process.stdout.readline()
        if not reply:
            raise SystemExit(f"peers: {call} failed\n{self.log.read_text()}")
        return float(reply)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def serve(calls: dict[str, Callable]) -> None:
    """Runs in the worker: each line names a call with its arguments, each answer is the time it took."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing else may come between the answers
    for line in sys.stdin:
        call, *arguments = json.loads(line)
        start = time.perf_counter()
        calls[call](*arguments)
        print(time.perf_counter() - start, file=answers, flush=True)
