"""Regular expressions that explode, and what frictionless, whose engine lets them, is given and kept from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from effort import tried
from hostile import findings, within
from hypothesis import given
from hypothesis import strategies as st
from making import codes, describe, descriptor_of, one_table

import returnees
from returnees.conformance.authority import Authority
from returnees.conformance.judge import Judge
from returnees.package.limits import Limits
from returnees.package.opening import open_package
from returnees.tables.patterns import pattern_size

EXPLODING = ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*)*b", "(a*)*b", "(?:a?){30}a{30}b", "([a-z]+)*1"]


@pytest.mark.parametrize("pattern", EXPLODING)
def test_a_pattern_that_explodes_elsewhere_is_quick_here(tmp_path: Path, pattern: str) -> None:
    one_table(tmp_path, b"a\n" + b"a" * 50_000 + b"\n", [{"name": "a", "constraints": {"pattern": pattern}}])
    with within(20):
        assert codes(findings(tmp_path)) == ["F133"]


@pytest.mark.parametrize("pattern", ["(a{1000}){1000}", "((a{100}){100}){100}", "\\w{5000}"])
def test_a_pattern_that_grows_when_compiled_is_refused(tmp_path: Path, pattern: str) -> None:
    one_table(tmp_path, b"a\nx\n", [{"name": "a", "constraints": {"pattern": pattern}}])
    with within(20):
        (found,) = findings(tmp_path)
    assert found.code == "F122"
    assert len(found.message) < 5_100


def test_a_pattern_of_many_steps_is_not_run(tmp_path: Path) -> None:
    # It compiles, and takes 40,000 steps for each of the cell's characters: seven seconds for these 20,000.
    one_table(tmp_path, b"a\n" + b"a" * 2_000_000 + b"\n", [{"name": "a", "constraints": {"pattern": "a?" * 20_000}}])
    with within(20):
        (found,) = findings(tmp_path)
    assert (found.code, "more steps" in found.message) == ("F122", True)


def test_patterns_of_all_tables_share_the_steps(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\nxy\n", [{"name": "a", "constraints": {"pattern": "[a-z]+"}}])
    first = descriptor_of(tmp_path)["resources"][0]
    describe(tmp_path, {"name": "x", "resources": [{**first, "name": f"t{n}"} for n in range(5)]})
    assert codes(findings(tmp_path, Limits(pattern_steps=10))) == ["F122"] * 2
    assert findings(tmp_path, Limits(pattern_steps=15)) == []


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("", 0), ("abc", 3), ("a(bc){2}d?", 6), ("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", 10),
        ("(a{1000}){1000}", 1_000_000), ("a{1000}{1000}", 1_000_000), ("(a?){5000}a{5000}", 10_000), ("[a-z)(]{3}", 3),
        ("\\d{3,5}", 5), ("a{2,}", 2), ("\\(x\\)", 3), ("[]a]{2}", 2), ("(((", 0),
    ],
)  # fmt: skip
def test_the_size_of_a_pattern(pattern: str, size: int) -> None:
    assert pattern_size(pattern) == size


@given(st.text(alphabet="ab(){}[]\\|?*+.,0123456789^$-", max_size=60))
@tried(200)
def test_any_pattern_has_a_size_and_is_judged(pattern: str) -> None:
    assert 0 <= pattern_size(pattern) <= 10**12


def test_a_pattern_that_explodes_in_frictionless_is_waited_for_so_long_only(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n" + b"a" * 40 + b"\n", [{"name": "a", "constraints": {"pattern": EXPLODING[0]}}])
    with within(60):
        report = returnees.validate(tmp_path, limits=Limits(judge_seconds=2))
    assert "F133" in codes(report.findings)  # our own judgement stands
    assert not any(item.code == "F501" for item in report.findings)


@pytest.mark.parametrize(
    "hostile",
    [
        {"extrapaths": ["../secret.csv"]},
        {"basepath": ".."},
        {"scheme": "https"},
        {"checklist": {"checks": [{"type": "row-constraint", "formula": "exit()"}]}},
        {"pipeline": "../secret.json"},
        {"profile": "../secret.json"},
        {"profile": "https://example.org/profile.json"},
        {"innerpath": "x"},
        {"control": {"type": "sql"}},
        {"$schema": "https://example.org/profile.json"},
    ],
    ids=str,
)
def test_frictionless_is_not_told_what_leads_elsewhere(tmp_path: Path, hostile: dict[str, Any]) -> None:
    (tmp_path / "secret.csv").write_text("a\nsecret\n")
    (tmp_path / "secret.json").write_text("{}")
    folder = one_table(tmp_path / "p", b"a\n1\n", [{"name": "a"}], **hostile)
    descriptor = descriptor_of(folder)
    package = open_package(describe(folder, {**descriptor, **hostile}))
    with Judge() as judge:
        given: list[bytes] = []
        assert judge._process.stdin is not None
        judge._process.stdin.write = given.append  # type: ignore[method-assign, assignment]
        Authority(judge).ask(package)
    task = json.loads(b"".join(given))
    assert not set(hostile) & (set(task["descriptor"]) | set(task["descriptor"]["resources"][0]))


CONFINED = """
import socket, sys
from returnees.conformance.worker import _confine
_confine(sys.argv[1])
open(sys.argv[1] + "/t.csv").close()
for attempt in (
    lambda: open(sys.argv[1] + "/../secret.csv"),
    lambda: open("/etc/hostname"),
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: bytearray(32 * 2**30),
):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, error)
    else:
        print("was let")
"""


def test_the_process_of_frictionless_reads_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n")
    folder = one_table(tmp_path / "p", b"a\n1\n", [{"name": "a"}])
    # The folder of temporary files is allowed, and pytest's are in it: another one is named.
    environment = {"TMPDIR": str(folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, str(folder)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.stdout.splitlines() == [
        "OSError only files of the package are read",
        "OSError only files of the package are read",
        "OSError the network is not used",
        "OSError the network is not used",
        "MemoryError ",
    ], done.stderr


def test_frictionless_is_not_asked_about_a_large_file_of_few_lines(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n" + b"x" * (65 * 2**20) + b"\n", [{"name": "a"}])
    report = returnees.validate(tmp_path)
    assert codes(report.findings).count("F502") == 1
