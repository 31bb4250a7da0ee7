"""Where sources disagree: figures of one thing and one time from several sources, side by side.

Sources are never forced to agree, and none is said to be right. Figures are put side by side when all their coordinates
are equal and their dates lie within a window of days; they agree when one number can be all of them, and disagree when
two of them, of different sources, have no number in common.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from returnees.conditions import read_conditions
from returnees.consistency.naming import coordinate_fields
from returnees.consistency.setting import Setting, ready_setting
from returnees.figures.readings import amount
from returnees.package.model import Package
from returnees.package.opening import opened

#: Who must differ for two figures to be compared.
PARTIES = ("source", "publisher")


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure beside others: its source and that source's publisher (by number), its date, its number as printed."""

    figure: str
    source: str
    publisher: int
    as_of: str | None
    printed: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Figures of one thing that one number can be, from ``low`` to ``high``; coordinates by field."""

    coordinates: dict[str, str]
    figures: tuple[Compared, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Figures of one thing of which two have no number in common; ``gap`` is the greatest distance between two."""

    coordinates: dict[str, str]
    figures: tuple[Compared, ...]
    gap: float


@dataclass(frozen=True)
class Comparison:
    """The disagreements, furthest apart first, and the agreements, by coordinates (``fields``).

    ``window`` is in days; ``by`` is who had to differ; ``left_out`` is how many figures lack a coordinate, so that they
    were compared with none.
    """

    disagreements: tuple[Disagreement, ...]
    agreements: tuple[Agreement, ...]
    window: int
    by: str
    left_out: int
    fields: tuple[str, ...]


def compare(
    package: Package | str | Path | None = None,
    *,
    window: int = 0,
    by: str = "source",
    where: Sequence[str] = (),
) -> Comparison:
    """Return where the sources of `package` disagree, and where they agree.

    Parameters
    ----------
    package
        An opened package, or what `open_package` takes.
    window
        How many days may lie between the dates of two figures that are compared; 0: their dates agree (2015 agrees with
        any day of 2015).
    by
        ``source``: figures of different sources are compared; ``publisher``: only those of different publishers, so
        that a publisher that counts anew does not disagree with itself.
    where
        Conditions on the figures, each ``field=code,code``.

    Raises
    ------
    PackageError
        If there is no package, or it has no figures that can be compared.
    UsageError
        If a condition names no field or no code.
    """
    setting = ready_setting(opened(package))
    figures = setting.tables["figures"].frame
    conditions = read_conditions(
        where,
        figures.columns,
        lambda field: figures[field].cast(pl.String).unique().drop_nulls().to_list(),
        setting.tables,
    )
    frame = setting.quantities.frame
    left_out = figures.height - frame.height
    for field, codes in conditions:
        rows = figures.with_row_index("row").filter(pl.col(field).cast(pl.String).is_in(codes))["row"]
        frame = frame.filter(pl.col("row").is_in(rows.implode()))
    return compared(setting, frame, window=window, by=by, left_out=left_out)


def thing_fields(setting: Setting) -> list[str]:
    """Return the fields that must be equal for figures to be compared: all coordinates but source and date."""
    return [name for name in coordinate_fields(setting) if name not in ("source_id", "as_of")]


