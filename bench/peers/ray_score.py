"""Scores a folder on Ray Data on one machine: `python ray_score.py MODEL IN OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import ray
from addsup.inference.model import Model
from addsup.score.columns import Wanted, score_texts

MODEL, SOURCE, TARGET = sys.argv[1:]


class Scorer:
    """An actor that opens the model once."""

    def __init__(self, path: str) -> None:
        self.model = Model(Path(path).read_bytes())

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Score a batch."""
        results = score_texts(self.model, batch.column("text").to_pylist(), {}, Wanted())
        columns = [batch.column("id"), *results.columns]
        return pa.Table.from_arrays(columns, names=["id", *results.schema.names])


ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
processors = int(ray.cluster_resources()["CPU"])
(
    ray.data.read_parquet(SOURCE, columns=["id", "text"])
    .map_batches(
        Scorer,
        batch_size=1_000,
        batch_format="pyarrow",
        fn_constructor_args=(MODEL,),
        compute=ray.data.ActorPoolStrategy(size=processors),
        num_cpus=0.5,  # so that reading has processors, too
    )
    .write_parquet(TARGET)
)
