"""What adding rows comes to: the files as they would be, the findings that this brings, and the writing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from returnees.adding.answering import NewRow
from returnees.adding.form import GROWING
from returnees.checking import check
from returnees.errors import ReturneesError, UsageError
from returnees.findings import Finding, Severity, distinct
from returnees.identity import identity
from returnees.package.integrity import described
from returnees.package.model import Package, Resource
from returnees.package.opening import DESCRIPTOR, open_package
from returnees.package.temporary import laid_out
from returnees.tables.canonical import canonical_text, csv_bytes, encoded, unsafe
from returnees.tables.model import RawTable, Table
from returnees.writing import write_all

#: What is said of a file that is about to be written anew holds of the old one only.
_OF_THE_FILE = frozenset({"F007", "F008"})


@dataclass(frozen=True, slots=True)
class Addition:
    """One row as it would be written: its file, its line there, and the line itself."""

    file: str
    line: int
    text: str


@dataclass(frozen=True)
class Plan:
    """Rows to be added to a package: ``contents`` are the files that change, ``additions`` the rows in them."""

    package: Package
    contents: Mapping[Path, bytes]
    originals: Mapping[Path, bytes]
    candidate: Package
    additions: tuple[Addition, ...]

    def brought(self, today: date) -> list[Finding]:
        """Return the findings that the package has with the new rows and not without them."""
        before = Counter((identity(item), item.severity) for item in check(self.package, today)[0])
        brought = []
        for item in distinct(check(self.candidate, today)[0]):
            said = identity(item), item.severity
            if before[said]:
                before[said] -= 1
            else:
                brought.append(item)
        return brought

    def write(self) -> None:
        """Write all files or none; raise ReturneesError when one cannot be written or has changed since it was read."""
        write_all(self.contents, expected=self.originals)


@dataclass(frozen=True)
class Opened:
    """A package opened to be added to, and what its files held at that moment."""

    package: Package
    originals: Mapping[Path, bytes]

    @classmethod
    def at(cls, path: str | None) -> Opened:
        """Open the package at `path`, by default the one in the current folder.

        Raises
        ------
        UsageError
            If the package is not one to be added to: a zip, one whose tables are no plain CSV, or none is named and the
            folder holds none.
        PackageError
            If there is no package at `path`.
        ReturneesError
            If a table that may get rows cannot be read, or not be written anew without the danger of losing data.
        """
        if path is None and not Path(DESCRIPTOR).is_file():
            raise UsageError(f"there is no {DESCRIPTOR} in this folder; name the package to add to")
        package = open_package(path)
        if package.keep is not None:
            raise UsageError(f"{package.label} is a zip; unpack it and add to the folder")
        files = [package.descriptor_file, *(item.file for item in package.resources if item.file is not None)]
        try:
            opened = cls(package, {file: file.read_bytes() for file in files})
        except OSError as error:
            raise ReturneesError(f"{error.filename} cannot be read: {error.strerror}") from None
        for table in package.tables.values():
            if table.name in ("figures", "readings", *GROWING):
                if other := _resource(package, table.name).unlike_plain:
                    raise UsageError(f"'{table.name}' {other}; rows are only added to plain CSV")
                if why := unsafe(table):
                    raise ReturneesError(f"{table.file} cannot be written anew without losing data: {why}")
        return opened


@contextmanager
def planned(opened: Opened, rows: Sequence[NewRow]) -> Iterator[Plan]:
    """Give the plan of adding `rows`; the candidate package lives as long as the block."""
    package = opened.package
    added = {name: [cells for table, cells in rows if table == name] for name, _ in rows}
    contents = {name: _written(package, name, cells) for name, cells in added.items()}
    descriptor = described(package.descriptor, contents)
    numbers = {item.name: f"{number}.csv" for number, item in enumerate(package.resources)}
    with laid_out({numbers[name]: content for name, content in contents.items()}) as folder:
        candidate = _candidate(package, {name: Path(folder) / numbers[name] for name in contents})
        files = {_resource(package, name).file: content for name, content in contents.items()}
        files[package.descriptor_file] = descriptor
        targets = {file: content for file, content in files.items() if file is not None}
        originals = {file: opened.originals[file] for file in targets}
        additions = tuple(_additions(candidate, added))
        yield Plan(package, targets, originals, candidate, additions)


def _resource(package: Package, name: str) -> Resource:
    return next(item for item in package.resources if item.name == name)


def _written(package: Package, name: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return the file of a table with `rows` added, in canonical order."""
    table = package.tables[name]
    columns = table.raw.text.columns
    new = pl.DataFrame([[row.get(column, "") for column in columns] for row in rows],
                       schema=dict.fromkeys(columns, pl.String), orient="row")  # fmt: skip
    longer = replace(table, raw=RawTable(pl.concat([table.raw.text, new])))
    return encoded(canonical_text(longer), _resource(package, name))


def _candidate(package: Package, files: Mapping[str, Path]) -> Package:
    """Return the package as it would be; `files` are those that change, by the resource's name."""
    resources = [replace(item, file=files.get(item.name, item.file)) for item in package.resources]
    findings = (item for item in package.findings if not (item.code in _OF_THE_FILE and item.resource in files))
    return replace(package, resources=tuple(resources), findings=tuple(findings))


def _additions(candidate: Package, added: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[Addition]:
    """Yield where each new row would stand, in the order of the files."""
    for name, rows in added.items():
        table = candidate.tables[name]
        for cells in rows:
            yield _addition(table, _resource(candidate, name).delimiter, cells)


def _addition(table: Table, delimiter: str, cells: Mapping[str, str]) -> Addition:
    text = table.raw.text
    same = pl.all_horizontal(pl.col(column) == cells.get(column, "") for column in text.columns)
    row = int(text.select(same).to_series().arg_true()[0])
    line = csv_bytes(text[row], delimiter).decode("utf-8").split("\n", 1)[1]
    return Addition(table.file, table.line(row) or 0, line.rstrip("\n"))


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are errors."""
    return [item for item in findings if item.severity is Severity.ERROR]
