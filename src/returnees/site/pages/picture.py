"""A chart on a page: what is drawn, what it is called, and what it says in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from returnees.figures.readings import number
from returnees.site.charts.intervals import interval_chart
from returnees.site.charts.marks import Mark
from returnees.site.charts.palette import PAGE, Palette
from returnees.site.charts.timeline import timeline_chart
from returnees.site.content import Content, Figure
from returnees.site.text import counted, shown


@dataclass(frozen=True)
class Picture:
    """One chart: its key among all charts of the site, its title, its words for those who do not see it."""

    key: str
    title: str
    words: str
    draw: Callable[[Palette], dict[str, Any]]

    @property
    def specification(self) -> dict[str, Any]:
        """The chart in the colours of pages."""
        return self.draw(PAGE)


def intervals(
    content: Content, key: str, title: str, figures: Sequence[Figure], label: Callable[[Figure], str], about: str = ""
) -> Picture:
    """Return the chart of `figures` one below another, each with its label; `about` is what `title` does not say."""
    marks = [_mark(item, label(item)) for item in figures]
    percent = bool(figures) and content.unit_of(figures[0].measure) == "percent"
    words = ". ".join(filter(None, [about, title, summary(figures)]))
    return Picture(key, title, words, lambda palette: interval_chart(marks, palette, percent))


def timeline(content: Content, key: str, title: str, panels: Mapping[str, Sequence[Figure]]) -> Picture:
    """Return the chart of measures beside each other over time."""
    marks = {content.name_of("measure", code): [_mark(item, "") for item in items] for code, items in panels.items()}
    words = " ".join(f"{content.name_of('measure', code)}: {summary(items)}" for code, items in panels.items())
    return Picture(key, title, f"{title}. {words}", lambda palette: timeline_chart(marks, palette))


def _mark(figure: Figure, label: str) -> Mark:
    return Mark(shown(label), figure.least, figure.most, str(figure.row["qualifier"]), figure.first, figure.last)


def summary(figures: Sequence[Figure]) -> str:
    """Return what a chart of figures shows, in a sentence or two."""
    dates = [item.as_of for item in sorted(figures, key=lambda item: item.order) if item.as_of]
    ends = [end for item in figures for end in item.stated]
    opened = sum(math.isinf(item.most) for item in figures)
    when = f", {dates[0]} to {dates[-1]}" if dates and dates[0] != dates[-1] else f", {dates[0]}" if dates else ""
    sentences = [f"{counted(len(figures), 'figure')}{when}."]
    if ends:
        sentences.append(f"The lowest number is {number(min(ends))}, the highest {number(max(ends))}.")
    if opened:
        sentences.append(f"{opened:,} {'has' if opened == 1 else 'have'} no upper end.")
    return " ".join(sentences)
