"""Verdicts: each edit judged by interval arithmetic, in one join and one group-by."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from returnees.consistency.layout import Frame
from returnees.consistency.system import TOLERANCE, System

HOLDS, BROKEN, UNDECIDED, UNVERIFIABLE = "holds", "broken", "undecided", "unverifiable"


def verdicts(system: System) -> pl.DataFrame:
    """Return the edits of `system` with the ``smallest`` and ``largest`` value of their left side, and the ``verdict``.

    holds: the largest is within the limit. broken: the smallest is beyond it. unverifiable: neither, and a quantity the
    edit needs was never published. undecided: neither, and all were published.
    """
    terms = nw.from_native(system.bounded_terms(), eager_only=True)
    native: pl.DataFrame = judged(terms, nw.from_native(system.edits, eager_only=True)).sort("edit").to_native()
    return native


def judged(terms: Frame, edits: Frame) -> Frame:
    """Return `edits` with their verdicts, as `verdicts` does, on whatever engine the frames are of.

    `terms` are those of `System.bounded_terms`.
    """
    coefficient = nw.col("coefficient")
    low = nw.when(coefficient > 0).then(nw.col("low")).otherwise(nw.col("high"))
    high = nw.when(coefficient > 0).then(nw.col("high")).otherwise(nw.col("low"))
    # Nothing times unbounded is nothing: a share of 0 % of an unknown number.
    nothing = coefficient == 0
    smallest = nw.when(nothing).then(nw.lit(0.0)).otherwise(coefficient * low)
    largest = nw.when(nothing).then(nw.lit(0.0)).otherwise(coefficient * high)
    finite = nw.when(largest.is_finite()).then(largest.abs()).otherwise(nw.lit(0.0))
    sums = (
        terms.select(
            "edit", smallest.alias("smallest"), largest.alias("largest"),
            smallest.abs().alias("small_scale"), finite.alias("large_scale"),
            nw.col("unpublished").cast(nw.Int64),
        )
        .group_by("edit")
        .agg(nw.col("smallest", "largest", "small_scale", "large_scale", "unpublished").sum())
    )  # fmt: skip
    limit, size = nw.col("limit"), nw.col("limit").abs()
    below, above = nw.col("missing_below") > 0, nw.col("missing_above") > 0
    holds = ~below & (nw.col("largest") <= limit + (nw.col("large_scale") + size) * TOLERANCE)
    broken = ~above & (nw.col("smallest") > limit + (nw.col("small_scale") + size) * TOLERANCE)
    verdict = (
        nw.when(holds).then(nw.lit(HOLDS))
        .when(broken).then(nw.lit(BROKEN))
        .when(below | above | (nw.col("unpublished") > 0)).then(nw.lit(UNVERIFIABLE))
        .otherwise(nw.lit(UNDECIDED))
    )  # fmt: skip
    return (
        edits.join(sums, on="edit", how="inner")
        .with_columns(nw.col("largest") + nw.col("widened"))
        .with_columns(verdict.alias("verdict"))
        .drop("small_scale", "large_scale", "unpublished")
    )
