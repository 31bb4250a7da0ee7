"""Quantities that were never published but that rules put beside published ones: each is [0, infinity).

The returned of a source that printed no number of travellers are still at most its travellers, and these part of a
whole that it did print: only the unpublished quantity ties the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import narwhals as nw
import polars as pl

from returnees.consistency.batches import batches, fillers, slots_of
from returnees.consistency.patterns import PLAIN, SCALED, patterns_of
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import TIME, Rule

_DATES = ["first", "last"]
#: What tells a quantity from another.
_SAME = ["place", *_DATES]


def with_between(quantities: Quantities, rules: Sequence[Rule], profile: Profile, *, longest: int) -> Quantities:
    """Return `quantities` with the unpublished ones through which published ones limit each other.

    Such a quantity stands on the greater side of an edit whose smaller side has one that was published, and on the
    smaller side of another whose greater side has; or there is a chain of up to `longest` of them in between. All other
    unpublished quantities leave the published ones free: on a smaller side they can be 0, on a greater side endless,
    unless a number in a rule, or the 100 of a share, says otherwise; that is not followed.
    """
    links = _Links(rules, profile, quantities, both_ways=False)
    if links.none:
        return quantities
    known, pairs = quantities, []
    fresh = quantities if links.limited else _with_company(quantities)
    for left in reversed(range(longest + 1)):
        found = links.followed(fresh, links.leading_on(quantities, left))
        new = _new(found, known, quantities, profile) if left else known.frame.clear()
        known = replace(known, frame=pl.concat([known.frame, new]))
        pairs.append(_pairs(found, known, quantities))
        fresh = replace(quantities, frame=new)
    ends = _leading_down(pl.concat(pairs).unique(), quantities.frame.height)
    chosen = known.frame.filter(
        (pl.col("quantity") < quantities.frame.height) | pl.col("quantity").is_in(ends.implode())
    )
    return replace(known, frame=_renumbered(chosen))


def _with_company(quantities: Quantities) -> Quantities:
    """Return the figures that are not the only one of their source: nothing else can limit these."""
    return replace(quantities, frame=quantities.frame.filter(pl.col("source").is_duplicated()))


def with_neighbours(
    quantities: Quantities,
    rules: Sequence[Rule],
    profile: Profile,
    *,
    rounds: int,
    most: int,
    start: Quantities | None = None,
) -> Quantities:
    """Return `quantities` with every unpublished one that shares an edit with one of them, and so on, `rounds` times.

    A round that would bring the number of quantities beyond `most` is not taken; the first always is. It starts from
    all of them, or only from those of `start`.
    """
    links = _Links(rules, profile, quantities, both_ways=True)
    known, fresh = quantities, start or quantities
    for taken in range(0 if links.none else rounds):
        if taken and known.frame.height > most:
            break
        new = _new(links.followed(fresh), known, quantities, profile)
        if new.height == 0 or (taken and known.frame.height + new.height > most):
            break
        known = replace(known, frame=pl.concat([known.frame, new]))
        fresh = replace(quantities, frame=new)
    return known


class _Links:
    """The steps that patterns allow: from a quantity that fills a slot to those of the other slots.

    Only to those of the greater side from one of the smaller, unless they go both ways. A step adds the same to the
    place of every quantity that takes it.
    """

    def __init__(self, rules: Sequence[Rule], profile: Profile, quantities: Quantities, *, both_ways: bool) -> None:
        self._batches = batches(patterns_of([rule for rule in rules if rule.along != TIME], profile))
        slots = slots_of(self._batches, quantities).filter(pl.col("kind").is_in([PLAIN, SCALED]))
        given = slots if both_ways else slots.filter(pl.col("coefficient") > 0)
        others = slots if both_ways else slots.filter(pl.col("coefficient") < 0)
        self._given, self._others = (side.select("pattern", "fills", "offset") for side in (given, others))

    @property
    def none(self) -> bool:
        """Whether there is no step at all."""
        return self._given.join(self._others, on="pattern", how="semi").height == 0

    @property
    def limited(self) -> bool:
        """Whether a number in a rule limits quantities."""
        return any(pattern.limit for batch in self._batches for _, pattern in batch.patterns)

    def leading_on(self, published: Quantities, left: int) -> pl.DataFrame | None:
        """Return each ``place`` from which at most `left` more steps can lead to a published one; None for any place.

        It is told only of the last two steps: before these nearly every place is one.
        """
        if left > 1:
            return None
        return self.before(published) if left else published.frame.select(published.place)

    def followed(self, fresh: Quantities, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return where steps lead from `fresh`, and only to places of `among`: ``origin``, ``place`` and dates."""
        figures = self._fillers(fresh, *_DATES)
        steps = _steps(_filled(self._given, figures), self._others)
        place = pl.col("place") + pl.col("step")
        reached = figures.join(steps, on="fills").select(pl.col("quantity").alias("origin"), place, *_DATES)
        if among is not None:
            reached = reached.join(among, on="place", how="semi")
        return reached.unique(["origin", "place"])

    def before(self, quantities: Quantities) -> pl.DataFrame:
        """Return the ``place`` of each of `quantities`, and each from which a step leads to one of these."""
        figures = self._fillers(quantities)
        steps = _steps(self._given, _filled(self._others, figures))
        before = figures.join(steps, left_on="fills", right_on="fills_to").select(pl.col("place") - pl.col("step"))
        return pl.concat([before, figures.select("place")]).unique()

    def _fillers(self, quantities: Quantities, *columns: str) -> pl.DataFrame:
        figures = nw.from_native(quantities.frame, eager_only=True)
        native: pl.DataFrame = fillers(self._batches, figures, quantities, *columns).to_native()
        return native


