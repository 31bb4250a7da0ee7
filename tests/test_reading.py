"""Opening and reading: what a folder in the repository cannot show."""

from __future__ import annotations

import codecs
import json
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import VALID, codes, one_table, valid_entries, zipped

import returnees
from returnees.findings import finding
from returnees.package.limits import Limits
from returnees.package.opening import open_package
from returnees.tables import csvfile
from returnees.tables.scanner import scan


@pytest.mark.parametrize("prefix", ["", "example-1.0.0/"])
def test_zip_reads_as_the_folder_does(tmp_path: Path, prefix: str) -> None:
    package = open_package(zipped(tmp_path / "p.zip", valid_entries(prefix)))
    folder = open_package(VALID)
    assert folder.findings == ()
    assert [item.code for item in package.findings] == ["F015"]  # the zip holds no list of checksums
    for name in folder.tables:
        assert package.table(name).equals(folder.table(name))


def test_descriptor_reads_as_its_folder_does() -> None:
    assert open_package(VALID / "datapackage.json").table("figures").equals(open_package(VALID).table("figures"))


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"../datapackage.json": b"{}"}, "leaves the package"),
        ({"/datapackage.json": b"{}"}, "leaves the package"),
        ({"C:evil": b"{}"}, "leaves the package"),
        ({"datapackage.json": b"{}", "DataPackage.json": b"{}"}, "same name twice"),
        ({"readme.txt": b"hello"}, "holds no datapackage.json"),
        ({"datapackage.json": b"{}", "zeros": bytes(5 * 2**20)}, "grows more than"),
    ],
    ids=["climbs", "absolute", "drive", "case-clash", "no-descriptor", "bomb"],
)
def test_hostile_zip_is_refused(tmp_path: Path, entries: dict[str, bytes], words: str) -> None:
    with pytest.raises(returnees.PackageError, match=words):
        open_package(zipped(tmp_path / "p.zip", entries))
    assert [file.name for file in tmp_path.iterdir()] == ["p.zip"]


def test_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("data/areas.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(returnees.PackageError, match="not a plain file"):
        open_package(tmp_path / "p.zip")


def test_zip_limits_hold(tmp_path: Path) -> None:
    file = zipped(tmp_path / "p.zip", valid_entries())
    with pytest.raises(returnees.PackageError, match="entries"):
        open_package(file, limits=Limits(zip_entries=2))
    with pytest.raises(returnees.PackageError, match="bytes"):
        open_package(file, limits=Limits(zip_bytes=100))


def test_broken_zip_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(returnees.PackageError, match="cannot be unpacked"):
        open_package(tmp_path / "p.zip")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_unreadable_descriptor_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "datapackage.json").write_bytes(content)
    with pytest.raises(returnees.PackageError, match="cannot be opened"):
        open_package(tmp_path)


def test_missing_package_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(returnees.PackageError, match="does not exist"):
        open_package(tmp_path / "nowhere")
    with pytest.raises(returnees.PackageError, match=r"holds no datapackage\.json"):
        open_package(tmp_path)
    (tmp_path / "figures.csv").write_text("a\n")
    with pytest.raises(returnees.PackageError, match="name its folder"):
        open_package(tmp_path / "figures.csv")


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("area.csv", "; did you mean 'areas.csv'?"),
        ("data/Areas.CSV", "; did you mean 'areas.csv'?"),
        ("Areas.csv", "; did you mean 'areas.csv'?"),
        ("t2.csv", "is not there."),  # 't.csv' is nearest, and is the data of another resource
        ("areas.json", "is not there."),
        ("elsewhere.csv", "is not there."),
    ],
)
def test_a_missing_file_names_the_nearest_that_is_not_in_use(tmp_path: Path, stated: str, words: str) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    (tmp_path / "areas.csv").write_text("a\n1\n")
    (tmp_path / "outside").symlink_to("/")
    descriptor = json.loads((tmp_path / "datapackage.json").read_text())
    descriptor["resources"].append({"name": "more", "path": stated})
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor))
    (found,) = [item for item in open_package(tmp_path).findings if item.code == "F004"]
    assert found.message.endswith(words)


