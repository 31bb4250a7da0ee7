"""Where the engine stops: it says so, and what it then says is still true."""

from __future__ import annotations

import csv
import math
import shutil
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from between import figure, package, rule
from engine.exact import feasible, rows
from engine.small import rules_of

import returnees
from returnees import contradictions
from returnees.consistency.edits import lay
from returnees.consistency.known import proposed_rows
from returnees.consistency.profile import Measure, Profile
from returnees.consistency.quantities import quantities
from returnees.consistency.verdicts import verdicts
from returnees.errors import PackageError
from returnees.findings import Finding
from returnees.solve.components import Bounds, Component, Edit
from returnees.solve.conflicts import joint_conflicts
from returnees.solve.locate import locate
from returnees.solve.program import Question, ask

PACKAGES = Path(__file__).parent / "packages"


def found(folder: Path) -> list[Finding]:
    return list(returnees.validate(returnees.open_package(folder), conformance=False).findings)


def chain(length: int, excess: float = 1.0) -> Component:
    """Return quantities each at most the next, of which the first is greater than the last by `excess`."""
    edits = {number: Edit("r", ((number, 1.0), (number + 1, -1.0)), 0.0) for number in range(length)}
    ends = {0: (100.0 + excess, math.inf), length: (0.0, 100.0)}
    quantities = {
        number: Bounds(f"f{number}", *ends.get(number, (0.0, math.inf)), 0.0, math.inf) for number in range(length + 1)
    }
    return Component(edits, quantities)


def test_out_of_time_is_said_and_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contradictions, "joint_conflicts", partial(joint_conflicts, seconds=0.0))
    (item,) = found(PACKAGES / "joint-contradiction")
    assert (item.code, item.severity) == ("F208", "warning")
    assert "alpha-2017-fin-repatriated" in item.figures


def test_a_question_out_of_time_has_no_answer() -> None:
    (answer,) = ask([Question(chain(300))], seconds=0.0)
    assert answer.conflict is None and not answer.sure


def test_ties_not_followed_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contradictions, "MOST_FOLLOWED", 3)
    assert [item.code for item in found(PACKAGES / "valid")] == ["F209"]


def test_locating_out_of_time_still_gives_an_explanation_and_does_not_call_it_the_lightest() -> None:
    (item,) = locate([chain(40)], {}, seconds=0.0)
    assert not item.optimal and not item.complete
    assert len(item.suspects) == 1
    assert feasible(rows(item.component, item.suspects[0]))


def test_a_figure_of_infinite_weight_is_never_blamed() -> None:
    (item,) = locate([chain(5)], {"f0": math.inf})
    assert item.suspects == (("f5",),) and item.optimal
    (none,) = locate([chain(5)], {"f0": math.inf, "f5": math.inf})
    assert none.suspects == () and none.weight == math.inf


def test_more_explanations_than_wanted_are_cut_and_said() -> None:
    edits = {number: Edit("r", ((number, 1.0), (9, -1.0)), 0.0) for number in range(2)}
    quantities = {
        0: Bounds("a", 5, 5, 0, math.inf),
        1: Bounds("b", 5, 5, 0, math.inf),
        9: Bounds("c", 1, 1, 0, math.inf),
    }
    (item,) = locate([Component(edits, quantities)], {"c": 2.0}, most=1)
    assert len(item.suspects) == 1 and item.optimal and not item.complete


def written(folder: Path, pairs: int) -> Path:
    """Write the package of figures that break a rule with that many sources that do."""
    shutil.copytree(PACKAGES / "known-issue", folder)
    sources = [f"alpha-{number:04d}" for number in range(pairs)]
    tables = {name: (folder / "data" / f"{name}.csv") for name in ("figures", "readings", "sources")}
    heads = {name: file.read_text("utf-8").splitlines()[0] for name, file in tables.items()}
    numbers = (("returned", 90), ("travelled", 80))
    lines = {
        "figures": [f"{s}-fin-{m},{s},FIN,{m},2017-10,exact,{n},,,persons" for s in sources for m, n in numbers],
        "readings": [f"{s}-fin-{m},{s},{n},exact,{n},," for s in sources for m, n in numbers],
        "sources": [f"{s},Report {s},2017-10" for s in sources],
    }
    for name, file in tables.items():
        file.write_text("\n".join([heads[name], *lines[name]]) + "\n", "utf-8")
    issues = folder / "data" / "known_issues.csv"
    issues.write_text(issues.read_text("utf-8").replace("alpha-2017-fin-", f"{sources[-1]}-fin-"), "utf-8")
    return folder


