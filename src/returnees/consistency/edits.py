"""Edits: every rule laid over every figure it speaks of, as one system and a count of what stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.consistency.batches import Batch, batches, limited, slots_of
from returnees.consistency.layout import dated, members, series, sharing
from returnees.consistency.patterns import COUNTED, GUARD, SCALED, Pattern, patterns_of
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import TIME, Rule
from returnees.consistency.system import TOLERANCE, System

#: What is known of each term before edits are numbered.
_MEMBER = {
    "pattern": pl.Int64, "key": pl.Int64, "kind": pl.Int64, "coefficient": pl.Float64, "quantity": pl.Int64,
    "reversed": pl.Boolean, "least": pl.Float64, "most": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Edits:
    """The system of all edits that limit something, and the others, which are only counted.

    Those others have a single figure, or a product whose share was never published. ``lone`` has a row a rule with how
    many such edits there are (``edits``) and how many of them hold whatever the unpublished quantities are (``holds``);
    all others cannot be verified.
    """

    system: System
    lone: pl.DataFrame


def lay(rules: Sequence[Rule], quantities: Quantities, profile: Profile) -> Edits:
    """Lay `rules` over the figures and return the edits.

    An edit is laid where at least one quantity on its smaller side was published. An edit of one published quantity
    between quantities only decides nothing that the figure's own interval does not, and is counted rather than built.
    """
    patterns = patterns_of(rules, profile)
    laid = len(patterns)
    patterns += [Pattern(rule, None, (), 0.0) for rule in rules if rule.along == TIME]
    parts = [_members(batch, quantities, len(patterns)) for batch in batches(patterns[:laid])]
    sheets = [
        _series(patterns[number].rule, quantities, number, len(patterns)) for number in range(laid, len(patterns))
    ]
    alone = pl.DataFrame(schema={"rule": pl.String, "edits": pl.Int64, "holds": pl.Int64})
    if parts:
        found = nw.concat([members for members, _ in parts], how="vertical")
        alone = _lone(found.to_native(), pl.concat([single for _, single in parts]), patterns)
        sheets.append(dated(found).select(*_MEMBER).to_native())
    terms = pl.concat([pl.DataFrame(schema=_MEMBER), *sheets], how="vertical_relaxed")
    system, limitless = _system(terms, patterns, quantities)
    lone = pl.concat([alone, limitless]).group_by("rule").agg(pl.col("edits").sum(), pl.col("holds").sum()).sort("rule")
    return Edits(system, lone)


def _members(batch: Batch, quantities: Quantities, total: int) -> tuple[nw.DataFrame[pl.DataFrame], pl.DataFrame]:
    """Return the figures that fill the slots of a batch, and those that no other can join in an edit, only counted.

    The counts have ``pattern``, ``edits`` and ``holds``.
    """
    slots = slots_of(batch, quantities)
    radix = quantities.radix[batch.dimension] if batch.dimension else 0
    shape = (batch.dimension, batch.by_measure)
    figures = nw.from_native(limited(batch.rule, quantities), eager_only=True)
    figures = sharing(figures, *shape, radix, quantities.base)
    table = nw.from_native(slots, eager_only=True)
    found = [members(figures.filter(nw.col("shared")), table, *shape, total)]
    single = figures.filter(~nw.col("shared"))
    if slots["alone"].any():
        found.append(members(single, table.filter(nw.col("alone")), *shape, total))
    return nw.concat(found, how="vertical"), _single(single.to_native(), slots.filter(~pl.col("alone")), batch)


def _single(figures: pl.DataFrame, slots: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Return, by pattern, how many edits have only one of these figures, and how many of them hold all the same."""
    limited = slots.filter((pl.col("coefficient") > 0) & (pl.col("kind") != GUARD))
    left = (["measure"] if batch.by_measure else []) + ([batch.dimension] if batch.dimension else [])
    right = (["slot_measure"] if batch.by_measure else []) + (["slot_code"] if batch.dimension else [])
    counts = figures.group_by(left).len().join(limited, left_on=left, right_on=right)
    # Few figures are so small that their edit holds whatever the others are; only these are looked at one by one.
    small = limited.select((pl.col("limit") / pl.col("coefficient")).max()).item() if limited.height else None
    some = figures.filter(pl.col("most") <= (small or 0.0) + TOLERANCE).join(limited, left_on=left, right_on=right)
    return pl.concat([
        counts.select("pattern", pl.col("len").cast(pl.Int64).alias("edits"), pl.lit(0).cast(pl.Int64).alias("holds")),
        some.select("pattern", pl.lit(0).cast(pl.Int64).alias("edits"), _holds().cast(pl.Int64).alias("holds")),
    ])  # fmt: skip


