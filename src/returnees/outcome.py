"""What a validation gives: one report, which every format renders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from returnees.errors import ReturneesError
from returnees.findings import Finding, Severity

#: Severities from the weightiest down; `Report.fails` counts the one asked for and those before it.
SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class TableSummary:
    """How large a table is, how many findings of each severity stand in it, and the columns of its file."""

    name: str
    file: str
    rows: int
    fields: int
    errors: int
    warnings: int
    infos: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """How many edits a rule made, and how they were judged."""

    edits: int = 0
    holds: int = 0
    broken: int = 0
    undecided: int = 0
    unverifiable: int = 0


@dataclass(frozen=True)
class Report:
    """What was found in a package.

    ``findings`` are sorted and each there once; ``verdicts`` has the counts of each rule, by its id. ``rows`` has the
    cells, as text, of each row that a finding stands in, by table and line. ``since`` names the version before the
    change that was asked about; only what that change brought in then fails.
    """

    package: str
    version: str | None
    findings: tuple[Finding, ...]
    tables: tuple[TableSummary, ...] = ()
    verdicts: Mapping[str, VerdictCounts] = field(default_factory=dict)
    rows: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    since: str | None = None

    def count(self, severity: Severity, *, new: bool = False) -> int:
        """Return how many findings have this severity, or how many of these the change brought in."""
        return sum(1 for item in self.findings if item.severity is severity and (item.new or not new))

    @property
    def valid(self) -> bool:
        """Whether no finding is an error, old or new."""
        return self.count(Severity.ERROR) == 0

    def fails(self, severity: Severity) -> bool:
        """Whether any finding that counts weighs as much as `severity` or more."""
        return any(self.failing(item, severity) for item in self.findings)

    def failing(self, item: Finding, severity: Severity) -> bool:
        """Whether `item` weighs as much as `severity` or more and was not there before the change."""
        return SEVERITIES.index(item.severity) <= SEVERITIES.index(severity) and item.new is not False

    def cells(self, item: Finding) -> tuple[tuple[str, str], ...]:
        """Return the row that a finding stands in, as column and cell; nothing when it stands in none."""
        row = self.rows.get((item.resource or "", item.line or 0), ())
        columns = next((table.columns for table in self.tables if table.name == item.resource), ())
        return tuple(zip(columns, row, strict=False))

    def counts(self) -> Counter[str]:
        """Return how many findings each code has."""
        return Counter(item.code for item in self.findings)

    def raise_if_invalid(self) -> None:
        """Raise ReturneesError, naming the first errors, when a finding is an error."""
        errors = [item for item in self.findings if item.severity is Severity.ERROR]
        if errors:
            shown = "; ".join(f"{item.code} {item.place} {item.message}" for item in errors[:3])
            raise ReturneesError(f"{self.package} is not valid: {len(errors):,} errors. {shown}")
