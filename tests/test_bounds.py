"""What quantities can be: right by another solver, and said for contradictory figures as well."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from between import FIRMS, figure, package, rule
from click.testing import CliRunner, Result
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import returnees
from returnees.cli import main
from returnees.solve.bounds import _Program, implied_bounds
from returnees.solve.components import Bounds, Component, Edit

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["bounds", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_unpublished_quantities_are_bounded_by_published_ones(tmp_path: Path) -> None:
    rows = [figure("four", "a", "4..6"), figure("ten", "c", "10")]
    found = returnees.bounds(package(tmp_path / "p", rows, rule("a + b == c")))
    by_measure = {item.coordinates["measure_id"]: item for item in found.quantities}
    assert (by_measure["b"].low, by_measure["b"].high) == (4, 6)
    assert by_measure["b"].figure is None
    assert by_measure["b"].binding == ("four", "ten")
    assert (by_measure["a"].low, by_measure["a"].high) == (4, 6)
    assert not by_measure["a"].narrower


def test_a_published_figure_can_be_narrower_than_printed(tmp_path: Path) -> None:
    rows = [figure("some", "a", "4+"), figure("ten", "c", "10")]
    found = returnees.bounds(package(tmp_path / "p", rows, rule("a <= c")))
    (item,) = [item for item in found.quantities if item.figure == "some"]
    assert item.narrower and (item.low, item.high) == (4, 10)
    assert set(item.binding) == {"some", "ten"}


def test_beside_a_contradiction_the_bounds_are_those_without_it_and_it_is_said(tmp_path: Path) -> None:
    rows = [
        figure("six", "a", "6"),
        figure("five", "c", "5"),
        figure("two", "d", "2"),
        figure("lone", "a", "7", source="s"),
    ]
    rules = rule("a <= c") + rule("d <= a", "other")
    path = str(package(tmp_path / "p", rows, rules, measures=[[name, "persons", "false"] for name in "abcd"]))
    written = {item["figure_id"]: item for item in json.loads(run(path, "--format", "json").stdout)["quantities"]}
    told = {name: (item["low"], item["high"], item["binding"], item["status"]) for name, item in written.items()}
    assert told == {
        "two": (2, 2, ["two"], "contradictory"),
        "six": (2, None, ["two"], "contradictory"),
        "five": (2, None, ["two"], "contradictory"),
        "lone": (7, 7, ["lone"], "follows"),
        None: (0, 7, ["lone"], "follows"),
    }
    result = run(path)
    assert result.exit_code == 0
    assert "2 or more *" in result.stdout
    assert "* 3 hang together with figures that contradict each other" in result.stderr


def test_filters_choose_quantities_not_what_they_follow_from(tmp_path: Path) -> None:
    rows = [figure("four", "a", "4"), figure("ten", "c", "10")]
    path = str(package(tmp_path / "p", rows, rule("a + b == c")))
    (only,) = json.loads(run(path, "--where", "measure=b", "--format", "json").stdout)["quantities"]
    assert (only["low"], only["high"], only["published"]) == (6, 6, False)
    assert run(path, "--measure", "z").exit_code == 2
    assert run(path, "--where", "mesure=b").exit_code == 2
    assert "did you mean" in run(path, "--where", "mesure_id=b").stderr


def test_a_package_without_rules_has_the_printed_bounds(tmp_path: Path) -> None:
    (item,) = returnees.bounds(package(tmp_path / "p", [figure("four", "a", "~40")])).quantities
    assert (item.low, item.high, item.binding) == (35, 45, ("four",))


def test_many_unpublished_quantities_are_asked_about_only_when_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnees.bounding.MOST_UNASKED", 2)
    path = str(package(tmp_path / "p", [figure("four", "a", "4"), figure("ten", "c", "10")], rule("a + b == c")))
    result = run(path, "--format", "csv")
    assert [row["figure_id"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["four", "ten"]
    assert "1 that were not published were not asked about" in result.stderr
    for chosen in (["--all"], ["--where", "place=x"]):
        assert len(list(csv.DictReader(io.StringIO(run(path, "--format", "csv", *chosen).stdout)))) == 3


def test_among_many_figures_unpublished_quantities_are_sought_for_chosen_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnees.bounding.MOST_SOUGHT", 3)
    rows = [figure(f"{name}{source}", name, number, source=source)
            for source in ("s", "t") for name, number in (("a", "4"), ("c", "10"))]  # fmt: skip
    path = str(package(tmp_path / "p", rows, rule("a + b == c")))
    result = run(path, "--format", "csv")
    assert result.stdout.count("\n") == 5 and "were not looked for" in result.stderr
    chosen = list(csv.DictReader(io.StringIO(run(path, "--source", "t", "--format", "csv").stdout)))
    assert [(row["source_id"], row["measure_id"], row["low"], row["high"]) for row in chosen] == [
        ("t", "a", "4", "4"), ("t", "b", "6", "6"), ("t", "c", "10", "10"),
    ]  # fmt: skip
    assert run(path, "--all", "--format", "csv").stdout.count("\n") == 7


def test_json_is_as_its_schema_says(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "bounds.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    for arguments in ([str(FIRMS)], [str(ROOT), "--source", "soufan-2017", "--measure", "returned"]):
        written = json.loads(run(*arguments, "--format", "json").stdout)
        Draft202012Validator(schema).validate(written)
        assert written["quantities"]
    path = package(tmp_path / "p", [figure("four", "a", "4+"), figure("x", "c", "5+")], rule("a + b <= c"))
    written = json.loads(run(str(path), "--measure", "a", "--format", "json").stdout)
    assert written == {
        "quantities": [{
            "source_id": "a", "place_id": "x", "measure_id": "a", "as_of": "2017", "figure_id": "four",
            "published": True, "low": 4, "high": None, "binding": ["four"], "status": "follows",
        }]
    }  # fmt: skip


def test_a_number_that_runs_backwards_says_nothing_and_hides_nothing(tmp_path: Path) -> None:
    rows = [figure("back", "a", "9..3"), figure("ten", "c", "10"), figure("four", "a", "4", source="s"),
            figure("seven", "c", "7", source="s")]  # fmt: skip
    found = returnees.bounds(package(tmp_path / "p", rows, rule("a + b == c")))
    assert {item.status for item in found.quantities} == {"follows"}
    # What it says is nothing that can be reasoned with: the quantity is as if it had not been published.
    assert "back" not in {item.figure for item in found.quantities}
    (of_back,) = (
        item for item in found.quantities
        if (item.coordinates["source_id"], item.coordinates["measure_id"]) == ("a", "a")
    )  # fmt: skip
    assert (of_back.low, of_back.high) == (0, 10)
    of_s = [item for item in found.quantities if item.coordinates["source_id"] == "s" and item.figure is None]
    assert [(item.low, item.high) for item in of_s] == [(3, 3)]


def test_no_sure_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returnees.solve.bounds.optimal", lambda solver: False)
    monkeypatch.setattr("returnees.solve.bounds._Program._late", lambda self: True)
    path = package(tmp_path / "p", [figure("four", "a", "4"), figure("ten", "c", "10")], rule("a + b == c"))
    result = run(str(path))
    assert "no sure answer" in result.stdout
    assert "--seconds gives more time" in result.stderr


_ENDS = st.tuples(st.integers(0, 20), st.one_of(st.integers(0, 20), st.just(math.inf)))
_COEFFICIENTS = st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
_EDITS = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 4), _COEFFICIENTS, min_size=1, max_size=4), st.integers(0, 15)), max_size=6
)


@given(st.lists(_ENDS, min_size=5, max_size=5), _EDITS)
@tried(60)
def test_the_bounds_are_those_of_another_solver(
    ends: list[tuple[int, float]], edits: list[tuple[dict[int, float], int]]
) -> None:
    from scipy.optimize import linprog

    intervals = [(float(low), low + most) for low, most in ends]
    # Every number of the lows is a solution, so that something follows.
    limits = [limit + sum(value * intervals[place][0] for place, value in terms.items()) for terms, limit in edits]
    used = sorted({place for terms, _ in edits for place in terms})
    component = Component(
        {number: Edit("r", tuple(terms.items()), limits[number]) for number, (terms, _) in enumerate(edits)},
        {place: Bounds(f"f{place}", *intervals[place], 0.0, math.inf) for place in used},
    )
    if not used:
        return
    matrix = np.array([[terms.get(place, 0.0) for place in used] for terms, _ in edits])
    outcome = implied_bounds([component], set(used))
    assert not outcome.late and not outcome.contradictory
    for item in outcome.bounds:
        cost = np.array([float(place == item.quantity) for place in used])
        for sign, found in ((1.0, item.low), (-1.0, item.high)):
            answer = linprog(sign * cost, A_ub=matrix, b_ub=limits, bounds=[intervals[place] for place in used])
            expected = sign * answer.fun if answer.status == 0 else -sign * math.inf
            assert math.isclose(found, expected, rel_tol=1e-7, abs_tol=1e-7)


def test_the_time_limit_is_for_each_quantity_not_for_all() -> None:
    """The solver's clock runs on from one run to the next: late quantities once had no time left."""
    # One of them can be the most it can only where all others are nothing: each has a run of its own.
    ends = {place: Bounds(f"f{place}", 0.0, 9.0, 0.0, math.inf) for place in range(40)}
    together = Edit("r", tuple((place, 1.0) for place in range(40)), 7.0)
    program = _Program(Component({0: together}, ends), 5.0)
    runs = 0
    for place in range(40):
        spent = program.solver.getRunTime()
        program.end(place, -1)
        if program.solver.getRunTime() > spent:
            runs += 1
            assert program.solver.getOptionValue("time_limit")[1] >= 5.0 + spent
    assert runs > 1
