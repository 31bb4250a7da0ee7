"""Where publishers give numbers for the same thing that cannot both be right, as the pages tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from returnees.site.content import Content, Figure


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two figures of different publishers, of the same measure and coordinates and of one date, that have no number in common."""

    lower: Figure
    higher: Figure


def disagreements(content: Content) -> list[Disagreement]:
    """Return every disagreement, by measure and coordinates, then by date."""
    groups: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    fields = list(content.setting.profile.dimensions.values())
    for item in content.figures.values():
        groups[(item.measure, *(str(item.row[field]) for field in fields))].append(item)
    return [pair for key in sorted(groups) for pair in _within(content, sorted(groups[key], key=lambda item: item.order))]


def _within(content: Content, figures: list[Figure]) -> Iterator[Disagreement]:
    """Yield the disagreements between figures of the same thing."""
    for one, other in combinations(figures, 2):
        if _voice(content, one) == _voice(content, other) or not _same_time(one, other):
            continue
        if one.most < other.least:
            yield Disagreement(one, other)
        elif other.most < one.least:
            yield Disagreement(other, one)


def _voice(content: Content, figure: Figure) -> str:
    """Return who stands behind a figure: its publisher, else its source."""
    return content.publisher_of(figure.source) or figure.source


def _same_time(one: Figure, other: Figure) -> bool:
    """Whether one date lies within the other, so that both can be the same day."""
    return (one.first <= other.first and other.last <= one.last) or (other.first <= one.first and one.last <= other.last)
