"""A map of the world: the colour is the class of a number, the texture says whether the interval is open or wide."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any

from returnees.site.charts.classes import ACROSS, DOWN, TEXTURES, UP, WITHIN, Shade
from returnees.site.charts.palette import CLASSES, Palette

WIDTH, HEIGHT = 800, 400
#: The M49 number of Antarctica, which takes a fifth of the map and has no inhabitants.
_LEFT_OUT = "010"


@cache
def shapes() -> dict[str, Any]:
    """Return the shapes as TopoJSON; each has an id: its M49 number, or its name where it has none."""
    topology: dict[str, Any] = json.loads(_read("world.json"))
    countries = topology["objects"]["countries"]
    countries["geometries"] = [
        {**item, "id": item.get("id") or item["properties"]["name"], "properties": {}}
        for item in countries["geometries"]
        if item.get("id") != _LEFT_OUT
    ]
    return topology


@cache
def small_places() -> dict[str, tuple[float, float]]:
    """Return longitude and latitude, by M49 number, of places too small to have a shape."""
    return {key: (place[0], place[1]) for key, place in json.loads(_read("small.json")).items()}


def _read(name: str) -> str:
    return (files("returnees.site") / "shapes" / name).read_text(encoding="utf-8")


def drawn_ids(known: Collection[str]) -> list[str]:
    """Return the ids of all that is drawn, in its order: shapes, then those of `known` that have none."""
    shaped = [item["id"] for item in shapes()["objects"]["countries"]["geometries"]]
    return shaped + [key for key in small_places() if key in known]


def map_chart(known: Collection[str], palette: Palette) -> dict[str, Any]:
    """Return the specification of a bare map: every shape, and as circles those of the `known` places that have none.

    All maps of a site have the same shapes; they are drawn once, and `drawing.shaded` fills them for each map.
    """
    points = [{"longitude": place[0], "latitude": place[1]} for key, place in small_places().items() if key in known]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "projection": {"type": "naturalEarth1"},
        "layer": [
            {
                "data": {"values": shapes(), "format": {"type": "topojson", "feature": "countries"}},
                "mark": {"type": "geoshape", "fill": palette.none, "stroke": palette.line, "strokeWidth": 0.5},
            },
            {
                "data": {"values": points},
                "mark": {
                    "type": "circle",
                    "size": 34,
                    "opacity": 1,
                    "fill": palette.none,
                    "stroke": palette.soft,
                    "strokeWidth": 0.6,
                },
                "encoding": {
                    "longitude": {"field": "longitude", "type": "quantitative"},
                    "latitude": {"field": "latitude", "type": "quantitative"},
                },
            },
        ],
    }


def fill(shade: Shade, palette: Palette) -> str:
    """Return what a place is filled with: a colour, or the pattern of a colour."""
    return palette.classes[shade.grade] if shade.texture == WITHIN else f"url(#{pattern_name(shade)})"


def pattern_name(shade: Shade) -> str:
    """Return the name of the pattern that `patterns` defines for a shade."""
    return f"map-{shade.texture}-{shade.grade}"


#: The square that a texture repeats, and the lines of each in it.
_SQUARE = 'width="6" height="6"'
_LINES = {UP: "M0,6L6,0M-1,1L1,-1M5,7L7,5", DOWN: "M0,0L6,6M-1,5L1,7M5,-1L7,1", ACROSS: "M3,2V4M2,3H4"}


def patterns(palette: Palette) -> str:
    """Return the definitions of all patterns that `fill` names, for the head of the drawing."""
    found = []
    for texture in TEXTURES:
        if texture == WITHIN:
            continue
        width = 2 if texture == ACROSS else 1
        for grade in range(CLASSES):
            line = palette.ink if grade < CLASSES // 2 else palette.paper
            found.append(
                f'<pattern id="{pattern_name(Shade(grade, texture))}" {_SQUARE} patternUnits="userSpaceOnUse">'
                f'<rect {_SQUARE} fill="{palette.classes[grade]}"/>'
                f'<path d="{_LINES[texture]}" stroke="{line}" stroke-width="{width}"/></pattern>'
            )
    return f"<defs>{''.join(found)}</defs>"
