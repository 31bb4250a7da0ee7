"""Known issues: contradictions that really stand in a source, recorded with a reason and still shown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from returnees.consistency.setting import Setting
from returnees.findings import Finding, Severity, finding

_TABLE = "known_issues"
_FIELDS = ("issue_id", "rule_id", "figure_ids", "reason", "recorded_on")


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """One row of known issues: the rule and the figures that break it, and why that is left to stand."""

    id: str
    rule: str
    figures: frozenset[str]
    reason: str
    row: int


def known_issues(setting: Setting) -> tuple[KnownIssue, ...]:
    """Return the known issues of a package; rows without a rule or figures, which has been said, are left out."""
    table = setting.tables.get(_TABLE)
    if table is None or not {"issue_id", "rule_id", "figure_ids"} <= set(table.frame.columns):
        return ()
    return tuple(
        KnownIssue(
            str(row["issue_id"]),
            row["rule_id"],
            frozenset(row["figure_ids"].split()),
            str(row.get("reason") or ""),
            number,
        )
        for number, row in enumerate(table.frame.iter_rows(named=True))
        if row["rule_id"] and row["figure_ids"]
    )


class Acknowledged:
    """The known issues of a package, matched with contradictions as these are found."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._issues = known_issues(setting)
        # Of two issues that say the same the second is never met, which is said of it.
        self._of: Mapping[tuple[str, frozenset[str]], KnownIssue] = {
            (issue.rule, issue.figures): issue for issue in reversed(self._issues)
        }
        self._met: set[int] = set()

    @property
    def figures(self) -> frozenset[str]:
        """The figures that any known issue names."""
        return frozenset().union(*(issue.figures for issue in self._issues))

    def weigh(self, item: Finding, rules: Iterable[str]) -> Finding:
        """Return the finding itself, or, if it is a known issue of one of `rules`, one that only informs."""
        for rule in rules:
            issue = self._of.get((rule, frozenset(item.figures)))
            if issue is not None:
                self._met.add(issue.row)
                first, _, rest = item.message.partition("\n")
                message = f"Known issue '{issue.id}': {first}\nReason: {issue.reason}\n{rest}".rstrip()
                return finding(
                    "F204", message, rule=item.rule, resource=item.resource, file=item.file, line=item.line,
                    key=item.key, figures=item.figures,
                )  # fmt: skip
        return item

    def left(self) -> Iterator[Finding]:
        """Yield a finding for each known issue that no contradiction matched."""
        table = self._setting.tables.get(_TABLE)
        if table is None:
            return
        missing = self._unknown_figures()
        for issue in self._issues:
            if issue.row in self._met:
                continue
            same = self._of[(issue.rule, issue.figures)]
            unknown = [] if issue.rule in self._setting.rule_of else [f"the rule '{issue.rule}'"]
            field = "rule_id" if unknown else "figure_ids"
            unknown += [f"the figure '{figure}'" for figure in sorted(issue.figures & missing)]
            if unknown:
                message = f"Known issue '{issue.id}' names {', '.join(unknown)}, which the package does not have."
                yield table.finding("F206", message, field=field, row=issue.row)
            elif same is not issue:
                message = f"Known issue '{issue.id}': '{same.id}' is of the same rule and figures."
                yield table.finding("F205", message, field="figure_ids", row=issue.row)
            else:
                message = f"Known issue '{issue.id}': these figures no longer break '{issue.rule}'."
                yield table.finding("F205", message, field="figure_ids", row=issue.row)

    def _unknown_figures(self) -> frozenset[str]:
        named = self.figures
        table = self._setting.tables["figures"]
        if "figure_id" not in table.frame.columns:
            return frozenset()
        return named - set(table.rows("figure_id", sorted(named))) if named else named


def proposed_rows(findings: Iterable[Finding], today: date, taken: Iterable[str] = ()) -> str:
    """Return rows for ``known_issues.csv``, with header, one a contradiction; the reason is left to be written.

    `taken` are the ids that rows have already.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_FIELDS)
    seen = set(taken)
    for item in findings:
        if is_contradiction(item) and item.rule and item.figures:
            stem = re.sub(r"[^a-z0-9]+", "-", f"{item.figures[0]}-{item.rule}".lower()).strip("-")
            name = next(name for name in _names(stem) if name not in seen)
            seen.add(name)
            writer.writerow([name, item.rule, " ".join(item.figures), "", today.isoformat()])
    return stream.getvalue()


def is_contradiction(item: Finding) -> bool:
    """Whether a finding is a contradiction that is not recorded as a known issue and is no mere remark."""
    return item.code in ("F201", "F202", "F203") and item.severity is not Severity.INFO


def _names(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
