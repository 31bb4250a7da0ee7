"""Exports that cannot be finished: one sentence, exit code 2, and no partial file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import returnees
from returnees.cli import main
from returnees.export import FORMATS, export
from returnees.package.opening import open_package

VALID = Path(__file__).parent / "packages" / "valid"

#: Exports a package format by format where no file may grow beyond some bytes, which is what a full disk looks like.
FULL = """
import json, resource, sys
from pathlib import Path
import duckdb, xlsxwriter
from returnees import ReturneesError
from returnees.export import FORMATS, export
from returnees.package.opening import open_package
package = open_package(sys.argv[1])
package.tables
said = {}
for room in sys.argv[3:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))
    for form in FORMATS:
        try:
            export(package, Path(sys.argv[2]) / room / form, [form])
        except ReturneesError as error:
            said[f"{room}/{form}"] = str(error)
sys.stdout.write(json.dumps(said))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
def test_a_full_disk_leaves_the_old_file_or_none(tmp_path: Path) -> None:
    first = {form: export(open_package(VALID), tmp_path / "whole", [form])[0].name for form in FORMATS}
    whole = {file.name: file.read_bytes() for file in (tmp_path / "whole").iterdir()}
    # 16 bytes hold no file; 2,000 hold some of the files of those formats that have one a table.
    places = {f"{room}/{form}": tmp_path / str(room) / form for room in (16, 2_000) for form in FORMATS}
    for place in places.values():
        place.mkdir(parents=True)
        (place / first[place.name]).write_text("old")
    call = [sys.executable, "-B", "-W", "ignore", "-c", FULL, str(VALID), str(tmp_path), "16", "2000"]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert set(said) >= {*(f"16/{form}" for form in FORMATS), "2000/json", "2000/xlsx", "2000/sqlite", "2000/duckdb"}
    for name, place in places.items():
        found = {file.name: file.read_bytes() for file in place.iterdir()}
        assert name not in said or "was not written and is as it was" in said[name]
        assert name not in said or not name.startswith("16/") or found == {first[place.name]: b"old"}, name
        assert all(content in (b"old", whole.get(file)) for file, content in found.items()), name


@pytest.mark.parametrize("form", FORMATS)
def test_an_interrupted_export_leaves_the_old_file_or_none(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = open_package(VALID)
    (first, *_) = export(package, tmp_path, [form])
    for file in tmp_path.iterdir():
        file.unlink()
    first.write_text("old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    # The last moment before the new file takes the place of the old one.
    monkeypatch.setattr("returnees.writing.os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export(package, tmp_path, [form])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {first.name: b"old"}


@pytest.mark.parametrize(("form", "library"), [("xlsx", "xlsxwriter"), ("duckdb", "duckdb")])
def test_a_missing_library_is_one_sentence_that_names_the_extra(
    form: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    result = CliRunner().invoke(main, ["export", str(VALID), "--to", str(tmp_path / "out"), "--format", f"csv,{form}"])
    assert result.exit_code == 2
    assert result.stderr == (
        f"returnees: {form} needs {library}, which is not installed: "
        f"python3 -m pip install {library} (the extra '{form}')\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for form in FORMATS:
        with pytest.raises(returnees.ReturneesError, match="cannot be written"):
            export(open_package(VALID), tmp_path / "file" / "out", [form])


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["export", str(VALID), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_takes_lists_with_commas_or_one_by_one(tmp_path: Path) -> None:
    out = str(tmp_path)
    code, stdout, _ = run("--to", out, "--format", "csv, ndjson", "--table", "figures,areas", "--table", "by_area")
    assert code == 0
    names = {Path(line).name for line in stdout.splitlines()}
    assert names == {f"{name}.{form}" for name in ("figures", "areas", "by_area") for form in ("csv", "ndjson")}


def test_the_command_chooses_figures_and_columns(tmp_path: Path) -> None:
    code, _, _ = run("--to", str(tmp_path), "--format", "csv", "--table", "figures", "--where", "area=FIN",
                     "--where", "measure=returned", "--columns", "value,figure_id")  # fmt: skip
    assert code == 0
    assert (tmp_path / "figures.csv").read_text() == "value,figure_id\n40,alpha-2017-fin-returned\n"


def test_a_usage_error_of_the_command_ends_with_two(tmp_path: Path) -> None:
    code, stdout, stderr = run("--to", str(tmp_path / "out"), "--where", "area=FIM")
    assert (code, stdout) == (2, "")
    assert stderr == "returnees: no figure has area 'FIM'; did you mean 'FIN' (Finland)?\n"


def test_a_stranger_s_name_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    code, _, stderr = run("--to", str(tmp_path / "out"), "--table", "x\x1b[2J")
    assert code == 2 and "\x1b" not in stderr and "\\x1b[2J" in stderr
