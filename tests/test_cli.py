"""The command line as a person meets it: exit codes, streams, sentences."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from returnees.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
PACKAGES = Path(__file__).parent / "packages"
VALID = str(PACKAGES / "valid")

pytestmark = pytest.mark.usefixtures("frictionless_here")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_every_command_has_help_and_an_example() -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert "Examples:" in result.output


def test_valid_package_exits_0() -> None:
    result = run("validate", VALID)
    assert result.exit_code == 0
    assert "0 errors, 0 warnings" in result.stdout
    assert result.stderr == ""


def test_errors_exit_1_and_warnings_do_not() -> None:
    assert run("validate", str(PACKAGES / "enum")).exit_code == 1
    assert run("validate", str(PACKAGES / "reading-of-another-number")).exit_code == 0
    assert run("validate", str(PACKAGES / "reading-of-another-number"), "--fail-on", "warning").exit_code == 1


@pytest.mark.parametrize("command", ["validate", "tidy", "show"])
def test_what_is_no_package_exits_2_with_one_sentence(command: str, tmp_path: Path) -> None:
    result = run(command, str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "does not exist" in result.stderr


def test_unknown_command_names_the_nearest() -> None:
    result = run("validat")
    assert result.exit_code == 2
    assert "did you mean 'validate'" in result.stderr


def test_json_report_has_the_documented_shape() -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
    for name in ("valid", "enum", "ragged-rows"):
        report = json.loads(run("validate", str(PACKAGES / name), "--format", "json").stdout)
        Draft202012Validator(schema).validate(report)
    assert report["valid"] is False
    assert report["summary"]["errors"] == 2


def test_text_report_fits_80_columns_and_caps_each_group(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    rows = "".join(f"X{number:04},{'n' * 90},state,\n" for number in range(500))
    with (folder / "data" / "areas.csv").open("a") as stream:
        stream.write(rows)
    result = run("validate", str(folder))
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert len(result.stdout.splitlines()) < 60
    assert "490 more of F132" in result.stdout


def test_a_million_bad_cells_do_not_print_a_million_lines(tmp_path: Path) -> None:
    fields = [{"name": f"c{number}", "type": "integer"} for number in range(10)]
    stated = {"name": "t", "path": "t.csv", "type": "table", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "bad", "resources": [stated]}))
    row = ",".join(["x"] * 10) + "\n"
    header = ",".join(field["name"] for field in fields) + "\n"  # type: ignore[misc]
    (tmp_path / "t.csv").write_text(header + row * 100_000)
    text = run("validate", str(tmp_path)).stdout
    assert len(text.splitlines()) < 60
    report = json.loads(run("validate", str(tmp_path), "--format", "json").stdout)
    assert sum("99,000 more rows" in item["message"] for item in report["findings"]) == 10


def test_control_characters_are_shown_and_not_sent(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    with (folder / "data" / "areas.csv").open("a") as stream:
        stream.write("X\x1b[2J\u202e,name,state,\n")
    text = run("validate", str(folder)).stdout
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J\\u202e" in text


def test_tidy_check_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "valid", tmp_path / "p")
    areas = folder / "data" / "areas.csv"
    lines = ["area_id,name,kind,m49", "USA,United States,country,840", "FIN,Finland,country,246", ""]
    areas.write_text("\r\n".join(lines), newline="")
    before = areas.read_bytes()
    result = run("tidy", str(folder), "--check")
    assert result.exit_code == 1
    assert "data/areas.csv: would be written anew (order of rows)" in result.stdout
    assert areas.read_bytes() == before
    assert run("tidy", str(folder)).exit_code == 0
    assert areas.read_text() == "area_id,name,kind,m49\nFIN,Finland,country,246\nUSA,United States,country,840\n"
    assert run("tidy", str(folder), "--check").exit_code == 0
    assert run("validate", str(folder)).exit_code == 0


def test_tidy_leaves_a_file_it_could_damage(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKAGES / "unclosed-quote", tmp_path / "p")
    extra = folder / "data" / "extra.csv"
    before = extra.read_bytes()
    result = run("tidy", str(folder))
    assert result.exit_code == 1
    assert "left as it is; mend F108 first" in result.stderr
    assert extra.read_bytes() == before


def test_export_refuses_an_invalid_package_unless_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused = run("export", str(PACKAGES / "enum"), "--to", str(out))
    assert refused.exit_code == 1
    assert "--allow-invalid" in refused.stderr
    assert not out.exists()
    assert run("export", str(PACKAGES / "enum"), "--to", str(out), "--allow-invalid").exit_code == 0
    assert (out / "areas.csv").is_file()


def test_export_names_the_nearest_format_and_table(tmp_path: Path) -> None:
    assert "did you mean 'json'" in run("export", VALID, "--to", str(tmp_path), "--format", "jsn").stderr
    assert "did you mean 'figures'" in run("export", VALID, "--to", str(tmp_path), "--table", "figure").stderr


def test_show_keeps_qualifiers() -> None:
    text = run("show", VALID, "--area", "FIN").stdout
    assert "about 40" in text
    assert "at least 80" in text
    assert "129" not in text
    assert "did you mean 'FIN'" in run("show", VALID, "--area", "FI").stderr


@pytest.mark.parametrize("command", [("show",), ("explain", "alpha-2017-fin-returned"), ("compare",), ("bounds",)])
def test_who_shows_what_is_not_valid_says_so(command: tuple[str, ...]) -> None:
    name, *subject = command
    path = str(PACKAGES / "integer-lexical")
    result = run(name, *subject, path)
    assert f"{path} is not valid, so far as it was read here: 3 errors, the first of them F120 (data/" in result.stderr
    assert f"'returnees validate {path}' says what is wrong." in result.stderr
    assert "not valid" not in run(name, *subject, VALID).stderr


def test_explain_a_finding_code() -> None:
    text = run("explain", "F120").stdout
    assert "Not of the field's type" in text
    assert run("explain", "F999").exit_code == 2


def in_a_shell(command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"RETURNEES": f"{sys.executable} -m returnees"}
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment, timeout=60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said_and_the_job_not_done() -> None:
    done = in_a_shell("$RETURNEES explain F201 > /dev/full")
    assert (done.returncode, done.stderr) == (2, "returnees: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="closes a stream as a POSIX shell does")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_stream_that_is_closed_is_no_terminal(closed: str) -> None:
    done = in_a_shell(f"$RETURNEES show --area USA {closed}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="closes a stream as a POSIX shell does")
def test_nobody_is_asked_where_the_input_is_closed() -> None:
    done = in_a_shell("$RETURNEES add <&-")
    assert done.returncode == 2
    assert "are missing" in done.stderr
