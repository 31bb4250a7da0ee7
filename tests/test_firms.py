"""The engine knows no code of our data: firms, sectors, profit, cost and turnover work with every command."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from between import FIRMS
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import returnees
from returnees.cli import main
from returnees.findings import Severity

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_validate_finds_the_broken_accounts_and_counts_verdicts() -> None:
    result = run("validate", str(FIRMS), "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(report)
    assert report["verdicts"] == {
        "accounts": {"edits": 6, "holds": 1, "broken": 1, "undecided": 0, "unverifiable": 4},
        "least-cost": {"edits": 4, "holds": 2, "broken": 0, "undecided": 0, "unverifiable": 2},
        "sectors": {"edits": 6, "holds": 0, "broken": 0, "undecided": 0, "unverifiable": 6},
    }
    (broken,) = [item for item in report["findings"] if item["severity"] == "error"]
    assert (broken["code"], broken["rule"]) == ("F201", "accounts")
    assert "755 + 330 = 1,085 at least, against 1,000 at most" in broken["message"]


def test_the_verdicts_of_a_report_must_have_all_their_counts() -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
    report = json.loads(run("validate", str(FIRMS), "--format", "json").stdout)
    del report["verdicts"]["accounts"]["undecided"]
    assert not Draft202012Validator(schema).is_valid(report)


def test_broken_edits_are_worded_within_80_columns() -> None:
    text = run("validate", str(FIRMS)).stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "  - Profit and cost are not the turnover: 755 + 330 = 1,085 at least, against" in text
    assert "    755: bank-2024-mining-cost (source bank-2024, as of 2024," in text


def test_locate() -> None:
    (component,) = returnees.locate(FIRMS).components
    names = [f"bank-2024-mining-{measure}" for measure in ("cost", "profit", "turnover")]
    assert component.suspects == tuple((name,) for name in names)


def test_bounds_reach_through_a_coordinate_of_another_name() -> None:
    found = returnees.bounds(FIRMS, where=["source=office-2024"])
    told = {(item.coordinates["sector_id"], item.coordinates["measure_id"]): (item.low, item.high)
            for item in found.quantities}  # fmt: skip
    # Mining has what farming leaves of the whole; its cost is at least 0.6 of that, and so on.
    assert told == {
        ("all", "turnover"): (2200, 2200), ("farming", "turnover"): (1200, 1200), ("mining", "turnover"): (1000, 1000),
        ("farming", "cost"): (800, 1200), ("mining", "cost"): (600, 1000), ("all", "cost"): (1400, 2200),
        ("farming", "profit"): (0, 400), ("mining", "profit"): (0, 400), ("all", "profit"): (0, 800),
    }  # fmt: skip


def test_compare() -> None:
    found = returnees.compare(FIRMS, where=["sector=farming"])
    (agreement,) = found.agreements
    assert (agreement.low, agreement.high) == (1200, 1200)
    assert agreement.coordinates == {"sector_id": "farming", "measure_id": "turnover"}
    assert found.disagreements == ()


@pytest.mark.parametrize("subject", ["accounts", "least-cost", "sectors", "bank-2024-mining-cost", "F203"])
def test_explain(subject: str) -> None:
    assert run("explain", subject, str(FIRMS)).exit_code == 0


def test_show_and_export(tmp_path: Path) -> None:
    assert "mining" in run("show", str(FIRMS), "--where", "sector=mining").stdout
    assert run("export", str(FIRMS), "--to", str(tmp_path / "out")).exit_code == 1
    assert run("export", str(FIRMS), "--to", str(tmp_path / "out"), "--allow-invalid").exit_code == 0


def test_proposed_known_issues_make_the_same_contradictions_known(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIRMS, tmp_path / "firms"))
    proposed = run("validate", str(folder), "--propose-known-issues")
    assert proposed.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(proposed.stdout)))
    assert [row["rule_id"] for row in rows] == ["accounts"]
    table = folder / "data" / "known_issues.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "reason": "The survey prints these three numbers."} for row in rows)
    report = returnees.validate(folder, conformance=False)
    assert report.valid
    assert report.counts()["F204"] == 1
    (known,) = [item for item in report.findings if item.code == "F204"]
    assert known.severity is Severity.INFO and "The survey prints" in known.message
    assert run("locate", str(folder)).exit_code == 0
    # Nothing is left to propose, and an id that is taken is not proposed again.
    assert run("validate", str(folder), "--propose-known-issues").stdout.count("\n") == 1
    table.write_text(table.read_text("utf-8").replace(",accounts,", ",least-cost,"), encoding="utf-8")
    again = csv.DictReader(io.StringIO(run("validate", str(folder), "--propose-known-issues").stdout))
    assert [row["issue_id"] for row in again] == [f"{rows[0]['issue_id']}-2"]


def test_a_reason_is_left_to_be_written(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIRMS, tmp_path / "firms"))
    (folder / "data" / "known_issues.csv").write_text(
        run("validate", str(folder), "--propose-known-issues").stdout, "utf-8"
    )
    report = returnees.validate(folder, conformance=False)
    assert report.counts()["F204"] == 1
    assert not report.valid, "a contradiction without a reason passes"
