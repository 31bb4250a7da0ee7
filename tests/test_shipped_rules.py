"""The shipped rules: each is killed by its own example and by no other's, and together they cover the subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

import returnees
from returnees.consistency.edits import lay
from returnees.consistency.examples import example_quantities
from returnees.consistency.quantities import Quantities, quantities
from returnees.consistency.rules import Rule
from returnees.consistency.setting import Setting, setting_of
from returnees.consistency.verdicts import BROKEN, verdicts
from returnees.findings import Severity

ROOT = Path(__file__).resolve().parent.parent
#: Who can have been born in the theatre.
WITH_CHILDREN = {"minors", "women_and_minors"}
WHERE = {"area": "FRA", "population": "all", "affiliation": "jihadist", "theatre": "SYR-IRQ"}


@cache
def setting() -> Setting:
    found = setting_of(returnees.open_package(ROOT))
    assert found is not None and found.rules
    return found


def ids() -> list[str]:
    return [rule.id for rule in setting().rules]


def of(rule_id: str) -> Rule:
    return setting().rule_of[rule_id]


@cache
def broken_by_examples(without: str | None) -> dict[tuple[str, str], set[str]]:
    """Return the rules, all or all but one, that each example breaks, its dates one way or the other."""
    examples = [(rule, which) for rule in setting().rules for which in ("passes", "breaks")]
    figures = example_quantities(setting().profile, setting().about, examples)
    found: dict[tuple[str, str], set[str]] = {(rule.id, which): set() for rule, which in examples}
    for rule, origin in broken_edits(figures, [rule for rule in setting().rules if rule.id != without]):
        example, which, _ = origin.split("\n")
        found[example, which].add(rule)
    return found


def broken_edits(found: Quantities, rules: list[Rule]) -> set[tuple[str, str]]:
    """Return the rule of each broken edit, with each of its figures."""
    system = lay(rules, found, setting().profile).system
    broken = verdicts(system).filter(pl.col("verdict") == BROKEN).select("edit", "rule")
    terms = broken.join(system.terms, on="edit").join(system.quantities, on="quantity")
    return set(terms.select("rule", "figure").iter_rows())


@pytest.mark.parametrize("rule_id", ids())
def test_the_breaking_example_breaks_its_rule_and_no_other(rule_id: str) -> None:
    assert broken_by_examples(None)[rule_id, "breaks"] == {rule_id}


@pytest.mark.parametrize("rule_id", ids())
def test_without_its_rule_the_breaking_example_passes(rule_id: str) -> None:
    found = broken_by_examples(rule_id)
    assert found[rule_id, "breaks"] == set()
    assert all(found[other, "breaks"] == {other} for other in ids() if other != rule_id)


@pytest.mark.parametrize("rule_id", ids())
def test_the_passing_example_breaks_nothing(rule_id: str) -> None:
    assert of(rule_id).passes
    assert broken_by_examples(None)[rule_id, "passes"] == set()


Stated = tuple[str, int, dict[str, str]]


def broken(*cases: Sequence[Stated]) -> list[dict[str, Severity]]:
    """Return, for each case of exact figures, the rules that they break, with their severities."""
    rows = [
        {
            "figure_id": f"{case} {number}", "source_id": f"{case} {where.get('source', 's')}", "measure_id": measure,
            **{f"{name}_id": where.get(name, code) for name, code in WHERE.items()},
            "as_of": where.get("as_of", "2017"), "qualifier": "exact", "value": float(value),
            "unit": setting().profile.measures[measure].unit, "publisher_id": f"{case}",
        }
        for case, figures in enumerate(cases)
        for number, (measure, value, where) in enumerate(figures)
    ]  # fmt: skip
    frame = pl.DataFrame(rows).with_columns(low=pl.lit(None, pl.Float64), high=pl.lit(None, pl.Float64))
    publishers = frame.select("source_id", "publisher_id").unique()
    figures = quantities(frame, setting().profile, publishers, setting().about)
    found: list[dict[str, Severity]] = [{} for _ in cases]
    for rule, figure in broken_edits(figures, list(setting().rules)):
        found[int(figure.split()[0])][rule] = of(rule).severity
    return found


POPULATIONS = sorted(setting().profile.codes["population"])
GONE = ("returned", "killed", "remaining", "detained", "repatriated")


@pytest.mark.parametrize("measure", GONE)
def test_no_more_of_anything_than_travelled(measure: str) -> None:
    for population in POPULATIONS:
        where = {"population": population}
        more, as_many = broken(*([(measure, number, where), ("travelled", 10, where)] for number in (11, 10)))
        severity = Severity.WARNING if population in WITH_CHILDREN else Severity.ERROR
        assert more and set(more.values()) == {severity}
        if population in WITH_CHILDREN:
            assert all("born" in of(rule).why for rule in more)
        assert as_many == {}


@pytest.mark.parametrize("population", POPULATIONS)
def test_no_one_is_in_two_places(population: str) -> None:
    where = {"population": population}
    sets = [("returned", "killed", "remaining"), ("returned", "killed", "detained")]
    chosen = [some for places in sets for size in (2, 3) for some in combinations(places, size)]

    def cases(short: int) -> Iterator[list[Stated]]:
        for some in chosen:
            yield [*((measure, 4, where) for measure in some), ("travelled", 4 * len(some) - short, where)]

    assert all(broken(*cases(1)))
    assert not any(broken(*cases(0)))


def test_the_detained_are_among_the_remaining_and_never_added_to_them() -> None:
    assert broken(
        [("travelled", 10, {}), ("remaining", 10, {}), ("detained", 10, {})],
        [("travelled", 10, {}), ("remaining", 5, {}), ("detained", 9, {}), ("returned", 1, {})],
    ) == [{}, {}]


def test_the_repatriated_are_among_the_returned() -> None:
    more, as_many = broken(*([("returned", 10, {}), ("repatriated", number, {})] for number in (11, 10)))
    assert more == {"repatriated-within-returned": Severity.ERROR} and as_many == {}


def test_the_parts_of_every_set_fit_its_whole() -> None:
    sets = [item for item in setting().profile.sets if item.dimension in setting().profile.dimensions]
    assert {item.dimension for item in sets} == set(WHERE)

    def cases(beyond: int) -> Iterator[list[Stated]]:
        for item in sets:
            parts = [("returned", 10, {item.dimension: part}) for part in item.parts]
            yield [*parts, ("returned", 10 * len(parts) + beyond, {item.dimension: item.whole})]

    assert all(broken(*cases(-1)))
    # A whole may also be held against other sets: those of its parts that are listed here fit them as well.
    assert not any(broken(*cases(0)))
    assert [bool(found) for found in broken(*cases(1))] == [item.exhaustive for item in sets]


def test_what_only_grows_does_not_fall() -> None:
    measures = [name for name, item in setting().profile.measures.items() if item.cumulative]
    earlier, later = {"as_of": "2015", "source": "a"}, {"as_of": "2016", "source": "b"}
    falls = broken(*([(measure, 10, earlier), (measure, 9, later)] for measure in measures))
    assert falls == [{"never-falls": Severity.WARNING}] * len(measures)
    assert not any(broken(*([(measure, 10, earlier), (measure, 10, later)] for measure in measures)))


@pytest.mark.parametrize("measure", ["returned", "killed", "remaining"])
def test_a_share_is_of_those_who_travelled(measure: str) -> None:
    fewer, as_many, more = broken(
        *([(f"share_{measure}", 30, {}), (measure, number, {}), ("travelled", 100, {})] for number in (29, 30, 31))
    )
    assert fewer == more == {f"share-{measure}": Severity.WARNING}
    assert as_many == {}


def test_shares_are_of_the_same_people() -> None:
    shares = ("share_returned", "share_killed", "share_remaining")
    more, whole = broken(*([(share, size, {}) for share in shares] for size in (34, 33)))
    assert more == {"shares-together": Severity.WARNING} and whole == {}


@pytest.mark.parametrize(
    ("counted", "number", "rule"),
    [
        ("travelled", "countries_of_origin", "countries-of-origin-listed"),
        ("returned", "countries_with_returnees", "countries-with-returnees-listed"),
    ],
)
def test_no_more_countries_listed_than_counted(counted: str, number: str, rule: str) -> None:
    listed: list[Stated] = [(counted, 5, {"area": area}) for area in ("FRA", "DEU", "USA")]
    fewer, as_many = broken(*([*listed, (number, size, {"area": "WLD"})] for size in (2, 3)))
    assert fewer == {rule: Severity.ERROR} and as_many == {}
