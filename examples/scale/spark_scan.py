"""Scans pictures on Apache Spark and writes the records as Parquet.

    spark-submit --py-files assay_shards.py spark_scan.py shards '/shared/shards/*.tar' hdfs:///records
    spark-submit --py-files assay_shards.py spark_scan.py files  hdfs:///pictures       hdfs:///records

`shards`: every tar archive is one task; it lies where each worker can read it. `files`: Spark reads the files itself (`binaryFile`), some to
a task, from whatever it can read. Either way each task has one `assay`, and streams through it. A task whose child or executor is
killed is run again by Spark, and what it had written is dropped with it, so that nothing is lost and nothing is there
twice; `spark.task.maxFailures` says how often. ASSAY names the program.
"""

import glob
import json
import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

import assay_shards

SCHEMA = StructType(
    [
        StructField("archive", StringType()),
        StructField("path", StringType(), False),
        StructField("offset", LongType()),
        StructField("status", StringType(), False),
        StructField("code", StringType()),
        StructField("verdict", StringType()),
        StructField("fused", DoubleType()),
        StructField("sha256", StringType()),
        StructField("record", StringType(), False),
    ]
)


def program():
    return os.environ.get("ASSAY", "assay")


def row(record, archive=None):
    return {
        "archive": archive,
        "path": record["path"],
        "offset": record.get("member", {}).get("offset"),
        "status": record["status"],
        "code": record.get("code"),
        "verdict": record["verdict"],
        "fused": record.get("scores", {}).get("fused"),
        "sha256": record.get("sha256"),
        "record": json.dumps(record),
    }


def frames(rows, size=500):
    """Rows as data frames of at most `size`."""
    import pandas

    names = [field.name for field in SCHEMA]
    batch = []
    for one in rows:
        batch.append(one)
        if len(batch) == size:
            yield pandas.DataFrame(batch, columns=names)
            batch = []
    if batch:
        yield pandas.DataFrame(batch, columns=names)


def of_shards(batches):
    paths = (path for batch in batches for path in batch["path"])
    yield from frames(row(record, path) for path in paths for record in assay_shards.scan_shard(path, program()))


def of_files(batches):
    pictures = ((path, bytes(data)) for batch in batches for path, data in zip(batch["path"], batch["content"]))
    found = assay_shards.scan(pictures, program())
    yield from frames(row(record) for record in found if record.get("code") != "not-an-image")


def main(kind, source, target):
    spark = SparkSession.builder.appName("assay").getOrCreate()
    if kind == "shards":
        # The names are all that Spark distributes.
        paths = sorted(glob.glob(source))
        found = spark.createDataFrame([(path,) for path in paths], "path string").repartition(len(paths))
        records = found.mapInPandas(of_shards, SCHEMA)
    else:
        # A batch of pictures is in memory at once, in Spark and in Python: ten thousand rows, as is usual, would be too many.
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 64)
        found = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(source)
        records = found.select("path", "content").mapInPandas(of_files, SCHEMA)
    records.write.mode("overwrite").parquet(target)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
