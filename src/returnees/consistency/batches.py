"""Patterns in batches: those whose slots the same figures can fill in the same way are laid in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from returnees.consistency.patterns import GUARD, Pattern
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import Rule


@dataclass(frozen=True)
class Batch:
    """Patterns whose slots are filled in the same way from the same figures."""

    dimension: str | None
    by_measure: bool
    rule: Rule
    patterns: tuple[tuple[int, Pattern], ...]


def batches(patterns: Sequence[Pattern]) -> list[Batch]:
    """Return the patterns grouped so that those in a group can be laid in one go."""
    groups: dict[object, list[tuple[int, Pattern]]] = {}
    for number, pattern in enumerate(patterns):
        where = tuple(sorted(pattern.rule.where.items()))
        key = (pattern.dimension, pattern.by_measure, where, pattern.rule.measures)
        groups.setdefault(key, []).append((number, pattern))
    return [
        Batch(group[0][1].dimension, group[0][1].by_measure, group[0][1].rule, tuple(group))
        for group in groups.values()
    ]


def slots_of(batch: Batch, quantities: Quantities, start: int = 0) -> pl.DataFrame:
    """Return the slots of a batch that any figure can fill, numbered by ``at`` from `start` on.

    ``alone`` says whether one figure is enough for an edit of the pattern; ``needed`` whether the slot is on the
    greater side or a share; ``shared`` whether the pattern has a share.
    """
    rows: list[tuple[object, ...]] = []
    for number, pattern in batch.patterns:
        shared = any(slot.kind == GUARD for slot in pattern.slots)
        for place, slot in enumerate(pattern.slots):
            measure = quantities.number("measure", slot.measure) if slot.measure is not None else None
            code = quantities.number(pattern.dimension, slot.code) if pattern.dimension and slot.code else None
            if (slot.measure is None) == (measure is None) and (slot.code is None) == (code is None):
                needed = slot.coefficient < 0 or slot.kind == GUARD
                facts = (slot.coefficient, slot.kind, pattern.decides_alone, needed, shared)
                rows.append((start + len(rows), number, place, measure, code, *facts))
    schema = {"at": pl.Int64, "pattern": pl.Int64, "slot": pl.Int64, "slot_measure": pl.Int64, "slot_code": pl.Int64,
              "coefficient": pl.Float64, "kind": pl.Int64, "alone": pl.Boolean, "needed": pl.Boolean,
              "shared": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def limited(rule: Rule, quantities: Quantities) -> pl.DataFrame:
    """Return the figures that a rule's ``where`` and ``measures`` leave."""
    frame = quantities.frame
    for dimension, codes in rule.where.items():
        frame = frame.filter(pl.col(dimension).is_in(_numbers(quantities, dimension, codes)))
    if rule.measures is not None:
        frame = frame.filter(pl.col("measure").is_in(_numbers(quantities, "measure", rule.measures)))
    return frame


def _numbers(quantities: Quantities, dimension: str, codes: Sequence[str]) -> list[int]:
    return [number for code in codes if (number := quantities.number(dimension, code)) is not None]