def _holds() -> pl.Expr:
    """Whether an edit of a single published figure holds.

    What was not published on the smaller side has no upper end, so it does only where the figure is all of that side.
    """
    most = pl.when(pl.col("kind") == COUNTED).then((pl.col("most") > 0).cast(pl.Float64)).otherwise(pl.col("most"))
    return pl.col("whole") & (pl.col("coefficient") * most <= pl.col("limit") + TOLERANCE)


def _series(rule: Rule, quantities: Quantities, pattern: int, total: int) -> pl.DataFrame:
    """Return the terms of a rule of time."""
    figures = limited(rule, quantities)
    figures = figures.with_columns((pl.col("key") % quantities.radix["source"]).alias("place"))
    lines = nw.from_native(figures, eager_only=True)
    terms: pl.DataFrame = series(lines, quantities.frame.height, pattern, total).select(*_MEMBER).to_native()
    return terms


def _lone(found: pl.DataFrame, single: pl.DataFrame, patterns: Sequence[Pattern]) -> pl.DataFrame:
    """Return, by rule, how many edits have a single published figure, and how many of these hold all the same."""
    facts = _facts(patterns).drop("alone")
    alone = found.filter(
        ~pl.col("alone") & pl.col("group").is_unique() & (pl.col("coefficient") > 0) & (pl.col("kind") != GUARD)
    )
    whole = pl.col("below") == (pl.col("kind") != COUNTED).cast(pl.Int64)
    alone = (
        alone.join(facts, on="pattern")
        .with_columns(whole.alias("whole"))
        .select("pattern", pl.lit(1).cast(pl.Int64).alias("edits"), _holds().cast(pl.Int64).alias("holds"))
    )
    return (
        pl.concat([alone, single]).join(facts, on="pattern")
        .group_by("rule").agg(pl.col("edits").sum(), pl.col("holds").sum()).sort("rule")
    )  # fmt: skip


def _system(terms: pl.DataFrame, patterns: Sequence[Pattern], quantities: Quantities) -> tuple[System, pl.DataFrame]:
    """Return the terms as a system: edits numbered, shares turned into coefficients, bounds beside.

    The second frame has a row a rule with the number of edits that limit nothing for want of a share (``edits``), and
    how many of these hold (``holds``): none.
    """
    edits = terms.group_by("key").agg(pl.col("pattern").first()).sort("pattern", "key")
    edits = edits.with_row_index("edit").with_columns(pl.col("edit").cast(pl.Int64))
    edits = edits.join(_facts(patterns), on="pattern")
    terms = terms.drop("pattern").join(edits.select("edit", "key"), on="key")
    found = terms.filter(pl.col("kind") != GUARD).group_by("edit").agg(
        ((pl.col("coefficient") > 0) & (pl.col("kind") != COUNTED)).sum().cast(pl.Int64).alias("found_below"),
        (pl.col("coefficient") < 0).sum().cast(pl.Int64).alias("found_above"),
        pl.col("reversed").any().alias("dates_reversed"),
    )  # fmt: skip
    published = quantities.frame.select("quantity", "figure").drop_nulls()
    shares = terms.filter(pl.col("kind") == GUARD).join(published, on="quantity")
    kept = edits.with_columns(widened=pl.lit(0.0))
    if terms["kind"].is_in([GUARD, SCALED]).any():
        terms, kept = _scaled(terms, edits, shares)
    guards = shares.join(kept, on="edit", how="semi")
    counted = terms.filter(pl.col("kind") == COUNTED)["quantity"].unique()
    total = quantities.frame.height
    # A count adds up figures that are positive, as 0 or 1: a second quantity of the same figure.
    number = pl.when(pl.col("kind") == COUNTED).then(pl.col("quantity") + total).otherwise(pl.col("quantity"))
    terms = terms.with_columns(number.alias("quantity"))
    limitless = edits.join(kept, on="edit", how="anti").group_by("rule").agg(
        pl.len().cast(pl.Int64).alias("edits"), pl.lit(0).cast(pl.Int64).alias("holds")
    )  # fmt: skip
    kept = kept.join(found, on="edit").select(
        "edit", "rule", "limit", "widened", "dates_reversed",
        (pl.col("below") - pl.col("found_below")).alias("missing_below"),
        (pl.col("above") - pl.col("found_above")).alias("missing_above"),
    ).sort("edit")  # fmt: skip
    system = System(
        _bounds(quantities, counted),
        kept,
        terms.select("edit", "quantity", "coefficient").sort("edit", "quantity"),
        guards.select("edit", "figure").sort("edit", "figure"),
    )
    return system, limitless


