"""Figures as quantities: an interval, a span of days, and coordinates as numbers that joins are quick on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from returnees.consistency.dates import spans
from returnees.consistency.intervals import ABOUT, with_intervals
from returnees.consistency.profile import Profile
from returnees.errors import PackageError


@dataclass(frozen=True)
class Quantities:
    """The figures of a package for the engine.

    ``frame`` has a row a figure: ``quantity`` (the number of the row here), ``row`` (its row in figures), ``figure``
    (its id), ``measure`` (number), a number for each coordinate under its dimension's name, ``publisher``, ``first``
    and ``last`` (days), ``least`` and ``most``, ``ceiling``, ``cumulative``, ``twin`` (whether another figure has all
    the same coordinates and the same date), and ``key``: source and coordinates as one number in mixed radix, in which
    ``radix`` is the place value of each dimension and ``base`` how many measures there are. ``numbers`` has the number
    of each known code, by dimension, and under ``measure`` that of each measure.
    """

    frame: pl.DataFrame
    radix: Mapping[str, int]
    numbers: Mapping[str, Mapping[str, int]]
    base: int

    def number(self, dimension: str, code: str) -> int | None:
        """Return the number of a code along a dimension (or of a measure), None for one that is not known."""
        return self.numbers[dimension].get(code)

    def placed(self, key: Any, measure: Any) -> Any:
        """Return what tells a quantity from another but for its date: coordinates and measure, as one number.

        `key` and `measure` are columns of numbers of any library.
        """
        return (key * self.base + measure).alias("place")

    def line(self, publisher: Any, key: Any, measure: Any) -> Any:
        """Return what the figures of a series share, as one number: the publisher stands for the source in the key."""
        own = self.radix["source"]
        return ((publisher * own + key % own) * self.base + measure).alias("line")

    @property
    def place(self) -> pl.Expr:
        """The place of each quantity, as `placed` numbers it."""
        expression: pl.Expr = self.placed(pl.col("key"), pl.col("measure"))
        return expression

    @property
    def whole(self) -> pl.DataType:
        """The type of keys and places."""
        return self.frame.schema["key"]

    @property
    def widest(self) -> int:
        """How many codes the dimension with the most has, at least 1."""
        return max(1, *map(len, self.numbers.values()))

    @cached_property
    def present(self) -> Mapping[str, frozenset[str]]:
        """The codes that a figure has, by dimension, and under ``measure`` the measures."""
        return {name: self._used(name) for name in self.numbers}

    def _used(self, dimension: str) -> frozenset[str]:
        codes = self.numbers[dimension]
        counts = np.bincount(self.frame[dimension].to_numpy(), minlength=len(codes))
        return frozenset(code for code, number in codes.items() if counts[number])


def quantities(
    figures: pl.DataFrame, profile: Profile, publishers: pl.DataFrame | None = None, about: float = ABOUT
) -> Quantities:
    """Return the figures that can take part in edits: those with an id, a source, a measure and all coordinates.

    `publishers` (``source_id``, ``publisher_id`` and, where a publisher counts in several ways, ``series``) says which
    sources continue one count; without it each source is its own. `about` is the least relative half-width of a
    figure qualified by "about".

    Raises
    ------
    PackageError
        If the codes can be put together in more ways than a number of 128 bits can tell apart.
    """
    # A coordinate's field may be called as a column here is; with a blank in it no name is taken.
    named = {name: f"code {name}" for name in profile.dimensions}
    fields = {"measure": "measure_id", "source": "source_id", **named}
    needed = {"figure_id": "figure_id", "source_id": "source_id", "measure_id": "measure_id"}
    needed |= {named[name]: field for name, field in profile.dimensions.items()}
    numbers = [name for name in ("qualifier", "value", "low", "high", "unit") if name in figures.columns]
    frame = (
        figures.select(
            *(pl.col(field).cast(pl.String).alias(name) for name, field in needed.items()),
            *numbers,
        )
        .with_columns(_days(figures))
        .with_row_index("row")
        .drop_nulls(list(needed))
    )
    # What has been said to be wrong, such as a range that runs backwards, has no numbers to reason with.
    frame = with_intervals(frame, about).filter(pl.col("least") <= pl.col("most"))
    known = {"measure": profile.measures, "source": (), **profile.codes}
    codes = {name: _codes(frame[field], known[name]) for name, field in fields.items()}
    frame = frame.with_columns(
        pl.col(field).cast(pl.Enum(codes[name])).to_physical().cast(pl.Int64).alias(name)
        for name, field in fields.items()
    )
    radix: dict[str, int] = {}
    place = 1
    for name in reversed([*profile.dimensions]):
        radix[name] = place
        place *= max(1, len(codes[name]))
    radix["source"] = place
    # Rules lay at most some million patterns; their number and the measure's are put before the key later on.
    largest = place * max(1, len(codes["source"])) * max(1, len(codes["measure"])) * 2**20
    if largest >= 2**127:
        raise PackageError(
            f"the figures have {len(profile.dimensions)} coordinates with so many codes that they cannot be numbered"
        )
    whole = pl.Int128 if largest >= 2**63 else pl.Int64
    key = sum((pl.col(name).cast(whole) * value for name, value in radix.items()), pl.lit(0, whole))
    shares = [name for name, measure in profile.measures.items() if measure.share]
    ceiling = pl.when(pl.col("measure_id").is_in(shares)).then(100.0).otherwise(float("inf")).alias("ceiling")
    cumulative = [name for name, measure in profile.measures.items() if measure.cumulative]
    frame = frame.with_columns(key.alias("key"), pl.col("measure_id").is_in(cumulative).alias("cumulative"), ceiling)
    publisher = _publishers(codes["source"], publishers).gather(frame["source"]).alias("publisher")
    frame = frame.rename({"figure_id": "figure"}).with_columns(publisher)
    kept = ["row", "figure", "measure", *profile.dimensions, "source", "publisher", "first", "last"]
    frame = frame.select(*kept, "least", "most", "ceiling", "cumulative", "key").with_row_index("quantity")
    numbered = {
        name: {code: number for number, code in enumerate(codes[name])} for name in ("measure", *profile.dimensions)
    }
    twin = pl.struct("key", "measure", "first", "last").is_duplicated()
    frame = frame.with_columns(pl.col("quantity").cast(pl.Int64), twin.alias("twin"))
    return Quantities(frame, radix, numbered, len(codes["measure"]))


def _codes(column: pl.Series, known: Collection[str]) -> pl.Series:
    """Return every code that is known or that a figure has, sorted."""
    return pl.concat([column, pl.Series(column.name, list(known), pl.String)]).unique().sort()


def _publishers(sources: pl.Series, publishers: pl.DataFrame | None) -> pl.Series:
    """Return what each of `sources` is one count with over time, as a number: its publisher, and its series if any.

    A source that names no publisher stands alone.
    """
    if publishers is None:
        return pl.int_range(len(sources), eager=True)
    series = pl.col("series") if "series" in publishers.columns else pl.lit(None)
    known = publishers.select(
        pl.col("source_id").cast(pl.String),
        pl.concat_str(
            pl.lit("p:"), pl.col("publisher_id").cast(pl.String), pl.lit("\n"), series.cast(pl.String).fill_null("")
        ).alias("counting"),
    )
    joined = sources.to_frame("source_id").join(
        known.unique("source_id", keep="first"), on="source_id", how="left", maintain_order="left"
    )
    named = joined.select(pl.coalesce("counting", pl.concat_str(pl.lit("s:"), "source_id")))
    return named.to_series().rank("dense").cast(pl.Int64)


def _days(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the ``first`` and the ``last`` day of each figure; few dates are those of many figures."""
    dated = "as_of" in figures.columns
    as_of = figures["as_of"].cast(pl.String) if dated else pl.repeat(None, figures.height, dtype=pl.String, eager=True)
    dates = as_of.alias("as_of").to_frame()
    first, last = spans(pl.col("as_of"))
    known = dates.unique().with_columns(first.alias("first"), last.alias("last"))
    return dates.join(known, on="as_of", how="left", nulls_equal=True, maintain_order="left").drop("as_of")
