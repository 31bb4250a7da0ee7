"""What is true of a small package by enumeration: each rule's text is evaluated by Python, over every assignment.

Nothing of the engine is used here, nor its idea of patterns, slots and edits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from engine.small import COUNTS, MEASURES, PARTS, SHARE, WHOLE, Place, Printed
from returnees.consistency.profile import Profile
from returnees.consistency.rules import Rule

#: Stands for numbers without end: far above what small figures and coefficients can make up for.
MUCH = 1000.0
Values = Mapping[Place, float]


@dataclass(frozen=True)
class Instance:
    """One inequality of a rule at one place: ``excess`` of the values is at most 0.

    ``firm`` is false where a share, or a count beside one, was never published: then the engine need not lay it.
    """

    rule: str
    places: tuple[Place, ...]
    excess: Callable[[Values], float]
    firm: bool


def instances(
    rules: Sequence[Rule], figures: Sequence[Printed], known: Profile, everywhere: bool = False
) -> Iterator[Instance]:
    """Yield every inequality that a published figure takes part in, or every one there is."""
    there = {item.place for item in figures}
    for rule in rules:
        for places, difference in _differences(rule, known, there):
            if there.isdisjoint(places) and not everywhere:
                continue
            signs = {"<=": (1,), ">=": (-1,), "==": (1, -1)}[_comparison(rule)]
            if rule.along == "hierarchies" and _exhaustive(places, known):
                signs = (1, -1)
            shared = any(place[0] == SHARE for place in places)
            for sign in signs:
                if (
                    "count(" in rule.assertion
                    and sign > 0
                    and all(place[0] not in COUNTS for place in there & {*places})
                ):
                    continue  # Nothing is listed: there is nothing to count.
                yield Instance(
                    rule.id,
                    _counting(rule, places, sign, there),
                    _signed(difference, sign),
                    not shared or there.issuperset(places),
                )


def truth(instance: Instance, figures: Sequence[Printed]) -> str:
    """Return ``all``, ``none`` or ``some``: how many assignments satisfy the inequality."""
    intervals = {item.place: item.interval for item in figures}
    domains = [_domain(place, intervals.get(place)) for place in instance.places]
    outcomes = {
        instance.excess(dict(zip(instance.places, values, strict=True))) <= 1e-9 for values in product(*domains)
    }
    return {(True,): "all", (False,): "none"}.get(tuple(outcomes), "some")


def _domain(place: Place, interval: tuple[float, float] | None) -> list[float]:
    """Return the ends of what is possible and every whole number in between that is small."""
    low, high = interval or (0.0, 100.0 if place[0] == SHARE else math.inf)
    whole = (float(number) for number in range(math.ceil(low), math.floor(min(high, low + 3)) + 1))
    return sorted({low, min(high, MUCH), *whole})


def _comparison(rule: Rule) -> str:
    return next(sign for sign in ("<=", ">=", "==") if sign in rule.assertion)


def _signed(difference: Callable[[Values], float], sign: int) -> Callable[[Values], float]:
    return lambda values: sign * difference(values)


def _differences(
    rule: Rule, known: Profile, there: set[Place]
) -> Iterator[tuple[tuple[Place, ...], Callable[[Values], float]]]:
    """Yield, for each place that a rule can be laid at, its quantities and its left side minus its right side."""
    left, right = rule.assertion.split(_comparison(rule))
    code = compile(f"({left}) - ({right})", rule.id, "eval")
    areas, sexes = ((*PARTS[name], WHOLE[name]) for name in ("area", "sex"))
    names = [name.name for name in rule.comparison.names()]
    if rule.along == "sex":
        for measure, area in product(MEASURES, areas):
            yield _named(code, {name: (measure, area, name) for name in names})
    elif rule.along == "hierarchies":
        for measure, item, others in product(MEASURES, known.sets, [*areas, *sexes]):
            if rule.dimension in (None, item.dimension) and others in (sexes if item.dimension == "area" else areas):
                yield _of_set(code, measure, item.dimension, others)
    elif "count(" in rule.assertion:
        for sex in sexes:
            yield _of_count(code, names, sex, there)
    else:
        for area, sex in product(areas, sexes):
            yield _named(code, {name: (name, area, sex) for name in names})


def _named(code: object, at: Mapping[str, Place]) -> tuple[tuple[Place, ...], Callable[[Values], float]]:
    def difference(values: Values) -> float:
        names = {name: values[place] / (100 if place[0] == SHARE else 1) for name, place in at.items()}
        return float(eval(code, {"__builtins__": {}}, names))  # type: ignore[arg-type]

    return tuple(at.values()), difference


def _of_set(
    code: object, measure: str, dimension: str, other: str
) -> tuple[tuple[Place, ...], Callable[[Values], float]]:
    def place(code: str) -> Place:
        return (measure, code, other) if dimension == "area" else (measure, other, code)

    parts, whole = [place(part) for part in PARTS[dimension]], place(WHOLE[dimension])

    def difference(values: Values) -> float:
        names = {"parts": [values[part] for part in parts], "whole": values[whole], "sum": sum}
        return float(eval(code, {"__builtins__": {}}, names))  # type: ignore[arg-type]

    return (*parts, whole), difference


def _of_count(
    code: object, names: Sequence[str], sex: str, there: set[Place]
) -> tuple[tuple[Place, ...], Callable[[Values], float]]:
    counted = [(name, part, sex) for name in names if name in COUNTS for part in PARTS["area"]]
    plain = {name: (name, WHOLE["area"], sex) for name in names if name not in COUNTS}

    def difference(values: Values) -> float:
        # What is not listed may be any number of areas: the parts that are known need not be all of the whole.
        ones = {place: float(value > 0) if place in there else value for place, value in values.items()}
        found = {name: sum(ones.get(place, 0.0) for place in counted if place[0] == name) for name in names}
        found |= {name: values[place] for name, place in plain.items()}
        return float(eval(code, {"__builtins__": {}, "count": float}, found))  # type: ignore[arg-type]

    return (*counted, *plain.values()), difference


def _counting(rule: Rule, places: tuple[Place, ...], sign: int, there: set[Place]) -> tuple[Place, ...]:
    """Return the places an inequality is about: a count on its smaller side is of what is listed."""
    if "count(" not in rule.assertion or sign < 0:
        return places
    return tuple(place for place in places if place[0] not in COUNTS or place in there)


def _exhaustive(places: Sequence[Place], known: Profile) -> bool:
    """Whether the set that these places are the parts and the whole of is exhaustive."""
    dimension = "area" if len({place[1] for place in places}) > 1 else "sex"
    return next(item.exhaustive for item in known.sets if item.dimension == dimension)