def _facts(patterns: Sequence[Pattern]) -> pl.DataFrame:
    """Return the rule and the limit of each pattern, what its sides need, and whether one figure is enough for it."""
    rows = [
        (number, pattern.rule.id, pattern.limit, *pattern.sides, pattern.decides_alone)
        for number, pattern in enumerate(patterns)
    ]
    schema = {"pattern": pl.Int64, "rule": pl.String, "limit": pl.Float64, "below": pl.Int64, "above": pl.Int64,
              "alone": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _scaled(terms: pl.DataFrame, edits: pl.DataFrame, shares: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the terms with the bounds of shares in the coefficients, without edits whose share was never published.

    On the greater side a share counts with its high end and on the smaller with its low end: what is left is true
    whatever the share really is. By how much its left side can be larger when the share is at its other end is the
    edit's ``widened``.
    """
    share = shares.select("edit", pl.col("least").alias("share_low"), pl.col("most").alias("share_high"))
    scaled = terms.filter(pl.col("kind") == SCALED)
    void = scaled.join(share, on="edit", how="anti").select("edit")
    above = pl.col("coefficient") < 0
    end = pl.when(above).then(pl.col("share_high")).otherwise(pl.col("share_low")) / 100
    width = (pl.col("share_high") - pl.col("share_low")) / 100 * pl.col("coefficient").abs()
    most = pl.when(above).then(pl.col("least")).otherwise(pl.col("most"))
    scaled = scaled.join(share, on="edit").with_columns(
        pl.col("coefficient") * end, widened=pl.when(width == 0).then(0.0).otherwise(width * most)
    )
    plain = terms.filter(~pl.col("kind").is_in([GUARD, SCALED])).join(void, on="edit", how="anti")
    # A share beside its count alone limits nothing that was published, unless a number stands in the rule.
    limited = pl.concat([plain.select("edit"), edits.filter(pl.col("alone")).select("edit")])
    idle = shares.select("edit").join(limited, on="edit", how="anti")
    terms = _merged(pl.concat([plain, scaled.select(terms.columns)]).join(idle, on="edit", how="anti"), scaled)
    widened = scaled.select("edit", "widened")
    kept = edits.join(pl.concat([void, idle]), on="edit", how="anti").join(widened, on="edit", how="left")
    return terms, kept.with_columns(pl.col("widened").fill_null(0.0))


def _merged(terms: pl.DataFrame, scaled: pl.DataFrame) -> pl.DataFrame:
    """Return the terms with one for each quantity of an edit, where a share is taken of what stands beside it, too."""
    double = terms.join(scaled.select("edit"), on="edit", how="semi")
    facts = pl.exclude("edit", "quantity", "coefficient").first()
    merged = double.group_by("edit", "quantity", maintain_order=True).agg(pl.col("coefficient").sum(), facts)
    return pl.concat([terms.join(scaled.select("edit"), on="edit", how="anti"), merged.select(terms.columns)])


def _bounds(quantities: Quantities, counted: pl.Series) -> pl.DataFrame:
    """Return the bounds of every quantity: the figures, and the 0/1 quantities of those that are counted."""
    frame = quantities.frame
    plain = frame.select(
        "quantity", "figure", pl.col("least").alias("low"), pl.col("most").alias("high"),
        pl.lit(0.0).alias("floor"), pl.col("ceiling").alias("ceiling"),
    )  # fmt: skip
    positive = frame.filter(pl.col("quantity").is_in(counted.implode())).select(
        pl.col("quantity") + frame.height, "figure", (pl.col("least") > 0).cast(pl.Float64).alias("low"),
        (pl.col("most") > 0).cast(pl.Float64).alias("high"), pl.lit(0.0).alias("floor"), pl.lit(1.0).alias("ceiling"),
    )  # fmt: skip
    return pl.concat([plain, positive])
