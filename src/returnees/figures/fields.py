"""The fields that checks of figures work on, each as the kind of value they expect, whatever type its schema states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from returnees.findings import Finding, finding
from returnees.tables.model import Table

#: Fields of the profile that are compared as text, by table; a stranger's ids may well be numbers.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "figures": ("figure_id", "source_id", "measure_id", "as_of", "qualifier", "unit"),
    "readings": ("figure_id", "document_id", "as_printed", "qualifier"),
    "sources": ("source_id", "publisher_id", "published"),
    "measures": ("measure_id", "unit"),
    "areas": ("area_id", "kind", "m49"),
    "hierarchies": ("dimension", "set_id", "part_id", "whole_id"),
    "known_issues": ("issue_id", "rule_id", "figure_ids", "reason"),
}
#: Fields that are reckoned with.
_NUMBERS: Mapping[str, tuple[str, ...]] = dict.fromkeys(("figures", "readings"), ("value", "low", "high"))
#: Fields that are true or false.
_FLAGS: Mapping[str, tuple[str, ...]] = {"measures": ("cumulative",), "hierarchies": ("exhaustive",)}


def fitting(tables: Mapping[str, Table]) -> tuple[dict[str, Table], list[Finding]]:
    """Return the tables with the profile's fields as checks expect them, and a finding for each that cannot be.

    Texts are text, also those that the schema calls integers, years or dates. A field that should be a number, or true
    or false, and has another type is empty in the result: what its cells mean is not guessed.
    """
    findings: list[Finding] = []
    fit: dict[str, Table] = {}
    for name, table in tables.items():
        columns = table.frame.schema
        texts = (field for field in _TEXTS.get(name, ()) if columns.get(field, pl.String) != pl.String)
        changed = [pl.col(field).cast(pl.String) for field in texts]
        for field in _NUMBERS.get(name, ()):
            if field in columns and columns[field] not in (pl.Float64, pl.Int64):
                changed.append(pl.lit(None, pl.Float64).alias(field))
                findings.append(_unfit(table, field, "a number"))
            elif field in columns:
                changed.append(pl.col(field).cast(pl.Float64))
        for field in _FLAGS.get(name, ()):
            if field in columns and columns[field] != pl.Boolean:
                changed.append(pl.lit(None, pl.Boolean).alias(field))
                findings.append(_unfit(table, field, "a boolean"))
        fit[name] = replace(table, frame=table.frame.with_columns(changed)) if changed else table
    return fit, findings


def _unfit(table: Table, field: str, wanted: str) -> Finding:
    stated = table.schema.field(field).type
    message = (
        f"No check of figures could use '{field}' of '{table.name}': its type is '{stated}', and must be {wanted}."
    )
    return finding("F300", message, resource=table.name, file=table.file, field=field)
