"""Which figures must be wrong: the lightest sets without which the others can all be true (Fellegi & Holt 1976)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from returnees.consistency.known import known_issues
from returnees.consistency.naming import statements
from returnees.consistency.quantities import Quantities
from returnees.consistency.setting import Setting, ready_setting
from returnees.consistency.system import System
from returnees.consistency.wording import figures_of, guards_of, sides, terms_of
from returnees.contradictions import firm_system, tied_quantities
from returnees.errors import UsageError, nearest
from returnees.package.model import Package
from returnees.package.opening import opened
from returnees.solve.components import components
from returnees.solve.conflicts import irreducible
from returnees.solve.locate import MOST_EXPLANATIONS, Located
from returnees.solve.locate import locate as search
from returnees.solve.program import Conflict, Question
from returnees.solve.screening import contested


@dataclass(frozen=True, slots=True)
class BrokenEdit:
    """An edit that takes part in a contradiction: its rule, its figures, what it says with their numbers."""

    rule: str
    figures: tuple[str, ...]
    statement: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A contradiction: figures that cannot all be true, the edits that say so, and the numbers if it is one edit.

    ``known`` is the known issue that records it, if any.
    """

    figures: tuple[str, ...]
    edits: tuple[BrokenEdit, ...]
    numbers: str | None
    known: str | None


@dataclass(frozen=True)
class Suspected:
    """What must be wrong in one component.

    ``figures`` are those that contradict each other; ``suspects`` the lightest sets of figures without which the others
    can all be true, empty when only figures that are never doubted contradict each other; ``weight`` is the weight of
    each of these sets. ``complete`` is false when there are more such sets than were asked for, ``proved_optimal`` when
    the time ran out: then there may be lighter ones.
    """

    figures: tuple[str, ...]
    reasons: tuple[Reason, ...]
    suspects: tuple[tuple[str, ...], ...]
    weight: float
    proved_optimal: bool
    complete: bool

    @property
    def known(self) -> bool:
        """Whether every contradiction in it is a known issue, or has a figure in common with one."""
        return all(self.beside(reason) is not None for reason in self.reasons)

    def beside(self, reason: Reason) -> str | None:
        """Return the known issue that records `reason`, or one that records another contradiction of its figures.

        Where a known issue is, one of its figures is wrong anyhow: what contradicts the same figures is no news, and
        `validate` says nothing of it either.
        """
        near = (other.known for other in self.reasons if not set(reason.figures).isdisjoint(other.figures))
        return reason.known or next((issue for issue in near if issue is not None), None)

    @property
    def edits(self) -> tuple[BrokenEdit, ...]:
        """The edits of all its contradictions, each once."""
        return tuple(dict.fromkeys(edit for reason in self.reasons for edit in reason.edits))


@dataclass(frozen=True)
class Location:
    """What must be wrong in a package, component by component; ``setting`` is what the figures were read from."""

    components: tuple[Suspected, ...]
    setting: Setting

    @property
    def unexplained(self) -> bool:
        """Whether something must be wrong that is not a known issue."""
        return not all(component.known for component in self.components)


def locate(
    package: Package | str | Path | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    most: int = MOST_EXPLANATIONS,
    seconds: float = 10.0,
) -> Location:
    """Return which figures of `package` must be wrong, given its rules.

    Parameters
    ----------
    package
        An opened package, or what `open_package` takes.
    weights
        How much single figures are believed, above 0; ``math.inf`` for one that is never wrong. Every other weighs as
        much as it has independent readings: documents that it was read in, at least 1.
    most
        How many equally light explanations of a component are given.
    seconds
        The time limit for each component.

    Raises
    ------
    PackageError
        If there is no package, or it has no figures that rules can be laid over.
    UsageError
        If a weight is of no figure of the package, or is not above 0.
    """
    setting = ready_setting(opened(package))
    believed = {**_readings(setting), **_checked(weights or {}, setting)}
    if not setting.firm:
        return Location((), setting)
    quantities = tied_quantities(setting)
    system = firm_system(setting, quantities)
    found = search(list(components(contested(system))), believed, most=most, seconds=seconds)
    conflicts = [_smallest(item, seconds) for item in found]
    words = _Words(setting, quantities, system, (edit for group in conflicts for item in group for edit in item.edits))
    told = (_told(item, group, words) for item, group in zip(found, conflicts, strict=True))
    return Location(tuple(sorted(told, key=lambda item: item.figures)), setting)


