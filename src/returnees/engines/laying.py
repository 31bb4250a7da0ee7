"""Rules laid over figures in an engine: the terms of every edit, by the expressions that all engines run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.consistency.batches import batches, fillers, limited, slots_of
from returnees.consistency.edits import facts_of
from returnees.consistency.layout import members, over_dates, series_pairs, series_terms, span, split
from returnees.consistency.patterns import Pattern
from returnees.consistency.rules import Rule
from returnees.consistency.unlaid import holding
from returnees.engines.quantities import Laid
from returnees.engines.seam import Engine, Lazy

#: What is known of each term: the edit, the figure, and the bounds of what it counts.
_TERM = {
    "edit": pl.Int64, "pattern": pl.Int64, "kind": pl.Int64, "coefficient": pl.Float64, "quantity": pl.Int64,
    "reversed": pl.Boolean, "least": pl.Float64, "most": pl.Float64,
}  # fmt: skip
#: What is known of the edits of each pattern that are only counted.
_UNLAID = {"pattern": pl.Int64, "edits": pl.Int64, "holds": pl.Int64}
_OF_FIGURES = ("quantity", "first", "last", "cumulative", "least", "most", "twin")
#: More than there are contexts, which an engine numbers.
_CONTEXTS = 2**61


@dataclass(frozen=True)
class Terms:
    """The terms of every edit; by pattern, how many edits were only counted (``edits``), and how many of them hold."""

    frame: Lazy
    unlaid: pl.DataFrame


def terms_of_all(engine: Engine, patterns: Sequence[Pattern], known: Laid) -> Terms:
    """Lay every pattern over the figures; those of rules of time come last, and have no slots."""
    total = len(patterns)
    laid = sum(1 for pattern in patterns if pattern.slots)
    facts = facts_of(patterns)
    sheets = [engine.frame(pl.DataFrame(schema=_TERM))]
    sheets += [_series(engine, patterns[number].rule, known, number, total) for number in range(laid, total)]
    counted = pl.DataFrame(schema=_UNLAID)
    chosen = batches(patterns[:laid])
    slots = slots_of(chosen, known.codes)
    if slots.height:
        table = engine.frame(slots.cast({"at": pl.Int64, "offset": pl.Int64}))
        found = engine.keep(members(fillers(chosen, known.frame, known.codes), table, total))
        whole, others = split(found)
        of_slot = table.select("at", "pattern", "slot", "kind", "coefficient", "alone")
        of_figure = known.frame.select(*_OF_FIGURES)
        whole = engine.keep(whole.join(of_slot, on="at", how="inner").join(of_figure, on="quantity", how="inner"))
        sheets += _dated(engine, whole)
        most = known.frame.select("quantity", "most")
        others = others.join(of_slot.drop("coefficient", "alone"), on="at", how="inner")
        counted = _counted(engine, engine.keep(others.join(most, on="quantity", how="inner")), facts)
    frame = nw.concat([sheet.select(*_TERM) for sheet in sheets], how="vertical")
    return Terms(engine.keep(frame), counted)


def _dated(engine: Engine, whole: Lazy) -> Iterator[Lazy]:
    """Yield the terms of groups of one date, each an edit, and of groups of several, put together date by date."""
    spans = whole.select("group", span().alias("earliest"), span().alias("latest"))
    spans = spans.group_by("group").agg(nw.col("earliest").min(), nw.col("latest").max())
    several = engine.keep(spans.filter(nw.col("earliest") != nw.col("latest")).select("group"))
    same = whole.join(several, on="group", how="anti")
    yield same.with_columns(nw.col("group").alias("edit"), nw.lit(False).alias("reversed"))
    if not size(engine, several):
        return
    rest = engine.keep(whole.join(several, on="group", how="semi"))
    days = engine.numbered(rest.select("group", "first", "last").unique(), "context")
    chosen = over_dates(rest, days, _CONTEXTS, engine.keep)
    # Numbers of groups are not negative, so these cannot be taken for one.
    yield chosen.with_columns((nw.lit(-1).cast(nw.Int64) - nw.col("context")).alias("edit"))


def _series(engine: Engine, rule: Rule, known: Laid, pattern: int, total: int) -> Lazy:
    """Return the terms of a rule of time."""
    line = known.codes.line(nw.col("publisher"), nw.col("key"), nw.col("measure"))
    figures = limited(rule, known.frame, known.codes).with_columns(line)
    pairs = engine.numbered(series_pairs(figures, known.rows), "number")
    bounds = known.frame.select("quantity", "least", "most")
    terms: Lazy = series_terms(pairs, pattern, total).rename({"key": "edit"})
    return terms.join(bounds, on="quantity", how="inner")


def _counted(engine: Engine, others: Lazy, facts: pl.DataFrame) -> pl.DataFrame:
    """Return, by pattern, how many edits have only their smaller side, and how many of them hold."""
    edits = others.select("group", "pattern").unique().group_by("pattern").agg(nw.len().alias("edits"))
    holds = holding(others, facts, engine.fetch, engine.keep)
    return engine.fetch(edits).join(holds, on="pattern", how="left").select(
        pl.col("pattern", "edits").cast(pl.Int64), pl.col("holds").fill_null(0)
    )  # fmt: skip


def size(engine: Engine, frame: Lazy) -> int:
    """Return how many rows a frame has."""
    return int(engine.fetch(frame.select(nw.len().alias("rows"))).item())
