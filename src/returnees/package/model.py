"""What an opened package is: a descriptor and its resources, each at a real path inside the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from returnees.errors import UsageError, nearest
from returnees.findings import Finding
from returnees.package.limits import Limits
from returnees.package.parts import Part, form_of

if TYPE_CHECKING:
    import polars as pl

    from returnees.tables.model import Table


@dataclass(frozen=True)
class Resource:
    """One resource of a package.

    ``path`` is as the descriptor states it, empty for a list of paths; ``file`` is the real path, or None when the
    resource is no single file or cannot be read (a finding of the package says why); ``schema`` is its Table Schema as
    JSON, or None. ``parts`` are the files of a table that is kept in several.
    """

    name: str
    path: str
    file: Path | None
    descriptor: Mapping[str, Any]
    schema: Mapping[str, Any] | None
    parts: tuple[Part, ...] = ()

    @property
    def files(self) -> tuple[Part, ...]:
        """The files it is made of, in order; none when it cannot be read."""
        return self.parts or (() if self.file is None else (Part(self.path, self.file),))

    @property
    def form(self) -> str:
        """What its files hold as a table: ``csv``, ``tsv`` or ``parquet``, as stated, else by their ending."""
        stated = self.descriptor.get("format")
        ending = form_of(self.parts[0].path if self.parts else self.path)
        return stated if stated in ("csv", "tsv", "parquet") else ending or "csv"

    @property
    def packed(self) -> bool:
        """Whether its files are compressed (gzip)."""
        named = self.parts[0].path if self.parts else self.path
        return self.descriptor.get("compression") in ("gz", "gzip") or named.lower().endswith(".gz")

    @property
    def unlike_plain(self) -> str | None:
        """What keeps it from being one plain file of CSV, in words, or None when it is."""
        if self.parts:
            return "is kept in several files"
        return "is Parquet" if self.form == "parquet" else "is compressed" if self.packed else None

    @property
    def encoding(self) -> str:
        """The declared encoding; the standard's default is UTF-8."""
        return str(self.descriptor.get("encoding", "utf-8"))

    @property
    def delimiter(self) -> str:
        """What stands between two cells: as the dialect states it, else a tab in a TSV file and a comma in others."""
        dialect = self.descriptor.get("dialect")
        if isinstance(dialect, Mapping) and "delimiter" in dialect:
            return str(dialect["delimiter"])
        return "\t" if self.form == "tsv" else ","


@dataclass(frozen=True)
class Package:
    """An opened package: what its descriptor says, and the findings that opening it gave.

    ``label`` is how the package was named; ``root`` the real folder of its descriptor (for a zip, a temporary one
    that lives as long as the package).
    """

    label: str
    root: Path
    descriptor: Mapping[str, Any]
    resources: tuple[Resource, ...]
    findings: tuple[Finding, ...]
    limits: Limits = field(default_factory=Limits)
    keep: object = None

    @property
    def name(self) -> str:
        """The package's name, or how it was named when it has none."""
        return str(self.descriptor.get("name") or self.label)

    @property
    def version(self) -> str | None:
        """The package's version, as the descriptor states it."""
        version = self.descriptor.get("version")
        return None if version is None else str(version)

    @property
    def descriptor_file(self) -> Path:
        """The real path of ``datapackage.json``."""
        return self.root / "datapackage.json"

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every resource that is a table and can be read, typed, by name; with the findings of its reading."""
        from returnees.tables.reading import read_tables

        return read_tables(self)

    def with_tables(self, tables: Mapping[str, Table]) -> Package:
        """Return the package with its tables as somebody else has read them."""
        package = replace(self)
        vars(package)["tables"] = tables
        return package

    def table(self, name: str) -> pl.DataFrame:
        """Return the table called `name`, one row a row of the file, typed by its Table Schema.

        Cells that are missing, or that do not read as the field's type, are null.

        Raises
        ------
        UsageError
            If the package has no such table.
        """
        if name not in self.tables:
            raise UsageError(f"{self.label} has no table '{name}'{nearest(name, self.tables)}")
        return self.tables[name].frame
