"""The cost model: processors' seconds of an engine, from the bytes, rows, cells and terms of a package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

#: How the names of steps begin, by what their cost grows with. What is left, such as starting, is taken for constant.
STEPS = {
    "bytes": ("reading figures", "reading readings", "reading sources", "reading publishers"),
    "cells": ("checking ",),
    "rows": ("following keys", "fetching the rows"),
    "figures": ("reading figures as quantities",),
    "terms": ("laying the rules", "judging the edits"),
}
#: How a cost is told: the unit, and how many of it.
UNITS = {"bytes": ("GB", 1e9), "cells": ("million cells", 1e6), "rows": ("million rows", 1e6),
         "figures": ("million figures", 1e6), "terms": ("million terms", 1e6)}  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """The processors' seconds that a run took in all, and for what."""

    seconds: float
    on: dict[str, float]

    @property
    def rest(self) -> float:
        """What was spent on starting, on what frictionless finds, and on wording."""
        return self.seconds - sum(self.on.values())


def work_of(package: Path, figures: int, terms: float) -> dict[str, float]:
    """Return how much of everything a generated package has."""
    size = rows = cells = 0
    for file in sorted((package / "data").glob("*.csv")):
        with file.open("rb") as stream:
            columns = stream.readline().count(b",") + 1
            lines = 0
            while chunk := stream.read(2**20):
                lines += chunk.count(b"\n")
        size, rows, cells = size + file.stat().st_size, rows + lines, cells + lines * columns
    return {"bytes": size, "cells": cells, "rows": rows, "figures": figures, "terms": terms}


def spent(steps: Path, seconds: float) -> Spent:
    """Return what a run of `stepped` took, which wrote its steps to a file."""
    begun = [json.loads(line) for line in steps.read_text(encoding="utf-8").splitlines()]
    on = dict.fromkeys(STEPS, 0.0)
    for (name, start), (_, end) in pairwise(begun):
        # The longest beginning counts: figures are read from a file first, and as quantities later.
        fitting = [(len(way), of) for of, ways in STEPS.items() for way in ways if name.startswith(way)]
        if fitting:
            on[max(fitting)[1]] += end - start
    return Spent(seconds, on)


def told(found: Spent, work: dict[str, float]) -> str:
    """Return the costs in words, each for its unit."""
    each = (f"{found.on[of] / work[of] * many:.2f} s a {unit}" for of, (unit, many) in UNITS.items())
    return f"{'; '.join(each)}; {found.rest:.1f} s for the rest"


def expected(found: Spent, work: dict[str, float], other: dict[str, float]) -> float:
    """Return the seconds that other work should take by the costs that were found."""
    return found.rest + sum(found.on[of] * other[of] / work[of] for of in STEPS)
