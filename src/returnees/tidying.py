"""Tidying: a package put into its canonical form, so that a difference shows only what was meant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from returnees.errors import UsageError
from returnees.package.model import Package, Resource
from returnees.tables.canonical import UNSAFE, canonical_text, csv_bytes
from returnees.tables.model import Table
from returnees.writing import write_bytes


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
        """Write every change, each file in one step; raise ReturneesError when one cannot be written."""
        for change in self.changes:
            write_bytes(change.target, change.content)


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
            why = _unsafe(table)
            if why:
                left.append((resource.path, why))
            else:
                tidy = _encoded(table, resource)
                if tidy != content:
                    changes.append(Change(resource.path, _reason(table, content, tidy), resource.file, tidy))
                    content = tidy
        contents[resource.name] = content
    descriptor = _descriptor(package.descriptor, contents)
    if descriptor != package.descriptor_file.read_bytes():
        reason = "bytes, hash or layout of the descriptor"
        changes.append(Change("datapackage.json", reason, package.descriptor_file, descriptor))
    return Tidying(tuple(changes), tuple(left))


def _unsafe(table: Table) -> str | None:
    """Return which finding stands in the way of writing the table anew, or None."""
    codes = sorted({item.code for item in table.findings} & UNSAFE)
    return f"mend {', '.join(codes)} first" if codes else None


def _encoded(table: Table, resource: Resource) -> bytes:
    """Return the canonical file in the resource's declared encoding and with its declared delimiter."""
    content = csv_bytes(canonical_text(table), resource.delimiter)
    if resource.encoding.lower() in ("utf-8", "utf8"):
        return content
    return content.decode("utf-8").encode(resource.encoding)


def _reason(table: Table, old: bytes, new: bytes) -> str:
    """Return in words what tidying a table's file changes."""
    if old.replace(b"\r\n", b"\n") == new:
        return "line ends"
    order = canonical_text(table)
    if not order.equals(table.raw.text.select(order.columns)):
        return "order of rows"
    return "quotes, line ends or order of columns"


def _descriptor(stated: Mapping[str, Any], contents: Mapping[str, bytes]) -> bytes:
    """Return the descriptor with the true size and hash of each file whose descriptor states them or could."""
    resources = []
    for item in stated.get("resources", ()):
        content = contents.get(str(item.get("name"))) if isinstance(item, Mapping) else None
        if content is None:
            resources.append(item)
            continue
        facts = {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        resources.append({**item, **facts})
    descriptor = {**stated, "resources": resources}
    return (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
