"""Scores a folder on Spark in local mode: `python spark_score.py MODEL IN OUT`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from addsup.inference.model import Model
from addsup.score.columns import Wanted, result_schema, score_texts
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

MODEL, SOURCE, TARGET = sys.argv[1:]
CONTENT = Path(MODEL).read_bytes()
SCHEMA = pa.schema([("id", pa.int64()), *result_schema(Model(CONTENT).labels, Wanted())])


def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Score the batches of one partition."""
    model = Model(CONTENT)
    for batch in batches:
        results = score_texts(model, batch.column("text").to_pylist(), {}, Wanted())
        yield pa.RecordBatch.from_arrays([batch.column("id"), *results.columns], SCHEMA.names)


spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
    .getOrCreate()
)
frame = spark.read.parquet(SOURCE).select("id", "text")
frame.mapInArrow(score, from_arrow_schema(SCHEMA)).write.parquet(TARGET)
