"""The front page: the figures most often read, a map, what is new, how to get and to cite everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from returnees.site.content import Content, Figure
from returnees.site.pages.maps import WorldMap
from returnees.site.pages.picture import Picture, intervals

#: How many measures the front page shows figures of, how many figures of each, and how many of the newest figures.
_MEASURES, _FIGURES, _NEWEST = 2, 5, 8


@dataclass(frozen=True)
class Headline:
    """What is said of one measure of the widest area: a chart of the figures most often read, by date."""

    measure: str
    title: str
    definition: str
    area: str
    chart: Picture
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class FrontPage:
    """The front page; ``first_map`` is drawn at once, the others can be chosen."""

    headlines: tuple[Headline, ...]
    first_map: WorldMap | None
    newest: tuple[Figure, ...]


def front_page(content: Content, maps: Sequence[WorldMap]) -> FrontPage:
    """Return the front page."""
    widest = _widest(content)
    headlines: list[Headline] = []
    for measure in content.measure_order:
        figures = [item for item in widest if item.measure == measure and content.is_whole(item)]
        if len(headlines) < _MEASURES and len(figures) > 1:
            headlines.append(_headline(content, measure, figures))
    dated = sorted(
        content.figures.values(), key=lambda item: (item.last if item.as_of else -(10**9), item.id), reverse=True
    )
    return FrontPage(tuple(headlines), maps[0] if maps else None, tuple(dated[:_NEWEST]))


def _widest(content: Content) -> list[Figure]:
    """Return the figures of the code of the subject that says it is the world, else of that with most figures."""
    subject = content.subject
    if subject is None:
        return list(content.figures.values())
    world = [
        code
        for code, row in content.codes[subject.dimension].items()
        if row.get("kind") == "world" and code in content.subject_codes
    ]
    codes = (
        world or sorted(content.subject_codes, key=lambda code: (-len(content.select(subject.field, code)), code))[:1]
    )
    return [item for code in codes for item in content.select(subject.field, code)]


def _headline(content: Content, measure: str, figures: list[Figure]) -> Headline:
    """Return the figures of one measure that were read in most documents, by date."""
    often = sorted(figures, key=lambda item: (-len(content.readings.get(item.id, ())), item.order))[:_FIGURES]
    often.sort(key=lambda item: item.order)
    subject = content.subject
    area = content.name_of(subject.dimension, str(often[0].row[subject.field])) if subject else ""
    title = content.name_of("measure", measure)
    chart = intervals(
        content,
        f"front/{measure}",
        f"{title}{f', {area}' if area else ''}",
        often,
        lambda item: f"{item.as_of} · {item.words} · {content.short_name(item.source)}",
    )
    definition = str(content.measures[measure].get("definition") or "")
    return Headline(measure, title, definition, area, chart, tuple(often))
