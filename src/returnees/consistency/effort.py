"""How much work it is to lay rules over figures, told before it is done: a stranger chooses both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from returnees.consistency.patterns import patterns_of
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import HIERARCHIES, TIME, Rule


def effort(rules: Sequence[Rule], figures: Quantities, profile: Profile, enough: int) -> int:
    """Return how many rows laying `rules` over `figures` makes on the way, at most.

    A row is a figure in a slot of a pattern, once for each date at which it can stand there; in a rule of time, a pair
    of figures of one series. What is already more than `enough` is not told more exactly.
    """
    slots = _slots(rules, profile)
    if slots > enough:
        return slots
    filled = _filled(rules, figures, profile)
    if filled > enough:
        return filled
    return filled * _dates(figures) + (_pairs(figures) if any(rule.along == TIME for rule in rules) else 0)


def _slots(rules: Sequence[Rule], profile: Profile) -> int:
    """Return about how many slots the patterns of `rules` have; a rule over hierarchies has those of every set."""
    parts = sum(len(item.parts) + 1 for item in profile.sets)
    everywhere = [rule for rule in rules if rule.along == HIERARCHIES or rule.counted]
    return 2 * parts * len(everywhere) + 2 * sum(len(rule.comparison.left.terms) for rule in rules)


def _filled(rules: Sequence[Rule], figures: Quantities, profile: Profile) -> int:
    """Return how many figures fill slots, those that fill several as often."""
    counts: dict[str, dict[int, int]] = {}
    for name in ("measure", *profile.dimensions):
        counts[name] = dict(figures.frame.group_by(name).len().iter_rows())
    wanted: Counter[tuple[str, int]] = Counter()
    for pattern in patterns_of(rules, profile):
        for slot in pattern.slots:
            dimension, code = ("measure", slot.measure) if slot.code is None else (pattern.dimension, slot.code)
            number = figures.number(dimension, code) if dimension is not None and code is not None else None
            if dimension is not None and number is not None:
                wanted[(dimension, number)] += 1
    return sum(times * counts[name].get(number, 0) for (name, number), times in wanted.items())


def _dates(figures: Quantities) -> int:
    """Return how many different dates the figures of one source have at most: an edit is laid at each of them."""
    dates = figures.frame.select("source", "first", "last").unique().group_by("source").len()
    return int(dates["len"].max() or 1)  # type: ignore[arg-type]


def _pairs(figures: Quantities) -> int:
    """Return how many pairs of figures stand in one series, at most."""
    place = (pl.col("key") % figures.radix["source"]).alias("place")
    sizes = figures.frame.group_by("publisher", "measure", place).len()["len"].cast(pl.Float64)
    return int((sizes * sizes).sum())
