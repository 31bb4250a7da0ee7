"""An extract of a package: those of its rows on which every check finds what it finds on all of them.

A row comes with those it refers to, so that none seems to refer to nothing; a figure with a reading, so that none seems
never to have been read; and a row that repeats a key, which `faults` sees to, with the one it repeats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import narwhals as nw
import polars as pl

from returnees.engines.faults import Faults, cells_of
from returnees.engines.holding import Held
from returnees.engines.references import Link, links, referred_to
from returnees.engines.rowfaults import word_of
from returnees.engines.seam import ROW, Engine
from returnees.tables.model import Table
from returnees.tables.schema import ForeignKey

#: What the checks of figures look up by a field, whether or not the schema states a foreign key.
_LOOKED_UP = (
    ("figures", "source_id", "sources"), ("figures", "measure_id", "measures"), ("readings", "figure_id", "figures"),
)  # fmt: skip


def extracted(engine: Engine, held: Mapping[str, Held], faults: Mapping[str, Faults]) -> dict[str, Table]:
    """Return the tables with the rows of `faults` and those that must come with them; small tables are whole."""
    rows = _closed(engine, held, {name: found.rows for name, found in faults.items()})
    none = Faults(pl.Series(ROW, [], pl.Int64), {})
    return {
        name: table.extract(rows.get(name, none.rows).sort(), faults.get(name, none).counts)
        for name, table in held.items()
    }


def _closed(engine: Engine, held: Mapping[str, Held], rows: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Return these rows, and those that must come with them, and with these, and so on."""
    known = {name: rows.get(name, _rows([])) for name, table in held.items() if table.here is None}
    # Of a table that is here all rows look for theirs, once.
    fresh: dict[str, pl.Series | None] = {name: None for name, table in held.items() if table.here is not None}
    fresh |= {name: found for name, found in known.items() if len(found)}
    ways = list(_ways(held))
    while fresh:
        found: dict[str, list[pl.Series]] = {}
        for way in ways:
            if way.source in fresh and way.target in known:
                found.setdefault(way.target, []).append(referred_to(engine, way, fresh[way.source]))
        fresh = {}
        for name, more in found.items():
            new = pl.concat(more).unique()
            new = new.filter(~new.is_in(known[name].implode()))
            if len(new):
                known[name] = pl.concat([known[name], new])
                fresh[name] = new
    return known


def _ways(held: Mapping[str, Held]) -> Iterator[Link]:
    """Yield the ways from a row to those that must come with it."""
    yield from links(held)
    for name, field, target in _LOOKED_UP:
        if name in held and target in held and field in held[name].place and field in held[target].place:
            yield _by_words(held, name, field, target)
    if all(name in held and "figure_id" in held[name].place for name in ("figures", "readings")):
        way = _by_words(held, "figures", "figure_id", "readings")
        # One reading shows that there is one; those that print something else are there already.
        yield replace(way, known=way.known.group_by(*way.parts).agg(nw.col(ROW).min()))


def _by_words(held: Mapping[str, Held], name: str, field: str, target: str) -> Link:
    key = ForeignKey((field,), target, (field,))
    own, its = (
        held[table].frame.select(ROW, word_of(held[table], cells_of(held[table]), field).alias("part0"))
        for table in (name, target)
    )
    there = ~nw.col("part0").is_null()
    return Link(name, target, key, own.filter(there), its.filter(there), ("part0",))


def _rows(numbers: Sequence[int]) -> pl.Series:
    return pl.Series(ROW, numbers, pl.Int64)
