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
    """How large a table is and how many findings of each severity stand in it."""

    name: str
    file: str
    rows: int
    fields: int
    errors: int
    warnings: int
    infos: int


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

    ``findings`` are sorted and each there once; ``verdicts`` has the counts of each rule, by its id.
    """

    package: str
    version: str | None
    findings: tuple[Finding, ...]
    tables: tuple[TableSummary, ...] = ()
    verdicts: Mapping[str, VerdictCounts] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(1 for item in self.findings if item.severity is severity)

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return not self.fails(Severity.ERROR)

    def fails(self, severity: Severity) -> bool:
        """Whether any finding weighs as much as `severity` or more."""
        weighty = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(item.severity in weighty for item in self.findings)

    def counts(self) -> Counter[str]:
        """Return how many findings each code has."""
        return Counter(item.code for item in self.findings)

    def raise_if_invalid(self) -> None:
        """Raise ReturneesError, naming the first errors, when a finding is an error."""
        errors = [item for item in self.findings if item.severity is Severity.ERROR]
        if errors:
            shown = "; ".join(f"{item.code} {item.place} {item.message}" for item in errors[:3])
            raise ReturneesError(f"{self.package} is not valid: {len(errors):,} errors. {shown}")
