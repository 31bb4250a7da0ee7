"""The JSON report, as ``docs/report.schema.json`` describes it."""

from __future__ import annotations

import json
from typing import Any

from returnees.findings import Finding, Severity
from returnees.outcome import Report
from returnees.report.escape import visible_json


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
    }


def report_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "package": report.package,
        "version": report.version,
        "valid": report.valid,
        "summary": {
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
            "tables": [
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
            ],
        },
        "verdicts": {
            rule: {
                "edits": counts.edits,
                "holds": counts.holds,
                "broken": counts.broken,
                "undecided": counts.undecided,
                "unverifiable": counts.unverifiable,
            }
            for rule, counts in report.verdicts.items()
        },
        "findings": [finding_dict(item) for item in report.findings],
    }


def render_json(report: Report) -> str:
    """Return the report as JSON text, indented, with a final line feed; what a terminal would obey is escaped."""
    return visible_json(json.dumps(report_dict(report), ensure_ascii=False, indent=2)) + "\n"
