"""Edits: every rule laid over every figure it speaks of, as one system and a count of what stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.consistency.batches import Batch, batches, fillers, limited, slots_of
from returnees.consistency.layout import dated, members, series, split
from returnees.consistency.patterns import COUNTED, GUARD, PLAIN, SCALED, Pattern, patterns_of
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import TIME, Rule
from returnees.consistency.shares import limitless, scaled
from returnees.consistency.system import System
from returnees.consistency.unlaid import holding

#: What is known of each term before edits are numbered.
_MEMBER = {
    "pattern": pl.Int64, "key": pl.Int64, "kind": pl.Int64, "coefficient": pl.Float64, "quantity": pl.Int64,
    "reversed": pl.Boolean,
}  # fmt: skip

#: Figures in slots are looked at together up to this many.
MOST_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Edits:
    """The system of all edits that have figures on both sides, and the others, which are only counted.

    Those others have nothing on their greater side, or lack their share. ``unlaid`` has a row a rule with how many such
    edits there are (``edits``) and how many of them hold whatever the unpublished quantities are (``holds``); the rest
    of them cannot be verified.
    """

    system: System
    unlaid: pl.DataFrame


def lay(rules: Sequence[Rule], quantities: Quantities, profile: Profile) -> Edits:
    """Lay `rules` over the figures and return the edits.

    There is an edit where at least one quantity on its smaller side was published. It is built where one on its greater
    side was published, too: otherwise no number can break it, and it is counted.
    """
    patterns = patterns_of(rules, profile)
    laid = len(patterns)
    patterns += [Pattern(rule, None, (), 0.0) for rule in rules if rule.along == TIME]
    filled = _filled(batches(patterns[:laid]), quantities, len(patterns))
    parts = [_split(found, slots, quantities) for found, slots in filled]
    sheets = [
        _series(patterns[number].rule, quantities, number, len(patterns)) for number in range(laid, len(patterns))
    ]
    facts = facts_of(patterns)
    unlaid = [_counted(others, facts) for _, others in parts]
    if parts:
        found = nw.concat([members for members, _ in parts], how="vertical")
        figures = nw.from_native(quantities.frame, eager_only=True)
        sheets.append(dated(found, figures).select(*_MEMBER).to_native())
    terms = pl.concat([pl.DataFrame(schema=_MEMBER), *sheets], how="vertical_relaxed")
    system, void = _system(terms, facts, quantities)
    counts = pl.concat([void, *unlaid]).group_by("rule").agg(pl.col("edits").sum(), pl.col("holds").sum())
    return Edits(system, counts.sort("rule"))


def _filled(
    laid: Sequence[Batch], quantities: Quantities, total: int
) -> Iterator[tuple[nw.DataFrame[pl.DataFrame], pl.DataFrame]]:
    """Yield the figures that fill the slots of batches, and these slots; of several batches together if that is little.

    Joining what is small once for all is quicker, and joining what is large batch by batch needs less memory.
    """
    together = max(1, MOST_AT_ONCE // max(1, quantities.frame.height))
    for start in range(0, len(laid), together):
        chosen = laid[start : start + together]
        slots = slots_of(chosen, quantities)
        figures, table = (nw.from_native(frame, eager_only=True) for frame in (quantities.frame, slots))
        yield members(fillers(chosen, figures, quantities), table, total), slots


def _split(
    found: nw.DataFrame[pl.DataFrame], slots: pl.DataFrame, quantities: Quantities
) -> tuple[nw.DataFrame[pl.DataFrame], pl.DataFrame]:
    """Return the figures that fill slots in edits that can be broken, and those in other edits.

    Of the latter there are ``group``, ``pattern``, ``slot``, ``kind`` and ``most``.
    """
    whole, others = (part.to_native() for part in split(found))
    # The number of a slot is its row, and so is that of a quantity.
    facts = slots.select("pattern", "slot", "kind", "coefficient", "alone")[whole["at"]]
    filled = pl.concat([whole.drop("at"), facts], how="horizontal")
    most = quantities.frame["most"].gather(others["quantity"]).alias("most")
    of_slot = slots.select("pattern", "slot", "kind")[others["at"]]
    left = pl.concat([others.select("group"), of_slot, most.to_frame()], how="horizontal")
    return nw.from_native(filled, eager_only=True), left


def _counted(found: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return, by rule, how many edits these figures of smaller sides are in, and how many of them hold all the same."""
    edits = found.group_by("pattern").agg(pl.col("group").n_unique().cast(pl.Int64).alias("edits"))
    holds = holding(nw.from_native(found, eager_only=True), facts, nw.to_native)
    counts = edits.join(holds, on="pattern", how="left").join(facts, on="pattern")
    return counts.select("rule", "edits", pl.col("holds").fill_null(0))


