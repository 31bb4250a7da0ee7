"""Workbooks: what a spreadsheet makes of them, and what it cannot hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exports import columns, read_sheet, wanted
from test_export import HOSTILE, made

import returnees
from returnees.export import export, xlsxlimits, xlsxlinks
from returnees.package.opening import open_package

ROOT = Path(__file__).parents[1]
VALID = Path(__file__).parent / "packages" / "valid"


@pytest.fixture(scope="module")
def shipped(shipped_exports: Path) -> Path:
    return shipped_exports / "returnees.xlsx"


@pytest.fixture(scope="module")
def book(shipped: Path) -> Any:
    from openpyxl import load_workbook

    return load_workbook(shipped)


def test_each_table_is_a_sheet_with_a_frozen_header_filters_and_widths(book: Any) -> None:
    package = open_package(ROOT)
    assert book.sheetnames == [*package.tables, "by_area", "codebook"]
    for name, table in package.tables.items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == columns(table)
        assert all(cell.font.b for cell in sheet[1])
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, table.frame.width).column_letter}{table.frame.height + 1}"
        assert all(8 <= sheet.column_dimensions[cell.column_letter].width <= 62 for cell in sheet[1][:1])


def test_numbers_are_numbers_and_dates_are_text(book: Any) -> None:
    sheet = book["figures"]
    header = {cell.value: cell.column for cell in sheet[1]}
    values = [
        cell for (cell,) in sheet.iter_rows(min_row=2, min_col=header["value"], max_col=header["value"]) if cell.value
    ]
    assert values and all(cell.data_type == "n" for cell in values)
    dates = [cell for (cell,) in sheet.iter_rows(min_row=2, min_col=header["as_of"], max_col=header["as_of"])]
    assert {(cell.data_type, cell.number_format) for cell in dates} == {("s", "@")}


def test_sources_are_links(book: Any) -> None:
    addresses = {row["source_id"]: row["url"] for row in open_package(ROOT).table("sources").iter_rows(named=True)}
    for name, column in (
        ("sources", "url"),
        ("figures", "source_id"),
        ("readings", "document_id"),
        ("by_area", "source_id"),
    ):
        header = [cell.value for cell in book[name][1]]
        for row in book[name].iter_rows(min_row=2):
            cell = row[header.index(column)]
            expected = addresses.get(cell.value, cell.value) if column != "url" else cell.value
            found = cell.hyperlink and cell.hyperlink.target + (
                f"#{cell.hyperlink.location}" if cell.hyperlink.location else ""
            )
            assert found == expected, (name, cell.value)


def test_the_codebook_says_what_each_field_means(book: Any) -> None:
    package = open_package(ROOT)
    rows = list(book["codebook"].iter_rows(values_only=True))
    text = " ".join(str(cell) for row in rows for cell in row if cell)
    assert package.descriptor["title"] == rows[0][0]
    assert package.descriptor["licenses"][0]["title"] in text
    said = {(row[0], row[1]): row[3] for row in rows}
    for name, table in package.tables.items():
        for field in table.schema.fields:
            assert said[name, field.name] == (field.description or None)


def test_the_bytes_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from returnees.export import export; "
        "from returnees.package.opening import open_package; "
        "export(open_package(sys.argv[1]), Path(sys.argv[2]), ['xlsx'])"
    )
    found = set()
    for zone, mask in (("UTC", 0o022), ("Asia/Tokyo", 0o077)):
        folder = tmp_path / str(mask)
        subprocess.run([sys.executable, "-c", program, str(VALID), str(folder)], check=True, umask=mask,
                       env=os.environ | {"TZ": zone, "LC_ALL": "C", "TMPDIR": str(tmp_path)})  # fmt: skip
        found.add((folder / "example.xlsx").read_bytes())
    assert len(found) == 1
    with zipfile.ZipFile(folder / "example.xlsx") as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 31)}


def resaved(file: Path, office: str, folder: Path) -> Path:
    """Return the workbook as LibreOffice writes it after opening it."""
    call = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
            "--outdir", str(folder / "resaved"), str(file)]  # fmt: skip
    subprocess.run(call, check=True, capture_output=True, timeout=300)
    return folder / "resaved" / file.name


@pytest.mark.needs("libreoffice")
def test_libreoffice_opens_and_saves_it_without_changing_a_cell(
    shipped: Path, program: Callable[[str], str], tmp_path: Path
) -> None:
    file = resaved(shipped, program("libreoffice"), tmp_path)
    for name, table in open_package(ROOT).tables.items():
        header, *rows = read_sheet(file, name)
        assert list(header) == columns(table)
        assert rows == wanted(table), name


@pytest.mark.needs("libreoffice")
def test_libreoffice_takes_no_hostile_cell_for_anything_but_text(program: Callable[[str], str], tmp_path: Path) -> None:
    import csv

    # LibreOffice itself loses controls that XML cannot hold, and does not escape a text that looks like an escape.
    cells = [cell for cell in HOSTILE if cell.isprintable() or cell in ("\t=1", "a\nb", "\u2028")]
    cells = [cell for cell in cells if not cell.startswith("_x")]
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["n", "text"], *enumerate(cells)])
    rows = (tmp_path / "rows.csv").read_bytes().decode("utf-8")
    package = made(tmp_path, [{"name": "n", "type": "integer"}, {"name": "text"}], rows)
    (file,) = export(package, tmp_path / "out", ["xlsx"])
    found = read_sheet(resaved(file, program("libreoffice"), tmp_path), "t", formulas=True)
    assert [row[1] for row in found[1:]] == [cell or None for cell in cells]


def refused(folder: Path, fields: list[dict[str, Any]], rows: str, **arguments: Any) -> str:
    package = made(folder, fields, rows)
    with pytest.raises(returnees.UsageError) as raised:
        export(package, folder / "out", ["xlsx"], **arguments)
    assert not (folder / "out").exists()
    return str(raised.value)


def test_a_cell_that_is_too_long_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    message = refused(tmp_path, [{"name": "text"}], "text\nshort\n" + "😀" * 16_384 + "\n")
    assert "has 32,768 characters in 'text' of row 2 and a cell holds 32,767" in message
    assert "--columns" in message and "another format" in message
    export(made(tmp_path, [{"name": "text"}], "text\n" + "x" * 32_767 + "\n"), tmp_path / "fits", ["xlsx"])
    assert len(read_sheet(tmp_path / "fits" / "any.xlsx", "t")[1][0]) == 32_767


def test_an_address_that_is_too_long_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    fields = [{"name": "id"}, {"name": "url"}]
    message = refused(tmp_path, fields, "id,url\na,https://example.org/" + "x" * 2_060 + "\n")
    assert "has 2,080 characters in 'url' of row 1 and a link holds 2,079" in message


def test_too_many_rows_are_an_error_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsxlimits, "MOST_ROWS", 3)
    message = refused(tmp_path, [{"name": "a"}], "a\n1\n2\n3\n")
    assert "the table 't': it has 3 rows and a sheet holds 2; choose some with --where" in message


def test_too_many_columns_are_an_error_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsxlimits, "MOST_COLUMNS", 1)
    assert "it has 2 columns and a sheet holds 1; choose some with --columns" in refused(
        tmp_path, [{"name": "a"}, {"name": "b"}], "a,b\n1,2\n"
    )


@pytest.mark.parametrize(("name", "why"), [("x" * 32, "at most 31 characters"), ("History", "the workbook's own"),
                                           ("codebook", "the workbook's own")])  # fmt: skip
def test_a_table_whose_name_no_sheet_can_have(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    stated = {"name": name, "path": "t.csv", "type": "table", "schema": {"fields": [{"name": "a"}]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [stated]}))
    with pytest.raises(returnees.UsageError, match=why):
        export(open_package(tmp_path), tmp_path / "out", ["xlsx"])


def test_more_links_than_a_sheet_holds_are_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsxlinks, "MOST_LINKS", 1)
    package = made(tmp_path, [{"name": "url"}], "url\nhttps://example.org/1\nhttps://example.org/2\n")
    (file,) = export(package, tmp_path / "out", ["xlsx"])
    assert [row for (row,) in read_sheet(file, "t")[1:]] == ["https://example.org/1", "https://example.org/2"]
    with zipfile.ZipFile(file) as archive:
        assert b"hyperlink" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_number_that_a_spreadsheet_would_round_is_text(tmp_path: Path) -> None:
    package = made(tmp_path, [{"name": "n", "type": "number"}], "n\n49.6\n0.30000000000000004\n9007199254740993\nINF\n")
    (file,) = export(package, tmp_path / "out", ["xlsx"])
    assert [row for (row,) in read_sheet(file, "t")[1:]] == [49.6, "0.30000000000000004", "9007199254740992.0", "inf"]