def _readings(setting: Setting) -> dict[str, float]:
    """Return in how many documents each figure was read, where that is more than one."""
    readings = setting.tables.get("readings")
    if readings is None or "figure_id" not in readings.frame.columns:
        return {}
    document = pl.col("document_id").n_unique() if "document_id" in readings.frame.columns else pl.len()
    counted = readings.frame.drop_nulls("figure_id").group_by("figure_id").agg(document.alias("documents"))
    return {str(figure): float(number) for figure, number in counted.iter_rows() if number > 1}


def _checked(weights: Mapping[str, float], setting: Setting) -> Mapping[str, float]:
    """Return the weights if each is above 0 and of a figure of the package."""
    ids = setting.tables["figures"].frame["figure_id"]
    there = set(ids.filter(ids.is_in(list(weights))))
    for figure, weight in weights.items():
        if figure not in there:
            raise UsageError(f"there is no figure '{figure}' to weigh{nearest(figure, ids.drop_nulls().to_list())}")
        if not weight > 0:
            raise UsageError(f"the weight of '{figure}' is {weight:g}; it must be above 0")
    return weights


class _Words:
    """The edits of all contradictions in words, looked up once for all of them."""

    def __init__(self, setting: Setting, quantities: Quantities, system: System, edits: Iterable[int]) -> None:
        chosen = sorted(set(edits))
        self._statements = statements(setting, quantities, system, chosen)
        self._terms, self._guards = terms_of(system, chosen), guards_of(system, chosen)
        facts = system.edits.filter(pl.col("edit").is_in(chosen)).select("edit", "rule", "limit")
        self._facts = {edit: (rule, limit) for edit, rule, limit in facts.iter_rows()}
        self._known = known_issues(setting)

    def reason(self, conflict: Conflict) -> Reason:
        """Return a contradiction with its edits in words."""
        edits = sorted(conflict.edits)
        broken = tuple(
            BrokenEdit(
                self._facts[edit][0],
                figures_of(self._terms[edit], self._guards.get(edit, ())),
                self._statements[edit],
            )
            for edit in edits
        )
        numbers = sides(self._terms[edits[0]], self._facts[edits[0]][1]) if len(edits) == 1 else None
        return Reason(tuple(sorted(conflict.figures)), broken, numbers, self._issue(conflict, broken))

    def _issue(self, conflict: Conflict, broken: Sequence[BrokenEdit]) -> str | None:
        """Return the known issue that records a contradiction: of one of its rules, with its figures or part."""
        rules = {edit.rule for edit in broken}
        return next(
            (
                issue.id
                for issue in self._known
                if issue.rule in rules and (issue.figures <= conflict.figures or conflict.figures <= issue.figures)
            ),
            None,
        )


def _told(located: Located, conflicts: Sequence[Conflict], words: _Words) -> Suspected:
    """Return what the search found in one component, with its contradictions."""
    return Suspected(
        tuple(sorted({figure for conflict in conflicts for figure in conflict.figures})),
        tuple(words.reason(conflict) for conflict in conflicts),
        located.suspects,
        located.weight,
        located.optimal,
        located.complete,
    )


def _smallest(located: Located, seconds: float) -> list[Conflict]:
    """Return contradictions of a component of which each figure and each edit is needed, those of one edit first."""
    kept: list[Conflict] = []
    for conflict in sorted(
        located.conflicts, key=lambda item: (len(item.edits), len(item.figures), sorted(item.edits))
    ):
        if any(other.figures <= conflict.figures for other in kept):
            continue
        if len(conflict.edits) > 1:
            conflict = irreducible(Question(located.component), conflict, seconds)
            kept = [other for other in kept if not conflict.figures < other.figures]
        kept.append(conflict)
    return kept
