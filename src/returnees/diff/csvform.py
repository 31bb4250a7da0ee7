"""A difference as CSV in the columns of GTFS Diff (version 1), written and read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast, get_args

from returnees.diff.tables import ROW, Action, Change, Target
from returnees.errors import UsageError

COLUMNS = ("id", "file", "action", "target", "identifier", "initial_value", "new_value", "note")

_TARGETS = {"file": 0, "column": 1, "row": 2}


def render_csv(changes: Iterable[Change]) -> str:
    """Return the changes as CSV: all files first, then columns, then rows, numbered from 1."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, item in enumerate(sorted(changes, key=lambda change: _TARGETS[change.target]), 1):
        cells = (_json(item.identifier), _json(item.initial), _json(item.new))
        writer.writerow((number, item.file, item.action, item.target, *cells, item.note))
    return stream.getvalue()


def _json(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def read_csv(text: str) -> list[Change]:
    """Return the changes that a CSV of `render_csv` states; the column ``id`` need not be there.

    Raises
    ------
    UsageError
        If `text` is not such a CSV.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        lacking = [name for name in COLUMNS[1:-1] if name not in (reader.fieldnames or ())]
        if lacking:
            raise UsageError(f"this is not a difference as CSV: it has no column '{lacking[0]}'")
        return [_change(row, number) for number, row in enumerate(reader, 2)]
    except csv.Error as error:
        raise UsageError(f"this is not a difference as CSV: {error}") from None


def _change(row: Mapping[str, str], number: int) -> Change:
    """Return the change that a row states."""
    action, target = row["action"], row["target"]
    if action not in get_args(Action) or target not in get_args(Target):
        raise UsageError(f"row {number} of the difference says '{action} {target}', which is not known")
    identifier, initial, new = (_cells(row[name], number) for name in COLUMNS[4:7])
    kind = cast("Action", action), cast("Target", target)
    change = Change(row["file"], *kind, identifier or {}, initial, new, row.get("note") or "")
    if not _is_whole(change):
        raise UsageError(f"row {number} of the difference does not say which {target} it means, or what became of it")
    return change


def _is_whole(change: Change) -> bool:
    """Whether a change has the members, of the types, that `render_csv` writes for its kind."""
    new = change.new or {}
    if change.target == "file":
        return isinstance(change.identifier.get("filename"), str) and (
            change.action != "update" or isinstance(new.get("filename"), str)
        )
    if change.target == "column":
        placed = change.action == "delete" or type(new.get("position")) is int
        return isinstance(change.identifier.get("column"), str) and placed
    numbered = list(change.identifier) == [ROW] and type(change.identifier[ROW]) is int
    cells = [*(() if numbered else change.identifier.values()), *(change.initial or {}).values(), *new.values()]
    return bool(change.identifier) and all(isinstance(cell, str) for cell in cells)


def _cells(text: str | None, number: int) -> dict[str, Any] | None:
    """Return a JSON object of a cell, or None for an empty cell."""
    if not text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UsageError(f"row {number} of the difference holds {text[:80]!a}, which is not a JSON object")
    return value
