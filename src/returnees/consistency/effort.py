"""How much work it is to lay rules over figures, told before it is done: a stranger chooses both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from returnees.consistency.patterns import patterns_of
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import HIERARCHIES, TIME, Rule

#: A kind of pattern: the dimension whose codes its slots name, and whether they name measures.
Shape = tuple[str | None, bool]


def effort(rules: Sequence[Rule], figures: Quantities, profile: Profile, enough: int) -> int:
    """Return how many rows laying `rules` over `figures` makes on the way, at most.

    A row is a figure in a slot of a pattern, once for each date at which it can stand there; in a rule of time, a pair
    of figures of one series. It is told no more exactly than is needed to say on which side of `enough` it is.
    """
    rows = _slots(rules, profile)
    if rows > enough:
        return rows
    pairs = _pairs(figures) if any(rule.along == TIME for rule in rules) else 0
    weights = _weights(rules, figures, profile)
    # As if every figure could stand at every date of its source: quick, and for nearly all packages enough.
    roughly = sum(_filled(figures, shape, slots) for shape, slots in weights.items()) * _dates(figures) + pairs
    if roughly <= enough:
        return roughly
    return sum(_rows(figures, shape, slots) for shape, slots in weights.items()) + pairs


def _slots(rules: Sequence[Rule], profile: Profile) -> int:
    """Return about how many slots the patterns of `rules` have; a rule over hierarchies has those of every set."""
    parts = sum(len(item.parts) + 1 for item in profile.sets)
    everywhere = [rule for rule in rules if rule.along == HIERARCHIES or rule.counted]
    return 2 * parts * len(everywhere) + 2 * sum(len(rule.comparison.left.terms) for rule in rules)


def _weights(
    rules: Sequence[Rule], figures: Quantities, profile: Profile
) -> dict[Shape, Counter[tuple[int | None, int | None]]]:
    """Return how many slots name each measure and code, by the shape of their pattern."""
    found: dict[Shape, Counter[tuple[int | None, int | None]]] = {}
    for pattern in patterns_of(rules, profile):
        slots = found.setdefault((pattern.dimension, pattern.by_measure), Counter())
        for slot in pattern.slots:
            measure = None if slot.measure is None else figures.number("measure", slot.measure)
            known = slot.code is not None and pattern.dimension is not None
            code = figures.number(str(pattern.dimension), str(slot.code)) if known else None
            slots[(measure, code)] += 1
    return found


def _filled(figures: Quantities, shape: Shape, slots: Counter[tuple[int | None, int | None]]) -> int:
    """Return how many slots of patterns of one shape figures fill."""
    dimension, _ = shape
    names = ["measure", *([dimension] if dimension else [])]
    counts = {tuple(key): number for *key, number in figures.frame.group_by(names).len().iter_rows()}
    places = [place for place, used in enumerate(_used(shape)) if used]
    total: Counter[tuple[int | None, ...]] = Counter()
    for key, number in counts.items():
        total[tuple(key[place] for place in places)] += number
    return sum(count * total[tuple(key[place] for place in places)] for key, count in slots.items())


def _used(shape: Shape) -> tuple[bool, bool]:
    """Whether slots of a shape name measures, and whether they name codes."""
    dimension, by_measure = shape
    return by_measure, dimension is not None


def _dates(figures: Quantities) -> int:
    """Return how many different dates the figures of one source have at most."""
    dates = figures.frame.select("source", "first", "last").unique().group_by("source").len()
    return int(dates["len"].max() or 1)  # type: ignore[arg-type]


def _rows(figures: Quantities, shape: Shape, slots: Counter[tuple[int | None, int | None]]) -> int:
    """Return how many rows patterns of one shape make: in each group as many as slots are filled, times its dates."""
    dimension, by_measure = shape
    named = [name for name, used in zip(("measure", "code"), _used(shape), strict=True) if used]
    schema = {"measure": pl.Int64, "code": pl.Int64, "slots": pl.Int64}
    wanted = pl.DataFrame([(*key, count) for key, count in slots.items()], schema=schema, orient="row")
    rest = pl.col("key") - pl.col(dimension) * figures.radix[dimension] if dimension else pl.col("key")
    group = ["rest"] if by_measure else ["rest", "measure"]
    filled = (
        figures.frame.lazy()
        .select(rest.alias("rest"), "measure", pl.col(dimension or "measure").alias("code"), "first", "last")
        .join(wanted.lazy().select(*named, "slots").drop_nulls(named), on=named)
    )
    dates = pl.struct("first", "last").n_unique().cast(pl.Float64)
    total = filled.group_by(group).agg((pl.col("slots").sum() * dates).alias("rows")).select(pl.col("rows").sum())
    return int(total.collect().item() or 0)


def _pairs(figures: Quantities) -> int:
    """Return how many pairs of figures stand in one series, at most."""
    place = (pl.col("key") % figures.radix["source"]).alias("place")
    sizes = figures.frame.group_by("publisher", "measure", place).len()["len"].cast(pl.Float64)
    return int((sizes * sizes).sum())
