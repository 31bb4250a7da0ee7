"""Figures chosen and written for a reader, each as the source qualified it and never as a midpoint."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from returnees.conditions import meets
from returnees.figures.readings import amount
from returnees.package.model import Package
from returnees.report.escape import for_json
from returnees.report.lines import grid

_NOT_SHOWN = ("figure_id", "qualifier", "value", "low", "high", "unit", "basis", "note", "source_id")


def chosen_figures(package: Package, conditions: Sequence[str]) -> pl.DataFrame:
    """Return the figures that meet every condition, each ``field=code,code`` (``area`` stands for ``area_id``).

    Raises
    ------
    UsageError
        If a condition is not of this form, its field is not one of figures, or its code does not occur.
    """
    figures = package.table("figures")
    return figures.filter(meets(figures, conditions))


def render_figures(figures: pl.DataFrame, form: str) -> str:
    """Return figures as a table for the terminal (``text``), or as ``csv`` or ``json`` with all their fields."""
    if form == "csv":
        return figures.write_csv()
    if form == "json":
        return for_json(figures.write_json()) + "\n"
    columns = {
        name.removesuffix("_id").replace("_", " "): [str(cell or "") for cell in figures[name]]
        for name in figures.columns
        if name not in _NOT_SHOWN
    }
    amounts = [amount(row) for row in figures.iter_rows(named=True)]
    sources = {"source": [str(cell or "") for cell in figures["source_id"]]} if "source_id" in figures.columns else {}
    return grid({**columns, "figure": amounts, **sources}, shared=columns)
