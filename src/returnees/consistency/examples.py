"""The examples of rules, laid and judged like any figures: the one must pass and the other must break its rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from returnees.consistency.edits import lay
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities, quantities
from returnees.consistency.rules import Example, Rule
from returnees.consistency.setting import Setting
from returnees.consistency.verdicts import BROKEN, verdicts
from returnees.errors import nearest
from returnees.findings import Finding, finding

_SHOWN = (("passes", False), ("breaks", True))


def example_findings(setting: Setting) -> Iterator[Finding]:
    """Yield a finding for each example that names what is not known, or that does not do what it says."""
    sound: list[tuple[Rule, str]] = []
    for rule in setting.rules:
        for which, _ in _SHOWN:
            unknown = list(_unknown(getattr(rule, which), setting.profile))
            if unknown:
                yield _finding(setting, rule, f"[rule.{which}] of '{rule.id}' names {'; '.join(unknown)}")
            elif getattr(rule, which):
                sound.append((rule, which))
    broken = broken_by_example(setting.rules, setting.profile, setting.about, sound)
    for rule, which in sound:
        breaks = rule.id in broken[(rule.id, which)]
        if which == "passes" and breaks:
            yield _finding(setting, rule, f"The figures of [rule.passes] break the rule '{rule.id}'.")
        if which == "breaks" and not breaks:
            yield _finding(setting, rule, f"The figures of [rule.breaks] do not break the rule '{rule.id}'.")


def broken_by_example(
    rules: Sequence[Rule], profile: Profile, about: float, examples: Sequence[tuple[Rule, str]]
) -> dict[tuple[str, str], set[str]]:
    """Return, for each example (a rule and ``passes`` or ``breaks``), the ids of all `rules` that its figures break."""
    found: dict[tuple[str, str], set[str]] = {(rule.id, which): set() for rule, which in examples}
    if not found:
        return found
    figures = example_quantities(profile, about, examples)
    system = lay(rules, figures, profile).system
    judged = verdicts(system).filter((pl.col("verdict") == BROKEN) & ~pl.col("dates_reversed"))
    origin = system.quantities.select("quantity", pl.col("figure").str.split("\n").alias("origin"))
    broken = judged.select("edit", "rule").join(system.terms, on="edit").join(origin, on="quantity")
    for rule, (example, which, _) in broken.select("rule", "origin").iter_rows():
        found[(example, which)].add(rule)
    return found


def example_quantities(profile: Profile, about: float, examples: Sequence[tuple[Rule, str]]) -> Quantities:
    """Return the figures of all examples as quantities; sources and publishers of different examples are different."""
    rows = [
        _row(profile, f"{rule.id}\n{which}\n", number, figure)
        for rule, which in examples
        for number, figure in enumerate(getattr(rule, which))
    ]
    numbers = ("value", "low", "high")
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(numbers, pl.Float64), infer_schema_length=None)
    return quantities(frame, profile, frame.select("source_id", "publisher_id").unique(), about)


def _row(profile: Profile, origin: str, number: int, figure: Example) -> dict[str, object]:
    """Return a figure of an example as a row of figures."""
    value = low = high = None
    if figure.qualifier in ("exact", "about"):
        value = figure.numbers[0]
    elif figure.qualifier == "range":
        low, high = figure.numbers
    elif figure.qualifier in ("at_least", "more_than"):
        low = figure.numbers[0]
    else:
        high = figure.numbers[0]
    # A coordinate that the example does not name is the same in all of its figures; which one does not matter.
    coordinates = {
        field: figure.coordinates.get(dimension, min(profile.codes[dimension], default=""))
        for dimension, field in profile.dimensions.items()
    }
    return {
        "figure_id": f"{origin}{number}", "source_id": origin + figure.source, "measure_id": figure.measure,
        "publisher_id": origin + figure.publisher, **coordinates, "as_of": figure.as_of, "qualifier": figure.qualifier,
        "value": value, "low": low, "high": high, "unit": profile.measures[figure.measure].unit,
    }  # fmt: skip


def _unknown(figures: Sequence[Example], profile: Profile) -> Iterator[str]:
    """Yield what figures of an example name that the package does not have."""
    for figure in figures:
        if figure.measure not in profile.measures:
            yield f"'{figure.measure}', which is no measure{nearest(figure.measure, profile.measures)}"
        for dimension, code in figure.coordinates.items():
            if dimension not in profile.dimensions:
                yield f"'{dimension}', which is no dimension{nearest(dimension, profile.dimensions)}"
            elif code not in profile.codes[dimension]:
                yield f"'{code}', which is no code of {dimension}{nearest(code, profile.codes[dimension])}"


def _finding(setting: Setting, rule: Rule, message: str) -> Finding:
    return finding("F408", message, file=setting.rule_file, line=rule.line, rule=rule.id)
