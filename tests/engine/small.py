"""A small package in memory: three counts, a share, a number of areas; two dimensions; rules of every form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import polars as pl
from hypothesis import strategies as st

from returnees.consistency.edits import Edits, lay
from returnees.consistency.profile import Measure, Profile, Set
from returnees.consistency.quantities import Quantities, quantities
from returnees.consistency.rulefile import read_rules
from returnees.consistency.rules import Rule

PARTS = {"area": ("P", "Q"), "sex": ("f", "m")}
WHOLE = {"area": "W", "sex": "all"}
COUNTS, SHARE, NUMBER = ("a", "b", "c"), "s", "n"
MEASURES = {
    **{name: Measure("persons", True) for name in COUNTS},
    SHARE: Measure("percent", False),
    NUMBER: Measure("areas", False),
}

#: Rules of five forms: over measures, along a dimension, over hierarchies, with a share, with a count. The sixth, of
#: time, has its own tests.
MENU = (
    'assert = "a + b <= c"',
    'assert = "a == b + c"',
    'assert = "2 * a - b <= 1"',
    'assert = "a >= 0.5 * c"',
    'assert = "a <= 3"',
    'assert = "c >= 2"',
    'assert = "m + f <= all"\nalong = "sex"',
    'assert = "m == 2 * f"\nalong = "sex"',
    'assert = "sum(parts) <= whole"\nalong = "hierarchies"',
    'assert = "sum(parts) == whole"\nalong = "hierarchies"\ndimension = "area"',
    'assert = "a == s * c"',
    'assert = "b + 0.5 * s * c <= c"',
    'assert = "count(a) <= n"\ndimension = "area"',
    'assert = "count(a) <= 1"\ndimension = "area"',
    'assert = "count(a) == n"\ndimension = "area"',
)

Place = tuple[str, str, str]  # measure, area, sex


@dataclass(frozen=True)
class Printed:
    """A figure: where it stands, its qualifier and its numbers, one or two."""

    place: Place
    qualifier: str
    numbers: tuple[float, ...]
    as_of: str | None = None
    source: str = "x"

    @property
    def id(self) -> str:
        return "-".join([*self.place, self.as_of or "", self.source])

    @property
    def interval(self) -> tuple[float, float]:
        """What the qualifier leaves possible, by the table in the design; small whole numbers only."""
        low, high = self.numbers[0], self.numbers[-1]
        top = 100.0 if self.place[0] == SHARE else float("inf")
        step = 0.0 if self.place[0] == SHARE else 1.0
        about = max(low * 0.05, 5.0 if low and low % 10 == 0 else 0.5)
        return {
            "exact": (low, low),
            "about": (max(0.0, low - about), min(top, low + about)),
            "at_least": (low, top),
            "more_than": (low + step, top),
            "up_to": (0.0, low),
            "less_than": (0.0, low - step),
            "range": (low, high),
        }[self.qualifier]


def profile(exhaustive: Mapping[str, bool] | None = None, cumulative: bool = True) -> Profile:
    """Return the profile of the small package; `exhaustive` says of which dimensions the parts are the whole."""
    sets = tuple(
        Set(name, f"{name}-parts", parts, WHOLE[name], (exhaustive or {}).get(name, False))
        for name, parts in PARTS.items()
    )
    measures = {name: Measure(item.unit, item.cumulative and cumulative) for name, item in MEASURES.items()}
    codes = {name: frozenset([*parts, WHOLE[name]]) for name, parts in PARTS.items()}
    return Profile({name: f"{name}_id" for name in PARTS}, codes, measures, sets, True)


def rules_of(chosen: Sequence[str], known: Profile) -> tuple[Rule, ...]:
    """Return the rules that these bodies state, called r0, r1, ..."""
    text = "\n".join(
        f'[[rule]]\nid = "r{number}"\nlabel = "l"\nwhy = "w"\nseverity = "error"\n{body}\n'
        for number, body in enumerate(chosen)
    )
    read = read_rules(text, "rules.toml", known)
    assert {item.code for item in read.findings} <= {"F407"}, [item.message for item in read.findings]
    return read.rules


def table(figures: Sequence[Printed]) -> pl.DataFrame:
    """Return figures as the table ``figures`` has them."""
    rows = []
    for item in figures:
        measure, area, sex = item.place
        low, high = item.numbers[0], item.numbers[-1]
        rows.append({
            "figure_id": item.id, "source_id": item.source, "measure_id": measure, "area_id": area, "sex_id": sex,
            "as_of": item.as_of, "qualifier": item.qualifier, "unit": MEASURES[measure].unit,
            "value": low if item.qualifier in ("exact", "about") else None,
            "low": low if item.qualifier in ("at_least", "more_than", "range") else None,
            "high": high if item.qualifier in ("up_to", "less_than", "range") else None,
        })  # fmt: skip
    floats = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides={**floats, "as_of": pl.String}, infer_schema_length=None)


def laid(figures: Sequence[Printed], rules: Sequence[Rule], known: Profile) -> tuple[Quantities, Edits]:
    """Return the figures as quantities and the edits that the engine lays over them."""
    frame = table(figures)
    publishers = frame.select("source_id", publisher_id=pl.lit("p")).unique()
    found = quantities(frame, known, publishers)
    return found, lay(rules, found, known)


def setting(found: Quantities, rules: Sequence[Rule], known: Profile) -> SimpleNamespace:
    """Return what joint feasibility wants to know of a package."""
    return SimpleNamespace(firm=tuple(rules), quantities=found, profile=known)


@st.composite
def printed(draw: st.DrawFn, places: st.SearchStrategy[Place]) -> Printed:
    """Draw one figure."""
    place = draw(places)
    qualifier = draw(
        st.sampled_from(["exact", "exact", "about", "at_least", "more_than", "up_to", "less_than", "range"])
    )
    top = 100 if place[0] == SHARE else 4
    step = 25 if place[0] == SHARE else 1
    first = draw(st.integers(0, top // step)) * step
    if qualifier == "less_than":
        first = max(1, first)
    if qualifier == "range":
        return Printed(place, qualifier, (float(first), float(draw(st.integers(first, top)))))
    return Printed(place, qualifier, (float(first),))


def _places() -> st.SearchStrategy[Place]:
    areas, sexes = ("P", "Q", "W"), ("f", "m", "all")
    # Most figures at few places, so that they meet.
    near = st.tuples(st.sampled_from([*COUNTS, SHARE]), st.just("W"), st.just("all"))
    by_sex = st.tuples(st.sampled_from(["a", "c"]), st.just("W"), st.sampled_from(sexes))
    by_area = st.tuples(st.sampled_from(["a", "b", NUMBER]), st.sampled_from(areas), st.just("all"))
    return st.one_of(near, near, by_sex, by_area)


def packages() -> st.SearchStrategy[tuple[list[Printed], list[str], dict[str, bool]]]:
    """Draw figures of one source and one date, no two at one place; rules; which sets are exhaustive."""
    figures = st.lists(printed(_places()), min_size=1, max_size=7, unique_by=lambda item: item.place)
    return st.tuples(
        figures,
        st.lists(st.sampled_from(MENU), min_size=1, max_size=4, unique=True),
        st.fixed_dictionaries({"area": st.booleans(), "sex": st.booleans()}),
    )
