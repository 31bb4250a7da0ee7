"""SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), as code scanning of GitHub and others read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from returnees.findings import Code, Finding, Severity, catalogue
from returnees.identity import identities
from returnees.outcome import Report
from returnees.report.escape import compact, for_json, visible, visible_lines
from returnees.report.view import View, listed

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
#: Where a finding is shown that stands in no file: code scanning shows none without a place.
_DESCRIPTOR = "datapackage.json"


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield a log with one run: the codes that occur as its rules, a result a line."""
    import returnees

    codes = sorted({item.code for item in report.findings})
    driver = {
        "name": "returnees",
        "version": returnees.__version__,
        "rules": [_rule(catalogue()[code]) for code in codes],
    }
    kept = {id(item) for item in listed(report, view.most).findings}
    pairs = ((item, name) for item, name in zip(report.findings, identities(report), strict=True) if id(item) in kept)
    place = {code: number for number, code in enumerate(codes)}
    head = {"$schema": _SCHEMA, "version": "2.1.0"}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the repository."}}},
        "properties": {"package": visible(report.package), "version": visible(report.version or "")},
    }
    yield for_json(json.dumps(head, indent=2)).removesuffix("\n}") + ',\n  "runs": [\n'
    yield compact(run).removesuffix("}") + ', "results": ['
    between = "\n"
    for item, fingerprint in pairs:
        yield between + compact(_result(item, fingerprint, place[item.code], view))
        between = ",\n"
    yield "]}\n  ]\n}\n"


def _rule(entry: Code) -> dict[str, Any]:
    """Return a finding code as SARIF's rule."""
    return {
        "id": entry.code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.meaning},
        "help": {"text": entry.remedy or entry.meaning},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }


def _result(item: Finding, fingerprint: tuple[str, int], rule: int, view: View) -> dict[str, Any]:
    """Return a finding as SARIF's result; the fingerprint is what a finding keeps when lines shift."""
    name, number = fingerprint
    remedy = item.remedy if item.remedy != catalogue()[item.code].remedy else None
    about = {"rule": item.rule, "table": item.resource, "field": item.field, "key": item.key, "remedy": remedy}
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": _LEVELS[item.severity],
        "message": {"text": visible_lines(item.message)},
        "locations": [{"physicalLocation": _location(item, view.folder)}],
        # The first is the one that code scanning of GitHub compares by, in the form it has there.
        "partialFingerprints": dict.fromkeys(("primaryLocationLineHash", "returneesFinding/v1"), f"{name}:{number}"),
        "properties": {
            **{key: visible(value) for key, value in about.items() if value},
            **({"figures": [visible(figure) for figure in item.figures]} if item.figures else {}),
        },
    }
    if item.new is not None:
        result["baselineState"] = "new" if item.new else "unchanged"
    return result


def _location(item: Finding, folder: str | None) -> dict[str, Any]:
    """Return the file, relative to the top of the repository, and the line and column."""
    artifact = {"uri": _uri((folder or "") + (item.file or _DESCRIPTOR)), "uriBaseId": "%SRCROOT%"}
    region = {"startLine": item.line or 1}
    if item.line is not None and item.column is not None:
        region["startColumn"] = item.column
    return {"artifactLocation": artifact, "region": region}


@lru_cache(maxsize=1_000)
def _uri(path: str) -> str:
    return quote(path)
