"""Measures beside each other over time: each figure a box as wide as its date is vague and as tall as its number is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from returnees.site.charts.marks import Mark, top_of
from returnees.site.charts.palette import Palette

#: Width and height of one panel in pixels.
WIDTH, HEIGHT = 148, 190
#: Half the least width that a box is drawn with, in days: a single day would not be seen.
_LEAST_HALF_WIDTH = 30
#: How many years a panel has room to name.
_MOST_YEARS = 4


def timeline_chart(panels: Mapping[str, Sequence[Mark]], palette: Palette) -> dict[str, Any]:
    """Return the specification of panels side by side, one a measure by title, with the same axes."""
    every = [mark for marks in panels.values() for mark in marks]
    top = top_of(every)
    first, last = min(mark.first for mark in every) - 60, max(mark.last for mark in every) + 60
    span = [_day(first), _day(last)]
    return {
        "spacing": 14,
        "bounds": "flush",
        "hconcat": [
            _panel(title, marks, top, span, number == 0, palette)
            for number, (title, marks) in enumerate(panels.items())
        ],
    }


def _panel(
    title: str, marks: Sequence[Mark], top: float, span: list[str], leftmost: bool, palette: Palette
) -> dict[str, Any]:
    """Return one panel; only the leftmost names its numbers."""
    rows = [_row(mark, top) for mark in marks]
    closed = [row for row in rows if row["form"] not in ("up", "down")]
    x, y = _time("start", span, palette), _number("low", top, leftmost, palette)
    end, high, middle = {"field": "end"}, {"field": "high"}, {**x, "field": "middle"}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": closed},
            "mark": {
                "type": "rect",
                "fill": palette.bar,
                "fillOpacity": 0.35,
                "stroke": palette.bar,
                "strokeWidth": 1.5,
            },
            "encoding": {"x": x, "x2": end, "y": y, "y2": high},
        },
    ]
    for form, shape, away in (("up", "triangle-up", -1), ("down", "triangle-down", 1)):
        opened = [row for row in rows if row["form"] == form]
        if opened:
            data, edge = {"values": opened}, {**y, "field": "high" if form == "down" else "low"}
            stem = {
                "type": "tick",
                "orient": "vertical",
                "size": 12,
                "thickness": 1.5,
                "color": palette.bar,
                "yOffset": 6 * away,
            }
            tip = {
                "type": "point",
                "shape": shape,
                "filled": True,
                "opacity": 1,
                "size": 40,
                "color": palette.bar,
                "yOffset": 12 * away,
            }
            layers += [
                {
                    "data": data,
                    "mark": {"type": "rule", "color": palette.bar, "strokeWidth": 1.5},
                    "encoding": {"x": x, "x2": end, "y": edge},
                },
                {"data": data, "mark": stem, "encoding": {"x": middle, "y": edge}},
                {"data": data, "mark": tip, "encoding": {"x": middle, "y": edge}},
            ]
    heading = {"text": title, "anchor": "start", "fontSize": 12, "fontWeight": 600, "color": palette.ink}
    return {"width": WIDTH, "height": HEIGHT, "title": heading, "layer": layers}


def _row(mark: Mark, top: float) -> dict[str, Any]:
    """Return a mark as a row of the chart's data."""
    middle = (mark.first + mark.last) // 2
    return {
        "form": mark.form,
        "low": mark.least,
        "high": min(mark.most, top),
        "middle": _day(middle),
        "start": _day(min(mark.first, middle - _LEAST_HALF_WIDTH)),
        "end": _day(max(mark.last, middle + _LEAST_HALF_WIDTH)),
    }


def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def _time(field: str, span: list[str], palette: Palette) -> dict[str, Any]:
    years = [int(day[:4]) for day in span]
    step = max(1, -(-(years[1] - years[0]) // _MOST_YEARS))
    axis = {
        "title": None,
        "format": "%Y",
        "values": [f"{year}-01-01" for year in range(years[0] + 1, years[1] + 1, step)],
        "grid": False,
        "domainColor": palette.soft,
        "tickColor": palette.soft,
        "labelColor": palette.soft,
        "labelFontSize": 11,
    }
    return {"field": field, "type": "temporal", "scale": {"type": "utc", "domain": span}, "axis": axis}


def _number(field: str, top: float, named: bool, palette: Palette) -> dict[str, Any]:
    axis = {
        "title": None,
        "format": ",~f",
        "tickCount": 5,
        "gridColor": palette.grid,
        "domain": False,
        "ticks": False,
        "labels": named,
        "labelColor": palette.soft,
        "labelFontSize": 11,
    }
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": axis}
