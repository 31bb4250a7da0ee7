"""Dates of full or reduced precision (ISO 8601) as spans of days: 2014 is any day of 2014."""

from __future__ import annotations

import polars as pl

#: The span of a figure without a date: it agrees with every other.
ALWAYS = (-10_000_000, 10_000_000)


def spans(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the first and the last day of each date, as days since 1970-01-01; what is no date spans all time.

    Dates are those of the calendar from the year 1 on, written with all their digits: ``2017-1-5`` is none.

    Spans of such dates are nested or disjoint: two dates *agree* when one lies within the other, for then they can be
    the same day; one is *earlier* than another only when that is so for every day of both.
    """
    month = text.str.contains(r"^[0-9]{4}-[0-9]{2}$")
    year = text.str.contains(r"^[0-9]{4}$")
    day = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    first = (
        pl.when(text.str.starts_with("0000")).then(None)
        .when(year).then(pl.concat_str(text, pl.lit("-01-01")))
        .when(month).then(pl.concat_str(text, pl.lit("-01")))
        .when(day).then(text)
        .str.to_date("%Y-%m-%d", strict=False)
    )  # fmt: skip
    last = (
        pl.when(year).then(first.dt.offset_by("1y").dt.offset_by("-1d"))
        .when(month).then(first.dt.month_end())
        .otherwise(first)
    )  # fmt: skip
    return (
        first.to_physical().fill_null(ALWAYS[0]).cast(pl.Int64),
        last.to_physical().fill_null(ALWAYS[1]).cast(pl.Int64),
    )
