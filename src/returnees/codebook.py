"""The codebook: every table, field and code of a package, with counts, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import polars as pl

from returnees.errors import PackageError
from returnees.markdown import code, text
from returnees.package.model import Package
from returnees.tables.model import Table
from returnees.tables.schema import Field
from returnees.tables.wording import allowed, demands

#: Where the codebook stands in a package.
CODEBOOK = "docs/codebook.md"

#: A table that others refer to is listed code by code up to this many rows; the codes of a longer one are its file.
LISTED_ROWS = 200


class _Reference(NamedTuple):
    """A field of one table that holds the codes of another."""

    table: Table
    field: str


def codebook(package: Package) -> str:
    """Return the codebook of `package` as Markdown: tables, fields, codes, and how often each code occurs.

    Raises
    ------
    PackageError
        If the package has no table that can be read.
    """
    tables = package.tables
    if not any(table.schema.fields for table in tables.values()):
        raise PackageError(
            f"{package.label} has no table that can be read, so there is nothing to list; "
            "'returnees validate' says what is wrong"
        )
    stated = package.descriptor
    title = next((stated[key] for key in ("title", "name") if isinstance(stated.get(key), str)), "data package")
    parts = [f"# Codebook of {text(title)}", _opening(package)]
    for table in tables.values():
        parts += _table(package, table, tables)
    return "\n\n".join(part for part in parts if part) + "\n"


def _opening(package: Package) -> str:
    """Return what stands above the tables."""
    version = f" of version {text(package.version)}" if package.version else ""
    return (
        f"The tables{version}, their fields and their codes, made from the Table Schemas and the data by "
        "`returnees codebook`; do not edit. *Filled* counts the rows with a value."
    )


def _table(package: Package, table: Table, tables: Mapping[str, Table]) -> Iterator[str]:
    """Give the section of one table: its rows and keys, its fields, its codes."""
    stated = next(item.descriptor for item in package.resources if item.name == table.name)
    title, description = stated.get("title"), stated.get("description")
    named = f"{text(title)} ({code(table.name)})" if isinstance(title, str) else code(table.name)
    yield f"## {named}"
    yield text(description) if isinstance(description, str) else ""
    yield _keys(table)
    yield _grid(["field", "type", "filled", "meaning"], (_field(table, field) for field in table.schema.fields))
    for field in table.schema.fields:
        if (values := allowed(field)) is not None:
            yield f"### Codes of {code(table.name)}.{code(field.name)}"
            yield _grid(["code", "rows"], _counts(table, field, values))
    if references := _references(table, tables):
        yield from _listed(table, references)


def _keys(table: Table) -> str:
    """Return how many rows a table has, and its keys as a list."""
    rows = table.frame.height
    said = [f"Key: {_codes(table.schema.primary_key)}."] if table.schema.primary_key else []
    said += [f"Unique together: {_codes(key)}." for key in table.schema.unique_keys]
    said += [
        f"{_codes(key.fields)} {'stands' if len(key.fields) == 1 else 'stand'} in "
        f"{_codes(key.target_fields)} of {code(key.target or table.name)}."
        for key in table.schema.foreign_keys
    ]
    counted = f"{rows:,} {'row' if rows == 1 else 'rows'} in {code(table.file)}."
    return "\n".join([counted, *([""] if said else []), *(f"- {sentence}" for sentence in said)])


def _field(table: Table, field: Field) -> list[str]:
    """Return the row of one field."""
    meaning = ". ".join(part.rstrip(".") for part in (field.title, field.description) if part)
    unit = f" Unit: {text(field.unit)}." if field.unit else ""
    filled = table.frame[field.name].is_not_null().sum()
    said = ", ".join(demands(field, text, code))
    return [code(field.name), said, f"{filled:,}", f"{text(meaning)}.{unit}" if meaning else unit.strip()]


def _counts(table: Table, field: Field, values: list[object]) -> Iterator[list[str]]:
    """Give how many rows have each code; a code that no row has is listed, too."""
    counted = _tally(table.frame[field.name])
    for value in values:
        written = _written(value)
        yield [code(written), f"{counted.get(written, 0):,}"]


def _references(table: Table, tables: Mapping[str, Table]) -> list[_Reference]:
    """Return the fields of other tables that hold the key of this one, when it is short enough to be listed."""
    if len(table.schema.primary_key) != 1 or table.frame.height > LISTED_ROWS:
        return []
    return [
        _Reference(other, key.fields[0])
        for other in tables.values()
        for key in other.schema.foreign_keys
        if key.target == table.name and key.target_fields == table.schema.primary_key
        if len(key.fields) == 1 and key.fields[0] in other.frame.columns
    ]


def _listed(table: Table, references: list[_Reference]) -> Iterator[str]:
    """Give the code list: every row, and how many rows of each referring table have its code."""
    key = table.schema.primary_key[0]
    tallies = [_tally(reference.table.frame[reference.field]) for reference in references]
    names = [item.table.name for item in references]
    headers = [
        text(item.table.name if names.count(item.table.name) == 1 else f"{item.table.name}.{item.field}")
        for item in references
    ]
    others = [field for field in table.frame.columns if field != key]
    yield f"### Codes of {code(table.name)}"
    yield _grid(
        ["code", *map(text, others), *headers],
        (
            [code(_written(row[key])), *(text(_written(row[name])) for name in others)]
            + [f"{tally.get(_written(row[key]), 0):,}" for tally in tallies]
            for row in table.frame.iter_rows(named=True)
        ),
    )


def _tally(cells: pl.Series) -> dict[str, int]:
    """Return how often each value occurs, by the value as text."""
    counted = cells.drop_nulls().value_counts(name="rows")
    return {_written(value): rows for value, rows in counted.iter_rows()}


def _written(value: object) -> str:
    """Return a value as the files write it; an empty text where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    # 1 and 1.0 are one code, whichever of the two the schema writes.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _grid(headers: Iterable[str], rows: Iterable[list[str]]) -> str:
    """Return a Markdown table."""
    head = list(headers)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))
