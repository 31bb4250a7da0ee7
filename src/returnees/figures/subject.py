"""What a figure is about, in words: its measure and its other coordinates, each as its code list spells it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from returnees.figures.shelf import Shelf

#: The fields of a code list that spell a code out, the first that is there.
_NAMES = ("title", "name")


def subject(shelf: Shelf, figure: Mapping[str, Any]) -> str:
    """Return in words what `figure`, a row of the table ``figures``, counts: ``Returned, World, All, as of 2017``.

    The measure comes first, then each coordinate (a foreign key of one field) in the schema's order, then the date. A
    code that its table does not spell out stands for itself.
    """
    fields = {"measure_id": ("measures", "measure_id")}
    for key in shelf.tables["figures"].schema.foreign_keys:
        if len(key.fields) == 1 and key.fields[0] != "source_id":
            fields[key.fields[0]] = (key.target, key.target_fields[0])
    words = [
        _name(shelf, target, field, str(figure[coordinate]))
        for coordinate, (target, field) in fields.items()
        if figure.get(coordinate) is not None
    ]
    date = figure.get("as_of")
    return ", ".join([*words, *([f"as of {date}"] if date else [])])


def _name(shelf: Shelf, table: str, field: str, code: str) -> str:
    """Return what the code list calls `code`, on one line; the code itself where it does not say."""
    row = shelf.row(table, field, code)
    return next((" ".join(str(row[name]).split()) for name in _NAMES if row.get(name)), code)
