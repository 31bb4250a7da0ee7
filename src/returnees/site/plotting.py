"""The charts of the site as files that stand alone, for a paper: SVG or PNG on white."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from returnees.errors import UsageError
from returnees.outcome import Report
from returnees.package.model import Package
from returnees.showing import chosen_figures
from returnees.site.charts.drawing import alone, draw, png, shaded
from returnees.site.charts.palette import PRINT
from returnees.site.charts.worldmap import patterns
from returnees.site.content import Content, Figure, by_measure
from returnees.site.pages.maps import LEAST_AREAS, WorldMap, shapes_of, world_maps
from returnees.site.pages.picture import Picture, intervals, timeline
from returnees.site.text import shown

#: What can be plotted.
KINDS = ("intervals", "timeline", "map")
#: More figures than this are no chart any more but a list.
MOST_FIGURES = 400


def plot(package: Package, kind: str, conditions: Sequence[str]) -> str:
    """Return the chart of the figures that meet all conditions (``field=code,code``) as SVG.

    Raises
    ------
    PackageError
        If the package has no figures.
    UsageError
        If a condition is not known, no figure meets all, there are too many, or they do not make such a chart.
    """
    content = Content(package, Report(package.name, package.version, ()))
    chosen = chosen_figures(package, conditions).frame
    figures = [content.figures[str(code)] for code in chosen["figure_id"].drop_nulls() if str(code) in content.figures]
    figures.sort(key=lambda item: item.order)
    if not figures:
        raise UsageError("no figure meets all of these conditions")
    if kind == "map":
        return _map(content, figures)
    if len(figures) > MOST_FIGURES:
        raise UsageError(
            f"{len(figures):,} figures are too many for one chart; choose by --area, --measure or --source"
        )
    picture = _timeline(content, figures) if kind == "timeline" else _intervals(content, figures)
    return alone(draw(picture.draw(PRINT)), shown(picture.words))


def _intervals(content: Content, figures: Sequence[Figure]) -> Picture:
    """Return the chart of figures of one unit, one below another."""
    units = sorted({content.unit_of(item.measure) for item in figures})
    if len(units) > 1:
        raise UsageError(f"figures in {' and '.join(units)} cannot share an axis; choose a measure with --measure")
    varying = [field for _, field in content.dimensions if len({item.row[field] for item in figures}) > 1]
    several = len({item.measure for item in figures}) > 1

    def label(figure: Figure) -> str:
        codes = [
            content.name_of(dimension, str(figure.row[field]))
            for dimension, field in content.dimensions
            if field in varying
        ]
        measure = [content.name_of("measure", figure.measure)] if several else []
        return " · ".join(
            filter(None, [figure.as_of, *measure, *codes, figure.words, content.short_name(figure.source)])
        )

    return intervals(content, "plot", _title(content, figures), figures, label)


def _timeline(content: Content, figures: Sequence[Figure]) -> Picture:
    """Return the chart of measures of one unit beside each other over time."""
    dated = [item for item in figures if item.as_of]
    panels = by_measure(content, dated)
    if not panels or len({content.unit_of(measure) for measure in panels}) > 1 or len(panels) > 4:
        raise UsageError(
            "a timeline needs dated figures of one to four measures in one unit; choose them with --measure"
        )
    return timeline(content, "plot", _title(content, dated), panels)


def _map(content: Content, figures: Sequence[Figure]) -> str:
    """Return the map of the one measure of these figures, of their one source or of the latest ones."""
    measures = {item.measure for item in figures}
    if len(measures) > 1:
        raise UsageError("a map shows one measure; choose it with --measure")
    sources = {item.source for item in figures}
    wanted = (measures.pop(), sources.pop() if len(sources) == 1 else "")
    found: WorldMap | None = next((item for item in world_maps(content) if (item.measure, item.source) == wanted), None)
    if found is None:
        raise UsageError(f"there are fewer than {LEAST_AREAS} areas with an m49 number to put on this map")
    shapes = shapes_of(content)
    assert content.subject is not None
    names = {shape: content.name_of(content.subject.dimension, code) for code, shape in shapes.items()}
    drawn = shaded(draw(found.picture.draw(PRINT)), found.fillings({}, names, PRINT))
    return alone(drawn, shown(found.picture.words), patterns(PRINT))


def _title(content: Content, figures: Sequence[Figure]) -> str:
    """Return what all figures of a chart have in common."""
    measures = list(by_measure(content, figures))
    same = [
        content.name_of(dimension, str(figures[0].row[field]))
        for dimension, field in content.dimensions
        if len({item.row[field] for item in figures}) == 1
    ]
    return ", ".join([" and ".join(content.name_of("measure", code) for code in measures), *same])


def written(svg: str, target: Path, scale: float) -> bytes:
    """Return what to write to `target`: by its ending SVG, or PNG with `scale` pixels for each.

    Raises
    ------
    UsageError
        If the ending is neither.
    """
    ending = target.suffix.lower()
    if ending == ".svg":
        return svg.encode("utf-8")
    if ending == ".png":
        return png(svg, scale)
    raise UsageError(f"'{target.name}' ends in neither .svg nor .png")
