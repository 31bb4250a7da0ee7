"""A page for each source and each publisher: what it says, of whom, where it was read, whether it fits together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from returnees.findings import Finding
from returnees.site.content import Content, Figure, Row, by_measure
from returnees.site.pages.picture import Picture, intervals

#: A source's figures of one measure are drawn from this many on: fewer are read more quickly than seen.
_LEAST_DRAWN = 5


@dataclass(frozen=True)
class SourcePage:
    """One source: its row, its figures, the readings in it, its verdicts and what in it does not fit together."""

    code: str
    name: str
    row: Row
    publisher: str
    figures: tuple[Figure, ...]
    charts: tuple[Picture, ...]
    read_here: tuple[Row, ...]
    verdicts: Mapping[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class PublisherPage:
    """One publisher: its row, its sources, how many figures each has, and its verdicts in all."""

    code: str
    name: str
    row: Row
    sources: tuple[SourcePage, ...]
    verdicts: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def figures(self) -> int:
        """How many figures its sources have."""
        return sum(len(item.figures) for item in self.sources)


def source_pages(content: Content) -> list[SourcePage]:
    """Return a page for each source, by its id."""
    return [_source(content, code, row) for code, row in content.sources.items()]


def _source(content: Content, code: str, row: Row) -> SourcePage:
    """Return the page of one source."""
    figures = content.select("source_id", code)
    read = [item for item in content.readings_in.get(code, ()) if str(item["figure_id"]) in content.figures]
    return SourcePage(
        code=code,
        name=content.name_of("source", code),
        row=row,
        publisher=content.publisher_of(code),
        figures=tuple(figures),
        charts=tuple(_charts(content, code, figures)),
        read_here=tuple(sorted(read, key=lambda item: (str(item["figure_id"]), str(item.get("as_printed") or "")))),
        verdicts=content.verdicts_by_source.get(code, {}),
        findings=content.findings_among(figures),
    )


def _charts(content: Content, code: str, figures: list[Figure]) -> list[Picture]:
    """Return a chart for each measure of which the source has many figures, the largest number first."""
    subject = content.subject
    if subject is None:
        return []
    found = []
    for measure, items in by_measure(content, figures).items():
        wholes = [item for item in items if content.is_whole(item)]
        if len(wholes) >= _LEAST_DRAWN:
            wholes.sort(key=lambda item: (-(item.least or item.most), item.id))
            title = content.name_of("measure", measure)
            found.append(
                intervals(
                    content,
                    f"source/{code}/{measure}",
                    title,
                    wholes,
                    lambda item: f"{content.name_of(subject.dimension, str(item.row[subject.field]))} · {item.words}",
                )
            )
    return found


def publisher_pages(content: Content, sources: list[SourcePage]) -> list[PublisherPage]:
    """Return a page for each publisher, by its id."""
    groups: dict[str, list[SourcePage]] = defaultdict(list)
    for item in sources:
        groups[item.publisher].append(item)
    return [_publisher(content, code, row, groups[code]) for code, row in content.publishers.items()]


def _publisher(content: Content, code: str, row: Row, sources: list[SourcePage]) -> PublisherPage:
    """Return the page of one publisher, its newest source first."""
    verdicts: dict[str, int] = defaultdict(int)
    for item in sources:
        for verdict, count in item.verdicts.items():
            verdicts[verdict] += count
    ordered = sorted(sources, key=lambda item: (str(item.row.get("published") or ""), item.code), reverse=True)
    findings = {finding: None for item in ordered for finding in item.findings}
    return PublisherPage(code, content.name_of("publisher", code), row, tuple(ordered), dict(verdicts), tuple(findings))
