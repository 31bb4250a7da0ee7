"""Every edit judged in an engine; those that findings speak of come back, with their figures, as a small system."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.consistency.analysis import Analysis, counted
from returnees.consistency.edits import Edits, facts_of
from returnees.consistency.patterns import COUNTED, GUARD, SCALED, Pattern, patterns_of
from returnees.consistency.rules import TIME
from returnees.consistency.setting import Setting
from returnees.consistency.shares import limitless, scaled
from returnees.consistency.system import System
from returnees.consistency.verdicts import BROKEN, HOLDS, judged
from returnees.contradictions import MOST_BROKEN, MOST_FOLLOWED
from returnees.engines.contested import contested, doubtful
from returnees.engines.holding import Held
from returnees.engines.laying import size, terms_of_all
from returnees.engines.quantities import Laid, quantities_on
from returnees.engines.seam import Engine, Lazy, Tell
from returnees.findings import Finding, finding

#: Up to so many edits that may not be met together are brought back to be looked at.
MOST_BROUGHT = 100_000


@dataclass(frozen=True)
class Brought:
    """What an engine says of the rules, the rows of the figures that come back, and what was not looked at."""

    analysis: Analysis
    rows: pl.Series
    findings: tuple[Finding, ...]


def analyse_on(
    engine: Engine, held: Mapping[str, Held], setting: Setting, acknowledged: Collection[str], tell: Tell
) -> Brought:
    """Lay the rules of `setting` over the figures in the engine, judge every edit there, and bring back a few.

    Edits with a figure that is `acknowledged` in a known issue are brought back whenever they are broken.
    """
    patterns = patterns_of(setting.rules, setting.profile)
    patterns += [Pattern(rule, None, (), 0.0) for rule in setting.rules if rule.along == TIME]
    tell("reading figures as quantities")
    known = quantities_on(engine, held, setting, len(patterns))
    tell(f"laying the rules over {known.count:,} figures")
    laid = terms_of_all(engine, patterns, known)
    tell("judging the edits")
    sheet = _judged(engine, known, patterns, laid.frame)
    facts = facts_of(patterns).select("pattern", "rule")
    verdicts = engine.fetch(sheet.edits.group_by("pattern", "verdict").agg(nw.len().alias("len")))
    by_rule = verdicts.join(facts, on="pattern").group_by("rule", "verdict").agg(pl.col("len").sum())
    unlaid = pl.concat([laid.unlaid, sheet.void]).join(facts, on="pattern")
    unlaid = unlaid.group_by("rule").agg(pl.col("edits").sum(), pl.col("holds").sum())
    counts = counted(setting, by_rule, unlaid)
    edits = list(_broken(sheet, patterns, {rule: item.broken for rule, item in counts.items()}, acknowledged))
    findings: list[Finding] = []
    rows = []
    if known.count <= MOST_FOLLOWED:
        # Few enough to be looked at here, with the ties through what was never published.
        rows.append(engine.fetch(known.frame.select("quantity")).to_series())
    else:
        more, findings = _together(sheet, setting, patterns)
        edits += more
    system = _system(sheet, known, facts, pl.concat([pl.Series("edit", [], pl.Int64), *edits]).unique())
    analysis = Analysis(setting, Edits(system.system, unlaid), system.judged, counts, known.present, known.count)
    rows.append(system.rows)
    return Brought(analysis, pl.concat([row.cast(pl.Int64) for row in rows]).unique(), tuple(findings))


@dataclass(frozen=True)
class _Sheet:
    """The edits with their verdicts, their terms with shares in the coefficients, and the figures of the shares.

    ``void`` has, by pattern, how many edits limit nothing.
    """

    engine: Engine
    known: Laid
    edits: Lazy
    terms: Lazy
    guards: Lazy
    void: pl.DataFrame


def _judged(engine: Engine, known: Laid, patterns: Sequence[Pattern], terms: Lazy) -> _Sheet:
    """Return the edits of these terms, judged."""
    facts = facts_of(patterns)
    table = engine.frame(facts.select("pattern", "limit", "below", "above", "alone"))
    void = pl.DataFrame(schema={"pattern": pl.Int64, "edits": pl.Int64, "holds": pl.Int64})
    whole, widened = terms, None
    if any(slot.kind in (GUARD, SCALED) for pattern in patterns for slot in pattern.slots):
        whole, void = _with_limits(engine, table, terms)
        inside, widened = scaled(whole)
        terms = engine.keep(inside)
    guards = engine.keep(whole.filter(nw.col("kind") == GUARD).select("edit", "quantity"))
    terms = _bounded(known, terms)
    bounded = terms.with_columns(nw.lit(False).alias("unpublished"))
    edits = engine.keep(judged(bounded, _edits(table, whole, widened)))
    return _Sheet(engine, known, edits, terms, guards, void)


def _with_limits(engine: Engine, table: Lazy, terms: Lazy) -> tuple[Lazy, pl.DataFrame]:
    """Return the terms of edits that limit something, and, by pattern, how many others there are."""
    own = terms.join(table.select("pattern", "alone"), on="pattern", how="inner")
    nothing = engine.keep(limitless(own))
    lost = terms.join(nothing, on="edit", how="semi").select("edit", "pattern").unique()
    found = engine.fetch(lost.group_by("pattern").agg(nw.len().alias("edits")))
    void = found.select(pl.col("pattern", "edits").cast(pl.Int64), holds=pl.lit(0, pl.Int64))
    return engine.keep(terms.join(nothing, on="edit", how="anti")), void


def _edits(table: Lazy, terms: Lazy, widened: Lazy | None) -> Lazy:
    """Return the edits of these terms, as `System.edits` has them, but with the pattern's number for the rule."""
    kind, coefficient = nw.col("kind"), nw.col("coefficient")
    plain = ~kind.is_in([GUARD, COUNTED])
    sizes = terms.select(
        "edit", "pattern", ((coefficient > 0) & plain).cast(nw.Int64).alias("found_below"),
        ((coefficient < 0) & (kind != GUARD)).cast(nw.Int64).alias("found_above"),
        nw.col("reversed").cast(nw.Int64),
    ).group_by("edit").agg(
        nw.col("pattern").min(), nw.col("found_below").sum(), nw.col("found_above").sum(), nw.col("reversed").max()
    )  # fmt: skip
    sizes = sizes.join(table.drop("alone"), on="pattern", how="inner")
    if widened is None:
        sizes = sizes.with_columns(nw.lit(0.0).alias("widened"))
    else:
        sizes = sizes.join(widened, on="edit", how="left").with_columns(nw.col("widened").fill_null(0.0))
    return sizes.select(
        "edit", "pattern", "limit", "widened", (nw.col("reversed") > 0).alias("dates_reversed"),
        (nw.col("below") - nw.col("found_below")).alias("missing_below"),
        (nw.col("above") - nw.col("found_above")).alias("missing_above"),
    )  # fmt: skip