def test_a_known_issue_is_met_however_many_edits_are_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contradictions, "MOST_BROKEN", 4)
    items = found(written(tmp_path / "package", 9))
    assert [item.code for item in items] == ["F201"] * 5 + ["F204"]
    assert "4 more edits" in next(item.message for item in items if not item.figures)


def test_proposed_rows_are_what_makes_a_contradiction_known(tmp_path: Path) -> None:
    from datetime import date

    folder = written(tmp_path / "package", 3)
    rows_to_paste = proposed_rows(found(folder), date(2026, 11, 1)).splitlines()
    assert len(list(csv.reader(rows_to_paste))) == 3
    issues = folder / "data" / "known_issues.csv"
    pasted = [row.replace(",,2026", ",As printed.,2026") for row in rows_to_paste[1:]]
    issues.write_text("\n".join([*issues.read_text("utf-8").splitlines(), *pasted]) + "\n", "utf-8")
    assert [item.code for item in found(folder)] == ["F204"] * 3


def of_many_codes(codes: int) -> tuple[Profile, pl.DataFrame]:
    """Return figures at two places, of which one breaks a rule, among 12 coordinates with that many codes."""
    names = [f"d{number:02}" for number in range(12)]
    known = frozenset(f"{number:05}" for number in range(codes))
    profile = Profile(
        {name: f"{name}_id" for name in names},
        dict.fromkeys(names, known),
        {name: Measure("persons", False) for name in "ab"},
        (),
        dated=False,
    )
    rows = [
        {"figure_id": f"{measure}{place}", "source_id": "s", "measure_id": measure, "qualifier": "exact",
         "value": value, "low": None, "high": None, **{f"{name}_id": place for name in names}}
        for measure, place, value in [("a", "00000", 9.0), ("b", "00000", 5.0), ("a", "00001", 4.0), ("b", "00001", 5)]
    ]  # fmt: skip
    return profile, pl.DataFrame(rows, schema_overrides={"low": pl.Float64, "high": pl.Float64})


@pytest.mark.parametrize("codes", [2, 60, 400])
def test_edits_are_the_same_however_many_codes_there_are(codes: int) -> None:
    profile, figures = of_many_codes(codes)
    edits = lay(rules_of(['assert = "a <= b"'], profile), quantities(figures, profile), profile)
    assert verdicts(edits.system)["verdict"].to_list() == ["broken", "holds"]


def test_codes_beyond_all_numbering_are_said() -> None:
    profile, figures = of_many_codes(2_000)
    with pytest.raises(PackageError, match="12 coordinates with so many codes"):
        quantities(figures, profile)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rules", ["a <= 1e-310 * b", "a >= 1e308 * b", "2e307 * a <= b"])
def test_numbers_at_the_end_of_all_numbers_are_reasoned_with_in_silence(rules: str, tmp_path: Path) -> None:
    figures = [figure("some", "a", "5"), figure("many", "c", "9" * 300)]
    folder = package(tmp_path / "p", figures, rule(rules) + rule("b <= c", "other"))
    assert {item.code for item in found(folder)} <= {"F203", "F208", "F300", "F407", "F411"}
    assert returnees.locate(folder).components is not None


@pytest.mark.parametrize("field", ["twin_id", "len_id", "measure_id_id", "source_id_id", "figure_id_id"])
def test_a_coordinate_may_be_called_as_a_column_of_the_engine_is(field: str, tmp_path: Path) -> None:
    figures = [figure("nine", "a", "9"), figure("five", "c", "5")]
    folder = package(tmp_path / "p", figures, rule("a <= c"))
    for name in ("datapackage.json", "figures.csv"):
        file = folder / name
        text = file.read_text("utf-8").replace("place_id", field)
        file.write_text(text.replace(f'"fields": ["{field}"]}}', '"fields": ["place_id"]}'), "utf-8")
    assert [item.code for item in found(folder) if item.rule == "the-rule" and item.code != "F407"] == ["F201"]
