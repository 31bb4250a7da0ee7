"""The codebook: made from the Table Schemas and the data, and never stale."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from returnees.cli.codebook import command
from returnees.codebook import codebook
from returnees.errors import PackageError, UsageError
from returnees.package.opening import open_package

ROOT = Path(__file__).resolve().parents[1]
VALID = Path(__file__).parent / "packages" / "valid"


def package(folder: Path, cells: str, schema: dict[str, Any] | None) -> Path:
    """Make a package of one table."""
    resource: dict[str, Any] = {"name": "farms", "path": "farms.csv", "type": "table"}
    if schema is not None:
        resource["schema"] = schema
    (folder / "farms.csv").write_text(cells, encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps({"name": "farms", "resources": [resource]}), encoding="utf-8")
    return folder


def test_the_shipped_codebook_is_as_it_should_be() -> None:
    result = CliRunner().invoke(command, [str(ROOT), "--check"])
    assert result.exit_code == 0, f"{result.output}\nrun 'returnees codebook'"


def test_it_names_every_table_field_and_listed_code() -> None:
    opened = open_package(ROOT)
    written = codebook(opened)
    for name, table in opened.tables.items():
        assert f"(`{name}`)" in written
        for field in table.schema.fields:
            assert f"| `{field.name}` | " in written
            for code in field.constraints.get("enum", ()):
                assert f"| `{code}` | " in written
    for name in ("areas", "measures", "populations", "affiliations", "theatres"):
        for code in opened.table(name)[f"{name.removesuffix('s')}_id"]:
            assert f"| `{code}` | " in written


def test_the_counts_are_those_of_the_data() -> None:
    opened = open_package(ROOT)
    figures = opened.table("figures")
    section = codebook(opened).split("### Codes of `figures`.`qualifier`")[1].split("###")[0]
    counted = {line.split("`")[1]: line.split("|")[2].strip().replace(",", "") for line in section.splitlines()
               if line.startswith("| `")}  # fmt: skip
    assert {code: int(rows) for code, rows in counted.items() if rows != "0"} == dict(
        figures["qualifier"].value_counts().iter_rows()
    )
    measures = codebook(opened).split("### Codes of `measures`\n")[1].split("##")[0]
    assert sum(int(line.split("|")[-2].replace(",", "")) for line in measures.splitlines() if "`" in line) == (
        figures.height
    )


def test_any_package_has_one() -> None:
    assert codebook(open_package(VALID)).startswith("# Codebook of ")


def test_numbers_and_yes_and_no_are_counted_as_codes(tmp_path: Path) -> None:
    fields = [
        {"name": "grade", "type": "number", "constraints": {"enum": [1, 2.5, 9]}},
        {"name": "open", "type": "boolean"},
    ]
    written = codebook(open_package(package(tmp_path, "grade,open\n1,true\n1.0,\n2.5,false\n", {"fields": fields})))
    assert "| `1` | 2 |\n| `2.5` | 1 |\n| `9` | 0 |" in written
    assert "| `true` | 1 |\n| `false` | 1 |" in written


def test_a_stranger_s_words_stay_words(tmp_path: Path) -> None:
    hostile = "a | b `c` <script>\n# [x](y) \x1b[31m\u202e"
    fields = [{"name": "a", "description": hostile, "constraints": {"enum": [hostile]}}]
    written = codebook(open_package(package(tmp_path, "a\nx\n", {"fields": fields})))
    assert "a \\| b \\`c\\` \\<script> # \\[x\\](y) \\\\x1b\\[31m\\\\u202e" in written
    assert not {"\x1b", "\u202e"} & set(written)
    assert all(line.replace("\\|", "").count("|") in (3, 5) for line in written.splitlines() if line.startswith("|"))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("# not a heading", "\\# not a heading"),
        ("- not a list", "\\- not a list"),
        ("1. not a list", "1\\. not a list"),
        ("1.5 of all, _so_ to say at_least", "1.5 of all, \\_so\\_ to say at_least"),
        ("a &lt; b & c", "a \\&lt; b & c"),
    ],
)
def test_a_description_is_a_paragraph(tmp_path: Path, said: str, written: str) -> None:
    folder = package(tmp_path, "a\nx\n", {"fields": [{"name": "a"}]})
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    descriptor["resources"][0]["description"] = said
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    assert f"\n\n{written}\n\n" in codebook(open_package(folder))


def test_without_a_schema_the_header_is_listed(tmp_path: Path) -> None:
    assert "| `b` | string | 1 |  |" in codebook(open_package(package(tmp_path, "a,b\n1,2\n,\n", None)))


def test_a_package_without_tables_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"name": "none", "resources": []}', encoding="utf-8")
    with pytest.raises(PackageError, match="no table that can be read"):
        codebook(open_package(tmp_path))


def test_check_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "codebook.md"
    stale = CliRunner().invoke(command, [str(VALID), "--to", str(file), "--check"])
    assert (stale.exit_code, file.exists()) == (1, False)
    assert "stale" in stale.stdout
    assert CliRunner().invoke(command, [str(VALID), "--to", str(file)]).exit_code == 0
    assert file.read_text("utf-8") == codebook(open_package(VALID))
    assert CliRunner().invoke(command, [str(VALID), "--to", str(file), "--check"]).exit_code == 0


def test_the_shipped_package_and_archives_are_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(command, [])
    assert isinstance(refused.exception, UsageError)
    assert "this folder holds no datapackage.json" in str(refused.exception)
    archive = shutil.make_archive(str(tmp_path / "zipped"), "zip", VALID)
    refused = CliRunner().invoke(command, [archive])
    assert "is an archive, which is not changed; say with --to" in str(refused.exception)
    assert CliRunner().invoke(command, [archive, "--to", "codebook.md"]).exit_code == 0
    assert (tmp_path / "codebook.md").is_file()
