"""The part that every engine shares: one long-lived `assay scan --tar -`, fed with members and read line by line.

A child owns the model and the confined decoders; starting one per picture would cost more than the picture. Every member gets its
record, in the order in which members are fed, so that a task can go on feeding the same child batch after batch.
"""

import json
import queue
import subprocess
import tarfile
import threading

# What is no picture gets a record too: one line for each member is how answers find their questions.
OPTIONS = ("-q", "-j", "1", "--only", "ok,skipped,error,notimage")


def member(name, data):
    """A member of a tar archive."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info.tobuf(tarfile.PAX_FORMAT) + data + bytes(-len(data) % tarfile.BLOCKSIZE)


class Child:
    """An `assay` that lives as long as it is wanted."""

    def __init__(self, program="assay", options=OPTIONS):
        self.process = subprocess.Popen(
            [program, "scan", "--tar", "-", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def scan(self, pictures):
        """Yields a record for each of `pictures`, pairs of a name and bytes, in their order.

        Raises when the child ends before it has answered: whoever retries the task scans its pictures again, and no record of a
        half-read task passes for a whole one.
        """
        fed = queue.SimpleQueue()

        def feed():
            try:
                for name, data in pictures:
                    self.process.stdin.write(member(name, data))
                    self.process.stdin.flush()
                    fed.put(None)
            except BrokenPipeError:
                fed.put(None)  # a line that won't come tells it
            except BaseException as error:  # of the source
                fed.put(error)
            fed.put(StopIteration)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        while (token := fed.get()) is not StopIteration:
            if token is not None:
                raise token
            line = self.process.stdout.readline()
            if not line.endswith(b"\n"):
                raise RuntimeError("assay ended with status %s before it had answered" % self.process.wait())
            yield json.loads(line)
        feeder.join()

    def close(self):
        """Ends the archive and the child, and raises unless it was done with everything."""
        try:
            self.process.stdin.write(bytes(2 * tarfile.BLOCKSIZE))
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        rest = self.process.stdout.read()
        # 0 and 1 are verdicts, 2 says that some pictures could not be scanned, which their records say too.
        if self.process.wait() not in (0, 1, 2) or rest:
            raise RuntimeError("assay ended with status %d" % self.process.returncode)

    def kill(self):
        """Ends a child that nobody waits for any more."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def scan(pictures, program="assay", options=OPTIONS):
    """Yields a record for each of `pictures` from a child of its own."""
    child = Child(program, options)
    try:
        yield from child.scan(pictures)
    except BaseException:
        child.kill()
        raise
    child.close()


def scan_shard(path, program="assay", options=("-q", "-j", "1")):
    """Yields the records of a tar archive on a disk that this machine can read."""
    command = [program, "scan", "--tar", *options, path]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    for line in child.stdout:
        yield json.loads(line)
    if child.wait() not in (0, 1, 2):
        raise RuntimeError("assay ended with status %d on %s" % (child.returncode, path))
