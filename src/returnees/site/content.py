"""Everything the pages are made of, taken from a package once: figures, sources, readings, findings, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from returnees.comparing import Disagreement, compare
from returnees.consistency.analysis import Analysis, analyse
from returnees.consistency.dates import spans
from returnees.consistency.intervals import with_intervals
from returnees.consistency.setting import NEEDED, Setting, setting_of
from returnees.errors import PackageError
from returnees.figures.readings import amount
from returnees.findings import Finding
from returnees.outcome import Report
from returnees.package.model import Package
from returnees.site.text import file_names

Row = Mapping[str, Any]

#: The dimension that gets pages of its own; a package without it has pages of its first dimension.
SUBJECT = "area"
#: Fields of a table that say what a code is called, the first there is.
_NAMES = ("name", "title")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its row, its number in words, its interval, and the days (since 1970) that its date spans."""

    id: str
    row: Row
    words: str
    least: float
    most: float
    first: int
    last: int

    @property
    def source(self) -> str:
        """The id of its source."""
        return str(self.row["source_id"] or "")

    @property
    def measure(self) -> str:
        """The id of its measure."""
        return str(self.row["measure_id"] or "")

    @property
    def as_of(self) -> str:
        """Its date, as far as it is known."""
        return str(self.row.get("as_of") or "")

    @property
    def stated(self) -> list[float]:
        """The numbers that its source prints: no end that only follows from how it is qualified."""
        return [float(self.row[name]) for name in ("value", "low", "high") if self.row[name] is not None]

    @property
    def order(self) -> tuple[int, int, str]:
        """What figures are sorted by: the date, then the id."""
        return self.first, self.last, self.id


@dataclass(frozen=True)
class Subject:
    """The dimension with pages: its name, its field in figures, its table, and what one and many of it are called."""

    dimension: str
    field: str
    table: str
    folder: str
    title: str


