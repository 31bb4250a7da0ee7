"""Tidying: a package put into its canonical form, so that a difference shows only what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from returnees.errors import PackageError, UsageError
from returnees.package import strictjson
from returnees.package.integrity import described
from returnees.package.jail import PathRefused, read_limited, resolve
from returnees.package.model import Package
from returnees.tables.canonical import canonical_text, encoded, unsafe
from returnees.tables.model import Table
from returnees.tables.reading import read_tables
from returnees.writing import write_all


@dataclass(frozen=True, slots=True)
class Change:
    """One file that tidying would write anew: which, why, with what, and what it held when that was decided."""

    file: str
    reason: str
    target: Path
    content: bytes
    before: bytes


@dataclass(frozen=True)
class Tidying:
    """What tidying a package comes to: the changes, and the files it must leave alone, with the reason."""

    changes: tuple[Change, ...]
    left: tuple[tuple[str, str], ...]

    def write(self) -> None:
        """Write every change: the tables, then the descriptor, each in one step.

        A run that is killed in between leaves tables in canonical form whose size and hash the descriptor does not
        state yet. No cell is lost; `validate` names them (F007, F008), and tidying again completes it.

        Raises
        ------
        ReturneesError
            If one cannot be written, or was changed by someone else since it was read.
        """
        write_all(
            {change.target: change.content for change in self.changes},
            expected={change.target: change.before for change in self.changes},
        )


def tidying(package: Package) -> Tidying:
    """Return what would put `package` into canonical form: order, LF, plain quotes, true ``bytes`` and ``hash``.

    No cell changes. A table whose cells cannot be told apart with certainty is left as it is.

    Raises
    ------
    UsageError
        If the package is a zip, which is read and never written.
    """
    if package.keep is not None:
        raise UsageError(f"{package.label} is a zip; unpack it and tidy the folder")
    changes: dict[Path, Change] = {}
    left: list[tuple[str, str]] = []
    # What the files hold is taken before they are read as tables: what is written stands on no older reading.
    place, before = _descriptor_file(package)
    contents = _contents(package)
    tables = read_tables(package)
    for resource in package.resources:
        if resource.file is None:
            continue
        content = contents[resource.name]
        table = tables.get(resource.name)
        if table is not None and resource.unlike_plain:
            left.append((resource.path, f"it {resource.unlike_plain}"))
        elif table is not None and resource.file not in changes:
            why = unsafe(table)
            if why:
                left.append((resource.path, why))
                # Nor is its size or hash: they would vouch for a file that may be damaged.
                del contents[resource.name]
            else:
                tidy = encoded(canonical_text(table), resource)
                if tidy != content:
                    reason = _reason(table, content, tidy)
                    changes[resource.file] = Change(resource.path, reason, resource.file, tidy, content)
    for resource in package.resources:
        if resource.file in changes and resource.name in contents:
            contents[resource.name] = changes[resource.file].content
    _unchanged(package, before)
    descriptor = described(package.descriptor, contents)
    if descriptor != before:
        reason = "bytes, hash or layout of the descriptor"
        changes[place] = Change(package.descriptor_file.name, reason, place, descriptor, before)
    return Tidying(tuple(changes.values()), tuple(left))


def _descriptor_file(package: Package) -> tuple[Path, bytes]:
    """Return the real path of the descriptor and what it holds; raise PackageError when it cannot be read any more."""
    try:
        place = resolve(package.root, package.descriptor_file.name)
        return place, read_limited(place, package.limits.json_bytes)
    except PathRefused as error:
        raise PackageError(f"{package.descriptor_file.name} of {package.label} {error}") from None


def _contents(package: Package) -> dict[str, bytes]:
    """Return what the file of each resource holds, by the resource's name.

    Raises
    ------
    PackageError
        If one cannot be read any more.
    """
    contents = {}
    for resource in package.resources:
        if resource.file is not None:
            try:
                contents[resource.name] = read_limited(resource.file, package.limits.table_bytes)
            except PathRefused as error:
                raise PackageError(f"{resource.path} of {package.label} {error}") from None
    return contents


def _unchanged(package: Package, content: bytes) -> None:
    """Raise PackageError when `content` is another descriptor than the package was opened with."""
    try:
        same = strictjson.parse(content, package.limits).value == package.descriptor
    except strictjson.NotJson:
        same = False
    if not same:
        raise PackageError(f"{package.label} has changed since it was opened; run this again")


def _reason(table: Table, old: bytes, new: bytes) -> str:
    """Return in words what tidying a table's file changes."""
    if old.replace(b"\r\n", b"\n") == new:
        return "line ends"
    order = canonical_text(table)
    if not order.equals(table.raw.text.select(order.columns)):
        return "order of rows"
    return "quotes, line ends or order of columns"
