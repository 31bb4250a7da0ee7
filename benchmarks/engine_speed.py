"""The engine measured: edits and verdicts a second, and errors located, against a plain program of each component."""

from __future__ import annotations

import argparse
import importlib.util
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from generate import generate

if TYPE_CHECKING:
    from measuring import Results

    from returnees.solve.components import Component

COMPONENTS = 1_000
#: How many figures rules are laid over, usually and when asked for a million.
FIGURES = (100_000, 1_000_000)
#: Larger than any number of a component: what a plain program may move a doubted figure by.
BIG = 1e6


def median(work: Callable[[], Any], repeats: int = 5) -> float:
    """Return the median of the seconds that the work takes, after one run to warm up."""
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def edits(results: Results, arguments: argparse.Namespace) -> None:
    """Lay the shipped rules over many figures and judge every edit."""
    import returnees
    from returnees.consistency.edits import lay
    from returnees.consistency.setting import setting_of
    from returnees.consistency.verdicts import verdicts

    size = FIGURES[arguments.million]
    with tempfile.TemporaryDirectory() as folder:
        setting = setting_of(returnees.open_package(generate(Path(folder), size)))
    assert setting is not None
    figures = setting.quantities
    laid = lay(setting.rules, figures, setting.profile)
    count, counted = laid.system.edits.height, laid.unlaid["edits"].sum()
    judging = median(lambda: verdicts(laid.system))
    both = median(lambda: verdicts(lay(setting.rules, figures, setting.profile).system), 3)
    terms, bounds = laid.system.terms, laid.system.quantities
    summed = (pl.col("coefficient") * pl.col("low")).sum()
    plain = median(lambda: terms.join(bounds, on="quantity").group_by("edit").agg(summed))
    what = f"edits judged a second, in millions: {count:,} edits of {size:,} figures"
    results.add(what, count / judging / 1e6, 1, least=True)
    what = f"edits laid and judged a second, in millions: {count + counted:,}, of which {counted:,} have one side only"
    results.add(what, (count + counted) / both / 1e6, 1, least=True)
    results.add(f"judging ({judging:.2f} s) / a plain join and group-by ({plain:.2f} s)", judging / plain, 6)


def locating(results: Results, _: argparse.Namespace) -> None:
    """Locate the errors of a thousand components of three to twelve figures, each of which has at least one."""
    from returnees.solve.locate import locate

    parts, weights = problems(COMPONENTS)
    found = locate(parts, weights)
    start = time.perf_counter()
    best = [plain_program(part, weights) for part in parts]
    plain = time.perf_counter() - start
    if not np.allclose([item.weight for item in found], best):
        raise SystemExit("benchmarks: the plain programs find other weights")
    ours = median(lambda: locate(parts, weights), 3)
    results.add(f"errors located in {COMPONENTS:,} components in s", ours, 3)
    results.add(f"a plain program of each ({plain:.2f} s) / locating ({ours:.2f} s)", plain / ours, 1, least=True)
    if importlib.util.find_spec("banff"):
        theirs = median(lambda: banff(parts), 3)
        what = f"locating, every explanation ({ours:.2f} s) / banff, one each ({theirs:.3f} s)"
        results.tell(what, f"{ours / theirs:.1f}")
    else:
        results.tell("banff (pip install banff)", "not installed, not measured")


def problems(count: int, seed: int = 1) -> tuple[list[Component], dict[str, float]]:
    """Return broken components, and the weights of their figures.

    The parts add up to no more than the whole, and no part is larger than the one before it; one to three numbers of
    each were mistyped.
    """
    from returnees.solve.components import Bounds, Component, Edit

    random = np.random.default_rng(seed)
    parts: list[Component] = []
    weights: dict[str, float] = {}
    while len(parts) < count:
        size = 3 + len(parts) % 10
        values = np.sort(random.integers(1, 1000, size - 1))[::-1]
        values = np.append(values, values.sum() + random.integers(0, 50))
        wrong = random.choice(size, random.integers(1, min(size, 4)), replace=False)
        values[wrong] = values[wrong] * random.choice([10, 0.1, 3, 0.3], len(wrong))
        if values[:-1].sum() <= values[-1] and (np.diff(values[:-1]) <= 0).all():
            continue
        names = [f"c{len(parts)}-{number}" for number in range(size)]
        weights |= dict(zip(names, map(float, random.integers(1, 4, size)), strict=True))
        rows = [Edit("parts", (*((number, 1.0) for number in range(size - 1)), (size - 1, -1.0)), 0.0)]
        rows += [Edit("order", ((number + 1, 1.0), (number, -1.0)), 0.0) for number in range(size - 2)]
        bounds = {
            number: Bounds(name, float(value), float(value), 0.0, math.inf)
            for number, (name, value) in enumerate(zip(names, values, strict=True))
        }
        parts.append(Component(dict(enumerate(rows)), bounds))
    return parts, weights


def plain_program(part: Component, weights: Mapping[str, float]) -> float:
    """Return the least weight, by one mixed-integer program with a switch and a large constant for each figure."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    at = {quantity: solver.addVariable(0, BIG) for quantity in part.quantities}
    cost = []
    for quantity, item in part.quantities.items():
        doubted = solver.addBinary()
        solver.addConstr(at[quantity] - BIG * doubted <= item.high)
        solver.addConstr(at[quantity] + BIG * doubted >= item.low)
        cost.append(weights[str(item.figure)] * doubted)
    for edit in part.edits.values():
        solver.addConstr(sum(value * at[quantity] for quantity, value in edit.terms) <= edit.limit)
    solver.minimize(sum(cost))
    return float(solver.getObjectiveValue())


def banff(parts: list[Component]) -> None:
    """Let Statistics Canada's banff locate the errors; it takes one set of edits for many records."""
    import banff as library
    import pandas as pd

    for size, group in by_size(parts):
        names = [f"X{number}" for number in range(size)]
        values = [[part.quantities[number].low for number in range(size)] for part in group]
        frame = pd.DataFrame(values, columns=names).assign(ident=[f"R{number}" for number in range(len(group))])
        ordered = [f"{after} <= {before};" for before, after in pairwise(names[:-1])]
        rules = f"{' + '.join(names[:-1])} <= {names[-1]}; {' '.join(ordered)}"
        library.errorloc(indata=frame, unit_id="ident", edits=rules, seed=1, capture=None)


def by_size(parts: list[Component]) -> Iterator[tuple[int, list[Component]]]:
    """Yield the components of each size."""
    for size in range(3, 13):
        yield size, [part for part in parts if len(part.quantities) == size]
