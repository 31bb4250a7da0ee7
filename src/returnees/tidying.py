"""Tidying: a package put into its canonical form, so that a difference shows only what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from returnees.errors import UsageError
from returnees.package.integrity import described
from returnees.package.model import Package
from returnees.tables.canonical import canonical_text, encoded, unsafe
from returnees.tables.model import Table
from returnees.writing import write_all


@dataclass(frozen=True, slots=True)
class Change:
    """One file that tidying would write anew: which, why, and with what."""

    file: str
    reason: str
    target: Path
    content: bytes


@dataclass(frozen=True)
class Tidying:
    """What tidying a package comes to: the changes, and the files it must leave alone, with the reason."""

    changes: tuple[Change, ...]
    left: tuple[tuple[str, str], ...]

    def write(self) -> None:
        """Write every change, all files or none; raise ReturneesError when one cannot be written."""
        write_all({change.target: change.content for change in self.changes})


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
    changes: list[Change] = []
    left: list[tuple[str, str]] = []
    contents: dict[str, bytes] = {}
    for resource in package.resources:
        if resource.file is None:
            continue
        content = resource.file.read_bytes()
        table = package.tables.get(resource.name)
        if table is not None:
            why = unsafe(table)
            if why:
                left.append((resource.path, why))
            else:
                tidy = encoded(canonical_text(table), resource)
                if tidy != content:
                    changes.append(Change(resource.path, _reason(table, content, tidy), resource.file, tidy))
                    content = tidy
        contents[resource.name] = content
    descriptor = described(package.descriptor, contents)
    if descriptor != package.descriptor_file.read_bytes():
        reason = "bytes, hash or layout of the descriptor"
        changes.append(Change("datapackage.json", reason, package.descriptor_file, descriptor))
    return Tidying(tuple(changes), tuple(left))


def _reason(table: Table, old: bytes, new: bytes) -> str:
    """Return in words what tidying a table's file changes."""
    if old.replace(b"\r\n", b"\n") == new:
        return "line ends"
    order = canonical_text(table)
    if not order.equals(table.raw.text.select(order.columns)):
        return "order of rows"
    return "quotes, line ends or order of columns"