def _series(rule: Rule, quantities: Quantities, pattern: int, total: int) -> pl.DataFrame:
    """Return the terms of a rule of time."""
    line = quantities.line(pl.col("publisher").cast(quantities.whole), pl.col("key"), pl.col("measure"))
    figures = nw.from_native(quantities.frame.with_columns(line), eager_only=True)
    figures = limited(rule, figures, quantities)
    terms: pl.DataFrame = series(figures, quantities.frame.height, pattern, total).select(*_MEMBER).to_native()
    return terms


def _system(terms: pl.DataFrame, facts: pl.DataFrame, quantities: Quantities) -> tuple[System, pl.DataFrame]:
    """Return the terms as a system: edits numbered, shares turned into coefficients, bounds beside.

    The second frame has a row a rule with the number of edits that limit nothing for want of a share (``edits``), and
    how many of these hold (``holds``): none.
    """
    if quantities.frame["figure"].has_nulls():
        # What was never published is no share to go by.
        unpublished = quantities.frame.filter(pl.col("figure").is_null())["quantity"]
        terms = terms.filter((pl.col("kind") != GUARD) | ~pl.col("quantity").is_in(unpublished.implode()))
    terms = terms.sort("pattern", "key", "quantity").with_columns(pl.col("key").rle_id().cast(pl.Int64).alias("edit"))
    kind, coefficient = pl.col("kind"), pl.col("coefficient")
    edits = terms.group_by("edit", maintain_order=True).agg(
        pl.col("pattern").first(),
        ((coefficient > 0) & kind.is_in([PLAIN, SCALED])).sum().cast(pl.Int64).alias("found_below"),
        ((coefficient < 0) & (kind != GUARD)).sum().cast(pl.Int64).alias("found_above"),
        pl.col("reversed").any().alias("dates_reversed"),
    ).join(facts, on="pattern", maintain_order="left")  # fmt: skip
    void = _limitless(terms, edits)
    if void.height:
        terms, edits = (frame.join(void, on="edit", how="anti", maintain_order="left") for frame in (terms, edits))
    guards = terms.filter(kind == GUARD)
    terms, widened = _scaled(terms, guards, quantities)
    kept = edits.join(widened, on="edit", how="left", maintain_order="left").select(
        "edit", "rule", "limit", pl.col("widened").fill_null(0.0), "dates_reversed",
        (pl.col("below") - pl.col("found_below")).alias("missing_below"),
        (pl.col("above") - pl.col("found_above")).alias("missing_above"),
    )  # fmt: skip
    counted = terms.filter(kind == COUNTED)["quantity"].unique()
    # A count adds up figures that are positive, as 0 or 1: a second quantity of the same figure.
    total = quantities.frame.height
    number = pl.when(kind == COUNTED).then(pl.col("quantity") + total).otherwise(pl.col("quantity"))
    named = guards.join(quantities.frame.select("quantity", "figure"), on="quantity")
    system = System(
        _bounds(quantities, counted),
        kept,
        terms.select("edit", number.alias("quantity"), "coefficient"),
        named.select("edit", "figure").sort("edit", "figure"),
    )
    unlaid = void.group_by("rule").agg(pl.len().cast(pl.Int64).alias("edits"), pl.lit(0, pl.Int64).alias("holds"))
    return system, unlaid


def _limitless(terms: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """Return the edits, with their rules, that limit nothing for want of a share, or of anything else beside it."""
    own = terms.join(edits.select("edit", "alone"), on="edit")
    found: pl.DataFrame = limitless(nw.from_native(own, eager_only=True)).to_native()
    return found.join(edits.select("edit", "rule"), on="edit")


def facts_of(patterns: Sequence[Pattern]) -> pl.DataFrame:
    """Return the rule and the limit of each pattern, what its sides need, and whether one figure is enough for it."""
    rows = [
        (number, pattern.rule.id, pattern.limit, *pattern.sides, pattern.decides_alone)
        for number, pattern in enumerate(patterns)
    ]
    schema = {"pattern": pl.Int64, "rule": pl.String, "limit": pl.Float64, "below": pl.Int64, "above": pl.Int64,
              "alone": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _scaled(terms: pl.DataFrame, shares: pl.DataFrame, quantities: Quantities) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the terms with the bounds of shares in the coefficients, and by how much each such edit is ``widened``."""
    if shares.height == 0:
        return terms, pl.DataFrame(schema={"edit": pl.Int64, "widened": pl.Float64})
    own = terms.join(quantities.frame.select("quantity", "least", "most"), on="quantity")
    inside, widened = (frame.to_native() for frame in scaled(nw.from_native(own, eager_only=True)))
    return inside.drop("least", "most").sort("edit", "quantity"), widened


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
