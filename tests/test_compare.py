"""Where sources disagree: every pair is seen, nothing is said twice, no winner is picked."""

from __future__ import annotations

import csv
import io
import itertools
import json
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from between import figure, package
from click.testing import CliRunner
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import returnees
from returnees.cli import main

ROOT = Path(__file__).parents[1]


def test_figures_without_a_common_number_disagree_and_others_agree(tmp_path: Path) -> None:
    rows = [
        figure("one", "a", "100", source="s"),
        figure("two", "a", "160+", source="t"),
        figure("three", "a", "90..120", source="u"),
        figure("alone", "b", "5", source="s"),
    ]
    found = returnees.compare(package(tmp_path / "p", rows))
    (disagreement,) = found.disagreements
    assert [item.figure for item in disagreement.figures] == ["three", "one", "two"]
    assert disagreement.gap == 60
    (agreement,) = found.agreements
    assert sorted(item.figure for item in agreement.figures) == ["one", "three"]
    assert (agreement.low, agreement.high) == (100, 100)


def test_the_furthest_apart_come_first(tmp_path: Path) -> None:
    rows = [figure(f"{place}{source}", "a", number, source=source, place=place)
            for place, numbers in (("near", ("10", "12")), ("far", ("10", "500")), ("mid", ("10", "50")))
            for source, number in zip("st", numbers, strict=True)]  # fmt: skip
    found = returnees.compare(package(tmp_path / "p", rows))
    assert [item.coordinates["place_id"] for item in found.disagreements] == ["far", "mid", "near"]


def test_dates_agree_or_lie_within_the_window(tmp_path: Path) -> None:
    rows = [
        figure("year", "a", "1", source="s", as_of="2015"),
        figure("day", "a", "2", source="t", as_of="2015-03-01"),
        figure("later", "a", "3", source="u", as_of="2016-01-31"),
    ]
    path = package(tmp_path / "p", rows)

    def pairs(window: int) -> set[frozenset[str]]:
        found = returnees.compare(path, window=window).disagreements
        return {frozenset(item.figure for item in group.figures) for group in found}

    assert pairs(0) == {frozenset({"year", "day"})}
    assert pairs(30) == {frozenset({"year", "day"})}
    assert pairs(31) == {frozenset({"year", "day"}), frozenset({"year", "later"})}
    assert pairs(336) == {frozenset({"year", "day", "later"})}


def test_a_publisher_can_be_left_to_disagree_with_itself(tmp_path: Path) -> None:
    rows = [figure("early", "a", "1", source="s"), figure("late", "a", "2", source="t")]
    path = package(tmp_path / "p", rows, sources=[["s", "ministry"], ["t", "ministry"]])
    assert len(returnees.compare(path).disagreements) == 1
    assert returnees.compare(path, by="publisher").disagreements == ()
    said = CliRunner().invoke(main, ["compare", str(path)]).stderr
    assert "Disagreements within one publisher: 1" in said


def test_one_source_does_not_disagree_with_itself(tmp_path: Path) -> None:
    rows = [figure("one", "a", "1"), figure("two", "a", "2")]
    found = returnees.compare(package(tmp_path / "p", rows))
    assert not found.disagreements and not found.agreements


_INTERVALS = st.tuples(st.integers(0, 12), st.integers(0, 6)).map(lambda pair: f"{pair[0]}..{pair[0] + pair[1]}")
_FIGURES = st.lists(st.tuples(_INTERVALS, st.sampled_from("stu"), st.integers(0, 9)), min_size=1, max_size=9)


