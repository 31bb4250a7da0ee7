"""What the figures of a package say against each other: broken edits, figures that cannot all be true, known issues."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
from returnees.consistency.wording import Witnesses, figures_of, guards_of, sides, terms_of
from returnees.findings import Finding, Severity, finding
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


def contradictions(setting: Setting, *, joint: bool = True, analysis: Analysis | None = None) -> Contradictions:
    """Lay the rules of `setting` over its figures and return everything that is found between them.

    Without `joint`, what takes several edits together is left out. With `analysis`, the rules have been laid already.
    """
    findings = [*setting.findings, *hierarchy_findings(setting.tables, setting.profile)]
    if not setting.rules:
        return Contradictions((*findings, *Acknowledged(setting).left()), {})
    findings += [*example_findings(setting), *contradictory_rules(setting)]
    known = Acknowledged(setting)
    analysis = analyse(setting) if analysis is None else replace(analysis, setting=setting)
    findings += idle_findings(analysis)
    for item, rules in _broken(analysis, known.figures):
        findings.append(known.weigh(item, rules))
    for item, rules in _joint(analysis) if joint else ():
        findings.append(known.weigh(item, rules))
    findings += known.left()
    return Contradictions(tuple(findings), analysis.counts)


def _broken(analysis: Analysis, acknowledged: Collection[str]) -> Iterator[tuple[Finding, Sequence[str]]]:
    """Yield a finding for each broken edit, with its rule, and one that counts those beyond `MOST_BROKEN` of a rule.

    Edits with a figure that is `acknowledged` in a known issue are all shown.
    """
    setting, system = analysis.setting, analysis.edits.system
    broken = analysis.broken.sort("edit")
    few = pl.int_range(pl.len()).over("rule") < MOST_BROKEN
    shown = broken.filter(few | pl.col("edit").is_in(_touching(system, acknowledged).implode()))
    terms, guards = terms_of(system, shown["edit"]), guards_of(system, shown["edit"])
    named = (term.figure for items in terms.values() for term in items if term.figure is not None)
    witnesses = Witnesses(setting, [*named, *(figure for items in guards.values() for figure in items)])
    for number, name, limit, turned in shown.select("edit", "rule", "limit", "dates_reversed").iter_rows():
        rule = setting.rule_of[name]
        figures = figures_of(terms[number], guards.get(number, ()))
        head = f"{rule.label[:1].upper()}{rule.label[1:]}: {sides(terms[number], limit)}."
        if turned:
            head += " But what should be the smaller is dated later: the greater may have grown since."
        yield _finding("F202" if turned else "F201", rule, head, figures, witnesses), (name,)
    told = dict(shown.group_by("rule").len().iter_rows())
    for rule in setting.rules:
        if more := analysis.counts[rule.id].broken - told.get(rule.id, 0):
            message = f"{rule.label[:1].upper()}{rule.label[1:]}: {more:,} more edits are broken."
            yield finding("F201", message, severity=rule.severity, rule=rule.id), (rule.id,)


def _touching(system: System, figures: Collection[str]) -> pl.Series:
    """Return the edits that have one of these figures."""
    chosen = system.quantities.filter(pl.col("figure").is_in(list(figures)))["quantity"]
    return system.terms.filter(pl.col("quantity").is_in(chosen.implode()))["edit"].unique()


def _finding(code: str, rule: Rule, head: str, figures: Sequence[str], witnesses: Witnesses) -> Finding:
    """Return a finding on figures, which says what each of them prints and where it stands."""
    severity = rule.severity if code == "F201" or rule.severity is Severity.INFO else None
    lines = [head, *witnesses.words(figures)]
    if code != "F203":
        lines.append(f"Why: {rule.why}")
    file, line = witnesses.place(figures[0])
    return finding(
        code, "\n".join(lines), severity=severity, rule=rule.id, resource="figures",
        file=file, line=line, key=figures[0], figures=figures,
    )  # fmt: skip


def firm_system(setting: Setting, figures: Quantities) -> System:
    """Return the edits of `figures` that conclusions of several edits rest on.

    These are the edits of rules whose breach is an error, dated the right way, whose greater side is all there: what
    was never published there leaves the others free.
    """
    system = lay(setting.firm, figures, setting.profile).system
    return system.of(system.edits.filter(firm(setting))["edit"])


def firm(setting: Setting) -> pl.Expr:
    """Whether conclusions of several edits rest on an edit."""
    rules = [rule.id for rule in setting.firm]
    return pl.col("rule").is_in(rules) & ~pl.col("dates_reversed") & (pl.col("missing_above") == 0)


def tied_quantities(setting: Setting) -> Quantities:
    """Return the figures, with the unpublished quantities that tie them if these are not too many."""
    figures = setting.quantities
    if figures.frame.height <= MOST_FOLLOWED:
        figures = with_between(figures, setting.firm, setting.profile, longest=LONGEST_TIE)
    return figures


def _joint(analysis: Analysis) -> Iterator[tuple[Finding, Sequence[str]]]:
    """Yield a finding for each set of figures that cannot all be true together though no edit alone is broken."""
    setting = analysis.setting
    if not setting.firm:
        return
    if analysis.figures > MOST_FOLLOWED:
        message = (
            f"Ties through unpublished quantities were not followed: there are more than {MOST_FOLLOWED:,} figures."
        )
        yield finding("F209", message), ()
        # Nothing is added, so that the edits are those that have been laid and judged.
        system, judged = analysis.edits.system, analysis.judged
    else:
        system = lay(setting.firm, tied_quantities(setting), setting.profile).system
        judged = verdicts(system)
    judged = judged.filter(firm(setting) & (pl.col("verdict") != HOLDS))
    broken = judged.filter(pl.col("verdict") == BROKEN)["edit"].to_list()
    joint = joint_conflicts(system.of(judged["edit"]), broken)
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
    for open_ones in joint.undecided:
        shown = ", ".join(open_ones[:3])
        message = f"Whether {len(open_ones)} figures can all be true together was not decided: {shown} ..."
        yield finding("F208", message, figures=open_ones), ()


def conflict_rules(component: Component, conflict: Conflict) -> tuple[str, ...]:
    """Return the rules of the edits of a conflict, each once, in order."""
    return tuple(sorted({component.edits[edit].rule for edit in conflict.edits}))
