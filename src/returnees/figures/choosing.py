"""Figures chosen by conditions such as ``area=GBR,FRA``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from returnees.errors import UsageError, nearest


def meets(figures: pl.DataFrame, conditions: Sequence[str]) -> pl.Series:
    """Return for each row of `figures` whether it meets every condition, each ``field=code,code``.

    ``area`` stands for the field ``area_id``.

    Raises
    ------
    UsageError
        If a condition is not of this form, its field is not one of figures, or its code does not occur.
    """
    chosen = pl.repeat(True, figures.height, eager=True)
    for condition in conditions:
        name, equals, codes = condition.partition("=")
        name = name.strip()
        field = name if name in figures.columns else f"{name}_id"
        if not equals or field not in figures.columns:
            raise UsageError(f"'{condition}' names no field of figures{nearest(field, figures.columns)}")
        wanted = [code.strip() for code in codes.split(",") if code.strip()]
        if not wanted:
            raise UsageError(f"'{condition}' names no code; write {name}=CODE,...")
        cells = figures[field].cast(pl.String)
        known = cells.unique().drop_nulls().sort()
        for code in wanted:
            if code not in known:
                raise UsageError(f"no figure has {name} '{code}'{nearest(code, known.to_list())}")
        chosen &= cells.is_in(wanted).fill_null(False)
    return chosen
