"""A page for each area, or for each code of whatever a package's figures are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from returnees.comparing import Disagreement
from returnees.findings import Finding
from returnees.site.content import Content, Figure, Row, by_measure
from returnees.site.pages.picture import Picture, intervals, timeline

#: Fields of a code's row that are shown as its name or its description, or that say nothing to a reader.
_NOT_FACTS = ("name", "title", "definition")


@dataclass(frozen=True)
class Section:
    """What is said of one measure: charts, and all figures."""

    measure: str
    title: str
    definition: str
    charts: tuple[Picture, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class SubjectPage:
    """One page: the code, what is known of it, its measures, and what does not fit together."""

    code: str
    name: str
    row: Row
    part_of: tuple[str, ...]
    parts: tuple[str, ...]
    beside: Picture | None
    beside_figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    disagreements: tuple[Disagreement, ...]
    findings: tuple[Finding, ...]

    @property
    def charts(self) -> list[Picture]:
        """Every chart of the page."""
        return [
            *([self.beside] if self.beside else []),
            *(chart for section in self.sections for chart in section.charts),
        ]

    @property
    def facts(self) -> dict[str, str]:
        """What the table says of the code, beyond its name."""
        return {
            key: str(value)
            for key, value in self.row.items()
            if key not in _NOT_FACTS and value not in (None, "", self.code)
        }

    @property
    def sources(self) -> int:
        """How many sources have a figure of it."""
        return len({item.source for section in self.sections for item in section.figures})


def subject_pages(content: Content) -> list[SubjectPage]:
    """Return a page for each code of the subject that has figures, by code."""
    subject = content.subject
    if subject is None:
        return []
    disputes: dict[str, list[Disagreement]] = defaultdict(list)
    for item in content.disagreements:
        disputes[item.coordinates[subject.field]].append(item)
    pair = paired_measures(content)
    return [_page(content, code, pair, disputes[code]) for code in content.subject_codes]


def paired_measures(content: Content) -> tuple[str, ...]:
    """Return the two measures to put beside each other: the most frequent, and the next of its unit that also grows."""
    measures = content.setting.profile.measures
    for first in content.measure_order:
        for second in content.measure_order:
            if first != second and first in measures and second in measures and measures[first] == measures[second]:
                return first, second
    return ()


def _page(content: Content, code: str, pair: tuple[str, ...], disputes: list[Disagreement]) -> SubjectPage:
    """Return the page of one code."""
    subject = content.subject
    assert subject is not None
    figures = content.select(subject.field, code)
    sets = [item for item in content.setting.profile.sets if item.dimension == subject.dimension]
    known = set(content.subject_codes)
    row = content.codes[subject.dimension].get(code, {})
    beside = [item for item in figures if item.measure in pair and content.is_whole(item) and item.as_of]
    panels = {measure: [item for item in beside if item.measure == measure] for measure in pair}
    complete = bool(pair) and all(panels.values()) and len(beside) > 2
    title = " and ".join(content.name_of("measure", measure) for measure in pair)
    key = f"subject/{code}"
    return SubjectPage(
        code=code,
        name=content.name_of(subject.dimension, code),
        row=row,
        part_of=tuple(sorted({item.whole for item in sets if code in item.parts and item.whole in known})),
        parts=tuple(sorted({part for item in sets if item.whole == code for part in item.parts if part in known})),
        beside=timeline(content, f"{key}/beside", f"{title}, by date", panels) if complete else None,
        beside_figures=tuple(beside) if complete else (),
        sections=tuple(
            _section(content, f"{key}/{measure}", measure, items)
            for measure, items in by_measure(content, figures).items()
        ),
        disagreements=tuple(disputes),
        findings=content.findings_among(figures),
    )


def _section(content: Content, key: str, measure: str, figures: Sequence[Figure]) -> Section:
    """Return what is said of one measure: everyone in one chart, parts of populations in another."""
    wholes = [item for item in figures if content.is_whole(item)]
    parts = [item for item in figures if not content.is_whole(item)]
    title = content.name_of("measure", measure)
    charts = []
    if wholes:
        charts.append(intervals(content, key, "By date and source", wholes, lambda item: _dated(content, item), title))
    if parts:
        charts.append(
            intervals(
                content, f"{key}/parts", "Parts, by date and source", parts, lambda item: _part(content, item), title
            )
        )
    definition = str(content.measures.get(measure, {}).get("definition") or "")
    return Section(measure, title, definition, tuple(charts), tuple(figures))


def _dated(content: Content, figure: Figure) -> str:
    """Return a figure's label; what comes last is cut where it is too long."""
    return " · ".join(filter(None, [figure.as_of, figure.words, content.short_name(figure.source)]))


def _part(content: Content, figure: Figure) -> str:
    """Return a figure's label with the part of a population that it is of."""
    fields = content.setting.profile.dimensions
    codes = [
        content.name_of(dimension, str(figure.row[fields[dimension]]))
        for dimension, whole in content.headline_codes.items()
        if figure.row[fields[dimension]] != whole
    ]
    return " · ".join(filter(None, [figure.as_of, *codes, figure.words, content.short_name(figure.source)]))
