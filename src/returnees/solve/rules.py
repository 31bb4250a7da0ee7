"""Whether rules can hold at all: those that can never hold together, whatever the figures are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from returnees.consistency.profile import Profile
from returnees.consistency.rules import HIERARCHIES, TIME, Rule
from returnees.consistency.setting import Setting
from returnees.findings import Finding, finding
from returnees.solve.bounds import implied_bounds
from returnees.solve.components import Bounds, Component, Edit
from returnees.solve.conflicts import irreducible
from returnees.solve.program import Question, ask

#: How many combinations of limits are looked at.
_MOST_PLACES = 1_000
#: The limit of a rule to some measures, beside those to codes of a dimension.
_MEASURE = "measure"


def contradictory_rules(setting: Setting) -> Iterator[Finding]:
    """Yield a finding for each smallest set of rules that no numbers of 0 or more, or only zeros, can satisfy.

    Rules meet where their limits (``where`` and ``measures``) allow it: they are looked at for each combination of
    limits, over measures and along each dimension.
    """
    seen: set[frozenset[str]] = set()
    for along in dict.fromkeys(rule.along for rule in setting.rules):
        if along in (HIERARCHIES, TIME):
            # Parts of a whole and a series of dates can be of any size, always.
            continue
        rules = [rule for rule in setting.rules if rule.along == along and _plain(rule)]
        places = _places(rules)
        for together in _meeting(rules, places):
            for conflict, left in _conflicts(together, setting.profile):
                if conflict not in seen:
                    seen.add(conflict)
                    named = [rule for rule in setting.rules if rule.id in conflict]
                    words = ", ".join(f"'{rule.id}' ({rule.assertion})" for rule in named)
                    message = f"{left} can satisfy {words}."
                    yield finding("F409", message, file=setting.rule_file, line=named[0].line, rule=named[0].id)
        if len(list(islice(_combinations(places), _MOST_PLACES + 1))) > _MOST_PLACES:
            message = (
                f"Whether rules contradict each other was decided for {_MOST_PLACES:,} combinations of limits only."
            )
            yield finding("F208", message, file=setting.rule_file)


def _plain(rule: Rule) -> bool:
    """Whether the rule is a sum over single names; a count or a share of a count is satisfied by zeros."""
    return not rule.counted and all(len(names) == 1 for names in rule.comparison.left.terms)


def _limits(rule: Rule) -> dict[str, tuple[str, ...]]:
    """Return the codes, and the measures, that a rule is limited to, by dimension."""
    own = {} if rule.measures is None or rule.along is None else {_MEASURE: rule.measures}
    return {**rule.where, **own}


def _places(rules: Sequence[Rule]) -> dict[str, list[frozenset[str]]]:
    """Return, for each limited dimension, the sets of rules that one code of it leaves, each once."""
    limited = {dimension for rule in rules for dimension in _limits(rule)}
    found: dict[str, list[frozenset[str]]] = {}
    for dimension in sorted(limited):
        codes = {code for rule in rules for code in _limits(rule).get(dimension, ())}
        sets = [
            frozenset(rule.id for rule in rules if code in _limits(rule).get(dimension, (code,)))
            for code in (None, *sorted(codes))
        ]
        found[dimension] = list(dict.fromkeys(sets))
    return found


def _combinations(places: Mapping[str, Sequence[frozenset[str]]]) -> Iterator[tuple[frozenset[str], ...]]:
    return product(*places.values())


def _meeting(rules: Sequence[Rule], places: Mapping[str, Sequence[frozenset[str]]]) -> Iterator[tuple[Rule, ...]]:
    """Yield the sets of rules that apply at one place: one code, or none that is named, of each limited dimension."""
    everywhere = frozenset(rule.id for rule in rules)
    yielded: set[frozenset[str]] = set()
    for sets in islice(_combinations(places), _MOST_PLACES):
        names = everywhere.intersection(*sets)
        if names and names not in yielded:
            yielded.add(names)
            yield tuple(rule for rule in rules if rule.id in names)


def _conflicts(rules: Sequence[Rule], profile: Profile) -> Iterator[tuple[frozenset[str], str]]:
    """Yield the ids of smallest sets of these rules that cannot hold together, and what is left, in words.

    Either no numbers at all satisfy them, or, of two rules or more, nothing but 0 for some name.
    """
    names = sorted({name.name for rule in rules for name in rule.comparison.names()})
    number = {name: place for place, name in enumerate(names)}
    shares = {name for name in names if name in profile.measures and profile.measures[name].share}
    free = {number[name]: Bounds(None, 0.0, 100.0 if name in shares else math.inf, 0.0, math.inf) for name in names}
    edits: dict[int, Edit] = {}
    for rule in rules:
        left = rule.comparison.left
        for sign in (1.0, -1.0) if rule.comparison.equal else (1.0,):
            terms = tuple((number[name.name], sign * value) for (name,), value in left.terms.items())
            edits[len(edits)] = Edit(rule.id, terms, -sign * left.constant)
    conflict = _smallest(Component(edits, free))
    if conflict:
        yield conflict, "No figures at all"
        return
    for item in implied_bounds([Component(edits, free)], list(free)).bounds:
        if item.high == 0:
            positive = {**free, item.quantity: replace(free[item.quantity], low=1.0, floor=1.0)}
            conflict = _smallest(Component(edits, positive))
            if len(conflict) > 1:
                yield conflict, f"Only a '{names[item.quantity]}' of 0"


def _smallest(component: Component) -> frozenset[str]:
    """Return the ids of the rules of a smallest set of edits that cannot all be met, none if they can."""
    question = Question(component)
    conflict = ask([question])[0].conflict
    if conflict is None:
        return frozenset()
    return frozenset(component.edits[edit].rule for edit in irreducible(question, conflict).edits)
