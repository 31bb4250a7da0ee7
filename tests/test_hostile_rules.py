"""What a stranger's rules, and figures in great number, cannot make the reader do."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from making import VALID, codes, copy_of_valid, describe, descriptor_of

import returnees
from returnees.consistency.effort import effort
from returnees.consistency.language import RuleError, parse
from returnees.consistency.profile import Profile
from returnees.consistency.rulefile import read_rules
from returnees.consistency.setting import setting_of
from returnees.package.limits import Limits
from returnees.package.opening import open_package

PROFILE = Profile.of(open_package(VALID).tables)
RULE = '[[rule]]\nid = "{id}"\nassert = "{text}"\nlabel = "x"\nwhy = "x"\nseverity = "error"\n'


def rule_codes(text: str, limits: Limits | None = None) -> list[str]:
    return [item.code for item in read_rules(text, "rules.toml", PROFILE, limits).findings if item.code != "F407"]


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5_000,
        "x = " + "9" * 5_000,
        "x = 9999-99-99",
        "x = 0001-01-01T99:00:00Z",
        "\0",
        "a." * 3_000 + "b = 1",
    ],
    ids=["deep", "many digits", "no date", "no time", "NUL", "many parts"],
)
def test_toml_that_cannot_be_read_is_one_finding(text: str) -> None:
    assert rule_codes(text) in (["F400"], ["F401"])


@pytest.mark.parametrize(
    "text", ["returned <= 1e999", "1e308 * 1e308 * returned <= travelled", "returned <= 1e200 * 1e200 * travelled"]
)
def test_numbers_beyond_all_bounds_in_a_rule_are_refused(text: str) -> None:
    assert rule_codes(RULE.format(id="a", text=text)) == ["F403"]


@pytest.mark.parametrize("number", ["1e999", "9" * 400, "-inf", "nan", "1e300"])
def test_numbers_beyond_all_bounds_in_an_example_are_refused(number: str) -> None:
    example = f"[rule.passes]\nfigures = [{{ measure = 'returned', exact = {number} }}]\n"
    assert rule_codes(RULE.format(id="a", text="returned <= travelled") + example) == ["F401"]


def test_a_rule_of_a_million_terms_is_refused() -> None:
    start = time.process_time()
    assert rule_codes(RULE.format(id="a", text="returned <= " + " + ".join(f"x{n}" for n in range(200_000)))) == [
        "F403"
    ]
    assert time.process_time() - start < 10


def test_a_rule_as_long_as_allowed_is_read_quickly() -> None:
    start = time.process_time()
    parse("returned <= " + " + ".join(f"x{n}" for n in range(20_000)) + " " * 100_000)
    assert time.process_time() - start < 5


def test_brackets_are_not_nested_for_ever() -> None:
    with pytest.raises(RuleError, match="nested"):
        parse("(" * 5_000 + "a" + ")" * 5_000 + " <= 1")


def test_thousands_of_rules_are_read_up_to_a_number_and_quickly() -> None:
    text = "".join(RULE.format(id=f"r{n}", text="returned <= travelled") for n in range(5_000))
    start = time.process_time()
    read = read_rules(text, "rules.toml", PROFILE)
    assert time.process_time() - start < 20
    assert len(read.rules) == 1_000
    assert "5,000 rules; at most 1,000" in next(item.message for item in read.findings if item.code == "F401")


@given(st.text(alphabet="ab_ 019.e()+-*<=>!\n", max_size=80))
@tried(300)
def test_any_text_is_a_rule_or_says_where_it_is_none(text: str) -> None:
    try:
        parse(text)
    except RuleError as error:
        assert 0 <= error.column <= len(text)


@given(st.text(max_size=200))
@tried(100)
def test_any_text_is_a_rule_file_or_says_why_not(text: str) -> None:
    read_rules(text, "rules.toml", PROFILE)


def test_a_series_of_very_many_dates_is_not_compared_with_itself(tmp_path: Path) -> None:
    # Each figure meets each later one: a hundred thousand of them would make five thousand million pairs.
    folder = copy_of_valid(tmp_path / "p")
    rule = RULE.format(id="falls", text="earlier <= later") + 'along = "as_of"\n'
    (folder / "schemas" / "rules.toml").write_text(rule)
    rows = "".join(
        f"f{n},alpha-2017,FIN,returned,{1000 + n % 1000}-{1 + n // 1000 % 12:02},exact,{n},,,persons\n"
        for n in range(12_000)
    )
    figures = folder / "data" / "figures.csv"
    figures.write_text(figures.read_text().splitlines()[0] + "\n" + rows)
    start = time.process_time()
    package = open_package(folder, limits=Limits(rule_steps=1_000_000))
    found = returnees.validate(package, conformance=False).findings
    assert time.process_time() - start < 60
    assert any(item.code == "F300" and "rule_steps" in item.message for item in found)


def with_sets(folder: Path, rows: str) -> Path:
    """Give a package a table of hierarchies."""
    descriptor = descriptor_of(folder)
    fields = [{"name": name} for name in ("dimension", "set_id", "part_id", "whole_id")]
    fields.append({"name": "exhaustive", "type": "boolean"})
    descriptor["resources"].append(
        {"name": "hierarchies", "path": "data/h.csv", "type": "table", "schema": {"fields": fields}}
    )
    (folder / "data" / "h.csv").write_text(f"dimension,set_id,part_id,whole_id,exhaustive\n{rows}")
    return describe(folder, descriptor)


def test_very_many_sets_of_one_whole_end(tmp_path: Path) -> None:
    folder = with_sets(copy_of_valid(tmp_path / "p"), "".join(f"area,s{n},FIN,USA,false\n" for n in range(20_000)))
    start = time.process_time()
    found = returnees.validate(open_package(folder), conformance=False).findings
    assert time.process_time() - start < 60
    assert codes(found).count("F414") == 1_000


def test_what_is_unpublished_beside_very_many_parts_takes_little_memory(tmp_path: Path) -> None:
    # Each part limits each other one: as many steps as the square of their number, were all taken.
    folder = with_sets(copy_of_valid(tmp_path / "p"), "".join(f"area,s,P{n},FIN,true\n" for n in range(4_000)))
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text() + "".join(f"P{n},P{n},region,\n" for n in range(4_000)))
    rule = RULE.format(id="parts", text="sum(parts) <= whole") + 'along = "hierarchies"\n'
    (folder / "schemas" / "rules.toml").write_text(rule)
    program = (
        "import returnees, resource, sys\n"
        "found = returnees.bounds(sys.argv[1])\n"
        "print(found.free + found.unasked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    # By way of a small process: the system counts to one the memory of that which started it.
    between = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    command = [sys.executable, "-I", "-c", between, sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    unpublished, megabytes = map(int, done.stdout.split())
    assert unpublished > 4_000
    assert megabytes < 1_000


def test_the_effort_is_told_as_it_is_made(tmp_path: Path) -> None:
    # Ten figures of each of two measures, each of its own date: each of the twenty stands at each of the ten dates.
    folder = copy_of_valid(tmp_path / "p")
    rows = "".join(
        f"{measure}-{year},alpha-2017,FIN,{measure},{2000 + year},exact,{year},,,persons\n"
        for measure in ("returned", "travelled")
        for year in range(10)
    )
    figures = folder / "data" / "figures.csv"
    figures.write_text(figures.read_text().splitlines()[0] + "\n" + rows)
    setting = setting_of(open_package(folder))
    assert setting is not None
    assert effort(setting.rules, setting.quantities, setting.profile, 10**9) == 20 * 10
    rule = RULE.format(id="falls", text="earlier <= later") + 'along = "as_of"\n'
    (folder / "schemas" / "rules.toml").write_text(rule)
    setting = setting_of(open_package(folder))
    assert setting is not None
    assert effort(setting.rules, setting.quantities, setting.profile, 10**9) == 2 * 10 * 10