def _bounded(known: Laid, terms: Lazy) -> Lazy:
    """Return the terms with the bounds of what they count, and ``node``, by which that goes.

    A count adds up figures that are positive, as 0 or 1: a second quantity of the same figure.
    """
    is_counted = nw.col("kind") == COUNTED
    one_if = {end: nw.when(nw.col(end) > 0).then(nw.lit(1.0)).otherwise(nw.lit(0.0)) for end in ("least", "most")}
    return terms.select(
        "edit", "quantity", "coefficient", "kind",
        nw.when(is_counted).then(nw.col("quantity") + known.rows).otherwise(nw.col("quantity")).alias("node"),
        nw.when(is_counted).then(one_if["least"]).otherwise(nw.col("least")).alias("low"),
        nw.when(is_counted).then(one_if["most"]).otherwise(nw.col("most")).alias("high"),
    )  # fmt: skip


def _broken(
    sheet: _Sheet, patterns: Sequence[Pattern], counts: Mapping[str, int], acknowledged: Collection[str]
) -> Iterator[pl.Series]:
    """Yield the broken edits that are shown: the first of each rule, and all with a figure that is acknowledged."""
    broken = sheet.edits.filter(nw.col("verdict") == BROKEN)
    total = sum(counts.values())
    if not total:
        return
    few = [rule for rule, count in counts.items() if 0 < count <= MOST_BROKEN]
    of_few = [number for number, pattern in enumerate(patterns) if pattern.rule.id in few]
    if of_few:
        yield _numbers(sheet, broken.filter(nw.col("pattern").is_in(of_few)))
    for rule, count in counts.items():
        if count > MOST_BROKEN:
            own = [number for number, pattern in enumerate(patterns) if pattern.rule.id == rule]
            chosen = broken.filter(nw.col("pattern").is_in(own))
            yield _numbers(sheet, chosen.sort("pattern", "edit").head(MOST_BROKEN))
    if acknowledged:
        figures = sheet.engine.frame(pl.DataFrame({"figure": sorted(acknowledged)}))
        quantities = sheet.known.frame.join(figures, on="figure", how="semi").select("quantity")
        touching = sheet.terms.join(quantities, on="quantity", how="semi").select("edit")
        yield _numbers(sheet, broken.join(touching, on="edit", how="semi"))


