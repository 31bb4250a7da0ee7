"""The quality page: how figures stand against each other, where publishers disagree, what is covered by how many."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from returnees.findings import Finding
from returnees.site.content import Content

#: The finding code of a contradiction that is recorded as a known issue.
KNOWN = "F204"
#: The qualifiers, what they stand for in print, how they are read, and the mark that draws them.
QUALIFIERS = (
    ("exact", "129", "the number itself", "an upright stroke"),
    (
        "about",
        "about 5,000",
        "the number and, to either side, the larger of half its last digit and {about}",
        "a hollow bar",
    ),
    ("at_least", "at least 5,600", "the number or any above it", "an arrow to the right"),
    ("more_than", "more than 300", "any number above it", "an arrow to the right"),
    ("up_to", "up to 300", "the number or any below it", "an arrow to the left"),
    ("less_than", "fewer than 300", "any number below it", "an arrow to the left"),
    ("range", "27,000 to 31,000", "both ends and all between", "a solid bar"),
)


@dataclass(frozen=True)
class QualityPage:
    """The quality page; ``coverage`` has, for each code of the subject, how many sources have each measure."""

    contradictions: tuple[Finding, ...]
    known: tuple[Finding, ...]
    disagreements: tuple[tuple[str, int], ...]
    measures: tuple[str, ...]
    coverage: tuple[tuple[str, tuple[int, ...]], ...]


def quality_page(content: Content) -> QualityPage:
    """Return the quality page."""
    measures = tuple(content.measure_order)
    sources: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    counts: Counter[str] = Counter()
    subject = content.subject
    if subject is not None:
        for figure in content.figures.values():
            sources[str(figure.row[subject.field])][figure.measure].add(figure.source)
        counts = Counter(item.coordinates[subject.field] for item in content.disagreements)
    return QualityPage(
        contradictions=tuple(item for item in content.contradictions if item.code != KNOWN),
        known=tuple(item for item in content.contradictions if item.code == KNOWN),
        disagreements=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        measures=measures,
        coverage=tuple(
            (code, tuple(len(sources[code][measure]) for measure in measures)) for code in content.subject_codes
        ),
    )
