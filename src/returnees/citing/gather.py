"""What a citation must say, taken from a package: the figure, its work, its readings, and the package itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from returnees.errors import UsageError, nearest
from returnees.figures.readings import printed
from returnees.package.model import Package

#: How many readings a citation names unless asked for all: some figures were read in forty documents.
MOST_NAMED = 3

#: How a list of authors says that they edited the work.
_EDITORS = re.compile(r" \(eds?\.\)$")
_NUMBER = ("qualifier", "value", "low", "high")
_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.[0-9]{4,9}/\S+)$", re.IGNORECASE)


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

    ``readings`` are all there are; ``most`` is how many of them a citation names.
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
    def locator(self) -> str:
        """Where in the work itself the figure stands, when the work itself was read and it is known."""
        return next((item.locator for item in self.readings if item.first_hand and item.locator), "")


class Shelf:
    """The tables of a package, in which rows are found by a field's value; kept by those who cite many figures."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._found: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = {}

    def rows(self, table: str, field: str, value: str) -> list[Mapping[str, Any]]:
        """Return the rows of a table, which may be missing or lack the field, whose `field` is `value`."""
        if not value or table not in self.package.tables or field not in self.package.table(table).columns:
            return []
        if (table, field) not in self._found:
            found: dict[str, list[Mapping[str, Any]]] = {}
            for row in self.package.table(table).iter_rows(named=True):
                if row[field] is not None:
                    found.setdefault(str(row[field]), []).append(row)
            self._found[table, field] = found
        return self._found[table, field].get(value, [])

    def row(self, table: str, field: str, value: str) -> Mapping[str, Any]:
        """Return the first of these rows, or nothing."""
        return next(iter(self.rows(table, field, value)), {})


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
    about = _package_work(package)
    if figure is None:
        return Citation(about)
    figures = package.table("figures")
    if "figure_id" not in figures.columns:
        raise UsageError(f"{package.label}: its table 'figures' has no field 'figure_id'")
    shelf = shelf or Shelf(package)
    row = shelf.row("figures", "figure_id", figure)
    if not row:
        raise UsageError(
            f"{package.label} has no figure '{figure}'{nearest(figure, figures['figure_id'].drop_nulls())}"
        )
    source = str(row.get("source_id") or "")
    return Citation(
        package=about,
        figure=figure,
        says=_says(row),
        about=_about(shelf, row),
        work=_work(shelf, source),
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


#: The coordinates of a figure, in the order in which they are read out, and the tables that spell them out.
_COORDINATES = (
    ("measure_id", "measures", "title"),
    ("area_id", "areas", "name"),
    ("population_id", "populations", "title"),
    ("affiliation_id", "affiliations", "title"),
    ("theatre_id", "theatres", "title"),
)


def _about(shelf: Shelf, row: Mapping[str, Any]) -> str:
    """Return in words what the figure counts: ``Returned, United States, All, as of 2017``."""
    words = []
    for field, table, name in _COORDINATES:
        code = _text(row, field)
        if code:
            words.append(_text(shelf.row(table, field, code), name) or code)
    date = _text(row, "as_of")
    return ", ".join([*words, *([f"as of {date}"] if date else [])])


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
            first_hand=_text(row, "document_id") == source,
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
    stated = package.descriptor
    people = [
        item for item in _objects(stated.get("contributors")) if _text(item, "title") or _text(item, "familyName")
    ]
    creators = [item for item in people if {"creator", "author"} & _roles(item)]
    doi = next((match[1] for key in ("id", "doi") if (match := _DOI.match(str(stated.get(key) or "")))), "")
    licences = [_text(item, "name") or _text(item, "title") for item in _objects(stated.get("licenses"))]
    return PackageWork(
        name=package.name,
        title=_text(stated, "title") or package.name,
        version=package.version or "",
        issued=_text(stated, "created")[:10],
        authors=tuple(_person(item) for item in creators or people),
        url=_text(stated, "homepage"),
        doi=doi,
        licence=", ".join(filter(None, licences)),
    )


def _objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON list that may be no list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _roles(contributor: Mapping[str, Any]) -> set[str]:
    """Return a contributor's roles; the older standard has one, in ``role``."""
    stated = contributor.get("roles")
    return {str(item) for item in stated} if isinstance(stated, list) else {_text(contributor, "role")}


def _person(contributor: Mapping[str, Any]) -> str:
    """Return a contributor's name, or an empty text."""
    parts = (_text(contributor, "givenName"), _text(contributor, "familyName"))
    return _text(contributor, "title") or " ".join(filter(None, parts))
