"""The engines measured on packages of growing size: processors' seconds, memory, disk, growth, and the cost model.

Processors' seconds are those of the program and of all that it starts, so that a busy machine counts for neither side.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cluster import missing
from costs import Spent, expected, spent, told, work_of
from generate import generate
from measuring import RETURNEES, ROOT, Results, Run, run

#: What starting takes is measured with so few figures; and all engines with so many, unless more are asked for.
FEWEST, USUAL = 100, (100_000,)
#: What more is measured with each option: a million terms and figures, ten million of them, a hundred million terms.
MILLION, TEN_MILLION, HUNDRED_MILLION_TERMS = (250_000, 1_000_000), (2_500_000, 10_000_000), (25_000_000,)
#: Up to this many figures are held in memory: beyond that Polars needs more of it than is promised.
MOST_IN_MEMORY = 1_000_000
#: Up to this many are given to Spark here; `on_spark` goes further.
MOST_ON_SPARK = 100_000
#: How much longer than in memory a package may take that is kept on the disk.
MOST_TIMES = 5
#: How much memory is promised, in MB, for how many figures; and how time may grow over ten times as many.
MOST_MEMORY, PROMISED, MOST_GROWTH = 16_000, (1_000_000, 10_000_000), 1.1

IN_MEMORY, STREAMING, DUCKDB, SPARK = "Polars, in memory", "Polars, streaming", "DuckDB", "Spark"
#: The ways to validate a package, by name.
WAYS = {
    IN_MEMORY: (*RETURNEES, "validate"),
    STREAMING: (sys.executable, str(ROOT / "benchmarks" / "stepped.py")),
    DUCKDB: (sys.executable, str(ROOT / "benchmarks" / "stepped.py")),
    SPARK: (*RETURNEES, "validate", "--engine", "spark"),
}
#: The ways whose steps are noted, and what is asked of them beside the package.
STEPPED: dict[str, tuple[str, ...]] = {STREAMING: (), DUCKDB: ("--engine", "duckdb")}
_MOST = {IN_MEMORY: MOST_IN_MEMORY, SPARK: MOST_ON_SPARK}


@dataclass(frozen=True)
class Measured:
    """What a way to validate took for a package, and, where its steps are noted, for what."""

    run: Run
    spent: Spent | None = None


def engines(results: Results, arguments: argparse.Namespace) -> None:
    """Validate packages of several sizes on each engine."""
    if lack := unavailable("spark"):
        results.tell("Spark", f"{lack}, not measured")
    terms = terms_of_a_figure(USUAL[0])
    results.tell("terms of a figure", f"{terms:.2f}")
    with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
        starting = {name: found.run.processor for name, found in ways(generate(Path(folder), FEWEST), FEWEST)}
    seconds: dict[tuple[str, int], float] = {}
    known: dict[str, tuple[Spent, dict[str, float]]] = {}
    for size in sizes(arguments):
        of_size = {}
        with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
            package = generate(Path(folder), size)
            work = work_of(package, size, size * terms)
            amounts = f"{work['bytes'] / 1e6:,.0f} MB, {work['rows']:,.0f} rows, {work['cells']:,.0f} cells"
            results.tell(f"{size:,} figures", f"{amounts}, {work['terms']:,.0f} terms")
            for name, found in ways(package, size):
                of_size[name] = found.run
                seconds[name, size] = found.run.processor - starting[name]
                tell(results, name, size, terms, found.run)
                grown(results, name, size, seconds)
                if found.spent is not None:
                    modelled(results, f"{name}, {size:,} figures", found.spent, work, known.get(name))
                    known[name] = found.spent, work
        compare(results, size, of_size)


def sizes(arguments: argparse.Namespace) -> list[int]:
    """Return how many figures are measured, as the options ask."""
    million = arguments.million or arguments.ten_million
    chosen = {*USUAL, *(MILLION if million else ()), *(TEN_MILLION if arguments.ten_million else ())}
    if arguments.hundred_million_terms:
        chosen |= {HUNDRED_MILLION_TERMS[0] // 10, *HUNDRED_MILLION_TERMS}
    return sorted(chosen)


def ways(package: Path, size: int) -> Iterator[tuple[str, Measured]]:
    """Yield what each way takes for a package of so many figures, as soon as it is known."""
    for name, command in WAYS.items():
        if size > _MOST.get(name, size) or (name == SPARK and unavailable("spark")):
            continue
        if name not in STEPPED:
            yield name, Measured(run([*command, str(package)]))
            continue
        with tempfile.TemporaryDirectory(prefix="returnees-benchmark-") as folder:
            steps = Path(folder) / "steps"
            found = run([*command, str(steps), str(package), *STEPPED[name]])
            yield name, Measured(found, spent(steps, found.processor))


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
    """Print what one way took for one size, and whether its memory is as promised."""
    rate = f"{size / found.processor:,.0f} figures or {size * terms / found.processor:,.0f} terms a second and core"
    took = f"{found.processor:.1f} s of processors in {found.seconds:.1f} s"
    space = f"{found.together:,.0f} MB of memory, {found.disk:,.0f} MB of disk"
    results.tell(f"{name}, {size:,} figures", f"{took}; {rate}; {space}")
    least, most = PROMISED
    if least <= size <= most:
        results.add(f"peak memory of {name}, in MB, {size:,} figures", found.together, MOST_MEMORY, "{:.0f}")


def grown(results: Results, name: str, size: int, seconds: dict[tuple[str, int], float]) -> None:
    """Print by which power time grew since a tenth of the figures, if these were measured and are on the disk."""
    before = seconds.get((name, size // 10))
    if before is not None and name in STEPPED:
        what = f"growth exponent of {name} from {size // 10:,} to {size:,} figures"
        results.add(what, math.log(seconds[name, size] / before, 10), MOST_GROWTH)


def modelled(
    results: Results, what: str, found: Spent, work: dict[str, float], before: tuple[Spent, dict[str, float]] | None
) -> None:
    """Print what each part of the work cost, and how far the costs of the size before foretold the whole."""
    results.tell(f"{what}: costs", told(found, work))
    if before is not None:
        foretold = expected(*before, work)
        times = f"{found.seconds / foretold:.2f}"
        results.tell(f"{what}: measured ({found.seconds:.1f} s) / by the costs before ({foretold:.1f} s)", times)


def compare(results: Results, size: int, found: dict[str, Run]) -> None:
    """Print how much longer than in memory the other ways take."""
    memory = found.get(IN_MEMORY)
    if memory is None:
        return
    for name, other in found.items():
        what = f"{name} ({other.processor:.1f} s) / {IN_MEMORY} ({memory.processor:.1f} s), {size:,} figures"
        times = other.processor / memory.processor
        if name in STEPPED:
            results.add(what, times, MOST_TIMES)
        elif name == SPARK:
            results.tell(what, f"{times:.2f}")
