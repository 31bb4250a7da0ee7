"""Edits in words: the numbers on both sides, and each figure with its source, file and line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from returnees.consistency.setting import Setting
from returnees.consistency.system import System
from returnees.figures.readings import amount, number


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an edit: the figure (None when it was never published), its coefficient, its bounds."""

    figure: str | None
    coefficient: float
    low: float
    high: float


def terms_of(system: System, edits: Iterable[int]) -> dict[int, list[Term]]:
    """Return the terms of each of these edits, figures in order of their ids."""
    chosen = system.terms.filter(pl.col("edit").is_in(list(edits)))
    joined = chosen.join(system.quantities, on="quantity").sort("edit", "figure", "quantity", nulls_last=True)
    found: dict[int, list[Term]] = {}
    for row in joined.select("edit", "figure", "coefficient", "low", "high").iter_rows():
        found.setdefault(row[0], []).append(Term(*row[1:]))
    return found


def guards_of(system: System, edits: Iterable[int]) -> dict[int, list[str]]:
    """Return the figures that give each of these edits its coefficients."""
    found: dict[int, list[str]] = {}
    for edit, figure in system.guards.filter(pl.col("edit").is_in(list(edits))).iter_rows():
        found.setdefault(edit, []).append(figure)
    return found


def figures_of(terms: Sequence[Term], guards: Iterable[str]) -> tuple[str, ...]:
    """Return the figures of an edit, each once: those of its terms, then those that give it its coefficients."""
    return tuple(dict.fromkeys([*(term.figure for term in terms if term.figure is not None), *guards]))


def sides(terms: Sequence[Term], limit: float) -> str:
    """Return the two sides of a broken edit: ``151 + 295 = 446 at least, against 426 at most``."""
    # What was never published and can be nothing adds nothing.
    smaller = [(term.coefficient, term.low) for term in terms if term.coefficient > 0 and (term.figure or term.low)]
    greater = [(-term.coefficient, term.high) for term in terms if term.coefficient < 0]
    if limit > 0 or not greater:
        greater.append((1.0, limit))
    elif limit < 0:
        smaller.append((1.0, -limit))
    return f"{_sum(smaller)} at least, against {_sum(greater)} at most"


def _sum(parts: Sequence[tuple[float, float]]) -> str:
    total = number(clean(sum(coefficient * value for coefficient, value in parts)))
    words = [number(value) if coefficient == 1 else f"{number(clean(coefficient))} × {number(value)}"
             for coefficient, value in parts]  # fmt: skip
    if not parts:
        return "0"
    return total if len(words) == 1 and parts[0][0] == 1 else f"{' + '.join(words)} = {total}"


def clean(value: float) -> float:
    """Return the number without the last digits of floating-point sums, which say nothing."""
    return float(f"{value:.12g}")


def span(low: float, high: float) -> str:
    """Return an interval in words: ``129``, ``27,000 to 31,000``, ``5,600 or more``."""
    if low == high:
        return number(low)
    return f"{number(clean(low))} or more" if math.isinf(high) else f"{number(clean(low))} to {number(clean(high))}"


class Witnesses:
    """The figures of findings as they stand in the table, looked up once for all of them."""

    def __init__(self, setting: Setting, figures: Iterable[str]) -> None:
        self._table = setting.tables["figures"]
        names = list(dict.fromkeys(figures))
        self._rows: Mapping[str, int] = self._table.rows("figure_id", names) if names else {}

    def place(self, figure: str) -> tuple[str, int | None]:
        """Return the file in which the figure stands, and its line, if files of that kind have lines."""
        file, line = self._table.raw.place(self._rows[figure])
        return file or self._table.file, line

    def row(self, figure: str) -> dict[str, object]:
        """Return the figure's row by field."""
        return self._table.frame.row(self._rows[figure], named=True)

    def words(self, figures: Iterable[str]) -> Iterator[str]:
        """Yield a line for each figure: its number as printed, its id, its source, its file and line."""
        for figure in figures:
            row = self.row(figure)
            dated = f", as of {row['as_of']}" if row.get("as_of") else ""
            place = self._table.place(self._rows[figure])
            yield f"{amount(row)}: {figure} (source {row['source_id']}{dated}, {place})"
