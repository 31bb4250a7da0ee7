"""Spark measured: against Polars on one machine, and on a cluster of one and of two workers."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cluster import cluster
from event_log import Work, logged, logging_to
from generate import generate
from measuring import RETURNEES, Results, Run, run
from on_engines import unavailable

SIZE, MILLION = 100_000, 1_000_000


def spark(results: Results, arguments: argparse.Namespace) -> None:
    """Validate a package by Polars, by Spark on two cores of this machine, and on clusters."""
    if lack := unavailable("spark"):
        results.tell("Spark", f"{lack}, not measured")
        return
    for size in (SIZE, *([MILLION] if arguments.million else ())):
        with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
            command = [*RETURNEES, "validate", str(generate(Path(folder) / "package", size))]
            on_spark = [*command, "--engine", "spark", "--spark-master"]
            plain = run(command)
            local, work = with_log([*on_spark, "local[2]"])
            tell(results, f"Spark, local[2], {size:,} figures", size, local, work)
            what = f"Spark, local[2] / Polars, in memory, {size:,} figures, by the clock"
            results.tell(f"{what} ({local.seconds:.1f} s / {plain.seconds:.1f} s)",
                         f"{local.seconds / plain.seconds:.1f}")  # fmt: skip
            what = f"Spark, local[2] / Polars, in memory, {size:,} figures, processors"
            results.tell(f"{what} ({local.processor:.1f} s / {plain.processor:.1f} s)",
                         f"{local.processor / plain.processor:.1f}")  # fmt: skip
            one, two = (on_cluster(results, workers, on_spark, size) for workers in (1, 2))
            what = f"Spark, a cluster of two workers ({two:.1f} s) / of one ({one:.1f} s), {size:,} figures"
            results.tell(what, f"{two / one:.2f}")


def on_cluster(results: Results, workers: int, command: Sequence[str], size: int) -> float:
    """Run a command on a cluster of so many workers and return the seconds by the clock.

    The work is done by processes that the command does not start, so its own processors' seconds say little.
    """
    with cluster(workers) as address:
        run([*command, address])  # The first command finds every cache cold.
        found, work = with_log([*command, address])
    tell(results, f"Spark, a cluster of {workers}, {size:,} figures", size, found, work)
    return found.seconds


def with_log(command: Sequence[str]) -> tuple[Run, Work]:
    """Run a command and return what it took, and what Spark says of it."""
    with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
        found = run(command, environment=logging_to(Path(folder)))
        return found, logged(Path(folder))


def tell(results: Results, what: str, size: int, found: Run, work: Work) -> None:
    """Print what a run on Spark took."""
    took = f"{found.seconds:.1f} s; {work.tasks:,} tasks in {work.running:.1f} s, {work.processor:.1f} s of processors"
    rate = f"{size / max(work.processor, 1e-9):,.0f} figures a second and core"
    amounts = {"read": work.read, "shuffled": work.shuffled, "spilled": work.spilled}
    results.tell(what, "; ".join([took, rate, *(f"{number / 1e6:,.0f} MB {how}" for how, number in amounts.items())]))
