"""A difference applied to the tables of the older version, which gives those of the newer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from returnees.diff.tables import ROW, Change
from returnees.errors import ReturneesError


def apply(changes: Iterable[Change], tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of the newer version: `changes` made to those of the older.

    Tables are by path, their cells text in canonical order (`returnees.tables.canonical`).

    Raises
    ------
    ReturneesError
        If the changes do not fit the tables: these are not the version that the difference was made from.
    """
    changes = list(changes)
    result = _files([item for item in changes if item.target == "file"], tables)
    of_file: dict[str, list[Change]] = {}
    for item in changes:
        if item.target != "file":
            of_file.setdefault(item.file, []).append(item)
    for file, items in of_file.items():
        if file not in result:
            raise _unfit(f"there is no table '{file}'")
        result[file] = _table(items, result[file])
    return result


def _unfit(why: str) -> ReturneesError:
    return ReturneesError(f"the difference does not fit: {why}")


def _files(items: list[Change], tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables after some were removed, moved and added; all leave before any comes, so two may swap."""
    result = dict(tables)
    for item in items:
        if item.action != "add" and result.pop(item.file, None) is None:
            raise _unfit(f"'{item.file}' is not there")
    for item in items:
        if item.action == "delete":
            continue
        file = item.file if item.action == "add" else str((item.new or {}).get("filename"))
        if file in result:
            raise _unfit(f"'{file}' is already there")
        result[file] = pl.DataFrame() if item.action == "add" else tables[item.file]
    return result


def _table(items: list[Change], table: pl.DataFrame) -> pl.DataFrame:
    """Return one table with its changes made: rows leave, columns change, rows change, rows come."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows()]
    columns = _columns([item for item in items if item.target == "column"], table.columns)
    of_rows = [item for item in items if item.target == "row"]
    if len({(*item.identifier, isinstance(item.identifier.get(ROW), int)) for item in of_rows}) > 1:
        raise _unfit("the rows of a table are not all named in one way")
    numbered = any(isinstance(item.identifier.get(ROW), int) for item in of_rows)
    rows = _numbered(of_rows, rows) if numbered else _keyed(of_rows, rows)
    cells = {name: [row.get(name, "") for row in rows] for name in columns}
    return pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))


def _columns(items: list[Change], columns: list[str]) -> list[str]:
    """Return the columns of the newer version, in order."""
    gone = {item.identifier["column"] for item in items if item.action != "add"}
    if not gone <= set(columns):
        raise _unfit(f"there is no column '{min(gone - set(columns))}'")
    result = [name for name in columns if name not in gone]
    placed = {item.identifier["column"]: (item.new or {})["position"] for item in items if item.action != "delete"}
    if twice := placed.keys() & set(result):
        raise _unfit(f"there is already a column '{min(twice)}'")
    for name, position in sorted(placed.items(), key=lambda item: item[1]):
        result.insert(position - 1, name)
    return result


def _keyed(items: list[Change], rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows after changes that name each by its key, in the order of the key."""
    if not items:
        return rows
    key = list(items[0].identifier)
    by_key = {tuple(row.get(name) for name in key): row for row in rows}
    if len(by_key) < len(rows):
        raise _unfit(f"{', '.join(key)} does not tell the rows apart")
    for item in items:
        own = tuple(item.identifier.get(name) for name in key)
        if (own in by_key) == (item.action == "add"):
            raise _unfit(f"'{', '.join(map(str, own))}' is {'already' if item.action == 'add' else 'not'} there")
        if item.action == "add":
            by_key[own] = dict(item.new or {})
            continue
        _must_be(by_key[own], item)
        if item.action == "delete":
            del by_key[own]
        else:
            by_key[own] = {**by_key[own], **(item.new or {})}
    return [by_key[own] for own in sorted(by_key, key=lambda own: [str(cell).encode() for cell in own])]


def _numbered(items: list[Change], rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows after changes that name each by its number in the version that has it."""
    gone = {item.identifier[ROW]: item for item in items if item.action == "delete"}
    for number, item in gone.items():
        if not 0 < number <= len(rows):
            raise _unfit(f"there is no row {number}")
        _must_be(rows[number - 1], item)
    result = [row for number, row in enumerate(rows, 1) if number not in gone]
    come = {item.identifier[ROW]: dict(item.new or {}) for item in items if item.action == "add"}
    for number in sorted(come):
        result.insert(number - 1, come[number])
    return result


def _must_be(row: Mapping[str, str], item: Change) -> None:
    """Raise unless the row is what the difference says it was."""
    for name, cell in (item.initial or {}).items():
        if row.get(name) != cell:
            raise _unfit(f"'{name}' is '{row.get(name)}' where '{cell}' is expected")
