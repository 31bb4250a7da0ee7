"""A difference between two packages: every table compared, and the version that all of it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from returnees.diff.structure import structure_reasons
from returnees.diff.tables import Change, Content, TableDiff, compare, content
from returnees.diff.versions import Bump, Reason, Version, asked_version, parse_version
from returnees.errors import PackageError
from returnees.package.integrity import file_hash
from returnees.package.jail import PathRefused
from returnees.package.model import Package
from returnees.tables.model import Table


@dataclass(frozen=True)
class PackageDiff:
    """What changed from one version of a package to another.

    ``reasons`` say what asks for which bump, the weightiest first; ``issued`` is when the newer one says it was made.
    """

    old: str
    new: str
    old_version: str | None
    new_version: str | None
    issued: str
    tables: tuple[TableDiff, ...]
    reasons: tuple[Reason, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change of a table, a row or a column."""
        return tuple(change for table in self.tables for change in table.changes)

    @property
    def bump(self) -> Bump:
        """The bump that the changes ask for."""
        return max((reason.bump for reason in self.reasons), default=Bump.NONE)

    @cached_property
    def asked(self) -> Version | None:
        """The least version that may follow the older one; None if that states no version of the usual form."""
        return asked_version(self.old_version, self.bump)

    @property
    def sufficient(self) -> bool:
        """Whether the newer version's number says what changed."""
        stated = parse_version(self.new_version)
        return self.asked is not None and stated is not None and stated[0] >= self.asked


def diff(old: Package, new: Package) -> PackageDiff:
    """Return what changed from `old` to `new`.

    Raises
    ------
    PackageError
        If a table of either cannot be read well enough to be compared.
    """
    before, after = _contents(old), _contents(new)
    titles = {item.name: str(item.descriptor.get("title") or item.name) for item in (*old.resources, *new.resources)}
    names = [*after, *(name for name in before if name not in after)]
    tables = tuple(compare(name, titles[name], before.get(name), after.get(name)) for name in names)
    reasons = [*structure_reasons(old, new), *_row_reasons(tables, old, new), *_other_files(old, new)]
    return PackageDiff(
        old=old.label,
        new=new.label,
        old_version=old.version,
        new_version=new.version,
        issued=str(new.descriptor.get("created") or "")[:10],
        tables=tuple(table for table in tables if table.changes),
        reasons=tuple(sorted(reasons, key=lambda item: -item.bump)),
    )


def _contents(package: Package) -> dict[str, Content]:
    """Return every table of `package` as it is compared."""
    for resource in package.resources:
        is_table = resource.descriptor.get("type") == "table" or resource.schema is not None
        if is_table and resource.name not in package.tables:
            raise PackageError(
                f"{package.label} cannot be compared: its table '{resource.name}' cannot be read; "
                "'returnees validate' says why"
            )
    return {name: content(package.label, table) for name, table in package.tables.items()}


def _other_files(old: Package, new: Package) -> Iterator[Reason]:
    """Yield a reason for each resource that is no table and whose file changed."""
    before = {item.name: item.file for item in old.resources if item.name not in old.tables and item.file}
    for item in new.resources:
        file: Path | None = before.get(item.name)
        if file and item.file and item.name not in new.tables and _hash(file, old) != _hash(item.file, new):
            yield Reason(Bump.PATCH, "changed", f"The file of '{item.name}' changed.")


def _hash(file: Path, package: Package) -> str:
    """Return the hash of a file; raise PackageError when it cannot be read."""
    try:
        return file_hash(file)
    except PathRefused as error:
        raise PackageError(f"{file.name} of {package.label} {error}") from None


def _row_reasons(tables: Iterable[TableDiff], old: Package, new: Package) -> Iterator[Reason]:
    """Yield what the rows that came, went and changed ask for."""
    for table in tables:
        if table.name not in old.tables or table.name not in new.tables:
            continue  # a table that came or went is a resource that did
        gone, come, changed = (table.of("row", action) for action in ("delete", "add", "update"))
        if gone:
            users = _users(table.name, gone, old)
            if users:
                words = f"{_count(len(gone))} removed to which '{users[0]}' referred."
                yield Reason(Bump.MAJOR, "removed", f"'{table.name}': {words}", True)
            else:
                yield Reason(Bump.MINOR, "removed", f"'{table.name}': {_count(len(gone))} removed.", True)
        if come:
            yield Reason(Bump.MINOR, "added", f"'{table.name}': {_count(len(come))} added.", True)
        if changed:
            fields = sorted({field for item in changed for field in item.new or {}})
            yield _changed_cells(table.name, len(changed), fields, old, new)


def _count(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


def _changed_cells(name: str, number: int, fields: Sequence[str], old: Package, new: Package) -> Reason:
    """Return what changed cells ask for: by the recipe a corrected value is less than a reference that moved."""
    targets = _referred_to(name, old)
    named = [field for field in fields if field in targets]
    words = f"'{name}': {_count(number)} changed in {', '.join(named or fields)}"
    if named:
        return Reason(Bump.MAJOR, "changed", f"{words}, to which other tables refer.", True)
    references = {field for key in new.tables[name].schema.foreign_keys for field in key.fields}
    moved = references & set(fields)
    if moved:
        words = f"{words}, of which {', '.join(sorted(moved))} refers to another table"
        return Reason(Bump.MINOR, "changed", f"{words}.", True)
    return Reason(Bump.PATCH, "changed", f"{words}.", True)


def _tables_referring(name: str, package: Package) -> Iterator[tuple[Table, tuple[str, ...], tuple[str, ...]]]:
    """Yield the other tables that refer to `name`, with the fields on both sides."""
    for table in package.tables.values():
        for key in table.schema.foreign_keys:
            if key.target == name and table.name != name and set(key.fields) <= set(table.raw.text.columns):
                yield table, key.fields, key.target_fields


def _referred_to(name: str, package: Package) -> set[str]:
    """Return the fields of the table `name` that other tables refer to."""
    return {field for _, _, fields in _tables_referring(name, package) for field in fields}


def _users(name: str, gone: Sequence[Change], package: Package) -> list[str]:
    """Return the other tables of which a row referred to one of the rows that are gone."""
    found = []
    for table, fields, targets in _tables_referring(name, package):
        cells = {tuple((item.initial or {}).get(field) for field in targets) for item in gone}
        if not cells.isdisjoint(table.raw.text.select(fields).rows()):
            found.append(table.name)
    return sorted(set(found))
