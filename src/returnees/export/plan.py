"""What an export writes: which tables of a package, in which formats, to which files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from returnees.errors import UsageError, nearest
from returnees.writing import file_name

if TYPE_CHECKING:
    from returnees.export.contents import Contents
    from returnees.package.model import Package


@dataclass(frozen=True)
class Format:
    """One format: who writes it, and to which files.

    ``writer`` is found by name, so that only the chosen formats import their libraries. ``each`` is how the file of a
    table ends, ``whole`` how the file of all tables ends, ``beside`` a file that goes with it. ``needs`` is a library
    that comes with the extra of the format's name.
    """

    writer: str
    each: str = ""
    whole: str = ""
    beside: str = ""
    needs: str = ""

    def files(self, contents: Contents) -> list[str]:
        """Return the names of the files, in the order in which the writer takes them."""
        names = [content.name + self.each for content in contents.tables] if self.each else []
        names += [contents.name + self.whole] if self.whole else []
        names += [self.beside] if self.beside else []
        return [file_name(name) for name in names]


FORMATS: Mapping[str, Format] = {
    "csv": Format("csvform:write_csv", each=".csv"),
    "json": Format("jsonform:write_json", each=".json", whole=".json"),
    "ndjson": Format("ndjsonform:write_ndjson", each=".ndjson"),
    "xlsx": Format("xlsxform:write_xlsx", whole=".xlsx", needs="xlsxwriter"),
    "parquet": Format("parquetform:write_parquet", each=".parquet"),
    "sqlite": Format("sqliteform:write_sqlite", whole=".sqlite", beside="metadata.json"),
    "duckdb": Format("duckdbform:write_duckdb", whole=".duckdb", needs="duckdb"),
}


def export(
    package: Package,
    folder: Path,
    formats: Iterable[str] = ("csv", "json"),
    tables: Iterable[str] = (),
    *,
    where: Sequence[str] = (),
    columns: Iterable[str] = (),
) -> list[Path]:
    """Write tables of `package` to `folder` in each of `formats`; return the files.

    Parameters
    ----------
    package
        The package to export. That it is valid is for the caller to see to.
    folder
        Where to; it is made if it is not there.
    formats
        Names of `FORMATS`.
    tables
        The tables to write; all, and the wide one, when none is named.
    where
        Conditions such as ``area=GBR,FRA``: only the figures that meet all of them, and what belongs to those.
    columns
        The columns to write, in this order; all when none is named.

    Raises
    ------
    UsageError
        If a format, table, column or code is not known (the message names the nearest one), a library is missing, or a
        format cannot hold what it is given. Nothing has been written then.
    ReturneesError
        If a file cannot be written. Each file is the old one or the new one, never a part.
    """
    from returnees.export.contents import gather

    chosen = [FORMATS[name] for name in _known_formats(formats)]
    contents = gather(package, tables, where, columns)
    places = [[folder / name for name in form.files(contents)] for form in chosen]
    files = [file for place in places for file in place]
    _each_once(files)
    for form, place in zip(chosen, places, strict=True):
        module, _, function = form.writer.partition(":")
        getattr(import_module(f"returnees.export.{module}"), function)(contents, place)
    return files


def _known_formats(names: Iterable[str]) -> list[str]:
    """Return the formats, each once; raise UsageError at the first that is not known or cannot be written here."""
    names = list(dict.fromkeys(names))
    if not names:
        raise UsageError(f"no format is named; there are {', '.join(FORMATS)}")
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"no format '{name}'{nearest(name, FORMATS)} (there are {', '.join(FORMATS)})")
    for name, needs in ((name, FORMATS[name].needs) for name in names if FORMATS[name].needs):
        try:
            import_module(needs)
        except ImportError:
            raise UsageError(
                f"{name} needs {needs}, which is not installed: python3 -m pip install {needs} (the extra '{name}')"
            ) from None
    return names


def _each_once(files: Sequence[Path]) -> None:
    """Raise UsageError when two files would have one name, as some systems tell them apart and some do not."""
    seen: dict[str, Path] = {}
    for file in files:
        if file.name.casefold() in seen:
            raise UsageError(f"two files would be called {file.name}; choose fewer tables or one format at a time")
        seen[file.name.casefold()] = file