def _filled(slots: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Return the slots that figures fill: the steps between all slots of a large set would be its size squared."""
    return slots.join(figures.select("fills").unique(), on="fills", how="semi")


def _steps(given: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return what fills the slots that steps start from and lead to, and what each step adds to a place."""
    joined = given.join(others, on="pattern", suffix="_to")
    return joined.select("fills", "fills_to", step=pl.col("offset_to") - pl.col("offset")).unique()


def _standing_in(found: pl.DataFrame, published: Quantities) -> pl.DataFrame:
    """Return what of `found` a published figure stands in for.

    One of an agreeing date does, and of a measure that only grows one of any date.
    """
    there = published.frame.select(published.place, "cumulative", there_first="first", there_last="last")
    agree = (pl.col("first") <= pl.col("there_last")) & (pl.col("last") >= pl.col("there_first"))
    joined = found.select(*_SAME).unique().join(there, on="place")
    return joined.filter(pl.col("cumulative") | agree).select(*_SAME).unique()


def _new(found: pl.DataFrame, known: Quantities, published: Quantities, profile: Profile) -> pl.DataFrame:
    """Return what of `found` is neither known nor stood in for, numbered on, bounded only by what its measure is."""
    new = found.select(*_SAME).unique().sort(*_SAME)
    new = new.join(known.frame.select(known.place, *_DATES), on=_SAME, how="anti", maintain_order="left")
    new = new.join(_standing_in(new, published), on=_SAME, how="anti", maintain_order="left")
    key, measure = pl.col("place") // known.base, (pl.col("place") % known.base).cast(pl.Int64)
    codes = [
        (key // place % len(known.numbers[name])).cast(pl.Int64).alias(name)
        for name, place in known.radix.items() if name != "source"
    ]  # fmt: skip
    shares = [known.number("measure", name) for name, item in profile.measures.items() if item.share]
    growing = [known.number("measure", name) for name, item in profile.measures.items() if item.cumulative]
    ceiling = pl.when(measure.is_in(shares)).then(100.0).otherwise(float("inf"))
    columns = new.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("quantity") + known.frame.height,
        pl.lit(None, known.frame.schema["row"]).alias("row"),
        pl.lit(None, pl.String).alias("figure"),
        measure.alias("measure"),
        *codes,
        (key // known.radix["source"]).cast(pl.Int64).alias("source"),
        *_DATES,
        pl.lit(0.0).alias("least"),
        ceiling.alias("most"),
        ceiling.alias("ceiling"),
        measure.is_in(growing).alias("cumulative"),
        key.alias("key"),
        pl.lit(False).alias("twin"),
    )
    of_source = published.frame.select("source", "publisher").unique("source")
    return columns.join(of_source, on="source", maintain_order="left").select(known.frame.columns)


def _pairs(found: pl.DataFrame, known: Quantities, published: Quantities) -> pl.DataFrame:
    """Return the steps as pairs of quantities, ``origin`` and ``target``; a target that was published is -1."""
    there = _standing_in(found, published).with_columns(target=pl.lit(-1, pl.Int64))
    unpublished = known.frame.filter(pl.col("figure").is_null())
    numbers = unpublished.select(known.place, *_DATES, target="quantity")
    targets = pl.concat([there, numbers]).unique(_SAME, keep="first", maintain_order=True)
    return found.join(targets, on=_SAME).select("origin", "target")


def _leading_down(pairs: pl.DataFrame, published: int) -> pl.Series:
    """Return the unpublished quantities from which a chain of steps reaches a published one."""
    reached = pl.Series("target", [-1], pl.Int64)
    steps = pairs.filter(pl.col("origin") >= published)
    while True:
        origins = steps.filter(pl.col("target").is_in(reached.implode()))["origin"]
        grown = pl.concat([reached, origins.alias("target")]).unique()
        if len(grown) == len(reached):
            return reached
        reached = grown


def _renumbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("quantity"))
