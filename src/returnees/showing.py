"""Figures chosen and written for a reader, each as the source qualified it and never as a midpoint."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from returnees.errors import UsageError, nearest
from returnees.figures.readings import printed
from returnees.package.model import Package
from returnees.report.escape import visible, visible_json

_NOT_SHOWN = ("figure_id", "qualifier", "value", "low", "high", "unit", "basis", "note", "source_id")


def chosen_figures(package: Package, conditions: Sequence[str]) -> pl.DataFrame:
    """Return the figures that meet every condition, each ``field=code,code`` (``area`` stands for ``area_id``).

    Raises
    ------
    UsageError
        If a condition is not of this form, its field is not one of figures, or its code does not occur.
    """
    figures = package.table("figures")
    for condition in conditions:
        name, equals, codes = condition.partition("=")
        field = name if name in figures.columns else f"{name}_id"
        if not equals or field not in figures.columns:
            raise UsageError(f"'{condition}' names no field of figures{nearest(field, figures.columns)}")
        wanted = [code.strip() for code in codes.split(",") if code.strip()]
        known = figures[field].cast(pl.String).unique().drop_nulls()
        for code in wanted:
            if code not in known:
                raise UsageError(f"no figure has {name} '{code}'{nearest(code, known.to_list())}")
        figures = figures.filter(pl.col(field).cast(pl.String).is_in(wanted))
    return figures


def render_figures(figures: pl.DataFrame, form: str) -> str:
    """Return figures as a table for the terminal (``text``), or as ``csv`` or ``json`` with all their fields."""
    if form == "csv":
        return figures.write_csv()
    if form == "json":
        return visible_json(figures.write_json()) + "\n"
    from tabulate import tabulate

    coordinates = [name for name in figures.columns if name not in _NOT_SHOWN]
    # A column that says the same in every row says it once, above the table.
    constant = [name for name in coordinates if figures.height > 1 and figures[name].n_unique() == 1]
    varying = [name for name in coordinates if name not in constant]
    rows = [
        [visible(str(cell or "")) for cell in (*(row[name] for name in varying), _amount(row), row.get("source_id"))]
        for row in figures.iter_rows(named=True)
    ]
    said = [f"{name.removesuffix('_id')} {visible(str(figures[name][0]))}" for name in constant if figures[name][0]]
    headers = [name.removesuffix("_id").replace("_", " ") for name in varying] + ["figure", "source"]
    table = tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)
    return "".join(f"{line.rstrip()}\n" for line in ([", ".join(said), ""] if said else []) + table.splitlines())


def _amount(row: dict[str, object]) -> str:
    """Return a figure's number as the source qualified it, with a sign for percent."""
    unit = " %" if row.get("unit") == "percent" else ""
    return printed(row) + unit
