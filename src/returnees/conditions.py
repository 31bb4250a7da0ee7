"""Conditions such as ``area=USA,FRA``, with which figures and quantities are chosen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from returnees.errors import UsageError, folded, nearest
from returnees.tables.model import Table
from returnees.tables.names import names_of_codes


class Condition(NamedTuple):
    """What one field must say: one of some codes."""

    field: str
    codes: tuple[str, ...]


def read_conditions(
    stated: Sequence[str],
    fields: Sequence[str],
    known: Callable[[str], Collection[str]],
    tables: Mapping[str, Table],
) -> list[Condition]:
    """Return the conditions that `stated` writes, each ``field=code,code`` (``area`` stands for ``area_id``).

    Parameters
    ----------
    fields
        The fields that a condition can be about.
    known
        Gives the codes that a field can have.
    tables
        The tables of the package, which say what codes are called.

    Raises
    ------
    UsageError
        If a condition is not of this form, its field is not one of `fields`, or a code is not known; the message says
        what may be meant.
    """
    conditions = []
    for text in stated:
        name, _, codes = text.partition("=")
        name = name.strip()
        field = name if name in fields else f"{name}_id"
        if field not in fields:
            raise UsageError(f"'{text}' names no field of figures{_field_meant(name, codes, fields, tables)}")
        wanted = tuple(code.strip() for code in codes.split(",") if code.strip())
        if not wanted:
            raise UsageError(f"'{text}' names no code; write {name}=CODE,...")
        there = known(field)
        for code in wanted:
            if code not in there:
                raise UsageError(f"no figure has {name} '{code}'{_code_meant(code, there, _called(field, tables))}")
        conditions.append(Condition(field, wanted))
    return conditions


def _field_meant(name: str, codes: str, fields: Sequence[str], tables: Mapping[str, Table]) -> str:
    """Return which field may be meant: one of nearly this name, else one that has the code, else all there are."""
    short = [field.removesuffix("_id") for field in fields]
    if near := nearest(name.removesuffix("_id"), short):
        return near
    code = codes.split(",")[0].strip()
    for field in fields if code else ():
        if folded(code) in {folded(word) for pair in _called(field, tables).items() for word in pair}:
            return f"; did you mean '{field.removesuffix('_id')}'?"
    return f"; there are {', '.join(short)}"


def _code_meant(code: str, there: Collection[str], called: Mapping[str, str]) -> str:
    """Return which code of those that are there may be meant, by its code or by what it is called."""
    if code in called:
        return f" ({called[code]})" if called[code] else ""
    chosen = set(there)
    return nearest(code, there, {known: name for known, name in called.items() if name and known in chosen})


def _called(field: str, tables: Mapping[str, Table]) -> Mapping[str, str]:
    """Return what the codes of a field of figures are called, as far as its code list says."""
    figures = tables.get("figures")
    for key in figures.schema.foreign_keys if figures else ():
        target = tables.get(key.target)
        if key.fields == (field,) and target is not None and key.target_fields[0] in target.frame.columns:
            return names_of_codes(target, key.target_fields[0])
    return {}


def meets(figures: pl.DataFrame, stated: Sequence[str], tables: Mapping[str, Table]) -> pl.Series:
    """Return for each row of `figures` whether it meets every condition that `stated` writes.

    `tables` are those of the package, which say what codes are called.

    Raises
    ------
    UsageError
        As `read_conditions` does; the codes of a field are those that occur in it.
    """

    def occurring(field: str) -> list[str]:
        return figures[field].cast(pl.String).unique().drop_nulls().sort().to_list()

    chosen = pl.repeat(True, figures.height, eager=True)
    for field, codes in read_conditions(stated, figures.columns, occurring, tables):
        chosen &= figures[field].cast(pl.String).is_in(codes).fill_null(False)
    return chosen
