"""Mistakes made in the shipped figures: all that plain arithmetic sees is found, and the page says how many."""

from __future__ import annotations

import csv
import importlib
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
Row = Mapping[str, Any]
Interval = tuple[float, float]
PLACE = ("area_id", "population_id", "affiliation_id", "theatre_id")
GROWING = {"travelled", "returned", "repatriated", "killed", "prevented"}
PERSONS = {*GROWING, "remaining", "detained"}
SUMS = (
    (("returned", "killed", "remaining"), "travelled"),
    (("returned", "killed", "detained"), "travelled"),
    (("repatriated",), "returned"),
    (("repatriated",), "travelled"),
    (("countries_with_returnees",), "countries_of_origin"),
)
COUNTS = (("travelled", "countries_of_origin"), ("returned", "countries_with_returnees"))
SHARES = ("returned", "killed", "remaining")


@cache
def study() -> tuple[Any, list[Any]]:
    """Return the module and the outcome of every mutation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        module = importlib.import_module("mutations")
    return module, module.study(module.shipped())


def interval(row: Row) -> Interval:
    """Return what a figure leaves possible, by hand."""
    value, low, high = (row[name] for name in ("value", "low", "high"))
    step = 0 if row["unit"] == "percent" or any(number and number % 1 for number in (low, high)) else 1
    least, most = {
        "exact": (value, value),
        "about": _about(value) if value is not None else (0, 0),
        "at_least": (low, math.inf),
        "more_than": ((low or 0) + step, math.inf),
        "up_to": (0, high),
        "less_than": (0, (high or 0) - step),
        "range": (low, high),
    }[row["qualifier"]]
    return max(0, least), min(most, 100 if row["unit"] == "percent" else math.inf)


def _about(value: float) -> Interval:
    unit = 1 if value == int(value) else 0.1
    while value and value % (unit * 10) == 0:
        unit *= 10
    spread = max(unit / 2, value * 0.05)
    return value - spread, value + spread


@cache
def sets() -> list[tuple[str, str, list[str], bool]]:
    """Return the field, the whole and the parts of each set, and whether they exhaust it."""
    found: dict[tuple[str, str, str], tuple[list[str], list[bool]]] = defaultdict(lambda: ([], []))
    with (ROOT / "data" / "hierarchies.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            parts, exhaustive = found[row["dimension"], row["set_id"], row["whole_id"]]
            parts.append(row["part_id"])
            exhaustive.append(row["exhaustive"] == "true")
    return [(f"{name}_id", whole, parts, all(every)) for (name, _, whole), (parts, every) in found.items()]


def broken(rows: Iterable[Row]) -> set[frozenset[str]]:
    """Return the sets of figures that break a rule by plain arithmetic, at one printed date, or fall over time."""
    at: dict[tuple[object, ...], dict[tuple[str, ...], tuple[str, Interval]]] = defaultdict(dict)
    lines: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        least, most = interval(row)
        if least <= most:
            place = tuple(row[name] for name in PLACE)
            at[row["source_id"], row["as_of"]][row["measure_id"], *place] = (row["figure_id"], (least, most))
            lines[row["counting"], row["measure_id"], place].append(row)
    found = {frozenset(names) for figures in at.values() for names in _at_one_date(figures)}
    return found | {frozenset(names) for line in lines.values() for names in _falls(line)}


def _at_one_date(figures: Mapping[tuple[str, ...], tuple[str, Interval]]) -> Iterator[list[str]]:
    def beyond(
        smaller: list[tuple[str, ...]], greater: list[tuple[str, ...]], factor: float = 1
    ) -> Iterator[list[str]]:
        """Yield the figures if the smaller ones that are there add up to more than the greater ones, all there."""
        below = [figures[key] for key in smaller if key in figures]
        above = [figures[key] for key in greater if key in figures]
        least, most = sum(low for _, (low, _) in below), factor * sum(high for _, (_, high) in above)
        if len(above) == len(greater) and least > most * (1 + 1e-9):
            yield [name for name, _ in [*below, *above]]

    for place in {key[1:] for key in figures}:
        for smaller, greater in SUMS:
            yield from beyond([(name, *place) for name in smaller], [(greater, *place)])
        shares = [figures[key] for name in SHARES if (key := (f"share_{name}", *place)) in figures]
        if sum(low for _, (low, _) in shares) > 100:
            yield [name for name, _ in shares]
        for name in SHARES:
            if (key := (f"share_{name}", *place)) in figures:
                share, (low, high) = figures[key]
                for names in beyond([(name, *place)], [("travelled", *place)], high / 100):
                    yield [*names, share]
                if low:
                    for names in beyond([("travelled", *place)], [(name, *place)], 100 / low):
                        yield [*names, share]
    for field, whole, parts, exhaustive in sets():
        index = 1 + PLACE.index(field)
        for key in [key for key in figures if key[index] == whole]:
            pieces = [(*key[:index], part, *key[index + 1 :]) for part in parts]
            if key[0] in PERSONS:
                yield from beyond(pieces, [key])
                if exhaustive:
                    yield from beyond([key], pieces)
            for counted, number in COUNTS:
                listed = [(counted, *piece[1:]) for piece in pieces if field == "area_id"]
                there = [figures[item] for item in listed if item in figures and figures[item][1][0] > 0]
                if key[0] == number and len(there) > figures[key][1][1]:
                    yield [name for name, _ in there] + [figures[key][0]]


def _falls(line: list[Row]) -> Iterator[list[str]]:
    """Yield each fall from one figure to another whose every day is later."""
    for one, other in combinations(line, 2):
        if one["measure_id"] in GROWING and one["as_of"] and other["as_of"]:
            length = min(len(one["as_of"]), len(other["as_of"]))
            first, second = sorted((one, other), key=lambda row: str(row["as_of"])[:length])
            earlier = first["as_of"][:length] < second["as_of"][:length]
            if earlier and interval(first)[0] > interval(second)[1]:
                yield [first["figure_id"], second["figure_id"]]


def test_every_mistake_that_breaks_a_rule_by_arithmetic_is_found() -> None:
    module, outcomes = study()
    known = broken(module.Figures(module.shipped()).rows)
    seen = 0
    for item in outcomes:
        anew = broken(item.mutation.rows) - known
        # Where a line has fallen before, a new fall may only move where the old one begins or ends.
        anew = {names for names in anew if not any(names & other for other in known)}
        if anew:
            seen += 1
            assert item.anew, (item.mutation.kind, anew)
    assert seen > len(outcomes) / 5


def test_what_is_found_breaks_a_rule_by_arithmetic_where_dates_are_the_same() -> None:
    """The other way round: nothing is found in figures of one source and one date that add up."""
    _, outcomes = study()
    for item in outcomes:
        rows = {row["figure_id"]: row for row in item.mutation.rows}
        same = [
            names for rule, names in item.anew if len({(rows[n]["source_id"], rows[n]["as_of"]) for n in names}) == 1
        ]
        if same:
            assert broken(item.mutation.rows), (item.mutation.kind, same)


def test_a_figure_above_its_whole_is_always_found_and_a_vaguer_one_never() -> None:
    module, outcomes = study()
    first, vaguer = next(iter(module.KINDS)), next(kind for kind in module.KINDS if "up to or about" in kind)
    known = frozenset().union(*broken(module.Figures(module.shipped()).rows))
    # A figure that contradicts its whole as it is cannot come to do so.
    above = [item for item in outcomes if item.mutation.kind == first and known.isdisjoint(item.mutation.changed)]
    assert len(above) > 100 and all(item.anew for item in above)
    wider = [item for item in outcomes if item.mutation.kind == vaguer]
    assert len(wider) > 100 and not any(item.anew for item in wider)


def test_the_page_is_current() -> None:
    module, outcomes = study()
    assert module.PAGE.read_text("utf-8") == module.page(outcomes), "run: python scripts/mutations.py"
