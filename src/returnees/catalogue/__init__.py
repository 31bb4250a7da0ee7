"""Catalogue files: what the descriptor and the Table Schemas say, in the words of each catalogue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from returnees.catalogue.citation_cff import citation_cff
from returnees.catalogue.croissant import croissant
from returnees.catalogue.csvw import csvw
from returnees.catalogue.datacite import datacite
from returnees.catalogue.dcat import dcat_jsonld, dcat_turtle
from returnees.catalogue.facts import Facts, facts
from returnees.catalogue.rocrate import METADATA, rocrate
from returnees.catalogue.schemaorg import schemaorg
from returnees.catalogue.zenodo import zenodo
from returnees.errors import PackageError
from returnees.package.model import Package


class Format(NamedTuple):
    """A catalogue file: where it stands in the package, what the descriptor must have for it, how it is made."""

    path: str
    needs: tuple[str, ...]
    make: Callable[[Facts], bytes]


#: Every catalogue file. Three stand in the package's own folder because their standards, or those who read them, say
#: so: a crate's root is the folder of its metadata, and the other two are looked for nowhere else.
FORMATS = (
    Format("CITATION.cff", ("contributors",), citation_cff),
    Format(".zenodo.json", ("description", "contributors"), zenodo),
    Format(METADATA, ("description", "licenses", "created"), rocrate),
    Format("catalogue/schemaorg.jsonld", ("description",), schemaorg),
    Format("catalogue/dcat.jsonld", ("description",), dcat_jsonld),
    Format("catalogue/dcat.ttl", ("description",), dcat_turtle),
    Format("catalogue/datacite.json", ("contributors", "created"), datacite),
    Format("catalogue/croissant.json", ("description", "licenses", "contributors", "created"), croissant),
    Format("catalogue/csvw.json", ("tables",), csvw),
)


class Catalogue(NamedTuple):
    """The catalogue files of a package by path, and those that cannot be made with what the descriptor lacks."""

    files: dict[str, bytes]
    lacking: dict[str, tuple[str, ...]]

    def stale(self, folder: Path) -> list[str]:
        """Return the paths whose file in `folder` is not there or is another than it should be."""
        return [path for path, content in self.files.items() if not _is(folder / path, content)]


def _is(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def catalogue(package: Package) -> Catalogue:
    """Return every catalogue file of `package` that can be made, and what the others lack.

    Raises
    ------
    PackageError
        If the descriptor has neither title nor name, or a resource has no file.
    """
    known = facts(package)
    if not known.title:
        raise PackageError(
            f"{package.label} cannot be catalogued: its datapackage.json has neither a title nor a name; add one"
        )
    present = {
        "description": known.description,
        "contributors": known.contributors,
        "licenses": known.licences,
        "created": known.issued,
        "tables": known.tables,
    }
    lacking = {
        item.path: missing for item in FORMATS if (missing := tuple(need for need in item.needs if not present[need]))
    }
    return Catalogue({item.path: item.make(known) for item in FORMATS if item.path not in lacking}, lacking)


def catalogue_files(package: Package) -> dict[str, bytes]:
    """Return the catalogue files of `package`: path in the package to content, the same bytes every time.

    Raises
    ------
    PackageError
        If the package cannot be catalogued at all; see `catalogue` for what single files lack.
    """
    return catalogue(package).files
