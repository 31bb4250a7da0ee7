"""The JSON report, as ``docs/report.schema.json`` describes it: a finding a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from returnees.findings import Finding
from returnees.outcome import SEVERITIES, Report
from returnees.report.escape import compact, for_json
from returnees.report.view import View, listed


def finding_dict(item: Finding) -> dict[str, Any]:
    """Return a finding as plain values; what is not known is null."""
    return {
        "code": item.code,
        "severity": item.severity.value,
        "rule": item.rule,
        "message": item.message,
        "remedy": item.remedy,
        "resource": item.resource,
        "file": item.file,
        "line": item.line,
        "column": item.column,
        "field": item.field,
        "key": item.key,
        "figures": list(item.figures),
        "new": item.new,
    }


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield the report as JSON text, with a final line feed."""
    listing = listed(report, view.most)
    head = {
        "package": report.package,
        "version": report.version,
        "since": report.since,
        "valid": report.valid,
        "summary": _summary(report),
        "verdicts": {rule: asdict(counts) for rule, counts in report.verdicts.items()},
        "left_out": listing.left_out,
    }
    yield from with_lines(head, "findings", map(finding_dict, listing.findings))


def _summary(report: Report) -> dict[str, Any]:
    """Return how many findings there are, in all and in each table."""
    tables = [
        {
            "name": table.name,
            "file": table.file,
            "rows": table.rows,
            "fields": table.fields,
            "errors": table.errors,
            "warnings": table.warnings,
            "infos": table.infos,
        }
        for table in report.tables
    ]
    counts = {f"{severity.value}s": report.count(severity) for severity in SEVERITIES}
    new = {f"{severity.value}s": report.count(severity, new=True) for severity in SEVERITIES}
    return {**counts, "new": None if report.since is None else new, "tables": tables}


def with_lines(head: dict[str, Any], name: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield a JSON object, indented, with one more property: a list with an item a line."""
    yield for_json(json.dumps(head, ensure_ascii=False, indent=2)).removesuffix("\n}") + f',\n  "{name}": ['
    between = "\n    "
    for item in items:
        yield between + compact(item)
        between = ",\n    "
    yield "]\n}\n" if between == "\n    " else "\n  ]\n}\n"
