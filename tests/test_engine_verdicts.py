"""Verdicts never contradict brute force: over small packages and rules of every form, each edit is also enumerated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl
from effort import tried
from engine.brute import instances, truth
from engine.small import Printed, laid, packages, profile, rules_of
from hypothesis import given

from returnees.consistency.edits import Edits
from returnees.consistency.profile import Profile
from returnees.consistency.rules import Rule
from returnees.consistency.verdicts import verdicts

Drawn = tuple[Sequence[Printed], Sequence[str], dict[str, bool]]


def judged(drawn: Drawn) -> tuple[Sequence[Printed], Sequence[Rule], Profile, Edits]:
    """Return the figures of a package, its rules, what the engine knows of it, and the edits that it lays."""
    figures, chosen, exhaustive = drawn
    known = profile(exhaustive)
    rules = rules_of(chosen, known)
    _, edits = laid(figures, rules, known)
    return figures, rules, known, edits


@tried(40)
@given(packages())
def test_verdicts_are_those_of_brute_force(drawn: Drawn) -> None:
    figures, rules, known, edits = judged(drawn)
    counts = Counter(verdicts(edits.system).select("rule", "verdict").iter_rows())
    counts += Counter({(rule, "holds"): holds for rule, _, holds in edits.unlaid.iter_rows()})
    true = Counter((item.rule, truth(item, figures), item.firm) for item in instances(rules, figures, known))
    for rule in rules:
        for verdict, outcome in (("broken", "none"), ("holds", "all")):
            sure = true[(rule.id, outcome, True)]
            assert sure <= counts[(rule.id, verdict)] <= sure + true[(rule.id, outcome, False)], rule.assertion


@tried(25)
@given(packages())
def test_each_verdict_is_that_of_its_own_edit(drawn: Drawn) -> None:
    figures, rules, known, edits = judged(drawn)
    system = edits.system
    terms = system.terms.join(system.quantities, on="quantity").select("edit", "figure")
    named = pl.concat([terms, system.guards]).group_by("edit").agg(pl.col("figure").unique().sort())
    places = {item.id: item.place for item in figures}
    found = {
        (rule, frozenset(places[figure] for figure in figures_of), verdict)
        for rule, verdict, figures_of in verdicts(system)
        .join(named, on="edit")
        .select("rule", "verdict", "figure")
        .iter_rows()
    }
    there = set(places.values())
    for item in instances(rules, figures, known):
        own = frozenset(there.intersection(item.places))
        if item.firm and truth(item, figures) == "none":
            assert (item.rule, own, "broken") in found
