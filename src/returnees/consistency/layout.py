"""Rules laid over figures: which figures fill which slots of which pattern, for one source and one date.

Written in Narwhals expressions, so that the same code runs on every engine. Dates: an edit is laid at a date D. A
figure of a measure that only grows may be dated before D on the smaller side of an inequality, and after D on the
greater side, for it was no larger before and is no smaller after; any other must agree with D.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw

#: A frame in memory or, but for what says otherwise, one of an engine that is not computed yet.
Frame = Any

#: The kind of slot that carries a share, as in `patterns`.
GUARD = 2

#: Added to the distance in days of a figure whose date does not agree, so that any that does comes first, then those
#: that are dated the right way, then those dated the wrong way round.
_GROWING, _REVERSED, _UNFIT = 30_000_000, 60_000_000, 90_000_000
_GROUP = ["group"]
#: A group at one date, as one number for all groups.
_EDIT = "context"


def members(figures: Frame, slots: Frame, patterns: int) -> Frame:
    """Return each figure that fills a slot: ``group``, ``at`` (the slot), ``quantity``, and facts of the slot.

    A group is a pattern and what all figures of an edit share, as one number: joins and groupings by a single integer
    are several times quicker.

    Parameters
    ----------
    figures
        ``fills``, ``place`` and ``quantity``, as in `batches.fillers`.
    slots
        ``fills``, ``offset``, ``pattern``, ``at`` and the facts ``alone``, ``needed``, ``shared`` and ``guard``, as in
        `batches.slots_of`.
    patterns
        How many patterns there are in all.
    """
    facts = slots.select("fills", "offset", "pattern", "at", "alone", "needed", "shared", "guard")
    rest = nw.col("place") - nw.col("offset")
    joined = figures.join(facts, on="fills", how="inner").with_columns(
        (rest * patterns + nw.col("pattern")).alias("group")
    )
    return joined.drop("fills", "place", "offset", "pattern")


def split(found: Frame) -> tuple[Frame, Frame]:
    """Return the members of edits with figures on both sides, and, of all others, those of the smaller side.

    Where nothing of the greater side is there, or not the share that the rule takes of it, nothing can be broken. There
    are ``group``, ``at`` and ``quantity``.
    """
    own = [*_GROUP, "at", "quantity"]
    alone, needed, shared, guard = (nw.col(name) for name in ("alone", "needed", "shared", "guard"))
    smaller = found.filter(~alone & ~needed).select(own)
    greater = found.filter(~alone & needed).join(smaller.select(_GROUP), on=_GROUP, how="semi")
    share, count = greater.filter(shared & guard).select(own), greater.filter(shared & ~guard).select(own)
    both = share.join(count.select(_GROUP), on=_GROUP, how="semi").select(_GROUP)
    parts = [share.join(both, on=_GROUP, how="semi"), count.join(both, on=_GROUP, how="semi")]
    greater = nw.concat([greater.filter(~shared).select(own), *parts], how="vertical")
    there = greater.select(_GROUP)
    whole = [found.filter(alone).select(own), greater, smaller.join(there, on=_GROUP, how="semi")]
    return nw.concat(whole, how="vertical"), smaller.join(there, on=_GROUP, how="anti")


def dated(found: Frame, figures: Frame) -> Frame:
    """Return the terms of every edit: the members of each group, put together date by date.

    The columns are those of `found`, with ``key`` (one number for each edit) and ``reversed`` (whether the figure is
    dated the wrong way round), and one row for each filled slot of each edit.
    """
    sources = mixed_sources(figures)
    if len(sources) == 0:
        return _keyed(found)
    facts = figures.select("source", "quantity", "first", "last", "cumulative", "least", "most", "twin")
    facts = facts.join(sources, on="source", how="semi").drop("source")
    alike = found.join(facts.select("quantity"), on="quantity", how="anti")
    mixed = found.join(facts, on="quantity", how="inner")
    spans = mixed.select(*_GROUP, span().alias("earliest"), span().alias("latest"))
    spans = spans.group_by(_GROUP).agg(nw.col("earliest").min(), nw.col("latest").max())
    several = spans.filter(nw.col("earliest") != nw.col("latest")).select(_GROUP)
    same = mixed.join(several, on=_GROUP, how="anti").select(found.columns)
    same = _keyed(nw.concat([alike, same], how="vertical"))
    rest = _over_dates(mixed.join(several, on=_GROUP, how="semi"))
    return nw.concat([same, rest.select(same.columns)], how="vertical")


def span() -> nw.Expr:
    """Return a figure's date as one number; one that is not the only one of its date and coordinates has its own."""
    number = (nw.col("first") + 2**25) * 2**26 + nw.col("last") + 2**25
    return nw.when(nw.col("twin")).then(-1 - nw.col("quantity")).otherwise(number)


