"""Spark measured: against Polars on one machine, as packages grow, and on a cluster of one and of two workers."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cluster import cluster
from costs import work_of
from event_log import Work, logged, logging_to
from generate import generate
from measuring import MEGABYTE, RETURNEES, Results, Run, run
from on_engines import unavailable

#: How many figures are checked on clusters, too; and how many have a million terms, and ten million.
SIZE, MILLION_TERMS, TEN_MILLION_TERMS = 100_000, 250_000, 2_500_000


@dataclass(frozen=True)
class Measured:
    """What a run took for so many figures and rows, and what Spark says of it."""

    size: int
    rows: float
    run: Run
    work: Work


def spark(results: Results, arguments: argparse.Namespace) -> None:
    """Validate packages by Polars and by Spark on all cores of this machine, and one of them on clusters."""
    if lack := unavailable("spark"):
        results.tell("Spark", f"{lack}, not measured")
        return
    before = None
    for size in sizes(arguments):
        with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
            package = generate(Path(folder) / "package", size)
            command = [*RETURNEES, "validate", str(package), "--engine", "spark"]
            found = Measured(size, work_of(package, size, 0)["rows"], *with_log(command))
            tell(results, f"Spark, here, {size:,} figures", size, found.run, found.work)
            if before is not None:
                foretold(results, before, found)
            before = found
            if size == SIZE:
                compare(results, found, run([*RETURNEES, "validate", str(package)]))
                clusters(results, [*command, "--spark-master"], size)


def sizes(arguments: argparse.Namespace) -> list[int]:
    """Return how many figures are checked, as the options ask."""
    more = arguments.million or arguments.ten_million
    return [SIZE, *([MILLION_TERMS] if more else ()), *([TEN_MILLION_TERMS] if arguments.ten_million else ())]


def compare(results: Results, found: Measured, plain: Run) -> None:
    """Print how much longer than Polars Spark takes."""
    for how, ours, theirs in (
        ("by the clock", found.run.seconds, plain.seconds), ("processors", found.run.processor, plain.processor),
    ):  # fmt: skip
        what = f"Spark, here / Polars, in memory, {found.size:,} figures, {how} ({ours:.1f} s / {theirs:.1f} s)"
        results.tell(what, f"{ours / theirs:.1f}")


def foretold(results: Results, before: Measured, found: Measured) -> None:
    """Print what was measured by what the run before foretells: tasks grow with the rows, the rest does not."""
    times = found.rows / before.rows
    tasks = before.work.running / (os.cpu_count() or 1)
    for what, measured, expected in (
        ("seconds by the clock", found.run.seconds, before.run.seconds + tasks * (times - 1)),
        ("MB read", found.work.read / MEGABYTE, before.work.read * times / MEGABYTE),
        ("MB shuffled", found.work.shuffled / MEGABYTE, before.work.shuffled * times / MEGABYTE),
    ):
        told = f"Spark, here, {found.size:,} figures: {what}, measured ({measured:,.0f}) / foretold ({expected:,.0f})"
        results.tell(told, f"{measured / expected:.2f}")
    what = f"Spark, here, {found.size:,} figures: rows a second and core that is at work"
    results.tell(what, f"{found.rows / found.work.running:,.0f}")


def clusters(results: Results, command: Sequence[str], size: int) -> None:
    """Run a command, which lacks the address, on clusters and print how much longer two workers take than one."""
    one, two = (on_cluster(results, workers, command, size) for workers in (1, 2))
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
    space = f"{found.together:,.0f} MB of memory, {found.disk:,.0f} MB of disk"
    moved = (f"{number / MEGABYTE:,.0f} MB {how}" for how, number in amounts.items())
    results.tell(what, "; ".join([took, rate, space, *moved]))
