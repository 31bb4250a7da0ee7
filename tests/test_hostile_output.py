"""A stranger's text on its way out: nothing that a terminal obeys or an eye is deceived by gets through as it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from making import copy_of_valid, descriptor_of

from returnees.cli import main
from returnees.outcome import Report
from returnees.package.opening import open_package
from returnees.report.escape import for_json, visible
from returnees.report.forms import rendered
from returnees.validation import validate

pytestmark = pytest.mark.usefixtures("frictionless_here")

#: What clears a screen, sets a title, colours, moves back, turns the direction, hides, breaks a line.
NASTY = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x7f\x85\u200b\u202egnp\u202c\u2066\u2069\u2028\u2029\ufeff"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """Return a package with such text wherever a stranger can put any, and something wrong beside it."""
    folder = copy_of_valid(tmp_path / "p")
    descriptor = descriptor_of(folder)
    descriptor["name"] = f"name{NASTY}"
    descriptor["version"] = f"1.0.0{NASTY}"
    descriptor["title"] = f"A title {NASTY}"
    descriptor["description"] = f"A description {NASTY}"
    descriptor["contributors"] = [{"title": f"Someone {NASTY}"}]
    descriptor["resources"].append({"name": f"more{NASTY}", "path": f"nowhere{NASTY}.csv"})
    for table in descriptor["resources"]:
        for field in table.get("schema", {}).get("fields", []):
            field["title"] = f"A field {NASTY}"
            field["description"] = f"What it holds {NASTY}"
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    for name in ("areas", "sources", "figures", "readings"):
        table = folder / "data" / f"{name}.csv"
        head, first, *rows = table.read_text("utf-8").split("\n")
        cells = first.split(",")
        changed = [cells[0], *(f"{cell}{NASTY}" for cell in cells[1:])]
        table.write_text("\n".join([head, ",".join(changed), *rows]), "utf-8", newline="")
    rules = folder / "schemas" / "rules.toml"
    text = rules.read_text("utf-8").replace("No more return", "No more \\u001b[2J\\u202e return")
    rules.write_text(f'{text}\n[[rule]]\nid = "x\\u001b"\n', "utf-8")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "PACKAGE"],
        ["validate", "PACKAGE", "--format", "json"],
        ["show", "PACKAGE"],
        ["show", "PACKAGE", "--format", "json"],
        ["explain", "no\x1b[2Jsuch\u202e", "PACKAGE"],
        ["cite", "PACKAGE"],
        ["cite", "PACKAGE", "alpha-2017-fin-returned"],
        ["cite", "PACKAGE", "--format", "csl"],
        ["cite", "PACKAGE", "--format", "bibtex"],
        ["tidy", "PACKAGE", "--check"],
        ["export", "PACKAGE", "--to", "OUT"],
        ["export", "PACKAGE", "--to", "OUT", "--allow-invalid"],
        ["release", "PACKAGE", "--to", "OUT"],
        ["diff", "PACKAGE", "PLAIN"],
        ["diff", "PLAIN", "PACKAGE", "--format", "json"],
        ["diff", "PLAIN", "PACKAGE", "--changelog"],
        ["diff", "PLAIN", "PACKAGE", "--check"],
        ["codebook", "PACKAGE", "--check"],
        ["catalogue", "PACKAGE", "--check"],
        ["validate", "PACKAGE\x1b[2J\u202e"],
    ],
    ids=lambda value: " ".join(value).encode("ascii", "backslashreplace").decode(),
)
def test_what_a_command_prints_is_safe(nasty: Path, tmp_path: Path, arguments: list[str]) -> None:
    plain = copy_of_valid(tmp_path / "plain")
    named = {"PACKAGE": str(nasty), "OUT": str(tmp_path / "out"), "PLAIN": str(plain)}
    result = CliRunner().invoke(main, [named.get(item, item) for item in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert UNSAFE.search(result.output) is None, ascii(UNSAFE.search(result.output))


def test_the_reports_say_which_characters_there_were(nasty: Path) -> None:
    report = validate(open_package(nasty), conformance=False)
    assert r"\x1b[2J" in rendered("text", report)
    told = json.loads(rendered("json", report))
    assert any("\x1b[2J" in item["message"] for item in told["findings"])  # the values are as they are


def test_data_for_programs_is_as_it_is_in_a_pipe_and_safe_on_a_terminal(nasty: Path, tmp_path: Path) -> None:
    piped = CliRunner().invoke(main, ["show", str(nasty), "--format", "csv"]).stdout
    assert "\x1b[2J" in piped
    shown = on_a_terminal("show", str(nasty), "--format", "csv")
    assert "alpha-2017-usa-returned" in shown
    assert UNSAFE.search(shown) is None


def on_a_terminal(*arguments: str) -> str:
    """Return what a command prints when its output is a terminal."""
    near, far = os.openpty()
    with subprocess.Popen([sys.executable, "-m", "returnees", *arguments], stdout=far, stderr=subprocess.DEVNULL):
        os.close(far)
        parts = []
        try:
            while part := os.read(near, 65_536):
                parts.append(part)
        except OSError:
            pass  # Linux: the other end is closed
        finally:
            os.close(near)
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")


@given(st.text())
def test_visible_text_is_safe_and_stays_so(text: str) -> None:
    shown = visible(text)
    assert UNSAFE.search(shown) is None
    assert "\n" not in shown
    assert visible(shown) == shown


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_made_safe_has_the_same_values(value: object) -> None:
    shown = for_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert UNSAFE.search(shown) is None
    assert json.loads(shown) == value


def test_a_report_on_names_without_end_stays_readable() -> None:
    from returnees.findings import finding

    item = finding("F003", "x" * 1_000_000, file="y" * 100)
    assert len(item.message) < 5_100
    assert "995,000 more characters" in item.message
    assert max(map(len, rendered("text", Report("p", None, (item,))).splitlines())) <= 80
