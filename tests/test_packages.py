"""Each folder of ``tests/packages`` is a package with one thing wrong, and ``expected.json`` says what is found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import returnees
from returnees.findings import catalogue
from returnees.report.jsonform import finding_dict

PACKAGES = Path(__file__).parent / "packages"
NAMES = sorted(folder.name for folder in PACKAGES.iterdir() if (folder / "expected.json").is_file())
TODAY = date(2026, 11, 24)


def expected_of(name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((PACKAGES / name / "expected.json").read_text("utf-8"))["findings"]
    return found


def in_order(findings: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(findings, key=lambda item: json.dumps(item, sort_keys=True))


@pytest.mark.usefixtures("frictionless_here")
@pytest.mark.parametrize("name", NAMES)
def test_package_gives_exactly_the_expected_findings(name: str) -> None:
    """None of them is of frictionless: whatever it finds in these packages, our own checks have said."""
    expected = expected_of(name)
    # Where figures contradict each other or rules are wrong, the tables are as sound as those of "valid" to it.
    of_rules = bool(expected) and all(str(item["code"]).startswith(("F2", "F4")) for item in expected)
    report = returnees.validate(PACKAGES / name, today=TODAY, conformance=not of_rules)
    keys = expected[0].keys() if expected else ()
    found = [{key: finding_dict(item)[key] for key in keys} for item in report.findings]
    assert in_order(found) == in_order(expected), "\n".join(str(item) for item in report.findings)


def test_every_code_is_produced_by_a_package() -> None:
    produced = {item["code"] for name in NAMES for item in expected_of(name)}
    assert sorted(set(catalogue()) - produced - ELSEWHERE.keys()) == []


#: Codes that no folder can show, and the test that does.
ELSEWHERE = {
    "F015": "tests/test_release.py",
    "F100": "tests/test_reading.py",
    "F208": "tests/test_engine_limits.py",
    "F209": "tests/test_engine_limits.py",
    "F501": "tests/test_conformance.py",
    "F502": "tests/test_conformance.py",
    "F503": "tests/test_conformance.py",
    "F119": "tests/test_hostile_tables.py",
}
