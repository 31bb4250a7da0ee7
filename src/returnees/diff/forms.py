"""A difference in words, as JSON, and as entries of a changelog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from returnees.diff.plan import PackageDiff
from returnees.diff.tables import Change, TableDiff
from returnees.diff.versions import Bump
from returnees.report.escape import visible
from returnees.report.jsontext import json_text

#: How many changes of one table, and of one kind, the text shows unless told otherwise.
MOST_SHOWN = 10

#: How many rows an entry of a changelog names.
_NAMED = 5

_SIGNS = {"add": "+", "delete": "-", "update": "~"}


def render_text(found: PackageDiff, most: int = MOST_SHOWN) -> str:
    """Return the difference for the terminal: tables, then what asks for which version."""
    lines: list[str] = []
    for table in found.tables:
        lines.append(f"{table.title}: {_summary(table)}")
        for action in ("delete", "add", "update"):
            changes = [item for item in table.changes if item.action == action]
            lines += [f"  {_SIGNS[action]} {_words(item)}" for item in changes[:most]]
            if len(changes) > most:
                lines.append(f"  {_SIGNS[action]} ... {len(changes) - most:,} more")
    structure = [item for item in found.reasons if item.bump is not Bump.NONE]
    if structure:
        lines += ["", "What asks for a new version:"] if lines else ["What asks for a new version:"]
        lines += [f"  {item.bump.word:5}  {item.message}" for item in structure]
    lines += ["", *_verdict(found)] if lines else _verdict(found)
    return "".join(f"{visible(line)}\n" for line in lines)


def _summary(table: TableDiff) -> str:
    """Return how much of a table changed."""
    parts = []
    for target, word in (("file", "table"), ("column", "field"), ("row", "row")):
        for action, done in (("delete", "removed"), ("add", "added"), ("update", "changed")):
            number = len(table.of(target, action))  # type: ignore[arg-type]
            if number:
                parts.append(f"{number:,} {word}{'' if number == 1 else 's'} {done}")
    return f"{', '.join(parts)} ({table.rows_before:,} rows before, {table.rows_after:,} now)"


def _words(change: Change) -> str:
    """Return one change in words."""
    name = ", ".join(str(cell) for cell in change.identifier.values())
    if change.target == "file":
        return f"{name} -> {(change.new or {}).get('filename')}" if change.action == "update" else name
    if change.target == "column":
        return f"field {name}" + (" (moved)" if change.action == "update" else "")
    if "row" in change.identifier and isinstance(change.identifier["row"], int):
        cells = change.initial or change.new or {}
        name = f"row {name}: {', '.join(str(cell) for cell in cells.values() if cell)}"
    return f"{name}: {_cells(change)}" if change.action == "update" else name


def _cells(change: Change) -> str:
    """Return the cells of a row that changed: ``value 5 -> 6``."""
    old, new = change.initial or {}, change.new or {}
    return "; ".join(f"{field} {_cell(old.get(field, ''))} -> {_cell(new[field])}" for field in new)


def _cell(text: str) -> str:
    return f"'{text}'" if not text or " " in text else text


def _verdict(found: PackageDiff) -> list[str]:
    """Return which version the changes ask for, and whether the newer one states it."""
    old, new = found.old_version or "no version", found.new_version or "no version"
    if found.bump is Bump.NONE:
        return [f"Nothing changed ({old}, {new})."]
    if found.asked is None:
        return [f"A {found.bump.word} change; {old} is not of the form MAJOR.MINOR.PATCH, so no next version follows."]
    verdict = "which is enough" if found.sufficient else "which is too small"
    return [f"A {found.bump.word} change: after {old} comes at least {found.asked}; stated is {new}, {verdict}."]


def render_json(found: PackageDiff) -> str:
    """Return the difference as JSON text."""
    asked = None if found.asked is None else str(found.asked)
    document = {
        "old": {"package": found.old, "version": found.old_version},
        "new": {"package": found.new, "version": found.new_version},
        "bump": found.bump.word,
        "asked_version": asked,
        "sufficient": found.sufficient,
        "reasons": [{"bump": item.bump.word, "kind": item.kind, "message": item.message} for item in found.reasons],
        "tables": {table.name: _table(table) for table in found.tables},
    }
    return json_text(document)


def _table(table: TableDiff) -> dict[str, Any]:
    """Return one table's changes as JSON values."""
    return {
        "rows_before": table.rows_before,
        "rows_after": table.rows_after,
        "changes": [
            {
                key: value
                for key, value in {
                    "file": item.file,
                    "action": item.action,
                    "target": item.target,
                    "identifier": item.identifier,
                    "initial_value": item.initial,
                    "new_value": item.new,
                    "note": item.note or None,
                }.items()
                if value is not None
            }
            for item in table.changes
        ],
    }


def render_changelog(found: PackageDiff) -> str:
    """Return the entries of a release in the form of Keep a Changelog 1.1.0."""
    heading = visible(f"## [{found.new_version or 'Unreleased'}]" + (f" - {found.issued}" if found.issued else ""))
    sections: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for table in found.tables:
        for kind, line in _entries(table):
            sections[kind].append(line)
    for reason in found.reasons:
        # What reasons say of rows, the entries of the tables say with more detail.
        if not reason.of_rows:
            sections[reason.kind].append(reason.message)
    lines = [heading]
    for kind, entries in sections.items():
        if entries:
            lines += ["", f"### {kind.capitalize()}", "", *(f"- {visible(entry)}" for entry in entries)]
    return "".join(f"{line}\n" for line in lines)


def _entries(table: TableDiff) -> Iterator[tuple[str, str]]:
    """Yield an entry for the rows of a table that came, for those that changed, and for those that went."""
    for action, kind in (("add", "added"), ("update", "changed"), ("delete", "removed")):
        rows = table.of("row", action)  # type: ignore[arg-type]
        if rows:
            count = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
            yield kind, f"{table.title}: {count} {kind}: {_named(rows)}."


def _named(rows: Iterable[Change]) -> str:
    """Return the first rows by name, with what changed in each, and how many more there are."""
    rows = list(rows)
    words = []
    for item in rows[:_NAMED]:
        name = ", ".join(str(cell) for cell in item.identifier.values()).replace("`", "'")
        words.append(f"`{name}`" + (f" ({_cells(item)})" if item.action == "update" else ""))
    more = len(rows) - len(words)
    return ", ".join(words) + (f" and {more:,} more" if more else "")
