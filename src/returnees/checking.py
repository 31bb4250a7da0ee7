"""Our own checks, in order: tables as the standard has it, rows as the profile has it, figures against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from returnees.consistency.analysis import Analysis
from returnees.consistency.setting import setting_of
from returnees.contradictions import contradictions
from returnees.figures.fields import fitting
from returnees.figures.rows import row_findings
from returnees.findings import Finding, Severity
from returnees.outcome import TableSummary, VerdictCounts
from returnees.package.limits import Limits
from returnees.package.model import Package
from returnees.tables.constraints import check_contracts, check_references
from returnees.tables.model import Table


def check(
    package: Package, today: date, *, joint: bool = True, analysis: Analysis | None = None
) -> tuple[list[Finding], Mapping[str, VerdictCounts]]:
    """Return everything our own checks find in `package`, and the verdicts on the edits of each rule.

    `today` is the last day that is not in the future; without `joint`, figures are not asked whether all of them can be
    true together; with `analysis`, the rules have been laid over the figures already.
    """
    findings = [*package.findings, *table_findings(package.tables, package.limits)]
    tables, unfit = fitting(package.tables)
    findings += [*unfit, *row_findings(tables, today)]
    setting = setting_of(package)
    if setting is None:
        return findings, {}
    between = contradictions(setting, joint=joint, analysis=analysis)
    return [*findings, *between.findings], between.verdicts


def table_findings(tables: Mapping[str, Table], limits: Limits | None = None) -> list[Finding]:
    """Return what is wrong with the tables as the standard has it: shape, types, constraints, keys."""
    limits = limits or Limits()
    shapes = [item for table in tables.values() for item in table.findings]
    return [*shapes, *check_contracts(tables.values(), limits), *check_references(tables)]


def summaries(tables: Mapping[str, Table], findings: Iterable[Finding]) -> tuple[TableSummary, ...]:
    """Return the size of each table and the number of findings in it."""
    severities: dict[str | None, list[Severity]] = {}
    for item in findings:
        severities.setdefault(item.resource, []).append(item.severity)
    return tuple(
        TableSummary(
            name=table.name,
            file=table.file,
            rows=table.height,
            fields=table.frame.width,
            errors=severities.get(table.name, []).count(Severity.ERROR),
            warnings=severities.get(table.name, []).count(Severity.WARNING),
            infos=severities.get(table.name, []).count(Severity.INFO),
            columns=tuple(table.raw.text.columns),
        )
        for table in tables.values()
    )


def rows_of(tables: Mapping[str, Table], findings: Iterable[Finding]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return the cells, as text, of each row that a finding stands in, by table and line."""
    lines: dict[str, set[int]] = {}
    for item in findings:
        if item.line is not None and item.resource is not None and item.resource in tables:
            lines.setdefault(item.resource, set()).add(item.line)
    rows = {}
    for name, wanted in lines.items():
        for line, cells in tables[name].raw.cells_at(wanted):
            rows[name, line] = cells
    return rows