def test_no_file_is_looked_for_among_too_many(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    (tmp_path / "t.csv").rename(tmp_path / "t1.csv")
    assert "did you mean 't1.csv'?" in open_package(tmp_path).findings[-1].message
    for number in range(2_000):
        (tmp_path / f"{number}.csv").touch()
    assert "did you mean" not in open_package(tmp_path).findings[-1].message


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b'a,b\n5"6,2\n', 2, "A quote stands inside a cell on line 2, which does not begin with one."),
        (b'a,b\n"5"6,2\n', 2, "A quote opens a cell on line 2 and ends before the cell does: '6,2' follows it."),
        (
            b'a,b\n1,2\n"5,2\n3,4\n"6",7\n', 3,
            "A quote opens a cell on line 3 and ends only on line 5, where '6\",7' follows it. If the cell is meant to "
            "end on line 3, its closing quote is missing there, and the one on line 5 opens another.",
        ),
    ],
    ids=["inside", "same-line", "later-line"],
)  # fmt: skip
def test_a_stray_quote_says_where_it_opens_and_where_it_ends(
    tmp_path: Path, content: bytes, line: int, words: str
) -> None:
    one_table(tmp_path, content, [{"name": "a"}, {"name": "b"}])
    found = [item for item in open_package(tmp_path).tables["t"].findings if item.code == "F109"]
    assert [(item.line, item.message) for item in found] == [(line, words)]


