"""Which findings a change brought in: those that did not stand in the version before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

import polars as pl

from returnees.checking import check, rows_of, summaries, table_findings
from returnees.conformance.authority import Authority
from returnees.consistency.setting import Setting, setting_of
from returnees.figures.fields import fitting
from returnees.figures.rows import row_findings
from returnees.findings import Finding, distinct
from returnees.identity import identities
from returnees.outcome import Report, VerdictCounts
from returnees.package.model import Package

#: What is said of figures by rules: it stands as long as the figures and the rules stay as they are.
_OF_FIGURES = frozenset({"F201", "F202", "F203", "F204"})
#: What says that something was not checked: the size of a package brings that about, no change does.
_UNCHECKED = frozenset({"F208", "F209", "F502"})
#: What frictionless says; it is asked about the older version only where it found something in the newer.
_OF_FRICTIONLESS = frozenset({"F501", "F503"})
#: Known issues that no contradiction matched: told only when all contradictions were looked for.
_STALE = "F205"


def marked(report: Report, package: Package, before: Package, today: date) -> Report:
    """Return `report`, of `package`, with each finding marked as brought in since the version `before`, or not.

    A finding was there before when the older version has it, too, wherever in the file it stood; a contradiction also
    when all its figures and the rules stood there as they do now.
    """
    settings = setting_of(package), setting_of(before)
    unchanged = _unchanged_figures(*settings) if _same_rules(*settings) else None
    codes = {item.code for item in report.findings}
    rules = unchanged is None or any(_may_be_new(item, unchanged) for item in report.findings)
    joint = _STALE in codes or (unchanged is None and "F203" in codes)
    older = _older(before, today, codes, rules=rules, joint=joint)
    stood = Counter(name for name, _ in identities(older))
    findings = []
    for item, (name, number) in zip(report.findings, identities(report), strict=True):
        there = number <= stood[name] or item.code in _UNCHECKED
        if not there and unchanged is not None and item.code in _OF_FIGURES:
            there = bool(item.figures) and unchanged.issuperset(item.figures)
        findings.append(replace(item, new=not there))
    return replace(report, findings=tuple(findings), since=before.label)


def _may_be_new(item: Finding, unchanged: frozenset[str]) -> bool:
    """Whether only the older version's rules can tell if a finding between figures stood there."""
    if not item.code.startswith(("F2", "F4")):
        return False
    return item.code not in _OF_FIGURES or not item.figures or not unchanged.issuperset(item.figures)


def _older(before: Package, today: date, codes: Set[str], *, rules: bool, joint: bool) -> Report:
    """Return what is found in the older version, as far as findings of these `codes` may be of it, too."""
    verdicts: Mapping[str, VerdictCounts] = {}
    with ExitStack() as stack:
        authority = stack.enter_context(Authority()) if codes & _OF_FRICTIONLESS else None
        if authority is not None:
            authority.ask(before)
        if rules:
            findings, verdicts = check(before, today, joint=joint)
        else:
            findings = _without_rules(before, today, {code[:2] for code in codes})
        if authority is not None:
            findings = authority.merge(findings, before.tables)
    findings = distinct(findings)
    tables = before.tables
    rows = rows_of(tables, (item for item in findings if item.key is None))
    return Report(before.name, before.version, tuple(findings), summaries(tables, findings), verdicts, rows)


def _without_rules(before: Package, today: date, families: Set[str]) -> list[Finding]:
    """Return what is found in the older version besides contradictions, by families of codes (``F1``)."""
    findings = list(before.findings)
    if families & {"F1", "F5"}:
        findings += table_findings(before.tables, before.limits)
    if families & {"F3", "F5"}:
        tables, unfit = fitting(before.tables)
        setting = setting_of(before)
        findings += [*unfit, *row_findings(tables, today), *(setting.findings if setting is not None else ())]
    return findings


def _same_rules(new: Setting | None, old: Setting | None) -> bool:
    """Whether rules make the same of the same figures in both versions.

    That takes the same rules and hierarchies, the same meaning of each measure that both have, and that no
    contradiction is no longer acknowledged. A new measure, code or known issue changes nothing for figures that were
    there before.
    """
    if new is None or old is None:
        return False
    if _ground(new) != _ground(old):
        return False
    if any(new.profile.measures.get(name, measure) != measure for name, measure in old.profile.measures.items()):
        return False
    return _issues(new) >= _issues(old)


def _ground(setting: Setting) -> tuple[object, ...]:
    """Return what contradictions rest on besides figures."""
    rules = tuple(replace(rule, line=None) for rule in setting.rules)
    profile = setting.profile
    return rules, setting.about, profile.dimensions, profile.sets, profile.dated


def _issues(setting: Setting) -> set[tuple[object, ...]]:
    """Return the rule and figures of each known issue."""
    table = setting.tables.get("known_issues")
    if table is None or not {"rule_id", "figure_ids"} <= set(table.frame.columns):
        return set()
    return set(table.frame.select("rule_id", "figure_ids").iter_rows())


def _unchanged_figures(new: Setting | None, old: Setting | None) -> frozenset[str]:
    """Return the figures that stand in both versions with the same coordinates, date, numbers and publisher."""
    assert new is not None and old is not None
    now, then = _figures(new), _figures(old)
    if now.columns != then.columns:
        return frozenset()
    same = now.join(then, on=now.columns, how="semi", nulls_equal=True)
    return frozenset(same["figure_id"].drop_nulls().to_list())


def _figures(setting: Setting) -> pl.DataFrame:
    """Return what rules read of figures, as text."""
    frame = setting.tables["figures"].frame
    fields: Sequence[str] = (
        "figure_id", "source_id", "measure_id", *setting.profile.dimensions.values(),
        "as_of", "qualifier", "value", "low", "high", "unit",
    )  # fmt: skip
    figures = frame.select(pl.col(name).cast(pl.String) for name in fields if name in frame.columns)
    sources = setting.tables.get("sources")
    if sources is None or not {"source_id", "publisher_id"} <= set(sources.frame.columns):
        return figures
    counts = [name for name in ("source_id", "publisher_id", "series") if name in sources.frame.columns]
    named = sources.frame.select(pl.col(*counts).cast(pl.String))
    publishers = named.unique("source_id", keep="first")
    return figures.join(publishers, on="source_id", how="left", maintain_order="left")
