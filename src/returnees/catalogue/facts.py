"""All that catalogue files are made of: what the descriptor says, the files of the package and their schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from returnees.errors import PackageError
from returnees.package import jail
from returnees.package.about import About, about, text
from returnees.package.integrity import file_hash
from returnees.package.model import Package, Resource
from returnees.tables.schema import TableSchema

_HASH = re.compile(r"^(?:(md5|sha1|sha256|sha512):)?([0-9a-f]+)$")


@dataclass(frozen=True)
class DataFile:
    """A file of the package; ``schema`` and ``dialect`` describe it where it is a table."""

    name: str
    path: str
    title: str
    description: str | None
    mediatype: str
    size: int | None
    algorithm: str
    digest: str
    encoding: str
    dialect: Mapping[str, Any]
    schema_path: str | None
    schema: TableSchema | None


class Document(NamedTuple):
    """A file of the package that is not a resource."""

    path: str
    name: str
    description: str
    mediatype: str


@dataclass(frozen=True)
class Facts:
    """All that the catalogue formats are made of."""

    about: About
    files: tuple[DataFile, ...]
    documents: tuple[Document, ...]

    @property
    def tables(self) -> tuple[tuple[DataFile, TableSchema], ...]:
        """The files that are tables, each with its Table Schema."""
        return tuple((file, file.schema) for file in self.files if file.schema is not None)


def reference(path: str) -> str:
    """Return a path inside the package as a relative reference."""
    return quote(path, safe="/")


def facts(package: Package) -> Facts:
    """Return what the descriptor and the Table Schemas of `package` say.

    Raises
    ------
    PackageError
        If a resource has no file in the package: a catalogue must not name what nobody can get.
    """
    parted = [resource.name for resource in package.resources if resource.parts]
    if parted:
        raise PackageError(
            f"{package.label} cannot be catalogued: {', '.join(parted)} is kept in several files, and a catalogue "
            "names one file for each table"
        )
    missing = [resource.name for resource in package.resources if resource.file is None]
    if missing:
        raise PackageError(
            f"{package.label} cannot be catalogued: there is no file to be read for {', '.join(missing)}; "
            "'returnees validate' says why"
        )
    return Facts(
        about=about(package.descriptor),
        files=tuple(_file(package, resource) for resource in package.resources),
        documents=tuple(_documents(package)),
    )


def _documents(package: Package) -> Iterator[Document]:
    """Give the descriptor, the Table Schemas and the rule file, as far as they are files of the package."""
    title = text(package.descriptor.get("title")) or "the package"
    yield Document(
        package.descriptor_file.name,
        "Data Package descriptor",
        f"What {title} is, and the resources it has.",
        "application/json",
    )
    schemas = {
        path: text(resource.descriptor.get("title")) or resource.name
        for resource in package.resources
        if resource.schema is not None and (path := text(resource.descriptor.get("schema")))
    }
    for path, name in schemas.items():
        if _is_inside(package, path):
            says = f"The fields, constraints and keys of the table {name}."
            yield Document(path, f"Table Schema: {name}", says, "application/json")
    rules = text(package.descriptor.get("rules"))
    if rules and _is_inside(package, rules):
        yield Document(rules, "Rules", "What must hold between figures.", "application/toml")


def _is_inside(package: Package, path: str) -> bool:
    """Whether `path` is a plain file of the package."""
    try:
        jail.resolve(package.root, path)
    except jail.PathRefused:
        return False
    return True


def _file(package: Package, resource: Resource) -> DataFile:
    """Return what is known of a resource; its size and hash as stated, else as they are."""
    stated = resource.descriptor
    table = package.tables.get(resource.name)
    size = stated.get("bytes")
    algorithm, digest = _hash(resource)
    schema, dialect = stated.get("schema"), stated.get("dialect")
    return DataFile(
        name=resource.name,
        path=resource.path,
        title=text(stated.get("title")) or resource.name,
        description=text(stated.get("description")),
        mediatype=text(stated.get("mediatype")) or ("text/csv" if table else "application/octet-stream"),
        size=size if type(size) is int and size >= 0 else _size(resource),
        algorithm=algorithm,
        digest=digest,
        encoding=resource.encoding,
        dialect=dialect if isinstance(dialect, Mapping) else {},
        schema_path=text(schema) if table and resource.schema is not None else None,
        schema=table.schema if table and table.schema.fields else None,
    )


def _size(resource: Resource) -> int | None:
    return resource.file.stat().st_size if resource.file else None


def _hash(resource: Resource) -> tuple[str, str]:
    """Return the algorithm and the hash that the descriptor states; a hash without an algorithm is MD5."""
    found = _HASH.match(text(resource.descriptor.get("hash")) or "")
    if found:
        return found.group(1) or "md5", found.group(2)
    if resource.file is None:
        return "", ""
    return "sha256", file_hash(resource.file).removeprefix("sha256:")