def compared(setting: Setting, frame: pl.DataFrame, *, window: int, by: str, left_out: int = 0) -> Comparison:
    """Return the comparison of the quantities in `frame`, rows of those of `setting`."""
    same = ["measure", *setting.profile.dimensions]
    # Only what several speak of is looked at one by one.
    frame = frame.filter(pl.col(by).n_unique().over(same) > 1)
    figures = setting.tables["figures"].frame
    fields = ["source_id", *thing_fields(setting)]
    as_of = pl.col("as_of") if "as_of" in figures.columns else pl.lit(None, pl.String)
    numbers = [name for name in ("qualifier", "value", "low", "high", "unit") if name in figures.columns]
    stated = figures.select(
        *(pl.col(name).cast(pl.String) for name in fields), as_of.cast(pl.String).alias("as_of"), *numbers
    )
    rows = frame.join(stated.with_row_index("row"), on="row").sort(*same, "first", "last", "figure")
    party = (lambda item: item.source) if by == "source" else (lambda item: item.publisher)
    disagreements: list[Disagreement] = []
    agreements: list[Agreement] = []
    for group in rows.partition_by(same, maintain_order=True):
        coordinates = {field: group[field][0] for field in fields[1:]}
        for found in _of_one_thing(group, coordinates, window, party):
            if isinstance(found, Disagreement):
                disagreements.append(found)
            else:
                agreements.append(found)
    disagreements.sort(key=lambda item: (-item.gap, *item.coordinates.values(), item.figures[0].figure))
    agreements.sort(key=lambda item: (*item.coordinates.values(), item.figures[0].figure))
    return Comparison(tuple(disagreements), tuple(agreements), window, by, left_out, tuple(fields[1:]))


_Party = Callable[[Compared], object]


def _of_one_thing(
    group: pl.DataFrame, coordinates: dict[str, str], window: int, party: _Party
) -> Iterator[Disagreement | Agreement]:
    """Yield the disagreements and the agreements among figures of equal coordinates."""
    items = [
        Compared(
            row["figure"], row["source_id"], row["publisher"], row["as_of"], amount(row), row["least"], row["most"]
        )
        for row in group.iter_rows(named=True)
    ]
    agreeing: set[frozenset[int]] = set()
    ends = (group["last"] + window).to_list()
    for meeting in _cliques(group["first"].to_list(), ends):
        together = [items[number] for number in meeting]
        gap = _gap(together, party)
        if gap > 0:
            shown = sorted(together, key=lambda item: (item.low, item.high, item.figure))
            yield Disagreement(coordinates, tuple(shown), gap)
        for numbers in _cliques([item.low for item in together], [item.high for item in together]):
            if len({party(together[number]) for number in numbers}) > 1:
                agreeing.add(frozenset(meeting[number] for number in numbers))
    for agreed in sorted(_largest(agreeing), key=sorted):
        them = tuple(items[number] for number in sorted(agreed))
        yield Agreement(coordinates, them, max(item.low for item in them), min(item.high for item in them))


def _cliques(starts: Sequence[float], ends: Sequence[float]) -> Iterator[list[int]]:
    """Yield every largest set of intervals that have a point in common, by their numbers.

    Intervals that meet two by two all meet (Helly's theorem), so that these sets hold every pair that meets.
    """
    active: list[tuple[float, int]] = []
    grown = False
    for number in sorted(range(len(starts)), key=lambda item: starts[item]):
        if active and active[0][0] < starts[number]:
            if grown:
                yield sorted(item for _, item in active)
                grown = False
            while active and active[0][0] < starts[number]:
                heapq.heappop(active)
        heapq.heappush(active, (ends[number], number))
        grown = True
    if grown:
        yield sorted(item for _, item in active)


def _gap(items: Iterable[Compared], party: _Party) -> float:
    """Return the greatest distance between two intervals of different parties, 0 when all of these meet."""
    lowest: dict[object, float] = {}
    highest: dict[object, float] = {}
    for item in items:
        lowest[party(item)] = max(lowest.get(party(item), -math.inf), item.low)
        highest[party(item)] = min(highest.get(party(item), math.inf), item.high)
    # The best end of each side that is not the other's own: one of the two best will do.
    tops = sorted(lowest.items(), key=lambda end: -end[1])[:2]
    bottoms = sorted(highest.items(), key=lambda end: end[1])[:2]
    return max((low - high for one, low in tops for other, high in bottoms if one != other), default=0.0)


def _largest(sets: set[frozenset[int]]) -> list[frozenset[int]]:
    """Return the sets that are part of no other."""
    holding: dict[int, list[frozenset[int]]] = {}
    for one in sets:
        for member in one:
            holding.setdefault(member, []).append(one)
    return [one for one in sets if not any(one < other for other in min((holding[item] for item in one), key=len))]
