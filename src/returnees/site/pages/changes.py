"""What changed from one version to the next, as a page and as an Atom feed (RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree import ElementTree

from returnees.diff import diff
from returnees.diff.forms import render_changelog
from returnees.package.model import Package
from returnees.site.text import shown

_ATOM = "http://www.w3.org/2005/Atom"
#: When a version states no moment: a feed must state one, and the same on every build.
_NO_MOMENT = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class Change:
    """One version: what it is called, when it was made, and what changed in it, as lines under headings."""

    version: str
    moment: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def day(self) -> str:
        """The day on which the version was made, as far as it is stated."""
        return "" if self.moment == _NO_MOMENT else self.moment[:10]


def changes(package: Package, earlier: Sequence[Package]) -> list[Change]:
    """Return the versions, the newest first; `earlier` are those before `package`, the oldest first."""
    versions = [*earlier, package]
    found = [Change(_version(versions[0]), _moment(versions[0]), (("First version listed", ()),))]
    for old, new in pairwise(versions):
        found.append(Change(_version(new), _moment(new), _sections(render_changelog(diff(old, new)))))
    return found[::-1]


def _version(package: Package) -> str:
    return f"Version {package.version}" if package.version else "The package"


def _moment(package: Package) -> str:
    """Return when a version says it was made, as RFC 3339 writes it."""
    try:
        moment = datetime.fromisoformat(str(package.descriptor.get("created")))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return _NO_MOMENT


def _sections(changelog: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the headings of a changelog's entry, each with its lines."""
    sections: list[tuple[str, list[str]]] = []
    for line in changelog.splitlines():
        if line.startswith("### "):
            sections.append((line[4:], []))
        elif line.startswith("- ") and sections:
            sections[-1][1].append(line[2:].replace("`", ""))
    return tuple((heading, tuple(lines)) for heading, lines in sections) or (("No change of data", ()),)


def atom(package: Package, title: str, versions: Sequence[Change], address: str) -> bytes:
    """Return the feed; `address` is where the site is, empty when that is not known."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "title", f"{title}: changes")
    _add(feed, "id", _urn(package.name))
    _add(feed, "updated", max(item.moment for item in versions))
    _add(ElementTree.SubElement(feed, f"{{{_ATOM}}}author"), "name", package.name)
    ElementTree.SubElement(feed, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=f"{address}changes.html")
    ElementTree.SubElement(
        feed, f"{{{_ATOM}}}link", rel="self", type="application/atom+xml", href=f"{address}changes.atom"
    )
    for item in versions:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "title", item.version)
        _add(entry, "id", _urn(f"{package.name} {item.version}"))
        _add(entry, "updated", item.moment)
        ElementTree.SubElement(
            entry, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=f"{address}changes.html"
        )
        lines = [f"{heading}: {'; '.join(lines)}" if lines else f"{heading}." for heading, lines in item.sections]
        _add(entry, "content", "\n".join(lines))
    ElementTree.indent(feed)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = shown(text)


def _urn(name: str) -> str:
    """Return an identifier that is the same on every build and another for every name (RFC 9562, version 5)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"data-package:{shown(name)}").urn


def sitemap(pages: Sequence[str], address: str, day: str) -> bytes:
    """Return the site map (sitemaps.org, protocol 0.9) of the site at `address`."""
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    ElementTree.register_namespace("", namespace)
    root = ElementTree.Element(f"{{{namespace}}}urlset")
    for page in pages:
        entry = ElementTree.SubElement(root, f"{{{namespace}}}url")
        ElementTree.SubElement(entry, f"{{{namespace}}}loc").text = address + page
        if day:
            ElementTree.SubElement(entry, f"{{{namespace}}}lastmod").text = day
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
