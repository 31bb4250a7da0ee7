"""The engines measured on packages of growing size: processors' seconds, memory, disk and growth.

Processors' seconds are those of the program and of all that it starts, so that a busy machine counts for neither side.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cluster import missing
from generate import generate
from measuring import RETURNEES, ROOT, Results, Run, run

#: What starting takes is measured with so few figures; and all engines with so many, unless more are asked for.
FEWEST, USUAL = 100, (100_000,)
#: What more is measured with each option: a million terms and figures, ten million of them, a hundred million terms.
MILLION, TEN_MILLION, HUNDRED_MILLION_TERMS = (250_000, 1_000_000), (2_500_000, 10_000_000), (25_000_000,)
#: Up to this many figures are held in memory: beyond that Polars needs more of it than is promised.
MOST_IN_MEMORY = 1_000_000
#: Up to this many are given to Spark, which is made for many machines.
MOST_ON_SPARK = 2_500_000
#: How much longer than in memory a package may take that is kept on the disk.
MOST_TIMES = 5
#: How memory may grow, in megabytes, up to how many figures, and time, over ten times as many.
MOST_MEMORY, PROMISED, MOST_GROWTH = 16_000, 10_000_000, 1.1

#: The ways to validate a package, by name.
WAYS = {
    "Polars, in memory": (*RETURNEES, "validate"),
    "Polars, streaming": (sys.executable, str(ROOT / "benchmarks" / "streamed.py")),
    "DuckDB": (*RETURNEES, "validate", "--engine", "duckdb"),
    "Spark": (*RETURNEES, "validate", "--engine", "spark"),
}
_MOST = {"Polars, in memory": MOST_IN_MEMORY, "Spark": MOST_ON_SPARK}


def engines(results: Results, arguments: argparse.Namespace) -> None:
    """Validate packages of several sizes on each engine."""
    if lack := unavailable("spark"):
        results.tell("Spark", f"{lack}, not measured")
    terms = terms_of_a_figure(USUAL[0])
    results.tell("terms of a figure", f"{terms:.2f}")
    starting = {name: found.processor for name, found in measured(FEWEST)}
    spent: dict[tuple[str, int], float] = {}
    for size in sizes(arguments):
        of_size = {}
        for name, found in measured(size):
            of_size[name] = found
            spent[name, size] = found.processor - starting[name]
            tell(results, name, size, terms, found)
            if size <= PROMISED:
                what = f"peak memory of {name}, in MB, {size:,} figures"
                results.add(what, found.together, MOST_MEMORY, "{:.0f}")
            if (before := spent.get((name, size // 10))) is not None and name not in ("Polars, in memory", "Spark"):
                what = f"growth exponent of {name} from {size // 10:,} to {size:,} figures"
                results.add(what, math.log(spent[name, size] / before, 10), MOST_GROWTH)
        compare(results, size, of_size)


def sizes(arguments: argparse.Namespace) -> list[int]:
    """Return how many figures are measured, as the options ask."""
    million = arguments.million or arguments.ten_million
    chosen = [*USUAL, *(MILLION if million else ()), *(TEN_MILLION if arguments.ten_million else ())]
    if arguments.hundred_million_terms:
        chosen = sorted({*chosen, HUNDRED_MILLION_TERMS[0] // 10, *HUNDRED_MILLION_TERMS})
    return chosen


def measured(size: int) -> Iterator[tuple[str, Run]]:
    """Yield what each way takes for a generated package of so many figures, as soon as it is known."""
    with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
        yield from ways(generate(Path(folder) / "package", size), size)


def ways(package: Path, size: int) -> Iterator[tuple[str, Run]]:
    """Yield what each way takes for a package of so many figures, as soon as it is known."""
    for name, command in WAYS.items():
        if size <= _MOST.get(name, size) and not (name == "Spark" and unavailable("spark")):
            yield name, run([*command, str(package)])


def unavailable(engine: str) -> str | None:
    """Return why an engine cannot be measured here, None if it can."""
    from returnees.engines.choosing import ENGINES

    if engine not in ENGINES:
        return f"there is no engine {engine}"
    return missing() if engine == "spark" else None


def terms_of_a_figure(size: int) -> float:
    """Return how many terms the edits of a generated package have for each figure; it is the same at any size."""
    import returnees
    from returnees.consistency.edits import lay
    from returnees.consistency.setting import setting_of

    with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
        setting = setting_of(returnees.open_package(generate(Path(folder), size)))
    assert setting is not None
    return lay(setting.rules, setting.quantities, setting.profile).system.terms.height / size


def tell(results: Results, name: str, size: int, terms: float, found: Run) -> None:
    """Print what one way took for one size."""
    rate = f"{size / found.processor:,.0f} figures or {size * terms / found.processor:,.0f} terms a second and core"
    took = f"{found.processor:.1f} s of processors in {found.seconds:.1f} s"
    space = f"{found.together:,.0f} MB of memory, {found.disk:,.0f} MB of disk"
    results.tell(f"{name}, {size:,} figures, {size * terms:,.0f} terms", f"{took}; {rate}; {space}")


def compare(results: Results, size: int, found: dict[str, Run]) -> None:
    """Print how much longer than in memory the other ways take."""
    memory = found.get("Polars, in memory")
    if memory is None:
        return
    for name, other in found.items():
        if other is memory:
            continue
        what = f"{name} ({other.processor:.1f} s) / Polars, in memory ({memory.processor:.1f} s), {size:,} figures"
        times = other.processor / memory.processor
        if name == "Spark":
            results.tell(what, f"{times:.2f}")
        else:
            results.add(what, times, MOST_TIMES)
