"""Figures chosen and written for a reader, each as the source qualified it and never as a midpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from returnees.conditions import meets
from returnees.figures.readings import amount
from returnees.package.model import Package
from returnees.report.escape import for_json
from returnees.report.grid import grid
from returnees.tables.canonical import csv_bytes
from returnees.tables.model import RawTable, Table

_NOT_SHOWN = ("figure_id", "qualifier", "value", "low", "high", "unit", "basis", "note", "source_id")


def chosen_figures(package: Package, conditions: Sequence[str]) -> Table:
    """Return the figures that meet every condition, each ``field=code,code`` (``area`` stands for ``area_id``).

    Raises
    ------
    UsageError
        If a condition is not of this form, its field is not one of figures, or its code does not occur.
    """
    figures = package.table("figures")
    table, chosen = package.tables["figures"], meets(figures, conditions, package.tables)
    return replace(table, frame=figures.filter(chosen), raw=RawTable(table.raw.text.filter(chosen)))


def render_figures(table: Table, form: str, width: int | None = None) -> str:
    """Return figures for the terminal (``text``), or as ``csv`` or ``json`` with all their fields.

    For the terminal, rows wider than `width` are folded; None leaves each on one line.
    """
    if form == "csv":
        return csv_bytes(table.raw.text).decode("utf-8")
    if form == "json":
        return for_json(table.frame.write_json()) + "\n"
    figures = table.frame
    columns = {
        name.removesuffix("_id").replace("_", " "): [str(cell or "") for cell in figures[name]]
        for name in figures.columns
        if name not in _NOT_SHOWN
    }
    amounts = [amount(row) for row in figures.iter_rows(named=True)]
    sources = {"source": [str(cell or "") for cell in figures["source_id"]]} if "source_id" in figures.columns else {}
    return grid({**columns, "figure": amounts, **sources}, shared=columns, width=width)