def _numbers(sheet: _Sheet, edits: Lazy) -> pl.Series:
    return sheet.engine.fetch(edits.select("edit")).to_series().cast(pl.Int64)


def _together(sheet: _Sheet, setting: Setting, patterns: Sequence[Pattern]) -> tuple[list[pl.Series], list[Finding]]:
    """Return the edits that may not be met together, and a finding if they are too many to be looked at."""
    firm = {rule.id for rule in setting.firm}
    numbers = [number for number, pattern in enumerate(patterns) if pattern.rule.id in firm]
    if not numbers:
        return [], []
    edits = sheet.edits.filter(
        nw.col("pattern").is_in(numbers) & ~nw.col("dates_reversed") & (nw.col("missing_above") == 0)
        & (nw.col("verdict") != HOLDS)
    )  # fmt: skip
    edits = sheet.engine.keep(edits.select("edit", "limit", "verdict"))
    broken = edits.filter(nw.col("verdict") == BROKEN)
    others = edits.filter(nw.col("verdict") != BROKEN).select("edit", "limit")
    terms = sheet.terms.select("edit", "node", "coefficient", "low", "high")
    own = sheet.engine.keep(terms.join(others, on="edit", how="semi"))
    left = contested(sheet.engine, own, others)
    left = sheet.engine.keep(doubtful(sheet.engine, own, others, left))
    found = [(broken, size(sheet.engine, broken)), (left, size(sheet.engine, left))]
    if any(count > MOST_BROUGHT for _, count in found):
        message = (
            f"Whether figures can all be true together was not decided: {found[0][1]:,} edits are broken, and "
            f"{found[1][1]:,} may not be met together; up to {MOST_BROUGHT:,} are looked at together."
        )
        return [], [finding("F208", message)]
    return [_numbers(sheet, frame) for frame, _ in found], []


@dataclass(frozen=True)
class _Part:
    system: System
    judged: pl.DataFrame
    rows: pl.Series


def _system(sheet: _Sheet, known: Laid, facts: pl.DataFrame, chosen: pl.Series) -> _Part:
    """Return these edits as a system, in which edits and quantities are numbered anew, from 0 on."""
    engine = sheet.engine
    wanted = engine.frame(chosen.to_frame("edit"))
    edits = (
        engine.fetch(sheet.edits.join(wanted, on="edit", how="semi")).join(facts, on="pattern").sort("pattern", "edit")
    )
    number = pl.DataFrame({"edit": edits["edit"], "new": pl.int_range(edits.height, eager=True)})
    terms = engine.fetch(sheet.terms.join(wanted, on="edit", how="semi"))
    guards = engine.fetch(sheet.guards.join(wanted, on="edit", how="semi"))
    rows = pl.concat([terms["quantity"], guards["quantity"]]).unique()
    figures = engine.fetch(
        known.frame.join(engine.frame(rows.to_frame("quantity")), on="quantity", how="semi")
        .select("quantity", "figure", "ceiling")
    )  # fmt: skip
    nodes = terms.unique("node").join(figures, on="quantity").sort("node").with_row_index("new node")
    is_counted = pl.col("kind") == COUNTED
    quantities = nodes.select(
        pl.col("new node").cast(pl.Int64).alias("quantity"), "figure", "low", "high", pl.lit(0.0).alias("floor"),
        pl.when(is_counted).then(1.0).otherwise("ceiling").alias("ceiling"),
    )  # fmt: skip
    terms = terms.join(nodes.select("node", pl.col("new node").cast(pl.Int64)), on="node").join(number, on="edit")
    named = guards.join(figures, on="quantity").join(number, on="edit").select(pl.col("new").alias("edit"), "figure")
    renamed = (
        edits.join(number, on="edit").with_columns(pl.col("new").alias("edit")).drop("new", "pattern").sort("edit")
    )
    system = System(
        quantities,
        renamed.select(
            "edit", "rule", "limit", "widened", "dates_reversed", "missing_below", "missing_above"
        ),
        terms.select(pl.col("new").alias("edit"), pl.col("new node").alias("quantity"), "coefficient").sort(
            "edit", "quantity"
        ),
        named.sort("edit", "figure"),
    )  # fmt: skip
    return _Part(system, renamed, rows)
