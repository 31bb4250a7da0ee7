"""What a citation must say, taken from a package: the figure, its work, its readings, and the package itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from returnees.errors import UsageError, nearest
from returnees.figures.readings import printed
from returnees.figures.shelf import Shelf
from returnees.figures.subject import subject
from returnees.package.about import about
from returnees.package.model import Package

#: How many readings a citation names unless asked for all: some figures were read in forty documents.
MOST_NAMED = 3

#: How a list of authors says that they edited the work.
_EDITORS = re.compile(r" \(eds?\.\)$")
_NUMBER = ("qualifier", "value", "low", "high")


@dataclass(frozen=True)
class Work:
    """A work as the table ``sources`` has it; what is not known is empty."""

    id: str
    kind: str
    title: str
    published: str
    language: str
    url: str
    publisher: str
    publisher_kind: str
    authors: tuple[str, ...] = ()
    edited: bool = False


@dataclass(frozen=True)
class Reading:
    """A figure as one document prints it, and where in the document."""

    document: Work
    as_printed: str
    locator: str
    first_hand: bool
    agrees: bool


@dataclass(frozen=True)
class PackageWork:
    """The package as a work to cite: a data set of one version."""

    name: str
    title: str
    version: str
    issued: str
    authors: tuple[str, ...]
    url: str
    doi: str
    licence: str


@dataclass(frozen=True)
class Citation:
    """A figure and all that stands behind it; a citation of a whole package has only `package`.

    ``work`` is None where the table has no source for the figure; ``readings`` are all there are; ``most`` is how many
    of them a citation names.
    """

    package: PackageWork
    figure: str = ""
    says: str = ""
    about: str = ""
    work: Work | None = None
    readings: tuple[Reading, ...] = ()
    most: int | None = None

    @property
    def named(self) -> tuple[Reading, ...]:
        """The readings that the citation names: the weightiest first."""
        return self.readings[: self.most]

    @property
    def documents(self) -> list[tuple[Work, list[Reading]]]:
        """The documents other than the work itself that the citation names, each with what it prints."""
        found: dict[str, tuple[Work, list[Reading]]] = {}
        for reading in self.named:
            if not reading.first_hand:
                found.setdefault(reading.document.id, (reading.document, []))[1].append(reading)
        return list(found.values())

    @property
    def sentence(self) -> str:
        """What the figure counts and how much; empty for a whole package."""
        return f"{self.about}: {self.says}" if self.figure else ""

    @property
    def locator(self) -> str:
        """Where in the work itself the figure stands, when the work itself was read and it is known."""
        return next((item.locator for item in self.readings if item.first_hand and item.locator), "")


def citation(
    package: Package, figure: str | None = None, *, most: int | None = MOST_NAMED, shelf: Shelf | None = None
) -> Citation:
    """Return what a citation of `figure`, or of the whole of `package`, must say, naming at most `most` readings.

    Who cites many figures of a package gives the same `shelf` each time, so that its tables are read once.

    Raises
    ------
    UsageError
        If the package has no such figure (the message names the nearest), or has no figures at all.
    """
    itself = _package_work(package)
    if figure is None:
        return Citation(itself)
    figures = package.table("figures")
    if "figure_id" not in figures.columns:
        raise UsageError(f"{package.label}: its table 'figures' has no field 'figure_id'")
    shelf = shelf or Shelf(package.tables)
    row = shelf.row("figures", "figure_id", figure)
    if not row:
        raise UsageError(
            f"{package.label} has no figure '{figure}'{nearest(figure, figures['figure_id'].drop_nulls())}"
        )
    source = str(row.get("source_id") or "")
    return Citation(
        package=itself,
        figure=figure,
        says=_says(row),
        about=subject(shelf, row),
        work=_work(shelf, source) if source else None,
        readings=_readings(shelf, row, source),
        most=most,
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    """Return a cell as text on one line, empty where there is none."""
    return " ".join(str(row.get(name) or "").split())


def _says(row: Mapping[str, Any]) -> str:
    """Return the figure's number in words, with its unit."""
    unit = _text(row, "unit")
    words = printed({name: row.get(name) for name in _NUMBER})
    return f"{words} %" if unit == "percent" else f"{words} {unit}".rstrip()


def _work(shelf: Shelf, source: str) -> Work:
    """Return the work called `source`, as far as the package tells."""
    row = shelf.row("sources", "source_id", source)
    publisher = shelf.row("publishers", "publisher_id", _text(row, "publisher_id"))
    authors = _text(row, "authors")
    return Work(
        id=source,
        kind=_text(row, "kind"),
        title=_text(row, "title") or source,
        published=_text(row, "published"),
        language=_text(row, "language"),
        url=_text(row, "url"),
        publisher=_text(publisher, "name") or _text(row, "publisher_id"),
        publisher_kind=_text(publisher, "kind"),
        authors=tuple(name.strip() for name in _EDITORS.sub("", authors).split(";") if name.strip()),
        edited=bool(_EDITORS.search(authors)),
    )


def _readings(shelf: Shelf, figure: Mapping[str, Any], source: str) -> tuple[Reading, ...]:
    """Return the readings of a figure: of the work itself, then those that print what it says, the earliest first."""
    rows = shelf.rows("readings", "figure_id", str(figure["figure_id"]))
    readings = [
        Reading(
            document=_work(shelf, _text(row, "document_id")),
            as_printed=_text(row, "as_printed"),
            locator=_text(row, "locator"),
            first_hand=bool(source) and _text(row, "document_id") == source,
            agrees=all(row.get(name) == figure.get(name) for name in _NUMBER),
        )
        for row in rows
    ]
    return tuple(sorted(readings, key=_weight))


def _weight(reading: Reading) -> tuple[bool, bool, str, str, str]:
    """Return the key that puts the weightiest reading first; a document without a date comes after all dates."""
    published = reading.document.published or "~"
    return not reading.first_hand, not reading.agrees, published, reading.document.id, reading.as_printed


def _package_work(package: Package) -> PackageWork:
    """Return the package as a work, from its descriptor alone."""
    stated = about(package.descriptor)
    return PackageWork(
        name=package.name,
        title=stated.title or package.name,
        version=package.version or "",
        issued=stated.issued.isoformat() if stated.issued else "",
        authors=tuple(who.name for who in stated.creators),
        url=stated.homepage or "",
        doi=stated.doi or "",
        licence=", ".join(licence.name or licence.label for licence in stated.licences),
    )