@given(_FIGURES, st.integers(0, 4))
@tried(20)
def test_the_pairs_are_those_of_brute_force(drawn: list[tuple[str, str, int]], window: int) -> None:
    rows = [
        figure(f"f{number}", "a", interval, source=source, as_of=str(date(2015, 1, 1) + timedelta(days=day)))
        for number, (interval, source, day) in enumerate(drawn)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = returnees.compare(package(Path(folder) / "p", rows), window=window)
    ends = [tuple(map(int, interval.split(".."))) for interval, _, _ in drawn]
    apart, meeting = {}, set()
    for one, other in itertools.combinations(range(len(drawn)), 2):
        if drawn[one][1] != drawn[other][1] and abs(drawn[one][2] - drawn[other][2]) <= window:
            gap = max(ends[one][0], ends[other][0]) - min(ends[one][1], ends[other][1])
            if gap > 0:
                apart[frozenset({f"f{one}", f"f{other}"})] = gap
            else:
                meeting.add(frozenset({f"f{one}", f"f{other}"}))
    groups = [({item.figure for item in group.figures}, group.gap) for group in found.disagreements]
    for pair, gap in apart.items():
        assert any(pair <= figures and gap <= most for figures, most in groups)
    for figures, gap in groups:
        assert gap == max(apart[pair] for pair in apart if pair <= figures)
    agreeing = [{item.figure for item in group.figures} for group in found.agreements]
    assert all(any(pair <= figures for figures in agreeing) for pair in meeting)
    assert not any(one < other for one, other in itertools.permutations(agreeing, 2))
    for group in found.agreements:
        assert group.low <= group.high
        assert len({item.source for item in group.figures}) > 1


def test_json_is_as_its_schema_says(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "compare.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    rows = [figure("one", "a", "100", source="s"), figure("two", "a", "160+", source="t"),
            figure("three", "b", "5+", source="s"), figure("four", "b", "7+", source="t")]  # fmt: skip
    result = CliRunner().invoke(main, ["compare", str(package(tmp_path / "p", rows)), "--format", "json"])
    assert result.exit_code == 0
    written = json.loads(result.stdout)
    Draft202012Validator(schema).validate(written)
    assert written == {
        "disagreements": [{"place_id": "x", "measure_id": "a", "figures": ["one", "two"], "gap": 60}],
        "agreements": [{"place_id": "x", "measure_id": "b", "figures": ["four", "three"], "low": 7, "high": None}],
    }
    shipped = CliRunner().invoke(main, ["compare", str(ROOT), "--window", "183", "--format", "json"])
    Draft202012Validator(schema).validate(json.loads(shipped.stdout))


def test_csv_has_a_row_a_figure_and_text_a_table(tmp_path: Path) -> None:
    path = str(package(tmp_path / "p", [figure("one", "a", "100", source="s"), figure("two", "a", "160+", source="t")]))
    rows = list(csv.DictReader(io.StringIO(CliRunner().invoke(main, ["compare", path, "--format", "csv"]).stdout)))
    assert [(row["kind"], row["figure_id"], row["gap"], row["low"], row["high"]) for row in rows] == [
        ("disagreement", "one", "60.0", "100.0", "100.0"),
        ("disagreement", "two", "60.0", "160.0", ""),
    ]
    empty = CliRunner().invoke(main, ["compare", path, "--where", "place=x", "--source", "s", "--format", "csv"]).stdout
    assert empty.splitlines() == [",".join(rows[0])]
    text = CliRunner().invoke(main, ["compare", path])
    assert "at least 160" in text.stdout and "60" in text.stdout
    assert "dates agree" in text.stderr


@pytest.mark.parametrize(
    ("option", "said"), [("place=y", "did you mean 'x'"), ("plaice=x", "did you mean"), ("x", "no field")]
)
def test_a_wrong_condition_is_said(option: str, said: str, tmp_path: Path) -> None:
    path = package(tmp_path / "p", [figure("one", "a", "1")])
    result = CliRunner().invoke(main, ["compare", str(path), "--where", option])
    assert result.exit_code == 2
    assert said in result.stderr or "no figure has" in result.stderr


def test_many_figures_of_one_thing_take_no_quadratic_time(tmp_path: Path) -> None:
    day = date(2000, 1, 1)
    rows = [
        figure(f"f{number}", "a", str(number % 7), source=f"s{number % 40}", as_of=str(day + timedelta(number)))
        for number in range(4_000)
    ]
    path = package(tmp_path / "p", rows)
    opened = returnees.open_package(path)
    returnees.compare(opened, where=["source=s1"])
    start = time.process_time()
    found = returnees.compare(opened, window=2)
    assert len(found.disagreements) > 3_000
    assert time.process_time() - start < 20
