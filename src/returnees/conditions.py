"""Conditions such as ``area=USA,FRA``, with which figures and quantities are chosen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import polars as pl

from returnees.errors import UsageError, nearest


class Condition(NamedTuple):
    """What one field must say: one of some codes."""

    field: str
    codes: tuple[str, ...]


def read_conditions(
    stated: Sequence[str], fields: Sequence[str], known: Callable[[str], Collection[str]]
) -> list[Condition]:
    """Return the conditions that `stated` writes, each ``field=code,code`` (``area`` stands for ``area_id``).

    Parameters
    ----------
    fields
        The fields that a condition can be about.
    known
        Gives the codes that a field can have.

    Raises
    ------
    UsageError
        If a condition is not of this form, its field is not one of `fields`, or a code is not known.
    """
    conditions = []
    for text in stated:
        name, equals, codes = text.partition("=")
        name = name.strip()
        field = name if name in fields else f"{name}_id"
        if not equals or field not in fields:
            raise UsageError(f"'{text}' names no field of figures{nearest(field, fields)}")
        wanted = tuple(code.strip() for code in codes.split(",") if code.strip())
        if not wanted:
            raise UsageError(f"'{text}' names no code; write {name}=CODE,...")
        there = known(field)
        for code in wanted:
            if code not in there:
                raise UsageError(f"no figure has {name} '{code}'{nearest(code, there)}")
        conditions.append(Condition(field, wanted))
    return conditions


def meets(figures: pl.DataFrame, stated: Sequence[str]) -> pl.Series:
    """Return for each row of `figures` whether it meets every condition that `stated` writes.

    Raises
    ------
    UsageError
        As `read_conditions` does; the codes of a field are those that occur in it.
    """

    def occurring(field: str) -> list[str]:
        return figures[field].cast(pl.String).unique().drop_nulls().sort().to_list()

    chosen = pl.repeat(True, figures.height, eager=True)
    for field, codes in read_conditions(stated, figures.columns, occurring):
        chosen &= figures[field].cast(pl.String).is_in(codes).fill_null(False)
    return chosen
