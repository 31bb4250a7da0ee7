"""What a descriptor says of its package as a whole, read once and without trust: title, people, licences, coverage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

#: What RFC 3987 and Turtle allow in an address, and no more.
_IN_ADDRESS = r"[^\s\x00-\x20\x7f-\x9f\"<>{}|\\^`]"
_DOI = re.compile(rf"^(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{{4,9}}/{_IN_ADDRESS}+)$", re.IGNORECASE)
_URL = re.compile(rf"^https?://{_IN_ADDRESS}+$")
_WHEN = re.compile(r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")

#: SPDX identifiers of licences made for data, texts and software, as far as Open Definition identifiers equal them.
_SPDX = re.compile(
    r"^(CC0-1\.0|CC-BY(-NC)?(-SA|-ND)?-[1-4]\.0|ODbL-1\.0|ODC-By-1\.0|PDDL-1\.0|CDLA-(Permissive|Sharing)-1\.0"
    r"|OGL-UK-[123]\.0|etalab-2\.0|MIT|Apache-2\.0|GFDL-1\.3-or-later)$"
)


@dataclass(frozen=True)
class Contributor:
    """One of those whom the descriptor names; a person is someone with a given or a family name."""

    name: str
    given: str | None
    family: str | None
    email: str | None
    path: str | None
    organization: str | None
    roles: tuple[str, ...]

    @property
    def is_person(self) -> bool:
        """Whether the descriptor states parts of a person's name."""
        return bool(self.given or self.family)

    @property
    def sorted_name(self) -> str:
        """The name with the family name first, where it is known."""
        return f"{self.family}, {self.given}" if self.family and self.given else self.name


@dataclass(frozen=True)
class Licence:
    """A licence as stated; ``spdx`` is its identifier where that is one of SPDX."""

    name: str | None
    title: str | None
    path: str | None

    @property
    def spdx(self) -> str | None:
        """The SPDX identifier, or None when the name is not known to be one."""
        return self.name if self.name and _SPDX.match(self.name) else None

    @property
    def url(self) -> str | None:
        """Where the licence can be read on the web."""
        return url(self.path)

    @property
    def label(self) -> str:
        """What to call the licence."""
        return self.title or self.name or self.path or "licence"


@dataclass(frozen=True)
class Source:
    """A source of the package as a whole."""

    title: str
    url: str | None


@dataclass(frozen=True)
class About:
    """What a descriptor says of its package; what it does not say, or not in the right form, is None or empty."""

    name: str | None
    title: str
    description: str | None
    version: str | None
    issued: date | None
    identifier: str | None
    doi: str | None
    homepage: str | None
    keywords: tuple[str, ...]
    languages: tuple[str, ...]
    licences: tuple[Licence, ...]
    contributors: tuple[Contributor, ...]
    sources: tuple[Source, ...]
    place: str | None
    start: str | None
    end: str | None

    @property
    def creators(self) -> tuple[Contributor, ...]:
        """Those with the role creator or author; all, where nobody has it."""
        made = tuple(who for who in self.contributors if {"creator", "author"} & set(who.roles))
        return made or self.contributors

    @property
    def publisher(self) -> Contributor | None:
        """Who has the role publisher, else the first creator."""
        return next((who for who in (*self.in_role("publisher"), *self.creators)), None)

    def in_role(self, role: str) -> tuple[Contributor, ...]:
        """Return those with the role `role`."""
        return tuple(who for who in self.contributors if role in who.roles)

    @property
    def period(self) -> str | None:
        """The time the data speak of, as ISO 8601 writes an interval; an open end is two dots."""
        return f"{self.start or '..'}/{self.end or '..'}" if self.start or self.end else None

    @property
    def web(self) -> str | None:
        """The address that names the package: its DOI, else an identifier that is an address."""
        return f"https://doi.org/{self.doi}" if self.doi else url(self.identifier)


def text(value: object) -> str | None:
    """Return a string with something in it, fit for UTF-8; None for anything else."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.strip().encode("utf-8", "replace").decode("utf-8")


def url(value: object) -> str | None:
    """Return `value` when it is an address on the web."""
    stated = text(value)
    return stated if stated and _URL.match(stated) else None


def about(descriptor: Mapping[str, Any]) -> About:
    """Return what `descriptor` says of its package, whatever shape it has."""
    identifier = text(descriptor.get("id"))
    doi = _DOI.match(identifier or "") or _DOI.match(text(descriptor.get("doi")) or "")
    start, end = _temporal(descriptor.get("temporal"))
    return About(
        name=text(descriptor.get("name")),
        title=text(descriptor.get("title")) or text(descriptor.get("name")) or "",
        description=text(descriptor.get("description")),
        version=text(descriptor.get("version")),
        issued=_day(descriptor.get("created")),
        identifier=identifier,
        doi=doi.group(1) if doi else None,
        homepage=url(descriptor.get("homepage")),
        keywords=tuple(dict.fromkeys(_texts(descriptor.get("keywords")))),
        languages=_texts(descriptor.get("languages")),
        licences=tuple(_licences(descriptor.get("licenses"))),
        contributors=tuple(_contributors(descriptor.get("contributors"))),
        sources=tuple(_sources(descriptor.get("sources"))),
        place=text(descriptor.get("spatial")),
        start=start,
        end=end,
    )


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    """Give the objects of a list, and nothing where there is no list."""
    yield from (item for item in (value if isinstance(value, list) else []) if isinstance(item, Mapping))


def _texts(value: object) -> tuple[str, ...]:
    """Return the strings of a list."""
    return tuple(found for item in (value if isinstance(value, list) else []) if (found := text(item)))


def _day(value: object) -> date | None:
    """Return the day of a date or a datetime, or None."""
    try:
        return datetime.fromisoformat(text(value) or "").date()
    except ValueError:
        return None


def _temporal(value: object) -> tuple[str | None, str | None]:
    """Return the first and the last date of an object with start and end, or of an ISO 8601 interval or date."""
    if isinstance(value, Mapping):
        parts = [text(value.get("start")), text(value.get("end"))]
    else:
        first, slash, last = (text(value) or "").partition("/")
        parts = [first, last if slash else first]
    start, end = (part if part and _WHEN.match(part) else None for part in parts)
    return start, end


def _licences(value: object) -> Iterator[Licence]:
    for item in _objects(value):
        licence = Licence(text(item.get("name")), text(item.get("title")), text(item.get("path")))
        if licence.name or licence.path:
            yield licence


def _contributors(value: object) -> Iterator[Contributor]:
    for item in _objects(value):
        given, family = text(item.get("givenName")), text(item.get("familyName"))
        name = text(item.get("title")) or " ".join(part for part in (given, family) if part)
        roles = _texts(item.get("roles")) or _texts([item.get("role")])
        if name:
            yield Contributor(
                name,
                given,
                family,
                text(item.get("email")),
                url(item.get("path")),
                text(item.get("organization")),
                roles,
            )


def _sources(value: object) -> Iterator[Source]:
    for item in _objects(value):
        address = url(item.get("path"))
        title = text(item.get("title")) or address
        if title:
            yield Source(title, address)