@pytest.mark.parametrize(("delimiter", "words"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_delimiter_is_said_once(tmp_path: Path, delimiter: str, words: str) -> None:
    content = delimiter.join(["a", "b"]) + "\n" + delimiter.join(["1", "2"]) + "\n"
    one_table(tmp_path, content.encode(), [{"name": "a"}, {"name": "b"}])
    (found,) = open_package(tmp_path).tables["t"].findings
    assert (found.code, found.line) == ("F115", 1)
    assert found.message == f"t.csv has its cells separated by {words}, not by commas."
    assert found.remedy.startswith("Save the file with commas between the cells")
    one_table(tmp_path, content.encode(), [{"name": "a"}, {"name": "b"}], dialect={"delimiter": delimiter})
    assert open_package(tmp_path).tables["t"].findings == ()


def test_device_is_not_read(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    (tmp_path / "t.csv").unlink()
    os.mkfifo(tmp_path / "t.csv")
    package = open_package(tmp_path)
    assert [item.code for item in package.findings] == ["F003"]
    assert "not a plain file" in package.findings[0].message


def test_table_over_the_limit_is_not_read(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n" + b"1\n" * 100, [{"name": "a"}])
    package = open_package(tmp_path, limits=Limits(table_bytes=50))
    assert [item.code for item in package.findings] == ["F100"]
    assert package.tables == {}


def test_types_read_as_values(tmp_path: Path) -> None:
    fields = [
        {"name": "i", "type": "integer", "groupChar": " "},
        {"name": "n", "type": "number", "decimalChar": ","},
        {"name": "p", "type": "number", "bareNumber": False},
        {"name": "d", "type": "date"},
        {"name": "t", "type": "datetime"},
        {"name": "y", "type": "year"},
        {"name": "s", "type": "string", "missingValues": ["-"]},
    ]
    content = b'i,n,p,d,t,y,s\n1 000,"2,5",EUR 3.5 %,2017-10-31,2017-10-31T12:00:00+02:00,2017,\n+7,INF,NaN,,,,-\n'
    package = open_package(one_table(tmp_path, content, fields))
    assert package.tables["t"].findings == ()
    first, second = package.table("t").rows(named=True)
    assert (first["i"], first["n"], first["p"]) == (1000, 2.5, 3.5)
    assert str(first["d"]) == "2017-10-31"
    assert str(first["t"]) == "2017-10-31 10:00:00"
    assert (first["y"], first["s"]) == (2017, "")
    assert second["i"] == 7
    assert second["n"] == float("inf")
    assert second["s"] is None


def test_an_iso_country_is_not_taken_for_a_missing_value(tmp_path: Path) -> None:
    package = open_package(one_table(tmp_path, b"a,b\nNA,1\n", [{"name": "a"}, {"name": "b"}]))
    assert package.table("t")["a"].to_list() == ["NA"]


def test_quick_and_exact_readers_agree(tmp_path: Path) -> None:
    sound = b'a,b\n1,"x, ""y"""\n2,\n'
    fields: list[dict[str, object]] = [{"name": "a"}, {"name": "b"}]
    for name in ("quick", "exact"):
        (tmp_path / name).mkdir()
    package = open_package(one_table(tmp_path / "quick", sound, fields))
    exact = open_package(one_table(tmp_path / "exact", sound.replace(b"2,", b'"2\n",'), fields))
    assert package.tables["t"].raw.first_lines is None
    assert exact.tables["t"].raw.first_lines is not None
    assert exact.table("t")["b"].to_list() == package.table("t")["b"].to_list()


SOUND = ("", "1", "x y", '"a"', '""', '"a,b"', '"a""b"', "é", "#", "'")
ODD = ('a"b', '"', '"a"b', '"a\n', "\n")


@settings(deadline=None)
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(
            st.lists(st.sampled_from(SOUND * 5 + ODD), min_size=width, max_size=width)
            | st.lists(st.sampled_from(SOUND), min_size=1, max_size=4),
            max_size=6,
        ).map(lambda rows: [list("abc"[:width]), *rows])
    ),
    st.booleans(),
)
def test_what_is_read_quickly_is_what_the_exact_reader_reads(rows: list[list[str]], ended: bool) -> None:
    text = "\n".join(map(",".join, rows)) + ("\n" if ended else "")
    quick = csvfile._quick(text.encode(), ",")
    exact = scan(text, ",", lambda code, message, line: finding(code, message, line=line), Limits())
    if quick is not None:
        assert exact.findings == []
        assert exact.table is not None
        assert exact.table.text.equals(quick.text)
        assert exact.table.first_lines is not None
        assert exact.table.first_lines.to_list() == [row + 2 for row in range(quick.text.height)]


def test_a_file_of_nothing_but_byte_order_marks_has_a_finding(tmp_path: Path) -> None:
    package = open_package(one_table(tmp_path, b"\xef\xbb\xbf" * 2, [{"name": "a"}]))
    assert codes(package.tables["t"].findings) == ["F103", "F114", "F115"]


@pytest.mark.parametrize("rows", [10, 100_000])
def test_a_long_row_does_not_make_up_for_a_short_one(rows: int) -> None:
    lines = [b"a,b,c", *[b"xxxxxxxxxx,yyyyyyyyyy,zzzzzzzzzz"] * rows]
    for short, long in ((1, rows), (rows, 1), (rows // 2, rows // 2 + 1)):
        wrong = list(lines)
        wrong[short], wrong[long] = b"x,y", b"x,y,z,w"
        assert csvfile._quick(b"\n".join(wrong), ",") is None
    assert csvfile._quick(b"\n".join(lines), ",") is not None


@pytest.mark.parametrize(
    ("encoding", "wrong"),
    [("utf-8", b"\xff"), ("utf-16", b"\x00\xd8"), ("utf-16-le", b"\x00\xd8"), ("cp1252", b"\x81")],
)
@pytest.mark.parametrize("piece", [1, 3, 2**20])
def test_a_wrong_byte_is_found_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, wrong: bytes, piece: int
) -> None:
    monkeypatch.setattr(csvfile, "_PIECE", piece)
    fields: list[dict[str, object]] = [{"name": "a"}]
    sound = "a\nTürkiye\n€\n".encode(encoding).removeprefix(codecs.BOM_UTF16)
    package = open_package(one_table(tmp_path, sound, fields, encoding=encoding))
    assert package.table("t")["a"].to_list() == ["Türkiye", "€"]
    package = open_package(one_table(tmp_path, sound + wrong + sound, fields, encoding=encoding))
    (found,) = (item for item in package.tables["t"].findings if item.code == "F104")
    assert f"byte {len(sound) + 1} (0x{wrong[0]:02x})" in found.message


def test_unknown_table_names_the_nearest() -> None:
    with pytest.raises(returnees.UsageError, match="did you mean 'figures'"):
        open_package(VALID).table("figure")


def test_to_pandas_works() -> None:
    assert list(open_package(VALID).table("areas").to_pandas()["area_id"]) == ["FIN", "USA"]


def test_a_stated_encoding_is_followed(tmp_path: Path) -> None:
    content = "a,b\nTürkiye,1\n".encode("iso-8859-1")
    fields: list[dict[str, object]] = [{"name": "a"}, {"name": "b"}]
    package = open_package(one_table(tmp_path, content, fields, encoding="iso-8859-1"))
    assert package.table("t").select(pl.col("a")).to_series().to_list() == ["Türkiye"]


def test_reading_changes_nothing(tmp_path: Path) -> None:
    folder = one_table(tmp_path, b"a\r\n1\r\n", [{"name": "a"}])
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
    returnees.validate(open_package(folder), conformance=False)
    assert before == {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
