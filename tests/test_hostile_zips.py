"""What a zip that a stranger sent cannot make the reader do."""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from making import (
    valid_entries,
    zipped,
)

import returnees
from returnees.package.limits import Limits
from returnees.package.opening import open_package


def refused(file: Path, limits: Limits | None = None) -> str:
    """Return the sentence with which `file` is refused, and make sure that nothing is left of it."""
    places = Path(tempfile.gettempdir())
    before = {item.name for item in places.glob("returnees-*")}
    with pytest.raises(returnees.PackageError) as error:
        open_package(file, limits=limits)
    assert {item.name for item in places.glob("returnees-*")} <= before
    return str(error.value)


def test_a_zip_that_unpacks_to_more_than_allowed_is_refused(tmp_path: Path) -> None:
    file = zipped(tmp_path / "p.zip", valid_entries() | {f"{n}.bin": os.urandom(1_000) for n in range(30)})
    assert "unpacks to" in refused(file, Limits(zip_bytes=20_000))


def test_a_zip_of_entries_that_overlap_is_refused_for_their_sum(tmp_path: Path) -> None:
    # Each entry alone keeps the ratio; all point to the same packed bytes, as in David Fifield's bombs.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("datapackage.json", b"{}")
        one.writestr("a", b"0" * 900_000)
        packed = one.getinfo("a")
        for number in range(2_000):
            more = zipfile.ZipInfo(f"a{number}")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type", "flag_bits"):
                setattr(more, name, getattr(packed, name))
            more.external_attr = 0o100644 << 16
            one.filelist.append(more)
            one.NameToInfo[more.filename] = more
    (tmp_path / "p.zip").write_bytes(buffer.getvalue())
    assert "grows more than 250 times" in refused(tmp_path / "p.zip")


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    content = zipped(tmp_path / "p.zip", valid_entries() | {"lie.bin": bytes(500_000)}).read_bytes()
    (tmp_path / "p.zip").write_bytes(content.replace(struct.pack("<L", 500_000), struct.pack("<L", 5)))
    assert "p.zip" in refused(tmp_path / "p.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_zip_packed_by_a_method_that_cannot_be_bounded_is_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w", method) as archive:
        archive.writestr("datapackage.json", b"{}")
    assert "another method than deflate" in refused(tmp_path / "p.zip")


def test_a_nested_zip_is_not_unpacked(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"zeros": bytes(50_000_000)}).read_bytes()
    package = open_package(zipped(tmp_path / "p.zip", valid_entries() | {"inner.zip": inner}))
    assert (package.root / "inner.zip").read_bytes() == inner
    assert [item.code for item in package.findings] == ["F015"]  # it is no release


def test_a_zip_within_a_zip_is_no_package(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", valid_entries()).read_bytes()
    assert "holds no datapackage.json" in refused(zipped(tmp_path / "p.zip", {"inner.zip": inner}))


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "p.zip", {"datapackage.json": b"{}"}).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[content.index(b"PK\x03\x04") + 6] |= 1
    (tmp_path / "p.zip").write_bytes(content)
    assert "encrypted" in refused(tmp_path / "p.zip")


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/x", "C:x", "C:/x", "a\\..\\x", "\\\\server\\x", "x:stream", "a/" * 50 + "x", "x" * 2_000],
    ids=[
        "climbs",
        "climbs later",
        "absolute",
        "drive",
        "drive and root",
        "backslash",
        "share",
        "stream",
        "deep",
        "long",
    ],
)
def test_a_zip_with_a_name_that_leaves_it_is_refused(tmp_path: Path, name: str) -> None:
    file = zipped(tmp_path / "p.zip", {"datapackage.json": b"{}", name: b"x"})
    assert "a name that" in refused(file)
    assert not (tmp_path / "x").exists()


def test_a_zip_with_a_nameless_entry_is_one_sentence(tmp_path: Path) -> None:
    file = zipped(tmp_path / "p.zip", {"datapackage.json": b"{}", "x": b"x"})
    content = file.read_bytes()
    # The table of contents alone is changed: the entry keeps its length, and its name becomes part of the comment.
    at = content.rindex(b"PK\x01\x02")
    file.write_bytes(content[: at + 28] + b"\0\0\0\0\1\0" + content[at + 34 :])
    assert "a name that is empty" in refused(file)


@pytest.mark.parametrize(
    "names", [("a.csv", "a.csv"), ("a.csv", "A.CSV"), ("é.csv", "e\u0301.csv"), ("ß.csv", "SS.csv")],
    ids=["same", "case", "composed", "folded"],
)  # fmt: skip
def test_a_zip_with_a_name_twice_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        warnings.simplefilter("ignore")
        for name in ("datapackage.json", *names):
            archive.writestr(name, b"{}")
    assert "the same name twice" in refused(tmp_path / "p.zip")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_zip_with_anything_but_plain_files_is_refused(tmp_path: Path, kind: int) -> None:
    entry = zipfile.ZipInfo("data/areas.csv")
    entry.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("datapackage.json", b"{}")
        archive.writestr(entry, "/etc/hostname")
    assert "not a plain file" in refused(tmp_path / "p.zip")


def test_a_zip_with_a_file_in_a_file_is_one_sentence(tmp_path: Path) -> None:
    assert "cannot be unpacked" in refused(
        zipped(tmp_path / "p.zip", {"a": b"", "a/b": b"", "datapackage.json": b"{}"})
    )


def test_a_zip_with_too_large_a_table_of_contents_is_not_read(tmp_path: Path) -> None:
    content = zipped(tmp_path / "p.zip", {"datapackage.json": b"{}"}).read_bytes()
    at = content.rindex(b"PK\x05\x06") + 12
    (tmp_path / "p.zip").write_bytes(content[:at] + struct.pack("<L", 2**31) + content[at + 4 :])
    assert "table of contents" in refused(tmp_path / "p.zip")


def test_no_place_for_temporary_files_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = zipped(tmp_path / "p.zip", valid_entries())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(returnees.PackageError, match="no place for it"):
        open_package(file)