def mixed_sources(figures: Frame) -> Frame:
    """Return the ``source`` of figures that are not all of one date, or of which two have all the same coordinates."""
    spans = figures.select("source", span().alias("earliest"), span().alias("latest"))
    spans = spans.group_by("source").agg(nw.col("earliest").min(), nw.col("latest").max())
    return spans.filter(nw.col("earliest") != nw.col("latest")).select("source")


def _keyed(found: Frame) -> Frame:
    """Return the members of groups of one date, each group an edit."""
    return found.with_columns(nw.col("group").alias("key"), nw.lit(False).alias("reversed"))


def _over_dates(found: Frame) -> Frame:
    """Return the terms of the edits of groups with several dates, with ``key``."""
    days = found.select(*_GROUP, "first", "last").unique().sort(*_GROUP, "first", "last")
    days = days.with_row_index(_EDIT).with_columns(nw.col(_EDIT).cast(nw.Int64))
    # Numbers of groups are not negative, so these cannot be taken for one; times zero, for the type of the group.
    key = nw.col("group") * 0 - 1 - nw.col(_EDIT)
    return over_dates(found, days, len(days)).with_columns(key.alias("key"))


def over_dates(found: Frame, days: Frame, contexts: int, keep: Callable[[Frame], Frame] = lambda frame: frame) -> Frame:
    """Return the terms of the edits of groups with several dates, each distinct set of figures once.

    `days` has the ``first`` and ``last`` of each date of each group, with a ``context``, a number below `contexts` that
    no other date has. `keep` computes a frame that several others are made of.
    """
    days = days.rename({"first": "at_first", "last": "at_last"})
    # Of several figures at one distance the one that limits most is taken, and of these the first.
    end = nw.when(nw.col("coefficient") > 0).then(-nw.col("least")).otherwise(nw.col("most"))
    pairs = days.join(found, on=_GROUP, how="inner").with_columns(_cost().alias("cost"), end.alias("end"))
    pairs = pairs.filter(nw.col("cost") < _UNFIT)
    chosen = keep(pairs.unique([_EDIT, "slot"], keep="first", order_by=["cost", "end", "quantity"]))
    chosen = keep(_strict_and_reversed(chosen, contexts))
    for fewer in (_paired_edits, _distinct, _needed_only):
        chosen = keep(fewer(chosen))
    return chosen


def _strict_and_reversed(chosen: Frame, contexts: int) -> Frame:
    """Return each edit without the figures dated the wrong way round, and, as another context, with them."""
    chosen = chosen.with_columns((nw.col("cost") >= _REVERSED).alias("reversed"))
    turned = chosen.filter(nw.col("reversed")).select(_EDIT)
    with_them = chosen.join(turned, on=_EDIT, how="semi").with_columns(nw.col(_EDIT) + contexts)
    return nw.concat([chosen.filter(~nw.col("reversed")), with_them], how="vertical")


def _cost() -> nw.Expr:
    """Return how far a figure is from the date of an edit in days.

    A figure agrees with the date when its own span has all of it, so that all figures that agree share a day. From
    `_GROWING` on it does not agree but is dated as a measure that only grows may be, from `_REVERSED` on it is dated
    the wrong way round, and at `_UNFIT` it does not fit at all.
    """
    agree = (nw.col("first") <= nw.col("at_first")) & (nw.col("last") >= nw.col("at_last"))
    earlier, later = nw.col("last") < nw.col("at_first"), nw.col("first") > nw.col("at_last")
    below = nw.col("coefficient") > 0
    right_way = (below & earlier) | (~below & later)
    days = (nw.col("first") - nw.col("at_first")).abs() + (nw.col("last") - nw.col("at_last")).abs()
    # Clipped: a figure without a date spans all time.
    days = nw.when(days >= _GROWING).then(nw.lit(_GROWING - 1)).otherwise(days)
    moved = nw.when(right_way).then(days + _GROWING).otherwise(days + _REVERSED)
    fits = nw.col("cumulative") & (earlier | later)
    return nw.when(agree).then(days).when(fits).then(moved).otherwise(nw.lit(_UNFIT))


def _paired_edits(chosen: Frame) -> Frame:
    """Return the terms of edits that have two figures or more, one on the smaller side, or that need no more."""
    below = nw.when((nw.col("coefficient") > 0) & (nw.col("kind") != GUARD)).then(nw.lit(1)).otherwise(nw.lit(0))
    turned = nw.col("reversed").cast(nw.Int64).max().alias("turned")
    sizes = (
        chosen.with_columns(below.alias("below"))
        .group_by(_EDIT)
        .agg(nw.len().alias("size"), nw.col("below").sum(), nw.col("alone").any(), turned)
        .filter(nw.col("alone") | ((nw.col("size") > 1) & (nw.col("below") > 0)))
    )
    return chosen.join(sizes.select(_EDIT, "size", "turned"), on=_EDIT, how="inner")


