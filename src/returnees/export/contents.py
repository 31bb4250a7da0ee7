"""What an export holds: the chosen rows and columns of each table, in canonical order, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from returnees.errors import UsageError, nearest
from returnees.export.choice import chosen_rows
from returnees.export.wide import Wide, wide_of, wide_schema, wide_text
from returnees.package.model import Package
from returnees.package.profile import not_a_column
from returnees.tables.lexical import present, typed
from returnees.tables.model import RawTable, Table
from returnees.tables.schema import Field, TableSchema, parse_schema

#: How many rows are written at a time, so that memory does not grow with the table.
ROWS_AT_A_TIME = 50_000


@dataclass(frozen=True)
class Content:
    """One table as it is exported.

    ``table`` holds its cells as text and typed; ``stated`` is its Table Schema as JSON. A column whose cells do not all
    read as their type (only a package with errors has one) is text in both. ``wide`` is how the wide table is laid out.
    """

    table: Table
    stated: Mapping[str, Any]
    title: str
    description: str
    wide: Wide | None = None

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    def plain(self) -> pl.DataFrame:
        """Return numbers and booleans as such and every other cell as text as the package prints it, null where empty.

        It is for formats without a type for dates.
        """
        frame = self.table.frame
        return self.table.raw.text.select(
            frame[field.name] if _is_plain(frame.schema[field.name]) else present(field).alias(field.name)
            for field in self.table.schema.fields
        )


@dataclass(frozen=True)
class Contents:
    """Everything an export holds, and the package it is of."""

    package: Package
    tables: tuple[Content, ...]

    @property
    def name(self) -> str:
        """What a file that holds the whole is called."""
        stated = self.package.descriptor.get("name")
        return stated if isinstance(stated, str) else "datapackage"

    @property
    def title(self) -> str:
        """What the package is called."""
        stated = self.package.descriptor.get("title")
        return stated if isinstance(stated, str) else self.name

    def said(self, key: str) -> str:
        """Return a text of the descriptor, or an empty one."""
        stated = self.package.descriptor.get(key)
        return stated if isinstance(stated, str) else ""

    @property
    def licence(self) -> tuple[str, str]:
        """The names and the address of the licences that the descriptor states."""
        stated = self.package.descriptor.get("licenses")
        licences = [item for item in stated if isinstance(item, Mapping)] if isinstance(stated, list) else []
        names = [str(item.get("title") or item.get("name") or item.get("path") or "") for item in licences]
        return "; ".join(filter(None, names)), next((str(item["path"]) for item in licences if "path" in item), "")


def gather(package: Package, tables: Iterable[str] = (), where: Sequence[str] = (),
           columns: Iterable[str] = ()) -> Contents:  # fmt: skip
    """Return what an export of `package` holds: all tables, or those named; all rows and columns, or those chosen.

    Raises
    ------
    UsageError
        If a table, a column or a code is not known, a table cannot be read, or nothing would be left.
    """
    rows = chosen_rows(package, where) if where else {}
    wide = wide_of(package)
    known = [*package.tables, *([wide.name] if wide else [])]
    names = list(dict.fromkeys(tables)) or known
    for name in names:
        if name not in known:
            raise UsageError(f"no table '{name}'{nearest(name, known)} (there are {', '.join(known)})")
    contents = []
    for name in names:
        if wide is not None and name == wide.name:
            contents.append(_wide(package, wide, _tidy(package, "figures", rows.get("figures")).table))
        else:
            contents.append(_tidy(package, name, rows.get(name)))
    return Contents(package, tuple(_with_columns(contents, list(dict.fromkeys(columns)))))


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Give the rows of a table, so many at a time; one slice of a table without rows."""
    for start in range(0, max(frame.height, 1), ROWS_AT_A_TIME):
        yield frame.slice(start, ROWS_AT_A_TIME)


def _is_plain(kind: pl.DataType) -> bool:
    return kind.is_numeric() or kind == pl.Boolean


def _tidy(package: Package, name: str, rows: pl.Series | None) -> Content:
    """Return a table of the package with the chosen rows, sorted by its key."""
    table = package.tables[name]
    resource = next(item for item in package.resources if item.name == name)
    text = table.raw.text
    fields = [_readable(table, field) for field in table.schema.fields if field.name in text.columns]
    # A column that no schema describes is no reason to lose it.
    fields += [
        Field(column) for column in text.columns if column not in table.schema.names and not not_a_column(column)
    ]
    cells = [
        table.frame[field.name] if field in table.schema.fields else text.select(typed(field)).to_series()
        for field in fields
    ]
    if not fields:
        raise UsageError(f"the table '{name}' cannot be read; 'returnees validate' says why, --table chooses others")
    frame = pl.DataFrame(cells)
    names = [field.name for field in fields]
    text, frame = _in_order(text.select(names), frame.select(names), table.schema.primary_key, rows)
    stated = dict(resource.schema or {}) | {"fields": [_stated(resource.schema, field) for field in fields]}
    schema = replace(table.schema, fields=tuple(fields))
    said = [
        next((str(place[key]) for place in (resource.descriptor, stated) if isinstance(place.get(key), str)), "")
        for key in ("title", "description")
    ]
    return Content(Table(name, table.file, schema, frame, RawTable(text)), stated, said[0] or name, said[1])


