"""What a figure is about, in words: its measure and its other coordinates, each as its code list spells it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from returnees.tables.model import Table

#: The fields of a code list that spell a code out, the first that is there.
_NAMES = ("title", "name")


def subject(tables: Mapping[str, Table], figure: Mapping[str, Any]) -> str:
    """Return in words what `figure`, a row of the table ``figures``, counts: ``Returned, World, All, as of 2017``.

    The measure comes first, then each coordinate (a foreign key of one field) in the schema's order, then the date. A
    code that its table does not spell out stands for itself.
    """
    fields = {"measure_id": ("measures", "measure_id")}
    for key in tables["figures"].schema.foreign_keys:
        if len(key.fields) == 1 and key.fields[0] != "source_id":
            fields[key.fields[0]] = (key.target, key.target_fields[0])
    words = [
        _name(tables.get(target), field, str(figure[coordinate]))
        for coordinate, (target, field) in fields.items()
        if figure.get(coordinate) is not None
    ]
    date = figure.get("as_of")
    return ", ".join([*words, *([f"as of {date}"] if date else [])])


def _name(table: Table | None, field: str, code: str) -> str:
    """Return what the code list calls `code`, on one line; the code itself where it does not say."""
    name = next((name for name in _NAMES if table is not None and name in table.frame.columns), None)
    if table is None or name is None or field not in table.frame.columns:
        return code
    found = table.frame.filter(pl.col(field).cast(pl.String) == code)[name].drop_nulls().head(1).to_list()
    return " ".join(str(found[0]).split()) if found else code
