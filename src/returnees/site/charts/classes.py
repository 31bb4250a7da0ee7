"""The classes of a map: which numbers share a colour, and how it shows that an interval is open or wide."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
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


def limits_of(numbers: Sequence[float], percent: bool) -> tuple[float, ...]:
    """Return where the classes after the first begin: round numbers that part `numbers` into groups of like size."""
    if percent:
        return (10, 20, 40, 60, 80)
    ordered = sorted(numbers) or [0.0]
    wanted = CLASSES - 1
    found = {_round_down(ordered[len(ordered) * place // CLASSES]) for place in range(1, CLASSES)} - {0.0}
    step = 0
    # Where many numbers are alike there are fewer groups; the classes then go on upwards.
    while len(found) < wanted:
        found.add(_STEPS[step % len(_STEPS)] * 10.0 ** (step // len(_STEPS)))
        step += 1
    return tuple(sorted(found))


#: The round numbers of a decade.
_STEPS = (1.0, 2.0, 5.0)


def _round_down(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... that is not above `value`, 0 where there is none."""
    if value < 1:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in _STEPS if step * power <= value)


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
    until = "to under" if percent else "to"
    words = [
        number(start) if end - step == start else f"{number(start)} {until} {number(end - step)}{unit}"
        for start, end in zip(starts, limits, strict=False)
    ]
    return [*words, f"{number(limits[-1])}{unit} and more"]