def _distinct(chosen: Frame) -> Frame:
    """Return the terms without the edits whose figures another edit of the group has all of, or has again.

    A sum with fewer terms says no more than the whole one; an edit with reversed dates never stands for one without.
    """
    marks = chosen.select(*_GROUP, _EDIT, "slot", "quantity", "size", "turned")
    other = marks.rename({"context": "other", "size": "other_size", "turned": "other_turned"})
    shared = (
        marks.join(other, on=[*_GROUP, "slot", "quantity"], how="inner")
        .filter(nw.col("context") != nw.col("other"))
        .group_by([_EDIT, "other", "size", "other_size", "turned", "other_turned"])
        .agg(nw.len().alias("common"))
    )
    covered = shared.filter(
        (nw.col("common") == nw.col("size"))
        & (nw.col("other_turned") <= nw.col("turned"))
        & (
            (nw.col("other_size") > nw.col("size"))
            | (nw.col("other") < nw.col("context"))
            | (nw.col("other_turned") < nw.col("turned"))
        )
    )
    return chosen.join(covered.select(_EDIT), on=_EDIT, how="anti")


def _needed_only(chosen: Frame) -> Frame:
    """Return the terms without reversed edits whose limited figures all stand in an edit dated the right way."""
    right = chosen.filter(nw.col("turned") == 0)
    turned = chosen.filter(nw.col("turned") > 0)
    limited = turned.filter(nw.col("coefficient") > 0)
    alone = limited.join(right, on=[*_GROUP, "slot", "quantity"], how="anti").select(_EDIT)
    return nw.concat([right, turned.join(alone, on=_EDIT, how="semi")], how="vertical")


def series(figures: Frame, count: int, pattern: int, patterns: int) -> Frame:
    """Return the terms of the rule of time: figures of one series, an earlier and a later.

    Each figure stands against the next later one, and against one further on that it is larger than, where figures too
    vague to show the fall lie in between. The columns are those of `dated` that say more than which figure it is; the
    earlier figure has coefficient 1, the later one -1. `figures` has the number of its series for each, ``line``;
    `count` is how many quantities there are in all.
    """
    pairs = series_pairs(figures, count)
    number = nw.col("quantity") * count + nw.col("later")
    return series_terms(pairs.with_columns(number.alias("number")), pattern, patterns)


def series_pairs(figures: Frame, count: int) -> Frame:
    """Return the pairs of figures that the rule of time puts against each other: ``quantity`` and ``later``."""
    own = figures.filter(nw.col("cumulative"))
    small = own.select("line", "quantity", "first", "last", "least")
    later = own.select("line", "quantity", "first", "last", "most")
    later = later.rename({"quantity": "later", "first": "later_first", "last": "later_last"})
    pairs = small.join(later, on="line", how="inner").filter(nw.col("later_first") > nw.col("last"))
    following = _foremost(pairs, "quantity", nw.col("later_first") * count + nw.col("later"))
    falls = pairs.filter(nw.col("least") > nw.col("most"))
    falls = _foremost(falls, "later", nw.col("quantity") - nw.col("first") * count)
    return nw.concat([following, _unseen(falls, following)], how="vertical").select("quantity", "later")


def series_terms(pairs: Frame, pattern: int, patterns: int) -> Frame:
    """Return the terms of these pairs, of which each has a ``number`` of its own."""
    number = nw.col("number") * patterns + pattern
    ends = [
        pairs.select(
            nw.lit(pattern).cast(nw.Int64).alias("pattern"), number.alias("key"),
            nw.lit(0).cast(nw.Int64).alias("kind"), nw.lit(coefficient).alias("coefficient"),
            nw.col(end).alias("term"), nw.lit(False).alias("reversed"),
        )
        for coefficient, end in ((1.0, "quantity"), (-1.0, "later"))
    ]  # fmt: skip
    return nw.concat(ends, how="vertical").rename({"term": "quantity"})


def _foremost(pairs: Frame, of: str, order: nw.Expr) -> Frame:
    """Return, for each figure in the column `of`, the pair that comes first in this order, which is strict."""
    pairs = pairs.with_columns(order.alias("order"))
    least = pairs.group_by(of).agg(nw.col("order").min())
    return pairs.join(least, on=[of, "order"], how="inner").drop("order")


def _unseen(falls: Frame, following: Frame) -> Frame:
    """Return the falls in which, from the one figure to the other, no figure is larger than the one that follows it."""
    steps = following.filter(nw.col("least") > nw.col("most")).select(
        "line", nw.col("first").alias("step_first"), nw.col("later_last").alias("step_last")
    )
    seen = falls.join(steps, on="line", how="inner").filter(
        (nw.col("step_first") >= nw.col("first")) & (nw.col("step_last") <= nw.col("later_last"))
    )
    return falls.join(seen.select("quantity", "later").unique(), on=["quantity", "later"], how="anti")
