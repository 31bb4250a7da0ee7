"""The engines measured on packages of growing size: processors' seconds, memory, growth, and Polars beside DuckDB.

Processors' seconds are those of the program and of all that it starts, so that a busy machine counts for neither side.
"""

from __future__ import annotations

import argparse
import math
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generate import generate

if TYPE_CHECKING:
    from run import Results, Run

#: Up to this many figures are held in memory: beyond that Polars needs more of it than is promised.
MOST_IN_MEMORY = 1_000_000
#: How much longer than in memory a package may take that is kept on the disk.
MOST_TIMES = 5


def engines(
    results: Results, arguments: argparse.Namespace, run: Callable[[Sequence[str]], Run], program: Sequence[str]
) -> None:
    """Validate packages of several sizes on each engine."""
    sizes = [10_000, 100_000]
    sizes += [1_000_000] if arguments.million or arguments.ten_million else []
    sizes += [10_000_000] if arguments.ten_million else []
    spent: dict[int, float] = {}
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="returnees-benchmark-"))
        try:
            package = str(generate(folder / "package", size))
            measured = {name: run([*program, "validate", package, "--engine", name])
                        for name in ("polars", "duckdb") if name == "duckdb" or size <= MOST_IN_MEMORY}  # fmt: skip
        finally:
            shutil.rmtree(folder)
        for name, item in measured.items():
            speed = f"{size / item.processor:,.0f} a second and core, {item.megabytes:,.0f} MB"
            print(f"| {size:,} figures on {name}, processors' s: {item.processor:.1f} | {speed} | | |", flush=True)
        spent[size] = measured["duckdb"].processor
        if "polars" in measured and size >= 100_000:
            both = f"DuckDB ({measured['duckdb'].processor:.1f} s) / Polars ({measured['polars'].processor:.1f} s)"
            times = measured["duckdb"].processor / measured["polars"].processor
            results.add(f"{both}, {size:,} figures", times, MOST_TIMES)
        results.add(f"peak memory of DuckDB in MB, {size:,} figures", measured["duckdb"].megabytes, 16_000, "{:.0f}")
    small, large = sizes[-2:]
    # What starting takes is no growth: the smallest run is taken off.
    rise = (spent[large] - spent[sizes[0]]) / max(1e-9, spent[small] - (spent[sizes[0]] if small != sizes[0] else 0.0))
    exponent = math.log(rise) / math.log(large / small)
    results.add(f"growth exponent of DuckDB from {small:,} to {large:,} figures", exponent, 1.1)
