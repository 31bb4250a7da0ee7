"""Spark measured: against Polars on one machine, and on a cluster of one and of two workers."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cluster import cluster
from generate import generate
from measuring import RETURNEES, Results, run
from on_engines import unavailable

SIZE, MILLION = 100_000, 1_000_000
#: A cluster starts its executors for each command; the wall's seconds count, for the work is done elsewhere.
WORKERS = (1, 2)


def spark(results: Results, arguments: argparse.Namespace) -> None:
    """Validate a package by Polars, by Spark on two cores of this process, and on clusters."""
    if lack := unavailable("spark"):
        results.tell("Spark", f"{lack}, not measured")
        return
    for size in (SIZE, *([MILLION] if arguments.million else ())):
        with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
            command = [*RETURNEES, "validate", str(generate(Path(folder) / "package", size))]
            on_spark = [*command, "--engine", "spark", "--spark-master"]
            plain, local = run(command), run([*on_spark, "local[2]"])
            what = f"Spark, local[2] ({local.seconds:.1f} s) / Polars, in memory ({plain.seconds:.1f} s)"
            results.tell(f"{what}, {size:,} figures", f"{local.seconds / plain.seconds:.1f}")
            what = f"the same in processors' s ({local.processor:.1f} s / {plain.processor:.1f} s)"
            results.tell(f"{what}, {size:,} figures", f"{local.processor / plain.processor:.1f}")
            seconds = []
            for workers in WORKERS:
                with cluster(workers) as address:
                    run([*on_spark, address])  # The first command finds every cache cold.
                    seconds.append(run([*on_spark, address]).seconds)
            one, two = seconds
            what = f"Spark, a cluster of two workers ({two:.1f} s) / of one ({one:.1f} s), {size:,} figures"
            results.tell(what, f"{two / one:.2f}")
