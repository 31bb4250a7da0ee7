"""Catalogue files: what the descriptor and the Table Schemas say, in the words of each catalogue."""

from __future__ import annotations

from collections.abc import Callable
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

    @property
    def remarks(self) -> list[str]:
        """A sentence for each file that cannot be made."""
        lacking = {path: " and no ".join(needs) for path, needs in self.lacking.items()}
        return [f"{path}: not made; datapackage.json has no {needs}" for path, needs in lacking.items()]


def catalogue(package: Package) -> Catalogue:
    """Return every catalogue file of `package` that can be made, the same bytes every time, and what the others lack.

    Raises
    ------
    PackageError
        If the descriptor has neither title nor name, or a resource has no file.
    """
    known = facts(package)
    if not known.about.title:
        raise PackageError(
            f"{package.label} cannot be catalogued: its datapackage.json has neither a title nor a name; add one"
        )
    present = {
        "description": known.about.description,
        "contributors": known.about.contributors,
        "licenses": known.about.licences,
        "created": known.about.issued,
        "tables": known.tables,
    }
    lacking = {
        item.path: missing for item in FORMATS if (missing := tuple(need for need in item.needs if not present[need]))
    }
    return Catalogue({item.path: item.make(known) for item in FORMATS if item.path not in lacking}, lacking)
