"""The colours of charts: as variables of the site's style sheet, which has a light and a dark set, or as they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart; ``classes`` run from the smallest numbers of a map to the largest."""

    ink: str
    soft: str
    grid: str
    bar: str
    paper: str
    none: str
    line: str
    classes: tuple[str, ...]


#: How many classes of numbers a map tells apart.
CLASSES = 6

#: For pages: the style sheet says what each is, in either theme.
PAGE = Palette(
    "var(--ink)", "var(--soft)", "var(--grid)", "var(--bar)", "var(--paper)", "var(--map-none)", "var(--map-line)",
    tuple(f"var(--map-{number})" for number in range(CLASSES)),
)  # fmt: skip

#: For files that stand alone, on white paper.
PRINT = Palette(
    "#1d1d1b", "#5a5a57", "#dddddb", "#2f5d83", "#ffffff", "#ededeb", "#ffffff",
    ("#d4e2ee", "#adc8dd", "#82a9c7", "#5688ae", "#326690", "#15426a"),
)  # fmt: skip