class Content:
    """A package as its site shows it; looked up once, so that no page reads a table."""

    def __init__(self, package: Package, report: Report) -> None:
        setting = setting_of(package)
        lacking = [name for name in NEEDED if setting is None or name not in setting.tables["figures"].frame.columns]
        if setting is None or lacking:
            what = "no table 'figures'" if setting is None else f"no {', '.join(lacking)} in its table 'figures'"
            raise PackageError(f"{package.label} has {what}, so there is nothing to show")
        self.package, self.report, self.setting = package, report, setting
        self.figures: dict[str, Figure] = {item.id: item for item in _figures(setting)}

    @cached_property
    def title(self) -> str:
        """What the package is called."""
        return str(self.package.descriptor.get("title") or self.package.name)

    @cached_property
    def analysis(self) -> Analysis:
        """Every edit of the package with its verdict."""
        return analyse(self.setting)

    @cached_property
    def subject(self) -> Subject | None:
        """The dimension with pages of its own, None for a package without dimensions."""
        dimensions = self.setting.profile.dimensions
        if not dimensions:
            return None
        dimension = SUBJECT if SUBJECT in dimensions else next(iter(dimensions))
        table = self.target_of(dimensions[dimension]) or dimension
        folder = file_names([table])[table]
        return Subject(dimension, dimensions[dimension], table, folder, self.table_title(table))

    @cached_property
    def subject_codes(self) -> list[str]:
        """The codes of the subject that figures have: those with a page."""
        if self.subject is None:
            return []
        return sorted({str(item.row[self.subject.field]) for item in self.figures.values()} - {"None"})

    def target_of(self, field: str) -> str | None:
        """Return the table whose codes a field of figures holds."""
        keys = self.setting.tables["figures"].schema.foreign_keys
        return next((key.target for key in keys if key.fields == (field,) and key.target), None)

    def table_title(self, name: str) -> str:
        """Return what a table is called."""
        stated = next((item.descriptor.get("title") for item in self.package.resources if item.name == name), None)
        return str(stated) if isinstance(stated, str) and stated.strip() else name.replace("_", " ").capitalize()

    def rows(self, table: str, key: str) -> dict[str, Row]:
        """Return the rows of a table by `key`; nothing for a table that is not there or lacks the field."""
        found = self.setting.tables.get(table)
        if found is None or key not in found.frame.columns:
            return {}
        return {str(row[key]): row for row in found.frame.iter_rows(named=True) if row[key] is not None}

    @cached_property
    def sources(self) -> dict[str, Row]:
        """The sources by id; one that figures name and the table lacks has an empty row."""
        rows = self.rows("sources", "source_id")
        return {
            code: rows.get(code, {})
            for code in sorted({*rows, *(item.source for item in self.figures.values())} - {""})
        }

    @cached_property
    def publishers(self) -> dict[str, Row]:
        """The publishers by id."""
        return self.rows("publishers", "publisher_id")

    @cached_property
    def measures(self) -> dict[str, Row]:
        """The measures by id, with an empty row for one that only figures name."""
        rows = self.rows("measures", "measure_id")
        return {
            code: rows.get(code, {})
            for code in sorted({*rows, *(item.measure for item in self.figures.values())} - {""})
        }

    @cached_property
    def codes(self) -> dict[str, dict[str, Row]]:
        """The codes of each dimension with their rows, by dimension."""
        found = {}
        for dimension, field in self.setting.profile.dimensions.items():
            table = self.target_of(field)
            key = next(
                (
                    item.target_fields[0]
                    for item in self.setting.tables["figures"].schema.foreign_keys
                    if item.fields == (field,)
                ),
                field,
            )
            rows = self.rows(table, key) if table else {}
            found[dimension] = {code: rows.get(code, {}) for code in sorted(self.setting.profile.codes[dimension])}
        return found

    @cached_property
    def readings(self) -> dict[str, list[Row]]:
        """The readings of each figure."""
        return self._grouped("readings", "figure_id")

    @cached_property
    def readings_in(self) -> dict[str, list[Row]]:
        """The readings in each document."""
        return self._grouped("readings", "document_id")

    def _grouped(self, table: str, field: str) -> dict[str, list[Row]]:
        found = self.setting.tables.get(table)
        groups: dict[str, list[Row]] = defaultdict(list)
        if found is not None and {field, "figure_id"} <= set(found.frame.columns):
            for row in found.frame.iter_rows(named=True):
                groups[str(row[field])].append(row)
        return dict(groups)

    @cached_property
    def contradictions(self) -> tuple[Finding, ...]:
        """The findings that speak of figures against each other, known issues among them."""
        return tuple(item for item in self.report.findings if item.figures)

    @cached_property
    def findings_of(self) -> dict[str, list[Finding]]:
        """The contradictions that name each figure."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for item in self.contradictions:
            for figure in item.figures:
                found[figure].append(item)
        return dict(found)

    def findings_among(self, figures: Iterable[Figure]) -> tuple[Finding, ...]:
        """Return the contradictions that name one of these figures, each once."""
        return tuple(dict.fromkeys(item for figure in figures for item in self.findings_of.get(figure.id, ())))

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where publishers disagree on the same people at the same date, the furthest apart first."""
        return compare(self.package, by="publisher").disagreements

    @cached_property
    def disagreements_of(self) -> dict[str, list[Disagreement]]:
        """The disagreements that each figure has a part in."""
        found: dict[str, list[Disagreement]] = defaultdict(list)
        for item in self.disagreements:
            for figure in item.figures:
                found[figure.figure].append(item)
        return dict(found)

    @cached_property
    def verdicts_by_source(self) -> dict[str, Counter[str]]:
        """How the edits over two figures or more were judged, by the source of the figures."""
        system = self.analysis.edits.system
        pairs = (
            system.terms.join(system.quantities.select("quantity", "figure"), on="quantity")
            .drop_nulls("figure")
            .join(self.analysis.judged.select("edit", "verdict"), on="edit")
            .select("edit", "figure", "verdict")
        )
        seen: set[tuple[int, str]] = set()
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for edit, figure, verdict in pairs.sort("edit", "figure").iter_rows():
            source = self.figures[figure].source if figure in self.figures else ""
            if (edit, source) not in seen:
                seen.add((edit, source))
                counts[source][verdict] += 1
        return dict(counts)

    @cached_property
    def headline_codes(self) -> dict[str, str]:
        """The code of each dimension that stands for the whole, where others only count its parts.

        It is the whole of a set of two parts or more that is itself no part, and that most figures have. Only such a
        dimension must be held fast for figures to be of the same people.
        """
        profile = self.setting.profile
        parts = {(item.dimension, part) for item in profile.sets for part in item.parts}
        found: dict[str, str] = {}
        for dimension, field in profile.dimensions.items():
            if self.subject is not None and dimension == self.subject.dimension:
                continue
            wholes = sorted(
                {
                    item.whole
                    for item in profile.sets
                    if item.dimension == dimension and len(item.parts) > 1 and (dimension, item.whole) not in parts
                }
            )
            counts = Counter(str(item.row[field]) for item in self.figures.values())
            if wholes:
                found[dimension] = max(wholes, key=lambda code: (counts[code], code))
        return found

    def is_whole(self, figure: Figure) -> bool:
        """Whether a figure is of everyone, not of a part of a population."""
        fields = self.setting.profile.dimensions
        return all(figure.row[fields[dimension]] == code for dimension, code in self.headline_codes.items())

    def unit_of(self, measure: str) -> str:
        """Return the unit of a measure."""
        return str(self.measures.get(measure, {}).get("unit") or "")

    @cached_property
    def measure_order(self) -> list[str]:
        """The measures that figures have, the most frequent first."""
        counts = Counter(item.measure for item in self.figures.values())
        return sorted(counts, key=lambda code: (-counts[code], code))

    def name_of(self, table: str, code: str) -> str:
        """Return what a measure, a source, a publisher or a code of a dimension is called."""
        rows = {"measure": self.measures, "source": self.sources, "publisher": self.publishers} | self.codes
        row = rows.get(table, {}).get(code, {})
        return next((str(row[name]) for name in _NAMES if row.get(name)), code)

    def publisher_of(self, source: str) -> str:
        """Return the id of a source's publisher, empty when it has none."""
        return str(self.sources.get(source, {}).get("publisher_id") or "")

    def short_name(self, source: str) -> str:
        """Return a source in few words: its publisher, else its title."""
        publisher = self.publisher_of(source)
        return self.name_of("publisher", publisher) if publisher else self.name_of("source", source)

    @cached_property
    def dimensions(self) -> list[tuple[str, str]]:
        """The dimensions and their fields, the subject first."""
        found = list(self.setting.profile.dimensions.items())
        return sorted(found, key=lambda item: self.subject is None or item[0] != self.subject.dimension)

    def about(self, figure: Figure) -> str:
        """Return in words what a figure counts: its measure, its subject, and the part of a population it is of."""
        words = [self.name_of("measure", figure.measure)]
        for dimension, field in self.dimensions:
            code = figure.row[field]
            is_subject = self.subject is not None and dimension == self.subject.dimension
            if code is not None and (is_subject or self.headline_codes.get(dimension, code) != code):
                words.append(self.name_of(dimension, str(code)))
        return ", ".join(words)

    def select(self, field: str, code: str) -> list[Figure]:
        """Return the figures with this code, by date."""
        return self._by(field).get(code, [])

    def _by(self, field: str) -> dict[str, list[Figure]]:
        if field not in self._groups:
            groups: dict[str, list[Figure]] = defaultdict(list)
            for item in sorted(self.figures.values(), key=lambda item: item.order):
                groups[str(item.row.get(field) or "")].append(item)
            self._groups[field] = dict(groups)
        return self._groups[field]

    @cached_property
    def _groups(self) -> dict[str, dict[str, list[Figure]]]:
        return {}


def _figures(setting: Setting) -> Iterable[Figure]:
    """Yield the figures that have an id, in order of the file."""
    frame = setting.tables["figures"].frame
    as_of = pl.col("as_of") if "as_of" in frame.columns else pl.lit(None, pl.String)
    first, last = spans(as_of.cast(pl.String))
    ends = with_intervals(frame, setting.about).select("least", "most")
    days = frame.select(first.alias("first"), last.alias("last"))
    for row, end, day in zip(frame.iter_rows(named=True), ends.iter_rows(), days.iter_rows(), strict=True):
        if row["figure_id"] is not None:
            yield Figure(str(row["figure_id"]), row, amount(row), *end, *day)


def by_measure(content: Content, figures: Sequence[Figure]) -> dict[str, list[Figure]]:
    """Return figures by measure, the most frequent measure of the package first."""
    groups: dict[str, list[Figure]] = {code: [] for code in content.measure_order}
    for item in figures:
        groups.setdefault(item.measure, []).append(item)
    return {code: items for code, items in groups.items() if items}
