"""Maps: a measure as one source prints it, or its latest figure of any source, for each area that has a shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from returnees.figures.readings import number
from returnees.site.charts.classes import Shade, class_words, limits_of, shade
from returnees.site.charts.drawing import Filling
from returnees.site.charts.palette import PAGE, Palette
from returnees.site.charts.worldmap import drawn_ids, fill, map_chart
from returnees.site.content import Content, Figure
from returnees.site.pages.picture import Picture
from returnees.site.text import counted, file_names, shown

#: A map of fewer areas shows less than its table.
LEAST_AREAS = 5
#: What the map of no single source is called.
LATEST = "latest figure of each area"


@dataclass(frozen=True, slots=True)
class Place:
    """What a map says of one area: the figures, the numbers they span, in words, and how it is shaded."""

    code: str
    shape: str
    figures: tuple[Figure, ...]
    words: str
    shade: Shade


@dataclass(frozen=True)
class WorldMap:
    """One map; ``source`` is empty for that of the latest figures, ``origin`` says in words whose they are."""

    measure: str
    source: str
    measured: str
    origin: str
    name: str
    limits: tuple[float, ...]
    percent: bool
    places: tuple[Place, ...]
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the map is called."""
        return f"{self.measured}: {self.origin}"

    @property
    def classes(self) -> list[str]:
        """The classes of its numbers, in words."""
        return class_words(self.limits, self.percent)

    @cached_property
    def picture(self) -> Picture:
        """The map as a chart; before it is filled, all maps of a site are the same drawing."""
        words = f"World map. {self.title}. {counted(len(self.places), 'area')} with a figure; the table lists them."
        return Picture("map", self.title, words, lambda palette: map_chart(self.known, palette))

    def fillings(self, codes: Mapping[str, str], names: Mapping[str, str], palette: Palette) -> list[Filling]:
        """Return how each shape is filled, in the order of drawing; `codes` and `names` are by shape."""
        shades = {place.shape: place for place in self.places}
        found = []
        for shape in drawn_ids(self.known):
            place = shades.get(shape)
            words = f"{names[shape]}: {place.words if place else 'no figure published'}" if shape in names else ""
            colour = fill(place.shade, palette) if place else palette.none
            found.append(Filling(colour, shown(codes.get(shape, "")), shown(words)))
        return found

    @property
    def fills(self) -> dict[str, list[str]]:
        """The fill and the words of each area, by its code, for a script that colours another map anew."""
        return {place.code: [fill(place.shade, PAGE), place.words] for place in self.places}


def shapes_of(content: Content) -> dict[str, str]:
    """Return the shape of each area that has one: by its m49 number, else by its name. Nothing for other subjects."""
    subject = content.subject
    if subject is None or not any("m49" in row for row in content.codes[subject.dimension].values()):
        return {}
    drawable = set(drawn_ids({str(row.get("m49")) for row in content.codes[subject.dimension].values()}))
    found = {}
    for code, row in content.codes[subject.dimension].items():
        shape = str(row.get("m49") or content.name_of(subject.dimension, code))
        if shape in drawable:
            found[code] = shape
    return found


def world_maps(content: Content) -> list[WorldMap]:
    """Return the maps worth drawing: of each measure that of the latest figures first, then those of single sources."""
    shapes = shapes_of(content)
    subject = content.subject
    if not shapes or subject is None:
        return []
    drawn = [
        item for item in content.figures.values() if str(item.row[subject.field]) in shapes and content.is_whole(item)
    ]
    groups: dict[tuple[str, str], dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for item in drawn:
        for source in ("", item.source):
            groups[item.measure, source][str(item.row[subject.field])].append(item)
    wanted = {
        key: {code: _latest(items) for code, items in areas.items()}
        for key, areas in groups.items()
        if len(areas) >= LEAST_AREAS
    }
    names = file_names(f"{measure}--{source}" if source else measure for measure, source in wanted)
    order = sorted(
        wanted, key=lambda key: (content.measure_order.index(key[0]), key[1] != "", -len(wanted[key]), key[1])
    )
    return [
        _map(content, key, names[f"{key[0]}--{key[1]}" if key[1] else key[0]], wanted[key], wanted[key[0], ""], shapes)
        for key in order
    ]


def _latest(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures of the latest date."""
    newest = max((item.last, item.first) for item in figures)
    return sorted((item for item in figures if (item.last, item.first) == newest), key=lambda item: item.id)


def _map(
    content: Content,
    key: tuple[str, str],
    name: str,
    areas: Mapping[str, Sequence[Figure]],
    every: Mapping[str, Sequence[Figure]],
    shapes: Mapping[str, str],
) -> WorldMap:
    """Return one map; its classes are those of the measure, so that the maps of several sources can be compared."""
    measure, source = key
    percent = content.unit_of(measure) == "percent"
    limits = limits_of([end for figures in every.values() for item in figures for end in item.stated], percent)
    published = str(content.sources.get(source, {}).get("published") or "")
    origin = ", ".join(filter(None, [content.short_name(source), published])) if source else LATEST
    places = tuple(_place(content, code, shapes[code], areas[code], limits, percent) for code in sorted(areas))
    named = content.name_of("measure", measure)
    return WorldMap(measure, source, named, origin, name, limits, percent, places, tuple(sorted(shapes.values())))


def _place(
    content: Content, code: str, shape: str, figures: Sequence[Figure], limits: tuple[float, ...], percent: bool
) -> Place:
    """Return what a map says of one area; several figures of one date span from the lowest to the highest number."""
    first = figures[0]
    if len(figures) == 1:
        words = f"{first.words} ({', '.join(filter(None, [content.short_name(first.source), first.as_of]))})"
        return Place(code, shape, tuple(figures), words, shade(first.least, first.most, limits))
    ends = [end for item in figures for end in item.stated]
    low, high, unit = min(ends, default=0.0), max(ends, default=0.0), " %" if percent else ""
    span = f"{number(low)}{unit}" if low == high else f"{number(low)} to {number(high)}{unit}"
    words = f"{span} ({', '.join(filter(None, [counted(len(figures), 'figure'), first.as_of]))})"
    return Place(code, shape, tuple(figures), words, shade(low, high, limits))
