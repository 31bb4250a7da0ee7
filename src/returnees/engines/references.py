"""Keys between tables as joins: which rows refer to nothing, and which rows they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.engines.cells import Cell
from returnees.engines.faults import Faults, cells_of, counted
from returnees.engines.holding import Held
from returnees.engines.seam import ROW, Engine, Lazy
from returnees.tables.lexical import not_checked
from returnees.tables.schema import ForeignKey

#: What the cells of a type are held as, where that is not text. A number and a whole number are compared as numbers.
_KINDS = {"integer": "whole", "year": "whole", "number": "number", "boolean": "truth", "datetime": "moment"}
_NOTHING = Cell(nw.lit(None).cast(nw.String), nw.lit(None).cast(nw.String))


@dataclass(frozen=True)
class Link:
    """A foreign key that can be followed: rows of `source` refer to rows of `target`, by these parts of both."""

    source: str
    target: str
    key: ForeignKey
    own: Lazy
    known: Lazy
    parts: tuple[str, ...]


def links(held: Mapping[str, Held]) -> Iterator[Link]:
    """Yield every foreign key whose fields are in both schemas; a field that the files lack has no value."""
    for name, table in held.items():
        for key in table.schema.foreign_keys:
            target = held.get(key.target or name)
            if target is None or not key.fields or len(key.fields) != len(key.target_fields):
                continue
            if set(key.fields) <= table.place.keys() and set(key.target_fields) <= set(target.schema.names):
                yield _link(name, table, target, key)


def _link(name: str, table: Held, target: Held, key: ForeignKey) -> Link:
    parts = tuple(f"part{number}" for number in range(len(key.fields)))
    own, its = cells_of(table), cells_of(target)
    values = [
        _alike(_kind(table, mine), _kind(target, theirs), own[mine], its.get(theirs, _NOTHING))
        for mine, theirs in zip(key.fields, key.target_fields, strict=True)
    ]
    return Link(
        name, target.resource.name, key,
        _there(table.frame, parts, [value for value, _ in values]),
        _there(target.frame, parts, [value for _, value in values]),
        parts,
    )  # fmt: skip


def _kind(held: Held, name: str) -> str:
    """Return what the cells of a field are held as."""
    if name not in held.place or not_checked(held.schema.field(name)):
        return "text"
    return _KINDS.get(held.schema.field(name).type, "text")


def _alike(mine: str, theirs: str, own: Cell, its: Cell) -> tuple[nw.Expr, nw.Expr]:
    """Return the values of both sides in one type: as numbers when both are, else as text."""
    if mine == theirs:
        return own.value, its.value
    if {mine, theirs} == {"whole", "number"}:
        return own.value.cast(nw.Float64), its.value.cast(nw.Float64)
    return _text(mine, own), _text(theirs, its)


def _text(kind: str, cell: Cell) -> nw.Expr:
    """Return a value as text; a moment, which an engine counts in microseconds, is like no text."""
    text = cell.value.cast(nw.String)
    return nw.concat_str(nw.lit("moment "), text) if kind == "moment" else text


def _there(frame: Lazy, parts: Sequence[str], values: Sequence[nw.Expr]) -> Lazy:
    """Return the parts of the key in each row that has all of them."""
    named = frame.select(ROW, *(value.alias(part) for part, value in zip(parts, values, strict=True)))
    return named.filter(~nw.any_horizontal(*(nw.col(part).is_null() for part in parts), ignore_nulls=True))


def lost(engine: Engine, link: Link) -> Faults:
    """Return the rows that refer to no row."""
    found = link.own.join(link.known.select(*link.parts), on=list(link.parts), how="anti").select(ROW)
    return counted(engine, found, ("F138", ", ".join(link.key.fields), link.target))


def referred_to(engine: Engine, link: Link, rows: pl.Series | None) -> pl.Series:
    """Return the rows of the target that these rows of the source refer to, None for all of them."""
    own = link.own
    if rows is not None:
        own = own.join(engine.frame(pl.DataFrame({ROW: rows.cast(pl.Int64)})), on=ROW, how="semi")
    wanted = own.select(*link.parts).unique()
    return engine.fetch(link.known.join(wanted, on=list(link.parts), how="semi").select(ROW)).to_series().cast(pl.Int64)
