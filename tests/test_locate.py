"""Which figures must be wrong: sentences, weights, caps, time, JSON, exit codes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from between import FIRMS, figure, package, rule
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import returnees
from returnees.cli import main

ROOT = Path(__file__).parents[1]
RULE = rule("a + b <= c")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["locate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Six returned and five killed of ten: something must be wrong."""
    rows = [figure("six", "a", "6"), figure("five", "b", "5"), figure("ten", "c", "10")]
    return package(tmp_path / "broken", rows, RULE)


def test_every_lightest_explanation_is_given(broken: Path) -> None:
    (component,) = returnees.locate(broken).components
    assert component.suspects == (("five",), ("six",), ("ten",))
    assert component.weight == 1
    assert component.proved_optimal and component.complete


def test_a_figure_weighs_as_much_as_the_documents_it_was_read_in(tmp_path: Path) -> None:
    rows = [figure("six", "a", "6"), figure("five", "b", "5"), figure("ten", "c", "10")]
    readings = [["six", "d1"], ["six", "d2"], ["five", "d1"], ["ten", "d1"], ["ten", "d2"], ["ten", "d3"]]
    (component,) = returnees.locate(package(tmp_path / "p", rows, RULE, readings=readings)).components
    assert component.suspects == (("five",),)
    heavier = returnees.locate(package(tmp_path / "p", rows, RULE, readings=readings), weights={"five": 2.5})
    assert heavier.components[0].suspects == (("six",),)
    assert heavier.components[0].weight == 2


def test_infinite_weight_is_never_blamed(broken: Path) -> None:
    result = run(str(broken), "--weight", "six=inf", "--weight", "five=inf", "--format", "json")
    (component,) = json.loads(result.stdout)["components"]
    assert component["suspects"] == [["ten"]]
    everything = [f"--weight={name}=inf" for name in ("six", "five", "ten")]
    result = run(str(broken), *everything, "--format", "json")
    (component,) = json.loads(result.stdout)["components"]
    assert component["suspects"] == [] and component["weight"] is None
    assert result.exit_code == 1
    assert "never to be wrong" in run(str(broken), *everything).stdout


@pytest.mark.parametrize(
    ("weight", "said"),
    [("sixx=2", "did you mean 'six'"), ("six", "FIGURE=W"), ("six=x", "FIGURE=W"), ("six=0", "above 0"),
     ("six=-1", "above 0"), ("six=nan", "above 0"), ("=2", "FIGURE=W")],
)  # fmt: skip
def test_a_wrong_weight_is_said(broken: Path, weight: str, said: str) -> None:
    result = run(str(broken), "--weight", weight)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_text_says_it_in_a_sentence_with_the_source_and_fits_80_columns(broken: Path) -> None:
    result = run(str(broken))
    assert result.exit_code == 1
    words = " ".join(result.stdout.split())
    assert "These 3 figures of a cannot all be true. The least that must be wrong (weight 1) is one of these 3" in words
    assert "- 5: five (source a, as of 2017, figures.csv:3)" in words
    assert "b 5 + a 6 <= c 10 5 + 6 = 11 at least, against 10 at most" in words
    assert "1 contradiction" in result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_cap_is_said(broken: Path) -> None:
    result = run(str(broken), "--max-explanations", "2", "--format", "json")
    assert len(json.loads(result.stdout)["components"][0]["suspects"]) == 2
    assert "--max-explanations lists more" in result.stderr
    assert "one of these 2 and more" in " ".join(run(str(broken), "--max-explanations", "2").stdout.split())


def test_figures_that_no_edit_alone_contradicts_are_explained_by_several_edits(tmp_path: Path) -> None:
    rows = [figure("low", "a", "6+"), figure("high", "c", "-3")]
    rules = rule("a <= b", "first") + rule("b <= c", "second")
    (component,) = returnees.locate(package(tmp_path / "p", rows, rules)).components
    assert component.suspects == (("high",), ("low",))
    assert {edit.rule for edit in component.edits} == {"first", "second"}
    assert component.reasons[0].numbers is None
    text = run(str(tmp_path / "p")).stdout
    assert "a at least 6 <= b (not published) (first)" in text


def test_nothing_wrong_exits_0(tmp_path: Path) -> None:
    result = run(str(package(tmp_path / "p", [figure("six", "a", "6"), figure("ten", "c", "10")], RULE)))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "Nothing must be wrong" in result.stderr
    assert json.loads(run(str(tmp_path / "p"), "--format", "json").stdout) == {"components": []}


def test_warnings_blame_no_one_and_no_rules_are_no_failure(tmp_path: Path) -> None:
    rows = [figure("six", "a", "6"), figure("one", "c", "1")]
    assert run(str(package(tmp_path / "p", rows, rule("a <= c", severity="warning")))).exit_code == 0
    assert run(str(package(tmp_path / "q", rows))).exit_code == 0
    result = run(str(package(tmp_path / "r", rows, "[[rule]\n")))
    assert result.exit_code == 0
    assert "Not every rule was used" in result.stderr


def test_a_known_issue_is_shown_and_does_not_fail(tmp_path: Path) -> None:
    rows = [figure("six", "a", "6"), figure("five", "b", "5"), figure("ten", "c", "10")]
    known = [["issue", "the-rule", "six five ten", "Printed so.", "2026-01-01"]]
    result = run(str(package(tmp_path / "p", rows, RULE, known_issues=known)))
    assert result.exit_code == 0
    assert "known issue issue" in result.stdout
    assert "1 of them known issue" in result.stderr
    other = [["issue", "another-rule", "six five ten", "Printed so.", "2026-01-01"]]
    assert run(str(package(tmp_path / "q", rows, RULE, known_issues=other))).exit_code == 1


def test_a_component_whose_time_runs_out_says_so(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from returnees.solve import locate as search
    from returnees.solve.hitting import OutOfTime

    def never(*_: object) -> None:
        raise OutOfTime

    monkeypatch.setattr(search, "hitting_sets", never)
    result = run(str(broken), "--format", "json")
    assert json.loads(result.stdout)["components"][0]["proved_optimal"] is False
    assert "--seconds gives more" in result.stderr
    assert "The time ran out: this would explain it" in " ".join(run(str(broken)).stdout.split())


def test_numbers_of_any_size_are_located(tmp_path: Path) -> None:
    rows = [figure("many", "a", "1000000000000"), figure("one", "b", "100000"), figure("whole", "c", "1000000000000")]
    (component,) = returnees.locate(package(tmp_path / "p", rows, RULE)).components
    assert component.suspects == (("many",), ("one",), ("whole",))


def test_json_is_as_its_schema_says(broken: Path) -> None:
    schema = json.loads((ROOT / "docs" / "locate.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    for arguments in ([str(broken)], [str(FIRMS)], [str(ROOT)]):
        written = json.loads(run(*arguments, "--format", "json").stdout)
        Draft202012Validator(schema).validate(written)
    assert json.loads(run(str(broken), "--format", "json").stdout) == {
        "components": [{
            "figures": ["five", "six", "ten"],
            "edits": [{"rule": "the-rule", "figures": ["five", "six", "ten"], "statement": "b 5 + a 6 <= c 10"}],
            "suspects": [["five"], ["six"], ["ten"]],
            "weight": 1,
            "proved_optimal": True,
        }]
    }  # fmt: skip


def test_weights_of_the_api_are_checked(broken: Path) -> None:
    with pytest.raises(returnees.UsageError, match="above 0"):
        returnees.locate(broken, weights={"six": 0})
    assert returnees.locate(broken, weights={"six": math.inf}).unexplained
