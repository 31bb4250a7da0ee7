"""Whether the hierarchies make sense: known codes, no cycles, parts that can be disjoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import polars as pl

from returnees.consistency.profile import Profile, Set
from returnees.errors import nearest
from returnees.findings import Finding
from returnees.tables.capped import MOST_ROWS
from returnees.tables.model import Table

_NEEDED = ("dimension", "set_id", "part_id", "whole_id")


def hierarchy_findings(tables: Mapping[str, Table], profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the table ``hierarchies``, at the first row that shows it."""
    table = tables.get("hierarchies")
    if table is None or not set(_NEEDED) <= set(table.frame.columns):
        return
    yield from _unknown(table, profile)
    for dimension in profile.dimensions:
        wholes = _wholes(profile, dimension)
        cyclic = {code for code in wholes if code in _above(code, wholes)}
        for code in sorted(cyclic):
            chain = " in ".join([code, *_way_back(code, wholes)])
            row = _row(table, dimension=dimension, part_id=code)
            yield table.finding("F412", f"'{code}' is a part of itself: {chain}.", field="part_id", row=row)
        if not cyclic:
            yield from _overlapping(table, profile, dimension, wholes)
    yield from _shared(table, profile)


def _unknown(table: Table, profile: Profile) -> Iterator[Finding]:
    """Yield a finding for each dimension and each code that is not known, up to `MOST_ROWS`."""
    return islice(_each_unknown(table, profile), MOST_ROWS)


def _each_unknown(table: Table, profile: Profile) -> Iterator[Finding]:
    for number, row in enumerate(table.frame.select(_NEEDED).iter_rows(named=True)):
        dimension = row["dimension"]
        if dimension is None:
            continue
        if dimension not in profile.dimensions:
            hint = nearest(dimension, profile.dimensions)
            yield table.finding(
                "F415", f"'{dimension}' is no dimension of figures{hint}", field="dimension", row=number
            )
            continue
        for field in ("part_id", "whole_id"):
            code = row[field]
            if code is not None and code not in profile.codes[dimension]:
                hint = nearest(code, profile.codes[dimension])
                yield table.finding("F415", f"'{code}' is no code of {dimension}{hint}", field=field, row=number)


def _wholes(profile: Profile, dimension: str) -> dict[str, set[str]]:
    """Return, for each code, the wholes that it is a part of."""
    found: dict[str, set[str]] = {}
    for item in profile.sets:
        if item.dimension == dimension:
            for part in item.parts:
                found.setdefault(part, set()).add(item.whole)
    return found


def _above(code: str, wholes: Mapping[str, set[str]]) -> set[str]:
    """Return everything that a code is a part of, over any number of steps."""
    found: set[str] = set()
    open_ends = set(wholes.get(code, ()))
    while open_ends:
        found |= open_ends
        open_ends = {whole for part in open_ends for whole in wholes.get(part, ())} - found
    return found


def _way_back(code: str, wholes: Mapping[str, set[str]]) -> list[str]:
    """Return the shortest chain of wholes from a code to itself."""
    ways: list[list[str]] = [[whole] for whole in sorted(wholes[code])]
    seen: set[str] = set()
    for way in ways:
        if way[-1] == code:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, whole] for whole in sorted(wholes.get(way[-1], ()))]
    return [code]


def _overlapping(table: Table, profile: Profile, dimension: str, wholes: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Yield a finding for each part of a set that is itself a part of another part of the set."""
    for item in profile.sets:
        if item.dimension != dimension:
            continue
        for part in item.parts:
            inside = sorted(_above(part, wholes).intersection(item.parts))
            if inside:
                row = _row(table, dimension=dimension, set_id=item.id, part_id=part)
                message = (
                    f"The set '{item.id}' has '{part}' and '{inside[0]}', of which that is a part: it counts twice."
                )
                yield table.finding("F413", message, field="part_id", row=row)


def _shared(table: Table, profile: Profile) -> Iterator[Finding]:
    """Yield a finding for each part that two sets of one whole have, unless one of the sets exhausts the whole.

    An exhaustive set is a division of its own beside others; disjoint parts of which more may be missing are one set.
    """
    owners: dict[tuple[str, str, str], Set] = {}
    said = 0
    for item in profile.sets:
        if item.exhaustive:
            continue
        for part in item.parts:
            first = owners.setdefault((item.dimension, item.whole, part), item)
            if first is item:
                continue
            said += 1
            if said > MOST_ROWS:
                return
            row = _row(table, dimension=item.dimension, set_id=item.id, part_id=part)
            message = (
                f"'{part}' is in two sets of '{item.whole}', '{first.id}' and '{item.id}', neither of them exhaustive."
            )
            yield table.finding("F414", message, field="part_id", row=row)


def _row(table: Table, **wanted: str) -> int | None:
    """Return the first row that has these cells."""
    found = table.frame.with_row_index("row").filter(pl.col(field) == value for field, value in wanted.items())
    return int(found["row"][0]) if found.height else None
