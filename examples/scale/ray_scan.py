"""Scans pictures on Ray Data and writes the records as Parquet.

    python3 ray_scan.py s3://pictures s3://records

Every actor owns one `assay`, through which it streams batch after batch; Ray starts an actor anew with its batch where it died. The bytes
of the files are read as they are (`read_binary_files`): `read_images` would decode them, and what is scanned is the file.
ASSAY names the program.
"""

import json
import os
import sys

import assay_shards


class Scan:
    """An actor and its child."""

    def __init__(self, program):
        self.child = assay_shards.Child(program)

    def __call__(self, batch):
        records = list(self.child.scan((path, bytes(data)) for path, data in zip(batch["path"], batch["bytes"])))
        return {
            "path": [record["path"] for record in records],
            "status": [record["status"] for record in records],
            "verdict": [record["verdict"] for record in records],
            "sha256": [record.get("sha256") for record in records],
            "record": [json.dumps(record) for record in records],
        }


def main(source, target, actors=None):
    import ray

    pictures = ray.data.read_binary_files(source, include_paths=True)
    count = actors or max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)
    records = pictures.map_batches(
        Scan,
        fn_constructor_args=(os.environ.get("ASSAY", "assay"),),
        batch_size=64,
        concurrency=count,
        max_restarts=3,
        max_task_retries=3,
    )
    records.write_parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
