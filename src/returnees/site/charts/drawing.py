"""Specifications drawn to SVG and PNG, without what a page does not need and without any script or style."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import vl_convert
from markupsafe import escape

from returnees.site.charts.palette import PRINT

#: What every chart has in common.
_CONFIG = {
    "aria": False,
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "style": {"cell": {"stroke": None}},
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

_ROOT = re.compile(r'^<svg [^>]*?width="([0-9.]+)" height="([0-9.]+)" viewBox="([^"]*)">')
_UNNEEDED = re.compile(r' (?:(?:aria-[a-z]+|role|class|pointer-events)="[^"]*"|stroke-miterlimit="10"|opacity="1")')
_EMPTY = re.compile(
    r'<path d="(?:M0,0h[0-9.]+v[0-9.]+h-?[0-9.]+Z|)"(?: display="none")?/>|<g></g>| transform="translate\(0,0\)"'
)
_TAG = re.compile(r"<[^>]*>")
_LONG_NUMBER = re.compile(r"-?[0-9]+\.[0-9]{2,}")


def draw(specification: dict[str, Any]) -> str:
    """Return the drawing of a Vega-Lite specification as SVG."""
    drawn: str = vl_convert.vegalite_to_svg({"$schema": _SCHEMA, "config": _CONFIG, **specification})
    return tidy(drawn)


def tidy(drawn: str) -> str:
    """Return a drawing without what has no effect; lengths to a tenth of a pixel, which no screen shows finer."""
    # The words between tags are never touched.
    needed = _EMPTY.sub("", _TAG.sub(lambda tag: _UNNEEDED.sub("", tag[0]), drawn))
    return _TAG.sub(lambda tag: _LONG_NUMBER.sub(_rounded, tag[0]), needed)


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def titled(drawn: str, words: str, definitions: str = "") -> str:
    """Return a drawing for a page: its size that of its place, `words` in place of what cannot be seen."""
    start = f'<svg class="chart" viewBox="{{}}" role="img" aria-label="{escape(words)}">'
    return _ROOT.sub(lambda match: start.replace("{}", match[3], 1) + definitions, drawn, count=1)


def alone(drawn: str, words: str, definitions: str = "") -> str:
    """Return a drawing as a file that stands alone: on white, with its words as title."""
    inside = f'<title>{escape(words)}</title>{definitions}<rect width="100%" height="100%" fill="{PRINT.paper}"/>'
    start = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="{}" role="img">'
    return _ROOT.sub(lambda match: start.format(*match.groups()) + inside, drawn, count=1) + "\n"


def png(drawn: str, scale: float) -> bytes:
    """Return an SVG as PNG, each of its pixels `scale` pixels wide."""
    content: bytes = vl_convert.svg_to_png(drawn, scale=scale)
    return content


class Filling(NamedTuple):
    """How one shape of a map is filled: with what, for which place (empty for none), with which words beside it."""

    fill: str
    place: str
    words: str


def shaded(drawn: str, fillings: Sequence[Filling]) -> str:
    """Return a bare map with its shapes filled, in the order in which they are drawn.

    Raises
    ------
    ValueError
        If the drawing does not have as many shapes as there are `fillings`.
    """
    left = iter(fillings)
    count = 0

    def filled(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        item = next(left, Filling("none", "", ""))
        place = f' data-place="{escape(item.place)}"' if item.place else ""
        title = f"<title>{escape(item.words)}</title>" if item.words else ""
        return f'<path{place}{match[1]} fill="{item.fill}"{match[2]}>{title}</path>'

    found = _SHAPE.sub(filled, drawn)
    if count != len(fillings):
        raise ValueError(f"the map has {count} shapes, not {len(fillings)}")
    return found


_SHAPE = re.compile(r"<path((?: [a-z-]+=\"[^\"]*\")*?) fill=\"(?!none)[^\"]*\"( stroke=\"[^\"]*\"[^>]*?)/>")
