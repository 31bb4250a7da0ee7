"""Edits that have figures on their smaller side only, or lack their share: they are counted, and never built.

Written in Narwhals expressions, as `layout` is, so that the same code runs on every engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl

from returnees.consistency.patterns import COUNTED
from returnees.consistency.system import TOLERANCE

#: A frame in memory, or one of an engine that is not computed yet.
Frame = Any


def holding(
    others: Frame, facts: pl.DataFrame, fetch: Callable[[Frame], pl.DataFrame],
    keep: Callable[[Frame], Frame] = lambda frame: frame,
) -> pl.DataFrame:  # fmt: skip
    """Return, by ``pattern``, how many of the edits that these figures are in hold all the same (``holds``).

    The greater side may be nothing, so an edit holds only where its smaller side is all there, and nothing.

    Parameters
    ----------
    others
        ``group``, ``pattern``, ``slot``, ``kind`` and ``most`` of figures of smaller sides, as in `layout.split`.
    facts
        What each pattern needs, as in `edits.facts_of`.
    fetch
        Brings a small frame here.
    keep
        Computes a frame that several others are made of.
    """
    nothing = nw.col("most") <= TOLERANCE
    some = keep(others.join(others.filter(nothing).select("group").unique(), on="group", how="semi"))
    small = some.group_by("group").agg(nw.col("pattern").min(), nw.col("most").max()).filter(nothing)
    filled = some.filter(nw.col("kind") != COUNTED).select("group", "slot").unique()
    filled = filled.group_by("group").agg(nw.len().alias("slots"))
    sizes = small.join(filled, on="group", how="left").with_columns(nw.col("slots").fill_null(0))
    found = fetch(sizes.group_by("pattern", "slots").agg(nw.len().alias("holds")))
    whole = found.join(facts, on="pattern").filter(pl.col("slots") == pl.col("below"))
    return whole.group_by("pattern").agg(pl.col("holds").sum().cast(pl.Int64))