def _readable(table: Table, field: Field) -> Field:
    """Return `field`, as text when some of its cells do not read as its type: better text than a lost cell."""
    unread = {item.field for item in table.findings if item.code == "F120"}
    if field.name not in unread:
        return field
    return Field(field.name, title=field.title, description=field.description, missing_values=field.missing_values)


def _stated(schema: Mapping[str, Any] | None, field: Field) -> Mapping[str, Any]:
    """Return the JSON of a field: as the schema states it, or as text."""
    own = next((item for item in (schema or {}).get("fields", ()) if item["name"] == field.name), None)
    if own is not None and own.get("type", "string") == field.type:
        return dict(own)
    kept = {key: own[key] for key in ("title", "description", "missingValues") if key in own} if own else {}
    return {"name": field.name, "type": field.type, **kept}


def _in_order(text: pl.DataFrame, frame: pl.DataFrame, key: Sequence[str],
              rows: pl.Series | None) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
    """Return the chosen rows of both, sorted by the key (by code point); rows without a key keep their order."""
    if rows is not None:
        text, frame = text.filter(rows), frame.filter(rows)
    key = [name for name in key if name in text.columns]
    if key:
        order = text.select(pl.arg_sort_by(key, maintain_order=True)).to_series()
        if not order.is_sorted():
            text, frame = text[order], frame[order]
    return text, frame


def _wide(package: Package, wide: Wide, figures: Table) -> Content:
    """Return the wide table of the chosen figures."""
    text = wide_text(wide, figures)
    stated = wide_schema(wide, package, figures)
    schema = parse_schema(stated)
    table = Table(wide.name, "", schema, text.select(typed(field) for field in schema.fields), RawTable(text))
    return Content(table, stated, stated["title"], stated["description"], wide)


def _with_columns(contents: list[Content], columns: list[str]) -> list[Content]:
    """Return the tables with the named columns only, in the order named.

    Raises
    ------
    UsageError
        If no table has one of the columns, or a table has none of them.
    """
    if not columns:
        return contents
    known = list(dict.fromkeys(name for item in contents for name in item.table.schema.names))
    for name in columns:
        if name not in known:
            raise UsageError(f"no column '{name}' in {_listed(contents)}{nearest(name, known)}")
    bare = [item for item in contents if not set(columns) & set(item.table.schema.names)]
    if bare:
        others = ",".join(item.name for item in contents if item not in bare)
        raise UsageError(f"{_listed(bare)} would have no column left; choose tables, too: --table {others}")
    return [_narrow(item, [name for name in columns if name in item.table.schema.names]) for item in contents]


def _listed(contents: list[Content]) -> str:
    return ", ".join(item.name for item in contents)


def _narrow(content: Content, columns: list[str]) -> Content:
    """Return a table with these columns, and with the keys that they hold whole."""
    table, kept = content.table, set(columns)
    schema = TableSchema(
        fields=tuple(table.schema.field(name) for name in columns),
        primary_key=table.schema.primary_key if kept.issuperset(table.schema.primary_key) else (),
        unique_keys=tuple(key for key in table.schema.unique_keys if kept.issuperset(key)),
        foreign_keys=tuple(key for key in table.schema.foreign_keys if kept.issuperset(key.fields)),
        title=table.schema.title,
        description=table.schema.description,
    )
    fields = {item["name"]: item for item in content.stated["fields"]}
    stated = {key: value for key, value in content.stated.items() if key not in _KEYS}
    stated |= {"fields": [fields[name] for name in columns]} | _stated_keys(schema)
    cut = Table(table.name, table.file, schema, table.frame.select(columns), RawTable(table.raw.text.select(columns)))
    return replace(content, table=cut, stated=stated)


_KEYS = ("primaryKey", "uniqueKeys", "foreignKeys")


def _stated_keys(schema: TableSchema) -> dict[str, Any]:
    """Return the keys of a schema as JSON."""
    references = [
        {"fields": list(key.fields), "reference": {"resource": key.target, "fields": list(key.target_fields)}}
        for key in schema.foreign_keys
    ]
    keys = (list(schema.primary_key), [list(key) for key in schema.unique_keys], references)
    return {name: key for name, key in zip(_KEYS, keys, strict=True) if key}
