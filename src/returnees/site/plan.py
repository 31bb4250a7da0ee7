"""A site from beginning to end: what is known, what is drawn meanwhile, and every file by its path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from returnees.citing.bibtex import write_bibtex
from returnees.citing.csl import write_csl
from returnees.citing.gather import citation
from returnees.citing.textform import write_text
from returnees.errors import UsageError
from returnees.figures.shelf import Shelf
from returnees.findings import catalogue
from returnees.outcome import Report
from returnees.package.model import Package
from returnees.report.forms import rendered
from returnees.site import api
from returnees.site.batch import Drawing
from returnees.site.charts.drawing import shaded, titled
from returnees.site.charts.palette import PAGE
from returnees.site.charts.worldmap import patterns
from returnees.site.content import Content
from returnees.site.downloads import Downloads, downloads
from returnees.site.links import Links
from returnees.site.pages.changes import Change, atom, changes, sitemap
from returnees.site.pages.front import FrontPage, front_page
from returnees.site.pages.maps import WorldMap, shapes_of, world_maps
from returnees.site.pages.picture import Picture
from returnees.site.pages.quality import QUALIFIERS, quality_page
from returnees.site.pages.reference import codebook_html, rule_pages
from returnees.site.pages.sources import PublisherPage, SourcePage, publisher_pages, source_pages
from returnees.site.pages.subjects import SubjectPage, subject_pages
from returnees.site.rendering import Renderer, json_bytes, json_in_page
from returnees.site.structured import structured_data
from returnees.site.text import shown


@dataclass(frozen=True)
class Site:
    """A built site: every file by its path, and what could not be made, in words."""

    files: Mapping[str, bytes]
    left_out: tuple[str, ...]


def build_site(
    package: Package, report: Report, earlier: Sequence[Package] = (), address: str = "", processes: int | None = None
) -> Site:
    """Return the site of `package`.

    Parameters
    ----------
    package
        A package with a table of figures.
    report
        What `validate` said of it.
    earlier
        Former versions, the oldest first, for the page and the feed of changes.
    address
        Where the site will be (``https://...``), for the site map and the feed; else what the descriptor states as
        ``homepage``. Without either there is no site map, which must name whole addresses.
    processes
        How many processes draw charts; by default one a processor.

    Raises
    ------
    PackageError
        If the package has no figures.
    UsageError
        If `address` is no address on the web.
    """
    content = Content(package, report)
    build = _Build(content, _address(package, address))
    with Drawing(processes) as drawing:
        drawing.ask({item.key: item.specification for item in build.pictures()})
        build.changes = changes(package, earlier)
        build.downloads = downloads(package, report)
        site = dict(build.without_charts())
        site |= build.with_charts(drawing.drawn())
    left_out = list(build.downloads.left_out)
    pages = sorted(path for path in site if path.endswith(".html"))
    if build.address:
        site["sitemap.xml"] = sitemap(pages, build.address, build.changes[0].day)
    else:
        left_out.append("sitemap.xml: a site map names whole addresses; --url says where the site will be")
    return Site(dict(sorted(site.items())), tuple(left_out))


def _address(package: Package, stated: str) -> str:
    """Return where the site will be, with a last slash; empty when it is not known."""
    from returnees.package.about import url

    if stated and not url(stated):
        raise UsageError(f"'{stated}' is not an address; write https://HOST/ or https://HOST/PATH/")
    found = stated or url(package.descriptor.get("homepage")) or ""
    return found.rstrip("/") + "/" if found else ""


class _Build:
    """The pages of one site while they are made."""

    def __init__(self, content: Content, address: str) -> None:
        self.content, self.address = content, address
        self.links = Links(content)
        self._renderer = Renderer(content, self.links)
        self.subjects: list[SubjectPage] = subject_pages(content)
        self.sources: list[SourcePage] = source_pages(content)
        self.publishers: list[PublisherPage] = publisher_pages(content, self.sources)
        self.maps: list[WorldMap] = world_maps(content)
        self.front: FrontPage = front_page(content, self.maps)
        self.changes: list[Change] = []
        self.downloads = Downloads((), ())

    def pictures(self) -> Iterator[Picture]:
        """Yield every chart of the site."""
        yield from (item.chart for item in self.front.headlines)
        yield from (item.picture for item in self.maps[:1])
        yield from (chart for page in self.subjects for chart in page.charts)
        yield from (chart for page in self.sources for chart in page.charts)

    def without_charts(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file on which there is no chart, by its path."""
        for file in sorted((files("returnees.site") / "static").iterdir(), key=lambda item: item.name):
            yield f"static/{file.name}", file.read_bytes()
        yield from ((item.path, item.content) for item in self.downloads.files)
        yield from self._lists()
        yield from self._figures()
        yield from self._publishers()
        yield from self._rules()
        yield from self._lookups()
        yield "changes.atom", atom(self.content.package, shown(self.content.title), self.changes, self.address)
        yield "openapi.json", json_bytes(api.openapi(self.content, self.links))

    def with_charts(self, drawn: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Yield every page on which there is a chart, with the JSON beside it."""
        svg = {item.key: titled(drawn[item.key], shown(item.words)) for item in self.pictures()}
        for page in self.subjects:
            path = self.links.path("subject", page.code)
            document = api.subject_document(self.content, page)
            yield from self._pair("subject.html", path, document, {"page": page, "svg": svg})
        for source in self.sources:
            path = self.links.path("source", source.code)
            document = api.source_document(self.content, source)
            yield from self._pair("source.html", path, document, {"page": source, "svg": svg})
        maps = self._maps_drawn(drawn)
        for item in self.maps:
            document = {
                place.code: {"words": place.words, "figures": [figure.id for figure in place.figures]}
                for place in item.places
            }
            yield from self._pair(
                "map.html", f"maps/{item.name}", document, {"map": item, "maps": self.maps, "map_svg": maps[item.name]}
            )
        yield from self._front(svg, maps)

    def _maps_drawn(self, drawn: Mapping[str, str]) -> dict[str, str]:
        """Return the maps by their names, each place with its code and its words."""
        content = self.content
        shapes = shapes_of(content)
        codes = {shape: code for code, shape in shapes.items() if self.links.path("subject", code)}
        names = {
            shape: content.name_of(content.subject.dimension, code)
            for code, shape in shapes.items()
            if content.subject is not None
        }
        return {
            item.name: titled(
                shaded(drawn["map"], item.fillings(codes, names, PAGE)), shown(item.picture.words), patterns(PAGE)
            )
            for item in self.maps
        }

    def _pair(
        self, template: str, path: str, document: object, values: Mapping[str, Any]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield a page and the JSON beside it."""
        yield f"{path}.html", self._renderer.page(template, f"{path}.html", values)
        yield f"{path}.json", json_bytes(document)

    def _front(self, svg: Mapping[str, str], maps: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Yield the front page."""
        content = self.content
        offered = [self.downloads.first(form, content.package) for form in self.downloads.forms]
        listed = [
            {"path": item.path, "bytes": item.size, "sha256": item.digest, "mediatype": item.mediatype}
            for item in self.downloads.files
        ]
        values = {
            "page": self.front,
            "maps": self.maps,
            "svg": svg,
            "offered": offered,
            "changes": self.changes,
            "map_svg": maps[self.maps[0].name] if self.maps else "",
            "citation": write_text(citation(content.package)),
            "structured": json_in_page(structured_data(content.package, self.downloads)),
            "map_data": json_in_page(self._map_data()),
            "map_files": json.dumps(self._map_files()),
        }
        yield from self._pair("front.html", "index", api.index_document(content, self.links, listed), values)

    def _map_data(self) -> dict[str, Any]:
        """Return what a script needs to colour the map of the front page anew."""
        return {
            item.name: {"title": item.title, "classes": item.classes, "fills": item.fills, "count": len(item.places)}
            for item in self.maps
        }

    def _map_files(self) -> dict[str, str]:
        """Return the file of the page of each area on a map."""
        codes = sorted({place.code for item in self.maps for place in item.places})
        return {code: f"{self.links.path('subject', code).rsplit('/', 1)[-1]}.html" for code in codes}

    def _lists(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pages that list all of a kind, and the table of all figures."""
        content = self.content
        if content.subject is not None:
            folder = self.links.folder("subject")
            document = [{"code": item.code, "name": item.name} for item in self.subjects]
            yield from self._pair("subjects.html", f"{folder}/index", document, {"pages": self.subjects})
        names = [{"source_id": item.code, "title": item.name, "figures": len(item.figures)} for item in self.sources]
        yield from self._pair("sources.html", f"{self.links.folder('source')}/index", names, {"pages": self.sources})
        if self.publishers:
            listed = [
                {"publisher_id": item.code, "name": item.name, "figures": item.figures} for item in self.publishers
            ]
            yield from self._pair(
                "publishers.html", f"{self.links.folder('publisher')}/index", listed, {"pages": self.publishers}
            )
        figures = [api.figure_document(content, item) for item in content.figures.values()]
        for item in figures:
            del item["readings"]
        fields = [field.name for field in content.setting.tables["figures"].schema.fields]
        yield from self._pair("explore.html", "explore", figures, {"fields": fields})

    def _figures(self) -> Iterator[tuple[str, bytes]]:
        """Yield the page of each figure, with its readings and its citations."""
        content = self.content
        shelf = Shelf(content.package.tables)
        for figure in content.figures.values():
            cited = citation(content.package, figure.id, most=None, shelf=shelf)
            forms = {"text": write_text(cited), "BibTeX": write_bibtex(cited), "CSL-JSON": write_csl(cited)}
            document = api.figure_document(content, figure) | {"citations": forms}
            path = self.links.path("figure", figure.id)
            yield from self._pair(
                "figure.html",
                path,
                document,
                {
                    "figure": figure,
                    "about": cited.about,
                    "forms": forms,
                    "disagreements": content.disagreements_of.get(figure.id, ()),
                    "findings": content.findings_of.get(figure.id, ()),
                },
            )

    def _publishers(self) -> Iterator[tuple[str, bytes]]:
        """Yield the page of each publisher."""
        for item in self.publishers:
            document = api.publisher_document(item)
            yield from self._pair("publisher.html", self.links.path("publisher", item.code), document, {"page": item})

    def _rules(self) -> Iterator[tuple[str, bytes]]:
        """Yield the page of each rule, and their list."""
        pages = list(rule_pages(self.content))
        documents = [
            {
                "id": item.rule.id,
                "assert": item.rule.assertion,
                "label": item.rule.label,
                "why": item.rule.why,
                "severity": item.rule.severity.value,
                "verdicts": {name: getattr(item.counts, name) for name in item.counts.__slots__},
            }
            for item in pages
        ]
        for item, document in zip(pages, documents, strict=True):
            yield from self._pair("rule.html", self.links.path("rule", item.rule.id), document, {"page": item})
        yield from self._pair("rules.html", f"{self.links.folder('rule')}/index", documents, {"pages": pages})

    def _lookups(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pages to look things up in."""
        content = self.content
        quality = {"page": quality_page(content), "qualifiers": QUALIFIERS}
        yield from self._pair("quality.html", "quality", json.loads(rendered("json", content.report)), quality)
        schemas = {item.name: item.schema for item in content.package.resources if item.schema is not None}
        yield from self._pair("codebook.html", "codebook", schemas, {"body": codebook_html(content)})
        codes = [
            {
                "code": item.code,
                "title": item.title,
                "severity": item.severity.value,
                "meaning": item.meaning,
                "remedy": item.remedy,
            }
            for item in catalogue().values()
        ]
        yield from self._pair("codes.html", "codes", codes, {"codes": catalogue().values()})
        versions = [
            {"version": item.version, "updated": item.moment, "changes": dict(item.sections)} for item in self.changes
        ]
        yield from self._pair("changes.html", "changes", versions, {"changes": self.changes})
        listed = [{"path": item.path, "bytes": item.size, "sha256": item.digest} for item in self.downloads.files]
        values = {"downloads": self.downloads, "citation": write_text(citation(content.package)), "links": self.links}
        yield from self._pair("data.html", "data", listed, values)
