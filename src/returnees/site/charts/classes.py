"""The classes of a map: which numbers share a colour, and how it shows that an interval is open or wide."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from returnees.figures.readings import number
from returnees.site.charts.palette import CLASSES

#: How an interval lies in the classes: within one, open upwards, open downwards, or across several.
WITHIN, UP, DOWN, ACROSS = "within", "up", "down", "across"
TEXTURES = (WITHIN, UP, DOWN, ACROSS)


@dataclass(frozen=True, slots=True)
class Shade:
    """What an area is filled with: the number of its class, and its texture."""

    grade: int
    texture: str


def limits_of(largest: float, percent: bool) -> tuple[float, ...]:
    """Return where the classes after the first begin: equal steps for shares, powers of ten and their halves for counts."""
    if percent:
        return (10, 20, 40, 60, 80)
    steps = [1.0, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000]
    power = 1_000_000.0
    while steps[-1] < largest:
        steps += [power / 2, power] if steps[-1] < power / 2 else [power]
        power *= 10
    end = max(CLASSES - 1, bisect_right(steps, largest))
    return tuple(steps[end - CLASSES + 1 : end])


def shade(least: float, most: float, limits: tuple[float, ...]) -> Shade:
    """Return the shade of an interval: the colour of its closed end, the lower one where it has two."""
    if math.isinf(most):
        return Shade(bisect_right(limits, least), UP)
    if least <= 0 < most:
        return Shade(bisect_right(limits, most), DOWN)
    low, high = bisect_right(limits, least), bisect_right(limits, most)
    return Shade(low, WITHIN if low == high else ACROSS)


def class_words(limits: tuple[float, ...], percent: bool) -> list[str]:
    """Return the classes in words: ``10 to 49``."""
    unit, step = (" %", 0) if percent else ("", 1)
    starts = [0.0, *limits]
    words = [
        number(start) if end - step == start else f"{number(start)} to {'under ' if percent else ''}{number(end - step)}{unit}"
        for start, end in zip(starts, limits, strict=False)
    ]
    return [*words, f"{number(limits[-1])}{unit} and more"]
