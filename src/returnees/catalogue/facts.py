"""What a descriptor says of its package, read once and without trust, for every catalogue format."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from returnees.errors import PackageError
from returnees.package import jail
from returnees.package.model import Package, Resource
from returnees.tables.schema import TableSchema

_DOI = re.compile(r"^(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/[^\s\"<>]+)$", re.IGNORECASE)
_URL = re.compile(r"^https?://[^\s\"<>{}|\\^`]+$")
_WHEN = re.compile(r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")
_HASH = re.compile(r"^(?:(md5|sha1|sha256|sha512):)?([0-9a-f]+)$")

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
    size: int


@dataclass(frozen=True)
class Facts:
    """All that the catalogue formats are made of."""

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
    files: tuple[DataFile, ...]
    documents: tuple[Document, ...]

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

    @property
    def tables(self) -> tuple[tuple[DataFile, TableSchema], ...]:
        """The files that are tables, each with its Table Schema."""
        return tuple((file, file.schema) for file in self.files if file.schema is not None)


def text(value: object) -> str | None:
    """Return a string with something in it, fit for UTF-8; None for anything else."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.strip().encode("utf-8", "replace").decode("utf-8")


def url(value: object) -> str | None:
    """Return `value` when it is an address on the web."""
    stated = text(value)
    return stated if stated and _URL.match(stated) else None


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
    stated = package.descriptor
    missing = [resource.name for resource in package.resources if resource.file is None]
    if missing:
        raise PackageError(
            f"{package.label} cannot be catalogued: there is no file to be read for {', '.join(missing)}; "
            "'returnees validate' says why"
        )
    identifier = text(stated.get("id"))
    doi = _DOI.match(identifier or "") or _DOI.match(text(stated.get("doi")) or "")
    start, end = _temporal(stated.get("temporal"))
    return Facts(
        name=text(stated.get("name")),
        title=text(stated.get("title")) or text(stated.get("name")) or "",
        description=text(stated.get("description")),
        version=text(stated.get("version")),
        issued=_day(stated.get("created")),
        identifier=identifier,
        doi=doi.group(1) if doi else None,
        homepage=url(stated.get("homepage")),
        keywords=tuple(dict.fromkeys(_texts(stated.get("keywords")))),
        languages=_texts(stated.get("languages")),
        licences=tuple(_licences(stated.get("licenses"))),
        contributors=tuple(_contributors(stated.get("contributors"))),
        sources=tuple(_sources(stated.get("sources"))),
        place=text(stated.get("spatial")),
        start=start,
        end=end,
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
        package.descriptor_file.stat().st_size,
    )
    schemas = {
        path: text(resource.descriptor.get("title")) or resource.name
        for resource in package.resources
        if resource.schema is not None and (path := text(resource.descriptor.get("schema")))
    }
    for path, name in schemas.items():
        if file := _inside(package, path):
            says = f"The fields, constraints and keys of the table {name}."
            yield Document(path, f"Table Schema: {name}", says, "application/json", file.stat().st_size)
    rules = text(package.descriptor.get("rules"))
    if rules and (file := _inside(package, rules)):
        yield Document(rules, "Rules", "What must hold between figures.", "application/toml", file.stat().st_size)


def _inside(package: Package, path: str) -> Path | None:
    """Return the real path of a file inside the package, when it is there."""
    try:
        return jail.resolve(package.root, path)
    except jail.PathRefused:
        return None


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
    with resource.file.open("rb") as stream:
        return "sha256", hashlib.file_digest(stream, "sha256").hexdigest()
