"""Figures as quantities in an engine: an interval, a span of days, and coordinates as numbers; see `consistency`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.consistency.dates import ALWAYS
from returnees.consistency.intervals import with_intervals
from returnees.consistency.quantities import Quantities
from returnees.consistency.setting import Setting
from returnees.engines.cells import day_number, of_calendar
from returnees.engines.faults import cells_of
from returnees.engines.holding import Held
from returnees.engines.rowfaults import number_of, word_of
from returnees.engines.seam import ROW, Engine, Lazy
from returnees.errors import EngineError

#: What the frame of quantities has, beside a number for each coordinate under its dimension's name.
_KEPT = (
    "quantity", "figure", "measure", "source", "publisher", "first", "last", "least", "most", "ceiling", "cumulative",
    "key", "twin",
)  # fmt: skip


@dataclass(frozen=True)
class Laid:
    """The quantities of a package in an engine, and the numbers that its codes go by (with no figures in them)."""

    frame: Lazy
    codes: Quantities
    count: int
    rows: int
    present: Mapping[str, frozenset[str]]


def quantities_on(engine: Engine, held: Mapping[str, Held], setting: Setting, patterns: int) -> Laid:
    """Return the figures that can take part in edits, each numbered by its row.

    `patterns` is how many patterns the rules have in all: groups of figures are numbered by pattern and coordinates.

    Raises
    ------
    EngineError
        If the package has more coordinates than can be told apart in 64 bits.
    """
    figures, profile = held["figures"], setting.profile
    fields = {"measure": "measure_id", **profile.dimensions}
    frame = engine.keep(_stated(figures, setting, fields))
    seen = {name: _seen(engine, frame, name) for name in fields}
    known = {"measure": set(profile.measures), **profile.codes}
    numbers = {
        name: {code: number for number, code in enumerate(sorted({*seen[name], *known[name]}))} for name in fields
    }
    radix, place = {}, 1
    for name in reversed([*profile.dimensions]):
        radix[name] = place
        place *= max(1, len(numbers[name]))
    radix["source"] = place
    base = len(numbers["measure"])
    if place * base * max(1, figures.rows) * max(1, patterns) >= 2**62:
        raise EngineError(
            "the figures have more combinations of coordinates, measures and rules than an engine can number; "
            "--engine polars can"
        )
    for name, codes in numbers.items():
        table = pl.DataFrame(
            {f"code {name}": list(codes), name: list(codes.values())}, {f"code {name}": pl.String, name: pl.Int64}
        )
        frame = frame.join(engine.frame(table), on=f"code {name}", how="inner")
    # A source goes by the number of its first figure: no source has to wait for the others to be numbered.
    sources = frame.group_by("source_id").agg(nw.col("quantity").min().alias("source"))
    sources = engine.keep(_with_publishers(sources, held.get("sources")))
    frame = frame.join(sources, on="source_id", how="inner")
    key = sum((nw.col(name) * value for name, value in radix.items()), nw.lit(0).cast(nw.Int64))
    frame = frame.with_columns(key.alias("key"))
    same = ["key", "measure", "first", "last"]
    twins = frame.group_by(same).agg(nw.len().alias("times")).filter(nw.col("times") > 1)
    twin = frame.join(twins.select(same), on=same, how="semi").select("quantity", nw.lit(True).alias("twin"))
    frame = frame.join(twin, on="quantity", how="left").with_columns(nw.col("twin").fill_null(False))
    frame = engine.keep(frame.select(*_KEPT, *profile.dimensions))
    count = int(engine.fetch(frame.select(nw.len().alias("figures"))).item())
    empty = pl.DataFrame(schema=dict.fromkeys([*_KEPT, *profile.dimensions], pl.Int64))
    present = {name: frozenset(codes) for name, codes in seen.items()}
    return Laid(frame, Quantities(empty, radix, numbers, base), count, figures.rows, present)


def _stated(figures: Held, setting: Setting, fields: Mapping[str, str]) -> Lazy:
    """Return the intervals, days and codes of the figures that have an id, a source, a measure and all coordinates."""
    cells, profile = cells_of(figures), setting.profile
    needed = {
        "figure": "figure_id",
        "source_id": "source_id",
        **{f"code {name}": field for name, field in fields.items()},
    }
    texts = {name: word_of(figures, cells, field) for name, field in needed.items()}
    texts |= {name: word_of(figures, cells, name) for name in ("as_of", "qualifier", "unit")}
    numbers = {name: number_of(figures, cells, name) for name in ("value", "low", "high")}
    frame = figures.frame.select(
        nw.col(ROW).alias("quantity"), *(cell.alias(name) for name, cell in (texts | numbers).items())
    )
    frame = frame.filter(~nw.any_horizontal(*(nw.col(name).is_null() for name in needed), ignore_nulls=True))
    frame = _spans(nw.from_native(with_intervals(frame.to_native(), setting.about)))
    # What has been said to be wrong, such as a range that runs backwards, has no numbers to reason with.
    frame = frame.filter(nw.col("least") <= nw.col("most"))
    shares = [name for name, measure in profile.measures.items() if measure.share]
    cumulative = [name for name, measure in profile.measures.items() if measure.cumulative]
    measure = nw.col("code measure")
    ceiling = nw.when(measure.is_in(shares)).then(nw.lit(100.0)).otherwise(nw.lit(float("inf")))
    return frame.select(
        "quantity", "figure", "source_id", *(f"code {name}" for name in fields), "first", "last", "least", "most",
        (ceiling if shares else nw.lit(float("inf"))).alias("ceiling"),
        (measure.is_in(cumulative) if cumulative else nw.lit(False)).alias("cumulative"),
    )  # fmt: skip


def _spans(frame: Lazy) -> Lazy:
    """Return the frame with the ``first`` and ``last`` day of ``as_of``, as `consistency.dates.spans` tells them."""
    text = nw.col("as_of")
    first = nw.concat_str(text, nw.lit("-01-01")).str.slice(0, 10)
    shaped = text.str.contains(r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?\z") & of_calendar(first)
    frame = frame.with_columns(
        nw.when(shaped).then(first).alias("day"), nw.when(shaped).then(text.str.len_chars()).alias("size")
    )
    parts = {"year": (0, 4), "month": (5, 2), "date": (8, 2)}
    frame = frame.with_columns(
        nw.col("day").str.slice(at, size).cast(nw.Int64).alias(f"of {name}") for name, (at, size) in parts.items()
    )
    year, month, day = (nw.col(f"of {name}") for name in parts)
    one = nw.lit(1).cast(nw.Int64)
    # The last day is the one before the next year, or the next month, begins.
    december = month == 12
    next_month = nw.when(december).then(one).otherwise(month + 1)
    frame = frame.with_columns(
        day_number(year, month, day).alias("first day"),
        day_number(year + 1, one, one).alias("next year"),
        day_number(nw.when(december).then(year + 1).otherwise(year), next_month, one).alias("next month"),
    )
    last = nw.when(nw.col("size") == 4).then(nw.col("next year") - 1).otherwise(
        nw.when(nw.col("size") == 7).then(nw.col("next month") - 1).otherwise(nw.col("first day"))
    )  # fmt: skip
    return frame.with_columns(
        nw.col("first day").fill_null(ALWAYS[0]).alias("first"), last.fill_null(ALWAYS[1]).alias("last")
    )


def _seen(engine: Engine, frame: Lazy, name: str) -> list[str]:
    """Return the codes that figures have along a dimension."""
    return engine.fetch(frame.select(f"code {name}").unique()).to_series().to_list()


def _with_publishers(sources: Lazy, table: Held | None) -> Lazy:
    """Return ``source_id``, ``source`` and ``publisher``: the first source of what counts as one over time."""
    if table is None or not {"source_id", "publisher_id"} <= set(table.schema.names):
        return sources.with_columns(nw.col("source").alias("publisher"))
    cells = cells_of(table)
    texts = {name: word_of(table, cells, name) for name in ("source_id", "publisher_id", "series")}
    stated = table.frame.select(ROW, *(text.alias(name) for name, text in texts.items()))
    stated = stated.filter(~nw.col("source_id").is_null())
    first = stated.group_by("source_id").agg(nw.col(ROW).min())
    stated = stated.join(first, on=["source_id", ROW], how="inner")
    counting = nw.concat_str(nw.lit("p:"), nw.col("publisher_id"), nw.lit("\n"), nw.col("series").fill_null(""))
    stated = stated.select("source_id", counting.alias("counting"))
    joined = sources.join(stated, on="source_id", how="left")
    alone = nw.concat_str(nw.lit("s:"), nw.col("source_id"))
    joined = joined.with_columns(
        nw.when(nw.col("counting").is_null()).then(alone).otherwise(nw.col("counting")).alias("counting")
    )
    publishers = joined.group_by("counting").agg(nw.col("source").min().alias("publisher"))
    return joined.join(publishers, on="counting", how="inner").drop("counting")
