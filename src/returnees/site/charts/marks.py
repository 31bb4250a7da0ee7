"""What is drawn: figures as spans of numbers and of days, with words beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure to draw: its words, its interval, how it is qualified, and the days (since 1970) it is dated to."""

    label: str
    least: float
    most: float
    qualifier: str
    first: int = 0
    last: int = 0

    @property
    def form(self) -> str:
        """How it is drawn: ``tick``, ``bar``, ``outline``, ``up`` (no upper end) or ``down`` (no lower end)."""
        if math.isinf(self.most) or self.qualifier in ("at_least", "more_than"):
            return "up"
        if self.qualifier in ("up_to", "less_than"):
            return "down"
        if self.qualifier == "about":
            return "outline"
        return "tick" if self.least == self.most else "bar"


def top_of(marks: Sequence[Mark]) -> float:
    """Return the end of an axis that has room for every finite end of `marks` and for an arrow beyond it."""
    ends = [end for mark in marks for end in (mark.least, mark.most) if math.isfinite(end)]
    return max(ends, default=0.0) * 1.12 or 1.0


def shortened(text: str, longest: int) -> str:
    """Return `text`, cut at `longest` characters, which it then shows."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
