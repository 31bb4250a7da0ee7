"""From rules to patterns: each inequality as slots, which figures of one source and date may fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from returnees.consistency.language import Linear, Name
from returnees.consistency.profile import Profile
from returnees.consistency.rules import HIERARCHIES, TIME, Rule

#: What fills a slot: a figure's number; whether it is positive (0 or 1); its bound as a share; a number times a share.
PLAIN, COUNTED, GUARD, SCALED = range(4)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in an inequality: which figures fit (by measure, by code along the dimension) and how they count."""

    measure: str | None
    code: str | None
    coefficient: float
    kind: int = PLAIN


@dataclass(frozen=True)
class Pattern:
    """One inequality of a rule: the sum over its slots is at most ``limit``.

    ``dimension`` is the one whose codes its slots name, or None when they name measures only.
    """

    rule: Rule
    dimension: str | None
    slots: tuple[Slot, ...]
    limit: float

    @cached_property
    def by_measure(self) -> bool:
        """Whether the slots name measures; otherwise all figures of an edit have the same measure."""
        return self.slots[0].measure is not None

    @cached_property
    def decides_alone(self) -> bool:
        """Whether one figure can break it: a side has something other than quantities, or the greater has nothing."""
        return bool(self.slots) and (self.limit != 0 or self.sides[1] == 0)

    @cached_property
    def sides(self) -> tuple[int, int]:
        """How many quantities the smaller and the greater side need; a rule of time, without slots, needs one each.

        A count on the smaller side needs none: it is of what a source lists, and what is not listed is not counted. On
        the greater side more may be there than was listed.
        """
        if not self.slots:
            return 1, 1
        needed = [slot for slot in self.slots if slot.kind != GUARD]
        below = sum(slot.coefficient > 0 and slot.kind != COUNTED for slot in needed)
        return below, sum(slot.coefficient < 0 for slot in needed)


def patterns_of(rules: Iterable[Rule], profile: Profile) -> list[Pattern]:
    """Return every inequality of `rules` except those of time, which `layout.series` lays."""
    return [pattern for rule in rules if rule.along != TIME for pattern in _patterns(rule, profile)]


def _patterns(rule: Rule, profile: Profile) -> Iterator[Pattern]:
    """Yield the inequalities of one rule: an equality is two, a rule over hierarchies one or two for each set."""
    if rule.along == HIERARCHIES:
        yield from _of_sets(rule, profile)
    elif rule.counted:
        yield from _of_counts(rule, profile)
    else:
        for sign in _signs(rule.comparison.equal):
            slots = tuple(_slots(rule.comparison.left, sign, rule, profile))
            yield Pattern(rule, rule.along, slots, _limit(rule.comparison.left, sign))


def _signs(equal: bool) -> Sequence[float]:
    return (1.0, -1.0) if equal else (1.0,)


def _limit(left: Linear, sign: float) -> float:
    return -sign * left.constant or 0.0


def _slots(left: Linear, sign: float, rule: Rule, profile: Profile) -> Iterator[Slot]:
    """Yield the slots of a sum of measures, or of codes when the rule runs along a dimension."""
    for names, coefficient in left.terms.items():
        if len(names) == 2:
            share, count = sorted(names, key=lambda name: not profile.measures[name.name].share)
            yield Slot(share.name, None, sign * coefficient, GUARD)
            yield Slot(count.name, None, sign * coefficient, SCALED)
        elif rule.along is None:
            yield Slot(names[0].name, None, sign * coefficient)
        else:
            yield Slot(None, names[0].name, sign * coefficient)


def _of_sets(rule: Rule, profile: Profile) -> Iterator[Pattern]:
    """Yield the parts of each set against its whole; the whole against the parts, too, where these exhaust it."""
    for item in profile.sets:
        if item.dimension not in profile.dimensions or rule.dimension not in (None, item.dimension):
            continue
        for sign in _signs(item.exhaustive or rule.comparison.equal):
            parts = tuple(Slot(None, part, sign) for part in item.parts)
            yield Pattern(rule, item.dimension, (*parts, Slot(None, item.whole, -sign)), 0.0)


def _of_counts(rule: Rule, profile: Profile) -> Iterator[Pattern]:
    """Yield, for each set of the rule's dimension, the number of parts with a figure against the whole's own figure."""
    left = rule.comparison.left
    for item in profile.sets:
        if item.dimension != rule.dimension or item.dimension not in profile.dimensions:
            continue
        for sign in _signs(rule.comparison.equal):
            slots: list[Slot] = []
            for (name, *_), coefficient in left.terms.items():
                slots += _count_slots(name, sign * coefficient, item.parts, item.whole)
            yield Pattern(rule, item.dimension, tuple(slots), _limit(left, sign))


def _count_slots(name: Name, coefficient: float, parts: Sequence[str], whole: str) -> list[Slot]:
    if name.function == "count":
        return [Slot(name.name, part, coefficient, COUNTED) for part in parts]
    return [Slot(name.name, whole, coefficient)]
