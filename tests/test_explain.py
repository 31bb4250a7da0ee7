"""Explanations: a figure, a rule, a code, and what is near to an unknown word."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from between import FIRMS, figure, package, rule
from click.testing import CliRunner, Result

import returnees
from returnees.cli import main
from returnees.consistency.analysis import analyse
from returnees.consistency.setting import setting_of

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["explain", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def small(tmp_path: Path) -> Path:
    rows = [
        figure("six", "a", "6"),
        figure("five", "b", "5"),
        figure("ten", "c", "10"),
        figure("other", "a", "9+", source="s"),
        figure("same", "a", "6..7", source="t"),
    ]
    known = [["issue", "the-rule", "six five ten", "It prints so.", "2026-01-01"]]
    rules = rule("a + b <= c") + rule("a <= b", "another")
    return package(tmp_path / "p", rows, rules, readings=[["six", "doc"]], known_issues=known)


def test_a_figure_has_its_interval_readings_edits_disagreements_and_known_issues(small: Path) -> None:
    text = run("six", str(small)).stdout
    assert text.startswith("six: 6\nsource a, place x, measure a, as of 2017; figures.csv:2.")
    assert "Readings (1)\n  in doc; readings.csv:2" in text or "Readings (1)" in text
    assert "Read as 6." in text
    assert "2 edits: 2 broken, 0 undecided, 0 hold, 0 unverifiable" in text
    assert "broken the-rule: 5 + 6 = 11 at least, against 10 at most\n    a 6 + b 5 <= c 10" in text
    assert "Sources disagree, by up to 3:" in text and "at least 9: other, source s, 2017" in text
    assert "Sources agree on 6:" in text and "6 to 7: same, source t, 2017" in text
    assert "Known issue issue (the-rule): It prints so." in text


def test_edits_with_unpublished_quantities_are_shown_as_unverifiable(small: Path) -> None:
    text = run("other", str(small)).stdout
    assert "2 edits: 0 broken, 0 undecided, 0 hold, 2 unverifiable" in text
    assert "a at least 9 + b (not published) <= c (not published)" in text


def test_the_edits_of_all_figures_are_those_that_validate_judges() -> None:
    """Every edit of two figures or more is explained with each of them, with the same verdict."""
    setting = setting_of(returnees.open_package(FIRMS))
    assert setting is not None
    analysis = analyse(setting)
    terms = analysis.edits.system.terms.join(analysis.judged.select("edit", "rule", "verdict"), on="edit")
    terms = terms.join(analysis.edits.system.quantities.select("quantity", "figure"), on="quantity")
    for figure_id, group in terms.group_by("figure"):
        text = run(str(figure_id[0]), str(FIRMS)).stdout
        for name, verdict in group.select("rule", "verdict").iter_rows():
            assert f"  {verdict} {name}" in text, (figure_id, name, verdict)


def test_a_rule_has_its_reason_examples_and_verdicts() -> None:
    text = run("least-cost", str(FIRMS)).stdout
    assert text.startswith("least-cost (error)\n\n  cost >= 0.6 * turnover\n")
    assert "No firm of this size" in text
    assert "These figures pass:\n  cost: 6\n  turnover: 10\n" in text
    assert "These break it:\n  cost: 5\n  turnover: 10\n" in text
    assert "4 edits in this package:\n  2 hold, 0 broken, 0 undecided, 2 unverifiable" in text


def test_every_rule_and_many_figures_of_the_shipped_package_are_explained_within_80_columns() -> None:
    opened = returnees.open_package(ROOT)
    setting = setting_of(opened)
    assert setting is not None
    ids = opened.table("figures")["figure_id"].sample(8, seed=1).to_list()
    for subject in [*list(setting.rule_of)[::4], *ids]:
        result = run(subject, str(ROOT))
        assert result.exit_code == 0, subject
        assert max(len(line) for line in result.stdout.splitlines() if " " in line.strip()) <= 80, subject


@pytest.mark.parametrize(
    ("subject", "near"), [("sixx", "'six'"), ("the-rul", "'the-rule'"), ("F2011", "'F201'"), ("zzzzqq", "")]
)
def test_an_unknown_subject_names_the_nearest(small: Path, subject: str, near: str) -> None:
    result = run(subject, str(small))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert ("did you mean " + near in result.stderr) if near else ("did you mean" not in result.stderr)


def test_a_figure_without_a_coordinate_or_readings_is_explained(tmp_path: Path) -> None:
    path = package(tmp_path / "p", [figure("one", "a", "1", place="")], rule("a <= b"))
    text = run("one", str(path)).stdout
    assert "The package has no table of readings." in text
    assert "lacks a coordinate" in text


def test_a_stranger_s_control_characters_are_not_printed(tmp_path: Path) -> None:
    path = package(tmp_path / "p", [figure("one", "a", "1")], rule("a <= b").replace("So.", "So\\u001b[31m."))
    assert "\x1b" not in run("the-rule", str(path)).stdout
    known = [["\x1b]0;x\x07", "the-rule", "one", "\x1b[31mred", "2026"]]
    path = package(tmp_path / "q", [figure("one", "a", "1")], rule("a <= b"), known_issues=known)
    assert "\x1b" not in run("one", str(path)).stdout


def test_many_figures_do_not_make_an_unknown_subject_slow(tmp_path: Path) -> None:
    rows = [figure(f"figure-{number}", "a", "1", as_of=str(1000 + number % 9000)) for number in range(30_000)]
    path = package(tmp_path / "p", rows)
    assert pl.DataFrame(returnees.open_package(path).table("figures")).height == 30_000
    result = run("figure-1x", str(path))
    assert result.exit_code == 2
