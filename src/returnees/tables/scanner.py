"""A CSV file taken apart cell by cell, for the files that are not one sound row a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from returnees.findings import Finding
from returnees.package.limits import Limits
from returnees.tables.model import RawTable

#: No more places than this are named for one kind of fault in one file; a last finding counts the others.
MOST = 1_000

#: No more of what follows a quote is repeated in a message.
_MOST_QUOTED = 20

_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')

#: Makes a finding from a code, a message and a line.
Report = Callable[[str, str, int | None], Finding]


@dataclass(frozen=True)
class Scanned:
    """The table, or None when no header could be read, and what is wrong with the file's shape."""

    table: RawTable | None
    findings: list[Finding]


@dataclass(frozen=True)
class _Row:
    """One row: its first line, its cells, and what is wrong with its quotes."""

    line: int
    cells: list[str]
    fault: tuple[str, str] | None = None


def scan(text: str, delimiter: str, report: Report, limits: Limits) -> Scanned:
    """Take `text` apart; every row is kept, padded or cut to the header's width, and each fault is reported."""
    rows = _rows(text, delimiter)
    header = next(rows, None)
    if header is None or not any(cell.strip() for cell in header.cells):
        return Scanned(None, [report("F101", "The first line holds no header.", 1)])
    if len(header.cells) > limits.columns:
        message = f"The header has {len(header.cells):,} columns, more than {limits.columns:,}; the table was not read."
        return Scanned(None, [report("F118", message, 1)])
    findings = [report(header.fault[0], header.fault[1], header.line)] if header.fault else []
    names, more = _header(header.cells, report)
    findings += more
    width = len(header.cells)
    kept: list[list[str]] = []
    lines: list[int] = []
    faulty: set[int] = set()
    blank: list[int] = []
    faults: dict[str, int] = {}
    for row in rows:
        fault = row.fault or _shape(row, width)
        if fault:
            faults[fault[0]] = faults.get(fault[0], 0) + 1
            if faults[fault[0]] <= MOST:
                findings.append(report(fault[0], fault[1], row.line))
            if fault[0] == "F111":
                blank.append(row.line)
                continue
            faulty.add(len(kept))
        kept.append((row.cells + [""] * width)[:width])
        lines.append(row.line)
        if len(kept) * width > limits.cells:
            message = (
                f"The table has more than {limits.cells:,} cells with each row as wide as the header; it was not read."
            )
            return Scanned(None, [*findings, report("F119", message, None)])
    findings += [
        report(code, f"The same is wrong with {count - MOST:,} more rows.", None)
        for code, count in faults.items()
        if count > MOST
    ]
    columns = {name: pl.Series([row[at] for row in kept], dtype=pl.String) for at, name in names.items()}
    first_lines = pl.Series(lines, dtype=pl.UInt32)
    return Scanned(RawTable(pl.DataFrame(columns), first_lines, frozenset(faulty), tuple(blank)), findings)


def _header(cells: list[str], report: Report) -> tuple[dict[int, str], list[Finding]]:
    """Return the columns to keep, by place, and findings for headers that are blank or repeated."""
    places: dict[str, int] = {}
    findings = []
    for at, name in enumerate(cells):
        if not name.strip():
            findings.append(report("F112", f"Column {at + 1} has no name in the header.", 1))
        elif name in places:
            findings.append(report("F113", f"The header names '{name}' twice; the second was not read.", 1))
        else:
            places[name] = at
    return {at: name for name, at in places.items()}, findings


def _shape(row: _Row, width: int) -> tuple[str, str] | None:
    """Return the code and the message for a row that is blank or not as wide as the header."""
    if row.cells == [""]:
        return "F111", "The row is blank."
    if len(row.cells) != width:
        return "F110", f"The row has {len(row.cells)} cells and the header {width}."
    return None


def _rows(text: str, delimiter: str) -> Iterator[_Row]:
    """Yield the rows of `text`; a fault in the quotes ends the row at the end of its line and is told with it."""
    mark = re.escape(delimiter)
    # Possessive: going back into a quoted cell finds nothing new, and remembering the way there takes much memory.
    cell = re.compile(rf'(?:"(?P<quoted>(?:[^"]++|"")*+)"|(?P<plain>[^"{mark}\n]*+))(?P<end>{mark}|\n|\Z)')
    at, line, size = 0, 1, len(text)
    while at < size:
        first, cells, fault = line, [], None
        while True:
            match = cell.match(text, at)
            if match is None:
                fault, at, line, rest = _broken(text, at, line)
                cells.extend(rest.split(delimiter))
                break
            quoted = match["quoted"]
            cells.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
            line += match[0].count("\n")
            at = match.end()
            if match["end"] != delimiter:
                break
        yield _Row(first, cells, fault)


def _broken(text: str, at: int, line: int) -> tuple[tuple[str, str], int, int, str]:
    """Return the fault in the quotes of the cell at `at`, the place and line after it, and the text passed over.

    A quote that never closes swallows the rest of the file; any other stray quote only the rest of its line.
    """
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    if text[at] == '"' and not _QUOTED.match(text, at):
        lost = text.count("\n", at)
        fault = ("F108", f"A quote opens here and never closes; {lost:,} lines after it were not read.")
        return fault, len(text), line, ""
    return ("F109", _stray(text, at, line)), end + 1, line + 1, text[at:end]


def _stray(text: str, at: int, line: int) -> str:
    """Say what is wrong with the quotes of the cell at `at`, which stands on `line`."""
    quoted = _QUOTED.match(text, at)
    if quoted is None:
        return f"A quote stands inside a cell on line {line}, which does not begin with one."
    last = line + quoted[0].count("\n")
    after = text[quoted.end() : quoted.end() + _MOST_QUOTED].split("\n", 1)[0]
    if last == line:
        return f"A quote opens a cell on line {line} and ends before the cell does: '{after}' follows it."
    return (
        f"A quote opens a cell on line {line} and ends only on line {last}, where '{after}' follows it. If the cell is "
        f"meant to end on line {line}, its closing quote is missing there, and the one on line {last} opens another."
    )
