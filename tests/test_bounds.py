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
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import returnees
from returnees.cli import main
from returnees.solve.bounds import implied_bounds
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


def test_contradictory_figures_are_listed_and_said(tmp_path: Path) -> None:
    rows = [figure("six", "a", "6"), figure("five", "c", "5"), figure("lone", "a", "7", source="s")]
    path = str(package(tmp_path / "p", rows, rule("a + b <= c")))
    written = json.loads(run(path, "--format", "json").stdout)["quantities"]
    of_six = next(item for item in written if item["figure_id"] == "six")
    assert of_six["status"] == "contradictory" and of_six["low"] is None and of_six["high"] is None
    lone = next(item for item in written if item["figure_id"] == "lone")
    assert (lone["low"], lone["high"], lone["binding"], lone["status"]) == (7, 7, ["lone"], "follows")
    result = run(path)
    assert result.exit_code == 0
    assert "figures that contradict each other" in result.stdout
    assert "stand beside figures that contradict each other" in result.stderr


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


def test_no_answer_in_time_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returnees.solve.bounds.optimal", lambda solver: False)
    monkeypatch.setattr("returnees.solve.bounds._Program._late", lambda self: True)
    path = package(tmp_path / "p", [figure("four", "a", "4"), figure("ten", "c", "10")], rule("a + b == c"))
    result = run(str(path))
    assert "no answer in time" in result.stdout
    assert "--seconds gives more" in result.stderr


_ENDS = st.tuples(st.integers(0, 20), st.one_of(st.integers(0, 20), st.just(math.inf)))
_COEFFICIENTS = st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
_EDITS = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 4), _COEFFICIENTS, min_size=1, max_size=4), st.integers(0, 15)), max_size=6
)


@given(st.lists(_ENDS, min_size=5, max_size=5), _EDITS)
@settings(max_examples=60, deadline=None)
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
