"""Which edits limit each other, so that they may not be met together though each of them can be: see `solve`."""

from __future__ import annotations

import narwhals as nw

from returnees.consistency.system import TOLERANCE
from returnees.engines.laying import size
from returnees.engines.seam import Engine, Lazy
from returnees.solve.screening import MOST_ROUNDS

#: After so many rounds what is left is looked at as it is: each round that is left out only makes it more.
_ROUNDS = 12


def contested(engine: Engine, terms: Lazy, edits: Lazy) -> Lazy:
    """Return the ``edit`` of those in which quantities pull against each other, as `solve.screening.contested` tells.

    `terms` have ``edit``, ``node`` (the quantity), ``coefficient``, ``low`` and ``high``; `edits` have ``edit`` and
    ``limit``.
    """
    alive = engine.keep(terms)
    left = size(engine, alive)
    for _ in range(_ROUNDS):
        if not left:
            break
        settled = _settled(alive, edits)
        alive = engine.keep(alive.join(settled, on="edit", how="anti"))
        before, left = left, size(engine, alive)
        if left == before:
            break
    return alive.select("edit").unique()


def _settled(terms: Lazy, edits: Lazy) -> Lazy:
    """Return the edits that are met where each quantity is as its other edits leave it."""
    coefficient = nw.col("coefficient")
    pulls = terms.select(
        "node", (coefficient > 0).cast(nw.Int64).alias("down"), (coefficient < 0).cast(nw.Int64).alias("up")
    )
    pulls = pulls.group_by("node").agg(nw.col("down").max(), nw.col("up").max())
    own = terms.join(pulls, on="node", how="inner")
    least = nw.when(nw.col("down") > 0).then(nw.col("low")).otherwise(nw.col("high"))
    value = nw.when(coefficient == 0).then(nw.lit(0.0)).otherwise(coefficient * least)
    own = own.select("edit", value.alias("value"), (nw.col("down") * nw.col("up")).alias("both"))
    finite = nw.when(nw.col("value").is_finite()).then(nw.col("value").abs()).otherwise(nw.lit(0.0))
    sums = own.with_columns(finite.alias("scale")).group_by("edit").agg(
        nw.col("value").sum(), nw.col("scale").sum(), nw.col("both").max()
    )  # fmt: skip
    sums = sums.join(edits, on="edit", how="inner")
    met = nw.col("value") <= nw.col("limit") + (nw.col("scale") + nw.col("limit").abs()) * TOLERANCE
    return sums.filter((met & (nw.col("both") == 0)) | (nw.col("value") == float("-inf"))).select("edit")


def doubtful(engine: Engine, terms: Lazy, edits: Lazy, chosen: Lazy) -> Lazy:
    """Return the ``edit`` of those of `chosen` that hang together with one that no numbers found here meet.

    Numbers that meet all edits are sought from the low ends of the quantities on, much as `solve.screening` seeks them:
    a greater side is raised wherever it has no end, not in the first such place, for which rows have no order here.
    """
    terms = engine.keep(terms.join(chosen, on="edit", how="semi"))
    numbers = engine.keep(
        terms.group_by("node").agg(nw.col("low").min().alias("number"), nw.col("high").min().alias("top"))
    )
    for _ in range(MOST_ROUNDS):
        missed = engine.keep(_missed(terms.join(numbers, on="node", how="inner"), edits))
        raised = missed.filter((nw.col("endless") > 0) | (nw.col("room") >= nw.col("miss")))
        if not size(engine, raised):
            break
        wanted = _wanted(terms.join(numbers, on="node", how="inner").join(raised, on="edit", how="inner"))
        higher = numbers.join(wanted, on="node", how="left")
        number = nw.max_horizontal(nw.col("number"), nw.col("wanted").fill_null(0.0))
        numbers = engine.keep(higher.select("node", number.alias("number"), "top"))
    missed = engine.keep(_missed(terms.join(numbers, on="node", how="inner"), edits).select("edit"))
    return _hanging_together(engine, terms, missed)


def _room() -> tuple[nw.Expr, nw.Expr]:
    """Return how far a term of the greater side can still be raised, and whether that has no end."""
    coefficient, gap = nw.col("coefficient"), nw.col("top") - nw.col("number")
    endless = (coefficient < 0) & ~gap.is_finite()
    return nw.when((coefficient < 0) & gap.is_finite()).then(-coefficient * gap).otherwise(nw.lit(0.0)), endless


def _missed(own: Lazy, edits: Lazy) -> Lazy:
    """Return the edits that are not met at these numbers: by how much, and what room their greater sides have."""
    room, endless = _room()
    value = nw.col("coefficient") * nw.col("number")
    sums = own.select(
        "edit", value.alias("value"), value.abs().alias("scale"), room.alias("room"),
        endless.cast(nw.Int64).alias("endless"),
    ).group_by("edit").agg(nw.col("value", "scale", "room", "endless").sum())  # fmt: skip
    sums = sums.join(edits, on="edit", how="inner").with_columns((nw.col("value") - nw.col("limit")).alias("miss"))
    beyond = nw.col("miss") > (nw.col("scale") + nw.col("limit").abs()) * TOLERANCE
    return sums.filter(beyond).select("edit", "miss", "room", "endless")


def _wanted(own: Lazy) -> Lazy:
    """Return the number that each quantity of the greater sides is raised to, so that the edits are met."""
    room, endless = _room()
    share = (
        nw.when(nw.col("endless") > 0).then(nw.when(endless).then(1.0 / nw.col("endless")).otherwise(nw.lit(0.0)))
        .otherwise(nw.when(nw.col("room") > 0).then(room / nw.col("room")).otherwise(nw.lit(0.0)))
    )  # fmt: skip
    own = own.with_columns(share.alias("share")).filter(nw.col("share") > 0)
    more = nw.col("number") - nw.col("miss") * nw.col("share") / nw.col("coefficient")
    return own.select("node", nw.min_horizontal(more, nw.col("top")).alias("wanted")).group_by("node").agg(
        nw.col("wanted").max()
    )  # fmt: skip


def _hanging_together(engine: Engine, terms: Lazy, some: Lazy) -> Lazy:
    """Return some edits with all that share a quantity with one of them, and so on."""
    found, count = some, size(engine, some)
    while count:
        nodes = terms.join(found, on="edit", how="semi").select("node").unique()
        found = engine.keep(terms.join(nodes, on="node", how="semi").select("edit").unique())
        before, count = count, size(engine, found)
        if count == before:
            break
    return found
