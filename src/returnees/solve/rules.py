"""Whether rules can hold at all: those that can never hold together, whatever the figures are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from returnees.consistency.profile import Profile
from returnees.consistency.rules import HIERARCHIES, TIME, Rule
from returnees.consistency.setting import Setting
from returnees.findings import Finding, finding
from returnees.solve.components import Bounds, Component, Edit
from returnees.solve.conflicts import irreducible
from returnees.solve.program import Question, ask

#: How many combinations of limits are looked at; more than that no rule file has had.
_MOST_PLACES = 1_000


def contradictory_rules(setting: Setting) -> Iterator[Finding]:
    """Yield a finding for each smallest set of rules that no numbers of 0 or more can satisfy.

    Rules meet where their limits (``where``) allow it: they are looked at for each combination of limits, over measures
    and along each dimension.
    """
    seen: set[frozenset[str]] = set()
    for along in dict.fromkeys(rule.along for rule in setting.rules):
        if along in (HIERARCHIES, TIME):
            # Parts of a whole and a series of dates are satisfied by zeros, always.
            continue
        rules = [rule for rule in setting.rules if rule.along == along and _plain(rule)]
        for together in _meeting(rules):
            conflict = _conflict(together, setting.profile)
            if conflict and conflict not in seen:
                seen.add(conflict)
                named = [rule for rule in setting.rules if rule.id in conflict]
                words = ", ".join(f"'{rule.id}' ({rule.assertion})" for rule in named)
                message = f"No figures at all can satisfy {words}."
                yield finding("F409", message, file=setting.rule_file, line=named[0].line, rule=named[0].id)


def _plain(rule: Rule) -> bool:
    """Whether the rule is a sum over single names; a count or a share of a count is satisfied by zeros."""
    return not rule.counted and all(len(names) == 1 for names in rule.comparison.left.terms)


def _meeting(rules: Sequence[Rule]) -> Iterator[tuple[Rule, ...]]:
    """Yield the sets of rules that apply at one place: one code, or none that is named, of each limited dimension."""
    limits: dict[str, set[str | None]] = {}
    for rule in rules:
        for dimension, codes in rule.where.items():
            limits.setdefault(dimension, {None}).update(codes)
    places = product(*(sorted(codes, key=lambda code: code or "") for codes in limits.values()))
    yielded: set[tuple[str, ...]] = set()
    for _, place in zip(range(_MOST_PLACES), places, strict=False):
        here = dict(zip(limits, place, strict=True))
        together = tuple(
            rule for rule in rules if all(here[dimension] in codes for dimension, codes in rule.where.items())
        )
        names = tuple(rule.id for rule in together)
        if together and names not in yielded:
            yielded.add(names)
            yield together


def _conflict(rules: Sequence[Rule], profile: Profile) -> frozenset[str]:
    """Return the ids of a smallest set of these rules that cannot hold together, empty when all can."""
    names = sorted({name.name for rule in rules for name in rule.comparison.names()})
    number = {name: place for place, name in enumerate(names)}
    shares = {name for name in names if name in profile.measures and profile.measures[name].share}
    quantities = {
        number[name]: Bounds(None, 0.0, 100.0 if name in shares else float("inf"), 0.0, float("inf")) for name in names
    }
    edits: dict[int, Edit] = {}
    for rule in rules:
        left = rule.comparison.left
        for sign in (1.0, -1.0) if rule.comparison.equal else (1.0,):
            terms = tuple((number[name.name], sign * value) for (name,), value in left.terms.items())
            edits[len(edits)] = Edit(rule.id, terms, -sign * left.constant)
    question = Question(Component(edits, quantities))
    conflict = ask([question])[0].conflict
    if conflict is None:
        return frozenset()
    return frozenset(edits[edit].rule for edit in irreducible(question, conflict).edits)
