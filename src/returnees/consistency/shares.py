"""Shares in edits: what a share leaves of a count is true whatever the share really is, within its own interval.

Written in Narwhals expressions, so that the same code runs on every engine.
"""

from __future__ import annotations

import narwhals as nw

from returnees.consistency.layout import Frame
from returnees.consistency.patterns import COUNTED, GUARD, PLAIN, SCALED


def limitless(terms: Frame) -> Frame:
    """Return the ``edit`` of those that limit nothing for want of a share, or of anything else beside it.

    A share beside its count alone limits nothing that was published, unless a number stands in the rule. `terms` have
    ``edit``, ``kind`` and ``alone``.
    """
    kind = nw.col("kind")
    with_shares = terms.filter(kind.is_in([GUARD, SCALED])).select("edit").unique()
    facts = terms.join(with_shares, on="edit", how="semi").select(
        "edit", (kind == GUARD).alias("share"), (kind == SCALED).alias("scaled"),
        kind.is_in([PLAIN, COUNTED]).alias("plain"), "alone",
    )  # fmt: skip
    found = facts.group_by("edit").agg(nw.col("share", "scaled", "plain", "alone").any())
    limits = (nw.col("share") | ~nw.col("scaled")) & (nw.col("plain") | (nw.col("alone") & nw.col("scaled")))
    return found.filter(~limits).select("edit")


def scaled(terms: Frame) -> tuple[Frame, Frame]:
    """Return the terms with the bounds of shares in the coefficients, and by how much each such edit is ``widened``.

    On the greater side a share counts with its high end and on the smaller with its low end: what is left is true
    whatever the share really is. An edit is widened by how much larger its left side can be when the share is at its
    other end. `terms` have ``edit``, ``quantity``, ``kind``, ``coefficient``, ``least`` and ``most``; the result has
    them, too, but for those that are shares.
    """
    kind, coefficient = nw.col("kind"), nw.col("coefficient")
    share = terms.filter(kind == GUARD).select(
        "edit", nw.col("least").alias("share_low"), nw.col("most").alias("share_high")
    )
    rest = terms.join(share.select("edit"), on="edit", how="anti")
    own = terms.join(share, on="edit", how="inner").filter(kind != GUARD)
    low, high = nw.col("share_low") / 100, nw.col("share_high") / 100
    above, plain = coefficient < 0, kind != SCALED
    one = nw.lit(1.0)
    own = own.with_columns(
        (coefficient * nw.when(plain).then(one).otherwise(nw.when(above).then(high).otherwise(low))).alias("here"),
        (coefficient * nw.when(plain).then(one).otherwise(nw.when(above).then(low).otherwise(high))).alias("there"),
    )
    # What stands beside a share of itself is one quantity all the same.
    merged = own.group_by("edit", "quantity").agg(
        nw.col("kind").min(), nw.col("here").sum().alias("coefficient"), nw.col("there").sum(),
        nw.col("least").min(), nw.col("most").min(),
    )  # fmt: skip
    largest, at_other_end = _largest(coefficient), _largest(nw.col("there"))
    more = nw.when(largest < at_other_end).then(at_other_end - largest).otherwise(nw.lit(0.0))
    widened = merged.with_columns(more.alias("more")).group_by("edit").agg(nw.col("more").sum().alias("widened"))
    names = ["edit", "quantity", "kind", "coefficient", "least", "most"]
    return nw.concat([rest.select(names), merged.select(names)], how="vertical"), widened


def _largest(coefficient: nw.Expr) -> nw.Expr:
    """Return the largest that a coefficient times its quantity can be; 0 times anything is 0."""
    end = nw.when(coefficient > 0).then(nw.col("most")).otherwise(nw.col("least"))
    return nw.when(coefficient == 0).then(nw.lit(0.0)).otherwise(coefficient * end)
