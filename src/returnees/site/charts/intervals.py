"""Figures one below another, each on a line of its own: bars for ranges, arrows where an end is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from returnees.site.charts.marks import Mark, shortened, top_of
from returnees.site.charts.palette import Palette

#: Width of the plot and height of a figure's line in pixels: legible on a phone without scrolling sideways.
WIDTH, STEP = 340, 32
#: How many characters of words fit into the width, in any usual font of twelve pixels.
_LONGEST = 54
#: Where, within its line, the words and the bar of a figure stand.
_WORDS, _TOP, _MIDDLE, _BOTTOM = 0.32, 0.54, 0.7, 0.86


def interval_chart(marks: Sequence[Mark], palette: Palette, percent: bool = False) -> dict[str, Any]:
    """Return the specification of a chart of `marks`, drawn in their order from top to bottom."""
    top = min(top_of(marks), 100.0) if percent else top_of(marks)
    rows = [_row(number, mark, top) for number, mark in enumerate(marks)]
    return {
        "width": WIDTH,
        "height": STEP * max(1, len(rows)),
        "layer": [
            layer
            for layer in (
                _layer(rows, ("bar",), {"type": "rect", "color": palette.bar}, _box(top, len(rows), percent, palette)),
                _layer(
                    rows,
                    ("outline",),
                    {"type": "rect", "fill": palette.paper, "stroke": palette.bar, "strokeWidth": 1.5},
                    _box(top, len(rows), percent, palette),
                ),
                _layer(
                    rows,
                    ("up", "down"),
                    {"type": "rule", "color": palette.bar, "strokeWidth": 2},
                    _line(top, len(rows), percent, palette),
                ),
                _layer(
                    rows,
                    ("tick", "up", "down"),
                    {"type": "rule", "color": palette.bar, "strokeWidth": 3},
                    _stop(top, len(rows), percent, palette),
                ),
                _layer(rows, ("up",), _arrow("triangle-right", palette), _tip("end", top, len(rows), percent, palette)),
                _layer(
                    rows, ("down",), _arrow("triangle-left", palette), _tip("start", top, len(rows), percent, palette)
                ),
                _words(rows, top, percent, palette),
            )
            if layer is not None
        ],
    }


def _row(number: int, mark: Mark, top: float) -> dict[str, Any]:
    """Return a mark as a row of the chart's data; ``at`` is where its closed end is."""
    form = mark.form
    return {
        "form": form,
        "label": shortened(mark.label, _LONGEST),
        "start": 0 if form == "down" else mark.least,
        "end": top if form == "up" else min(mark.most, top),
        "at": mark.most if form == "down" else mark.least,
        "words": number + _WORDS,
        "top": number + _TOP,
        "middle": number + _MIDDLE,
        "bottom": number + _BOTTOM,
    }


def _layer(
    rows: list[dict[str, Any]], forms: tuple[str, ...], mark: dict[str, Any], encoding: dict[str, Any]
) -> dict[str, Any] | None:
    """Return a layer of the rows of these forms, None when there are none."""
    chosen = [row for row in rows if row["form"] in forms]
    if not chosen:
        return None
    needed = {channel["field"] for channel in encoding.values()}
    return {
        "data": {"values": [{key: row[key] for key in row if key in needed} for row in chosen]},
        "mark": mark,
        "encoding": encoding,
    }


def _across(field: str, top: float, percent: bool, palette: Palette) -> dict[str, Any]:
    """Return the horizontal position of `field`."""
    axis = {
        "orient": "top",
        "title": None,
        "tickCount": 4,
        "format": ",~f",
        "gridColor": palette.grid,
        "domain": False,
        "ticks": False,
        "labelColor": palette.soft,
        "labelFontSize": 11,
        "labelFlush": True,
        "labelExpr": "datum.label + ' %'" if percent else "datum.label",
    }
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": axis}


def _down(field: str, rows: int) -> dict[str, Any]:
    """Return the vertical position of `field`, counted in lines from the top."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, max(1, rows)], "reverse": True},
        "axis": None,
    }


def _box(top: float, rows: int, percent: bool, palette: Palette) -> dict[str, Any]:
    return {
        "x": _across("start", top, percent, palette),
        "x2": {"field": "end"},
        "y": _down("top", rows),
        "y2": {"field": "bottom"},
    }


def _line(top: float, rows: int, percent: bool, palette: Palette) -> dict[str, Any]:
    return {"x": _across("start", top, percent, palette), "x2": {"field": "end"}, "y": _down("middle", rows)}


def _stop(top: float, rows: int, percent: bool, palette: Palette) -> dict[str, Any]:
    return {"x": _across("at", top, percent, palette), "y": _down("top", rows), "y2": {"field": "bottom"}}


def _tip(field: str, top: float, rows: int, percent: bool, palette: Palette) -> dict[str, Any]:
    return {"x": _across(field, top, percent, palette), "y": _down("middle", rows)}


def _arrow(shape: str, palette: Palette) -> dict[str, Any]:
    inward = -4 if shape == "triangle-right" else 4
    return {
        "type": "point",
        "shape": shape,
        "size": 70,
        "filled": True,
        "color": palette.bar,
        "opacity": 1,
        "xOffset": inward,
    }


def _words(rows: list[dict[str, Any]], top: float, percent: bool, palette: Palette) -> dict[str, Any]:
    """Return the layer of words, which start at the left edge so that they need no column of their own."""
    return {
        "data": {"values": [{"label": row["label"], "words": row["words"], "zero": 0} for row in rows]},
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 2, "fontSize": 12, "color": palette.ink},
        "encoding": {
            "x": _across("zero", top, percent, palette),
            "y": _down("words", len(rows)),
            "text": {"field": "label", "type": "nominal"},
        },
    }
