"""The rows and columns of one table that were added, removed or changed between two versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import polars as pl

from returnees.errors import PackageError
from returnees.tables.canonical import UNSAFE, canonical_text
from returnees.tables.model import Table

Action = Literal["add", "delete", "update"]
Target = Literal["file", "column", "row"]
Cells = Mapping[str, Any]

#: How a row is named in a table without a usable primary key: by its number, which is no text as a key's cells are.
ROW = "row"

#: Above this many pairs of rows, those between the first and the last difference are all replaced, not aligned.
_ALIGNED_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, in the terms of GTFS Diff."""

    file: str
    action: Action
    target: Target
    identifier: Cells
    initial: Cells | None = None
    new: Cells | None = None
    note: str = ""


@dataclass(frozen=True)
class Content:
    """A table as it is compared: its path, its cells as text in canonical order, the fields of its primary key."""

    file: str
    text: pl.DataFrame
    key: tuple[str, ...]

    @property
    def keyed(self) -> bool:
        """Whether the primary key is there and tells the rows apart."""
        fields = list(self.key)
        return (
            bool(fields)
            and set(fields) <= set(self.text.columns)
            and not self.text.select(fields).is_duplicated().any()
        )


@dataclass(frozen=True)
class TableDiff:
    """What changed in one table, which the older version, the newer or both have."""

    name: str
    title: str
    changes: tuple[Change, ...]
    rows_before: int
    rows_after: int

    def of(self, target: Target, action: Action) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(item for item in self.changes if (item.target, item.action) == (target, action))


def content(label: str, table: Table) -> Content:
    """Return `table` as it is compared.

    Raises
    ------
    PackageError
        If its cells cannot be told apart with certainty: rows would be called removed that were only misread.
    """
    codes = sorted({item.code for item in table.findings} & UNSAFE)
    if codes:
        raise PackageError(f"{label} cannot be compared: its table '{table.name}' does not read ({', '.join(codes)})")
    return Content(table.file, canonical_text(table).select(pl.all().fill_null("")), table.schema.primary_key)


def compare(name: str, title: str, old: Content | None, new: Content | None) -> TableDiff:
    """Return what changed from `old` to `new`; None where a version does not have the table."""
    changes: list[Change] = []
    if old is None and new is not None:
        changes.append(Change(new.file, "add", "file", {"filename": new.file}))
        old = Content(new.file, pl.DataFrame(), new.key)
        changes += _changes(old, new)
    elif new is None and old is not None:
        changes.append(Change(old.file, "delete", "file", {"filename": old.file}, note=f"{old.text.height:,} rows"))
    elif old is not None and new is not None:
        if old.file != new.file:
            names: tuple[Cells, Cells] = {"filename": old.file}, {"filename": new.file}
            changes.append(Change(old.file, "update", "file", names[0], *names, note="moved"))
        changes += _changes(old, new)
    before, after = (side.text.height if side else 0 for side in (old, new))
    return TableDiff(name, title, tuple(changes), before, after)


def _changes(old: Content, new: Content) -> Iterator[Change]:
    """Yield the changes of columns, then those of rows."""
    yield from _columns(new.file, old.text.columns, new.text.columns)
    if old.text.width == 0 and new.keyed:
        old = Content(old.file, new.text.clear(), new.key)
    if old.key == new.key and old.keyed and new.keyed:
        yield from _by_key(old, new)
    else:
        yield from _by_number(old, new)


def _columns(file: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Yield the columns removed, added and moved; positions count from 1."""
    for name in old:
        if name not in new:
            yield Change(file, "delete", "column", {"column": name})
    shared = [name for name in old if name in new]
    then = [name for name in new if name in old]
    blocks = SequenceMatcher(None, shared, then, autojunk=False).get_matching_blocks()
    stayed = {then[place] for block in blocks for place in range(block.b, block.b + block.size)}
    for position, name in enumerate(new, 1):
        if name not in old:
            yield Change(file, "add", "column", {"column": name}, new={"position": position})
        elif name not in stayed:
            before = {"position": list(old).index(name) + 1}
            yield Change(file, "update", "column", {"column": name}, before, {"position": position}, "moved")


def _by_key(old: Content, new: Content) -> Iterator[Change]:
    """Yield the rows removed, added and changed, each found by its primary key."""
    file, key = new.file, list(new.key)
    before = old.text.rename({name: f"old {name}" for name in old.text.columns})
    after = new.text.rename({name: f"new {name}" for name in new.text.columns})
    left, right = [f"old {name}" for name in key], [f"new {name}" for name in key]
    for row in before.join(after, left_on=left, right_on=right, how="anti").sort(left).iter_rows():
        cells = dict(zip(old.text.columns, row, strict=True))
        yield Change(file, "delete", "row", _part(cells, key), initial=cells)
    for row in after.join(before, left_on=right, right_on=left, how="anti").sort(right).iter_rows():
        cells = dict(zip(new.text.columns, row, strict=True))
        yield Change(file, "add", "row", _part(cells, key), new=cells)
    shared = [name for name in new.text.columns if name in old.text.columns and name not in key]
    added = [name for name in new.text.columns if name not in old.text.columns]
    differs = [pl.col(f"old {name}") != pl.col(f"new {name}") for name in shared]
    differs += [pl.col(f"new {name}") != "" for name in added]
    if not differs:
        return
    both = before.join(after, left_on=left, right_on=right, how="inner", coalesce=False)
    for pair in both.filter(pl.any_horizontal(differs)).sort(left).to_dicts():
        changed = [name for name in shared if pair[f"old {name}"] != pair[f"new {name}"]]
        filled = [name for name in added if pair[f"new {name}"] != ""]
        yield Change(
            file,
            "update",
            "row",
            {name: pair[f"new {name}"] for name in key},
            {name: pair[f"old {name}"] for name in changed},
            {name: pair[f"new {name}"] for name in changed + filled},
        )


def _part(cells: Cells, names: Sequence[str]) -> dict[str, Any]:
    return {name: cells[name] for name in names}


def _by_number(old: Content, new: Content) -> Iterator[Change]:
    """Yield the rows removed and added, each by its number in the version that has it."""
    note = "no primary key that holds in both versions: by row number"
    names = old.text.columns
    same = names == new.text.columns
    for start, stop, begin, end in _replaced(old.text.rows(), new.text.rows(), same):
        for number in range(start, stop):
            cells = dict(zip(names, old.text.row(number), strict=True))
            yield Change(new.file, "delete", "row", {ROW: number + 1}, initial=cells, note=note)
        for number in range(begin, end):
            cells = dict(zip(new.text.columns, new.text.row(number), strict=True))
            yield Change(new.file, "add", "row", {ROW: number + 1}, new=cells, note=note)


def _replaced(old: list[tuple[str, ...]], new: list[tuple[str, ...]], same: bool) -> list[tuple[int, int, int, int]]:
    """Return the stretches (start and stop in `old`, begin and end in `new`) that are not alike."""
    if not same:
        return [(0, len(old), 0, len(new))]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = (head, len(old) - tail, head, len(new) - tail)
    if (middle[1] - head) * (middle[3] - head) > _ALIGNED_PAIRS:
        return [middle]
    matcher = SequenceMatcher(None, old[head : middle[1]], new[head : middle[3]], autojunk=False)
    return [
        (head + start, head + stop, head + begin, head + end)
        for tag, start, stop, begin, end in matcher.get_opcodes()
        if tag != "equal"
    ]
