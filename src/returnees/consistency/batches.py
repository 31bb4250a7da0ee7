"""Patterns in batches, and which figures fill their slots: what fills a slot is one number, which one join finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from returnees.consistency.patterns import GUARD, Pattern
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import Rule

#: A frame of any engine, of which it is not known whether it is computed yet.
Frame = Any


@dataclass(frozen=True)
class Batch:
    """Patterns whose slots are filled in the same way from the same figures."""

    number: int
    dimension: str | None
    by_measure: bool
    rule: Rule
    patterns: tuple[tuple[int, Pattern], ...]

    def key(self, quantities: Quantities, measure: Any, code: Any) -> Any:
        """Return what fills a slot of the batch, as one number: the measure or the code that it names, or both.

        `measure` and `code` are numbers or columns of numbers, 0 where the slots name none.
        """
        return (self.number * quantities.base + measure) * quantities.widest + code


def batches(patterns: Sequence[Pattern]) -> list[Batch]:
    """Return the patterns grouped so that the same figures can fill the slots of those in a group."""
    groups: dict[object, list[tuple[int, Pattern]]] = {}
    for number, pattern in enumerate(patterns):
        where = tuple(sorted(pattern.rule.where.items()))
        key = (pattern.dimension, pattern.by_measure, where, pattern.rule.measures)
        groups.setdefault(key, []).append((number, pattern))
    return [
        Batch(number, group[0][1].dimension, group[0][1].by_measure, group[0][1].rule, tuple(group))
        for number, group in enumerate(groups.values())
    ]


def slots_of(laid: Sequence[Batch], quantities: Quantities) -> pl.DataFrame:
    """Return the slots of batches that any figure can fill, numbered by ``at``.

    ``fills`` is what fills the slot, and ``offset`` what the measure and the code that it names add to the place of a
    quantity. ``alone`` says whether one figure is enough for an edit of the pattern, ``guard`` whether the slot carries
    a share, ``needed`` whether it does or is on the greater side, and ``shared`` whether the pattern has a share.
    """
    patterns = ((batch, number, pattern) for batch in laid for number, pattern in batch.patterns)
    rows = [row for pattern in patterns for row in _slots(*pattern, quantities)]
    schema: dict[str, Any] = {"pattern": pl.Int64, "slot": pl.Int64, "fills": pl.Int64, "offset": quantities.whole,
              "coefficient": pl.Float64, "kind": pl.Int64, "alone": pl.Boolean, "guard": pl.Boolean,
              "needed": pl.Boolean, "shared": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("at")


def _slots(batch: Batch, number: int, pattern: Pattern, quantities: Quantities) -> Iterator[tuple[object, ...]]:
    """Yield a row for each slot of a pattern that names what is known."""
    shared = any(slot.kind == GUARD for slot in pattern.slots)
    for place, slot in enumerate(pattern.slots):
        measure = 0 if slot.measure is None else quantities.number("measure", slot.measure)
        code = 0 if slot.code is None else quantities.number(str(batch.dimension), slot.code)
        if measure is None or code is None:
            continue
        radix = quantities.radix[batch.dimension] if batch.dimension else 0
        offset = code * radix * quantities.base + measure
        guard = slot.kind == GUARD
        facts = (slot.coefficient, slot.kind, pattern.decides_alone, guard, guard or slot.coefficient < 0, shared)
        yield (number, place, batch.key(quantities, measure, code), offset, *facts)


def fillers(laid: Sequence[Batch], figures: Frame, known: Quantities, *columns: str) -> Frame:
    """Return, for each batch, the figures that can fill its slots: ``fills``, ``place``, ``quantity`` and `columns`.

    `figures` are quantities on any engine, numbered as those of `known`.
    """
    nothing = nw.lit(0).cast(nw.Int64)
    place = known.placed(nw.col("key"), nw.col("measure"))
    parts = []
    for batch in laid:
        measure = nw.col("measure") if batch.by_measure else nothing
        code = nw.col(batch.dimension) if batch.dimension else nothing
        fills = batch.key(known, measure, code).alias("fills")
        parts.append(limited(batch.rule, figures, known).select(fills, place, "quantity", *columns))
    return nw.concat(parts, how="vertical")


def limited(rule: Rule, figures: Frame, known: Quantities) -> Frame:
    """Return the figures that a rule's ``where`` and ``measures`` leave."""
    limits = dict(rule.where) | ({} if rule.measures is None else {"measure": rule.measures})
    for dimension, codes in limits.items():
        numbers = [number for code in codes if (number := known.number(dimension, code)) is not None]
        # No code has the number -1: some engines take no empty list.
        figures = figures.filter(nw.col(dimension).is_in(numbers or [-1]))
    return figures
