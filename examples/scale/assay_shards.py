"""The part that every engine shares: one long-lived `assay scan --tar -`, fed with members and read line by line.

A child owns the models and the confined decoders; starting one per picture would cost more than the picture. Names of members
carry the row that a picture came from, so that records find their way back whatever order rows are fed in.
"""

import io
import json
import subprocess
import tarfile
import threading


def scan(pictures, program="assay", options=("-q", "-j", "1")):
    """Yields a record for each of `pictures`, pairs of a name and bytes, in their order.

    Anything that is no picture yields nothing. Raises when the child ends before it has answered: whoever retries the task scans
    its pictures again, and no record of a half-read task has been yielded as if it were whole.
    """
    child = subprocess.Popen(
        [program, "scan", "--tar", "-", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def feed():
        try:
            with tarfile.open(fileobj=child.stdin, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                for name, data in pictures:
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))
            child.stdin.close()
        except BrokenPipeError:
            pass  # the child is gone, which its status tells

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    for line in child.stdout:
        yield json.loads(line)
    feeder.join()
    # 0 and 1 are verdicts, 2 says that some pictures could not be scanned, which their records say too.
    if child.wait() not in (0, 1, 2):
        raise RuntimeError("assay ended with status %d" % child.returncode)


def scan_shard(path, program="assay", options=("-q", "-j", "1")):
    """Yields the records of a tar archive on a disk that this machine can read."""
    command = [program, "scan", "--tar", *options, path]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    for line in child.stdout:
        yield json.loads(line)
    if child.wait() not in (0, 1, 2):
        raise RuntimeError("assay ended with status %d on %s" % (child.returncode, path))
