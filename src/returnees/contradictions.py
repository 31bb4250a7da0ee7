"""What the figures of a package say against each other: broken edits, figures that cannot all be true, known issues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from returnees.consistency.analysis import Analysis, analyse, idle_findings
from returnees.consistency.edits import lay
from returnees.consistency.examples import example_findings
from returnees.consistency.hierarchies import hierarchy_findings
from returnees.consistency.known import Acknowledged
from returnees.consistency.links import with_between
from returnees.consistency.quantities import Quantities
from returnees.consistency.rules import Rule
from returnees.consistency.setting import Setting
from returnees.consistency.system import System
from returnees.consistency.verdicts import BROKEN, HOLDS, verdicts
from returnees.consistency.wording import Term, Witnesses, guards_of, sides, terms_of
from returnees.findings import Finding, finding
from returnees.outcome import VerdictCounts
from returnees.solve.components import Component
from returnees.solve.conflicts import Joint, joint_conflicts
from returnees.solve.program import Conflict
from returnees.solve.rules import contradictory_rules

#: How many broken edits of one rule are shown one by one.
MOST_BROKEN = 1_000
#: Ties through unpublished quantities are followed up to this many figures, and up to this many in a row.
MOST_FOLLOWED = 50_000
LONGEST_TIE = 2


@dataclass(frozen=True)
class Contradictions:
    """What was found between figures, and how many edits of each rule were judged how."""

    findings: tuple[Finding, ...]
    verdicts: Mapping[str, VerdictCounts]


def contradictions(setting: Setting) -> Contradictions:
    """Lay the rules of `setting` over its figures and return everything that is found between them."""
    findings = [*setting.findings, *hierarchy_findings(setting.tables, setting.profile)]
    if not setting.rules:
        return Contradictions((*findings, *Acknowledged(setting).left()), {})
    findings += [*example_findings(setting), *contradictory_rules(setting)]
    known = Acknowledged(setting)
    analysis = analyse(setting)
    findings += idle_findings(analysis)
    for item, rules in _broken(analysis):
        findings.append(known.weigh(item, rules))
    for item, rules in _joint(analysis):
        findings.append(known.weigh(item, rules))
    findings += known.left()
    return Contradictions(tuple(findings), analysis.counts)


def _broken(analysis: Analysis) -> Iterator[tuple[Finding, Sequence[str]]]:
    """Yield a finding for each broken edit, with its rule, and one that counts those beyond `MOST_BROKEN` of a rule."""
    setting, system = analysis.setting, analysis.edits.system
    broken = analysis.broken.sort("edit")
    shown = broken.filter(pl.int_range(pl.len()).over("rule") < MOST_BROKEN)
    terms, guards = terms_of(system, shown["edit"]), guards_of(system, shown["edit"])
    named = (term.figure for items in terms.values() for term in items if term.figure is not None)
    witnesses = Witnesses(setting, [*named, *(figure for items in guards.values() for figure in items)])
    for number, name, limit, turned in shown.select("edit", "rule", "limit", "dates_reversed").iter_rows():
        rule = setting.rule_of[name]
        figures = _figures(terms[number], guards.get(number, ()))
        head = f"{rule.label[:1].upper()}{rule.label[1:]}: {sides(terms[number], limit)}."
        yield _finding("F202" if turned else "F201", rule, head, figures, witnesses), (name,)
    for name, total in broken.group_by("rule", maintain_order=True).len().iter_rows():
        if total > MOST_BROKEN:
            rule = setting.rule_of[name]
            message = f"{rule.label[:1].upper()}{rule.label[1:]}: {total - MOST_BROKEN:,} more edits are broken."
            yield finding("F201", message, severity=rule.severity, rule=name), (name,)


def _figures(terms: Sequence[Term], guards: Iterable[str]) -> tuple[str, ...]:
    """Return the figures of an edit, each once: those of its terms, then those that give it its coefficients."""
    return tuple(dict.fromkeys([*(term.figure for term in terms if term.figure is not None), *guards]))


def _finding(code: str, rule: Rule, head: str, figures: Sequence[str], witnesses: Witnesses) -> Finding:
    """Return a finding on figures, which says what each of them prints and where it stands."""
    severity = rule.severity if code == "F201" else None
    return finding(
        code, "\n".join([head, *witnesses.words(figures)]), severity=severity, rule=rule.id, resource="figures",
        file=witnesses.file, line=witnesses.line(figures[0]), key=figures[0], figures=figures,
    )  # fmt: skip


def firm_system(setting: Setting, figures: Quantities) -> System:
    """Return the edits of `figures` that conclusions of several edits rest on.

    These are the edits of rules whose breach is an error, dated the right way, whose greater side is all there: what was
    never published there leaves the others free.
    """
    system = lay(setting.firm, figures, setting.profile).system
    firm = ~pl.col("dates_reversed") & (pl.col("missing_above") == 0)
    return system.of(system.edits.filter(firm)["edit"])


def tied_system(setting: Setting) -> System:
    """Return the firm edits of a package, with the unpublished quantities that tie figures, if there are not too many."""
    figures = setting.quantities
    if figures.frame.height <= MOST_FOLLOWED:
        figures = with_between(figures, setting.firm, setting.profile, longest=LONGEST_TIE)
    return firm_system(setting, figures)


def _joint(analysis: Analysis) -> Iterator[tuple[Finding, Sequence[str]]]:
    """Yield a finding for each set of figures that cannot all be true together though no edit alone is broken."""
    setting = analysis.setting
    if not setting.firm:
        return
    if setting.quantities.frame.height > MOST_FOLLOWED:
        message = f"Ties through unpublished quantities were not followed: there are more than {MOST_FOLLOWED:,} figures."
        yield finding("F209", message), ()
    system = tied_system(setting)
    judged = verdicts(system)
    broken = judged.filter(pl.col("verdict") == BROKEN)["edit"].to_list()
    open_edits = judged.filter(pl.col("verdict") != HOLDS)["edit"]
    joint = joint_conflicts(system.of(open_edits), broken)
    yield from _joint_findings(setting, joint)


def _joint_findings(setting: Setting, joint: Joint) -> Iterator[tuple[Finding, Sequence[str]]]:
    """Yield the findings of joint feasibility."""
    witnesses = Witnesses(setting, [figure for _, conflict in joint.conflicts for figure in conflict.figures])
    for component, conflict in joint.conflicts:
        rules = conflict_rules(component, conflict)
        first = setting.rule_of[rules[0]]
        labels = " / ".join(setting.rule_of[rule].assertion for rule in rules)
        figures = sorted(conflict.figures)
        head = f"These {len(figures)} figures cannot all be true together, by {', '.join(rules)} ({labels})."
        yield _finding("F203", first, head, figures, witnesses), rules
    for figures in joint.undecided:
        message = f"Whether {len(figures)} figures can all be true together was not decided: {', '.join(figures[:3])} ..."
        yield finding("F208", message, figures=figures), ()


def conflict_rules(component: Component, conflict: Conflict) -> tuple[str, ...]:
    """Return the rules of the edits of a conflict, each once, in order."""
    return tuple(sorted({component.edits[edit].rule for edit in conflict.edits}))

