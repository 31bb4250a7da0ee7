"""The files that the site offers: the release as a zip, and the tables in every format there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from returnees.errors import ReturneesError
from returnees.export import FORMATS, export
from returnees.outcome import Report
from returnees.package.model import Package
from returnees.package.temporary import made
from returnees.releasing import release

#: Media types of the formats, for those who describe the files to machines.
_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".db": "application/vnd.sqlite3",
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


#: A DuckDB file holds an identifier drawn at random; the site is to have the same bytes on every build.
_NOT_THE_SAME_TWICE = frozenset({"duckdb"})


@dataclass(frozen=True, slots=True)
class Download:
    """One file: its path in the site, the format it is in, its content."""

    path: str
    form: str
    content: bytes

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @property
    def digest(self) -> str:
        """Its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def mediatype(self) -> str:
        """Its media type."""
        return _TYPES.get(Path(self.name).suffix, "application/octet-stream")


@dataclass(frozen=True)
class Downloads:
    """All files, and why a format is not among them."""

    files: tuple[Download, ...]
    left_out: tuple[str, ...]

    @property
    def forms(self) -> list[str]:
        """The formats there are, in their order."""
        return list(dict.fromkeys(item.form for item in self.files))

    def of(self, form: str) -> list[Download]:
        """Return the files of a format."""
        return [item for item in self.files if item.form == form]

    def first(self, form: str, package: Package) -> Download:
        """Return the file of a format to offer first: that of the whole package, else the figures."""
        files = self.of(form)
        whole = [item for item in files if item.name.split(".")[0] == package.name]
        figures = [item for item in files if item.name.split(".")[0] == "figures"]
        return (whole or figures or files)[0]


def downloads(package: Package, report: Report) -> Downloads:
    """Return the release and every export of `package`, made anew; what cannot be made is said and left out."""
    files: list[Download] = []
    left_out: list[str] = []
    with made("returnees-site-") as name:
        folder = Path(name)
        try:
            release(package, folder / "zip", report, allow_invalid=True)
            files += _read(folder / "zip", "zip")
        except ReturneesError as error:
            left_out.append(f"zip: {error}")
        for form in (name for name in FORMATS if name not in _NOT_THE_SAME_TWICE):
            try:
                export(package, folder / form, [form])
                files += _read(folder / form, form)
            except (ReturneesError, ModuleNotFoundError) as error:
                left_out.append(f"{form}: {error}")
    return Downloads(tuple(files), tuple(left_out))


def _read(folder: Path, form: str) -> Iterator[Download]:
    """Yield the files of a folder."""
    for file in sorted(item for item in folder.rglob("*") if item.is_file()):
        yield Download(f"downloads/{form}/{file.relative_to(folder).as_posix()}", form, file.read_bytes())
