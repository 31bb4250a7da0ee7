"""Findings for rows, as many as a person could read, and the number of the others."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from returnees.findings import Finding
from returnees.tables.model import Table

#: How many rows with the same fault in the same field are named one by one.
MOST_ROWS = 1_000


#: When a check has this many findings in one table, rows are only counted from then on.
MOST_FINDINGS = 100_000


def rows_findings(
    table: Table,
    code: str,
    rows: pl.Series,
    field: str | None,
    say: Callable[[int], str],
    *,
    already: int = 0,
    asked: str = "",
) -> list[Finding]:
    """Return a finding of `code` for each of `rows` (0-based), worded by `say`, and one that counts those left out.

    `already` is how many findings the same check has made in this table; `asked` tells checks of one code and field
    apart.

    Rows whose shape was wrong are passed over: their cells may stand in the wrong column, which has been said.
    """
    sound = [int(row) for row in rows.head(MOST_ROWS + len(table.raw.faulty)) if int(row) not in table.raw.faulty]
    most = min(MOST_ROWS, max(0, MOST_FINDINGS - already))
    findings = [table.finding(code, say(row), field=field, row=row) for row in sound[:most]]
    passed_over = table.raw.faulty.intersection(rows.to_list() if table.raw.faulty else ())
    known = table.whole.faults if table.whole is not None else {}
    left = known.get((code, field or "", asked), len(rows) - len(passed_over)) - len(findings)
    if left > 0:
        where = f" in '{field}'" if field else ""
        message = f"The same is wrong{where} in {left:,} more rows of {table.file}."
        findings.append(table.finding(code, message, field=field))
    return findings
