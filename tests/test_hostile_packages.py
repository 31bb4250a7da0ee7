"""What a stranger's package, as a folder, a descriptor or a zip, cannot make the reader do."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import tempfile
import threading
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from making import (
    VALID,
    codes,
    copy_of_valid,
    describe,
    descriptor_of,
    one_table,
    run_bound_by_permissions,
    valid_entries,
    zipped,
)

import returnees
from returnees.cli import main
from returnees.package import jail, strictjson
from returnees.package.limits import Limits
from returnees.package.opening import open_package
from returnees.package.profile import conforms

SECRET = "a secret of somebody else"


def refused(file: Path, limits: Limits | None = None) -> str:
    """Return the sentence with which `file` is refused, and make sure that nothing is left of it."""
    places = Path(tempfile.gettempdir())
    before = {item.name for item in places.glob("returnees-*")}
    with pytest.raises(returnees.PackageError) as error:
        open_package(file, limits=limits)
    assert {item.name for item in places.glob("returnees-*")} <= before
    return str(error.value)


# Zips.


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
    assert package.findings == ()


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


# JSON.


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize("content", [deep(101), deep(900), deep(100_000), b"[" * 102 + b"]" * 102])
def test_deep_json_is_refused(content: bytes) -> None:
    with pytest.raises(strictjson.NotJson, match="too deeply"):
        strictjson.parse(content)


def test_json_as_deep_as_allowed_is_read() -> None:
    assert strictjson.parse(deep(100)).repeated == ()


@pytest.mark.parametrize("content", [b"1e999", b"-1e999", b'{"a": 1E400}', b"NaN", b"Infinity", b"-Infinity"])
def test_a_json_number_beyond_all_bounds_is_refused(content: bytes) -> None:
    # Python would read infinity, and write it again as what no JSON reader takes.
    with pytest.raises(strictjson.NotJson):
        strictjson.parse(content)


def test_a_json_number_of_five_thousand_digits_is_refused() -> None:
    with pytest.raises(strictjson.NotJson, match="too many digits"):
        strictjson.parse(b"9" * 5_000)


@pytest.mark.parametrize("content", [rb'"\ud800"', rb'{"\udfff": 1}', rb'["a", {"b": "c\ud83d"}]'])
def test_half_a_character_in_json_is_refused(content: bytes) -> None:
    with pytest.raises(strictjson.NotJson, match="half a character"):
        strictjson.parse(content)


def test_a_million_repeated_names_in_json_are_told_quickly() -> None:
    content = b"{" + b",".join(b'"%d":1,"%d":2' % (n, n) for n in range(60_000)) + b"}"
    start = time.monotonic()
    assert len(strictjson.parse(content, Limits(json_values=10**6)).repeated) == 60_000
    assert time.monotonic() - start < 20


def test_repeated_names_are_told_one_by_one_up_to_a_number(tmp_path: Path) -> None:
    text = "{" + ",".join(f'"x{n}": 1, "x{n}": 2' for n in range(500)) + ', "resources": []}'
    (tmp_path / "datapackage.json").write_text(text)
    found = [item for item in open_package(tmp_path).findings if item.code == "F001"]
    assert len(found) == 51
    assert "450 more" in found[-1].message or any("450 more" in item.message for item in found)


def test_json_of_too_many_values_is_refused() -> None:
    with pytest.raises(strictjson.NotJson, match="more than 1,000 values"):
        strictjson.parse(json.dumps([0] * 1_000).encode(), Limits(json_values=1_000))


@pytest.mark.parametrize("target", ["/etc/hostname", "file:///etc/hostname", "https://example.org/x.json", "#", "../x"])
@pytest.mark.parametrize("where", ["descriptor", "resource", "schema", "field", "constraint"])
def test_a_json_reference_is_not_followed(tmp_path: Path, target: str, where: str, offline: None) -> None:
    folder = copy_of_valid(tmp_path / "p")
    descriptor = descriptor_of(folder)
    schema = descriptor["resources"][0]["schema"]
    place: dict[str, Any] = {
        "descriptor": descriptor,
        "resource": descriptor["resources"][0],
        "schema": schema,
        "field": schema["fields"][0],
        "constraint": schema["fields"][0]["constraints"],
    }[where]
    place["$ref"] = target
    report = returnees.validate(open_package(describe(folder, descriptor)), conformance=False)
    assert not any(Path("/etc/hostname").read_text().strip() in item.message for item in report.findings)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_thousands_of_objects_in_an_enum_are_compared_quickly() -> None:
    # jsonschema compares each with each: 3,000 took five minutes.
    field = {"name": "x", "constraints": {"enum": [{"a": n} for n in range(1_000)]}}
    start = time.monotonic()
    conforms({"fields": [field]}, "tableschema", "x")
    assert time.monotonic() - start < 20


def test_a_long_text_does_not_make_the_standards_own_patterns_slow() -> None:
    start = time.monotonic()
    found = conforms(
        {"resources": [{"name": "a", "path": "a.csv", "mediatype": "/" * 200_000 + "\n\n"}]}, "datapackage", "x"
    )
    assert time.monotonic() - start < 5
    assert "more than 2,000 characters" in found[0].message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("categories", 5),
        ("categories", [{"label": "x"}]),
        ("categories", [[1]]),
        ("missingValues", 5),
        ("missingValues", [{}]),
    ],
)
def test_what_the_profile_leaves_open_is_a_finding_and_no_traceback(tmp_path: Path, key: str, value: Any) -> None:
    one_table(tmp_path, b"a\nx\n", [{"name": "a", "type": "any", key: value}])
    assert "F010" in codes(returnees.validate(open_package(tmp_path), conformance=False).findings)


# Files.


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/proc/self/environ", "absolute"),
        ("../secret.txt", "climbs"),
        ("a/../../secret.txt", "climbs"),
        ("link", "leads out"),
        ("proc", "leads out"),
        ("zero", "leads out"),
        ("loop", "cannot be followed"),
        ("pipe", "not a plain file"),
        ("folder", "not a plain file"),
        ("a\0b", "is not a path"),
        ("~/x", "absolute"),
        ("https://example.org/a.csv", "URL"),
        ("file:///etc/hostname", "URL"),
        ("C:\\a", "drive"),
        ("a\\b", "backslash"),
        ("x" * 300, "cannot be followed"),
    ],
)
@pytest.mark.parametrize("what", ["path", "schema", "rules"])
def test_a_path_that_leads_elsewhere_is_not_followed(tmp_path: Path, path: str, why: str, what: str) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    folder = one_table(tmp_path / "p", b"a\n1\n", [{"name": "a"}])
    (folder / "link").symlink_to("../secret.txt")
    (folder / "proc").symlink_to("/proc/self/environ")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    descriptor = descriptor_of(folder)
    if what == "rules":
        descriptor["rules"] = path
        descriptor["resources"][0]["name"] = "figures"  # rules are read for figures only
    else:
        descriptor["resources"][0][what] = path
    report = returnees.validate(open_package(describe(folder, descriptor)), conformance=False)
    assert any(why in item.message for item in report.findings if item.code in ("F003", "F417")), report.findings
    assert not any(SECRET in item.message for item in report.findings)


def test_a_pipe_that_takes_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    package = open_package(tmp_path)
    (tmp_path / "t.csv").unlink()
    os.mkfifo(tmp_path / "t.csv")
    done: list[list[str]] = []
    reader = threading.Thread(target=lambda: done.append(codes(package.tables["t"].findings)), daemon=True)
    reader.start()
    reader.join(20)
    assert done == [["F100"]]


def test_a_link_that_takes_a_files_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(f"a\n{SECRET}\n")
    package = open_package(one_table(tmp_path / "p", b"a\n1\n", [{"name": "a"}]))
    (tmp_path / "p" / "t.csv").unlink()
    (tmp_path / "p" / "t.csv").symlink_to("../secret.txt")
    assert codes(package.tables["t"].findings) == ["F100"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_that_vanishes_is_a_finding(tmp_path: Path, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}], hash="sha256:00")
    if when == "before":
        resolve = jail.resolve

        def vanishing(root: Path, path: str) -> Path:
            found = resolve(root, path)
            if path == "t.csv":
                found.unlink()
            return found

        monkeypatch.setattr(jail, "resolve", vanishing)
        assert "F100" in codes(open_package(tmp_path).findings)
    else:
        package = open_package(tmp_path)
        (tmp_path / "t.csv").unlink()
        assert codes(package.tables["t"].findings) == ["F100"]


def test_a_hard_link_is_the_file_that_it_is(tmp_path: Path) -> None:
    # Nothing tells a second name of a file from its first; who can make one can read the file.
    (tmp_path / "elsewhere.csv").write_bytes(b"a\n1\n")
    folder = one_table(tmp_path / "p", b"", [{"name": "a"}])
    (folder / "t.csv").unlink()
    os.link(tmp_path / "elsewhere.csv", folder / "t.csv")
    assert open_package(folder).table("t").height == 1


def test_a_folder_of_links_in_a_circle_ends(tmp_path: Path) -> None:
    folder = copy_of_valid(tmp_path / "p")
    (folder / "data" / "again").symlink_to("..")
    (folder / "SHA256SUMS").write_text("")
    assert set(codes(open_package(folder).findings)) == {"F013"}


@pytest.mark.parametrize(
    ("unreadable", "exit_code", "words"),
    [("t.csv", 1, "Permission denied"), ("datapackage.json", 2, "Permission denied"), (".", 2, "Permission denied")],
)
def test_what_may_not_be_read_is_said(tmp_path: Path, unreadable: str, exit_code: int, words: str) -> None:
    folder = one_table(tmp_path / "p", b"a\n1\n", [{"name": "a"}], hash="sha256:00")
    (folder / unreadable).chmod(0)
    done = run_bound_by_permissions("validate", str(folder))
    (folder / unreadable).chmod(0o755)
    assert "Traceback" not in done.stderr
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr


def test_a_huge_stated_size_is_only_compared(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}], bytes=10**30)
    assert codes(open_package(tmp_path).findings) == ["F007"]


def test_a_file_beyond_the_limit_is_not_even_hashed(tmp_path: Path) -> None:
    one_table(tmp_path, b"", [{"name": "a"}], hash="sha256:00")
    os.truncate(tmp_path / "t.csv", 2**41)  # a hole: two terabytes that take no room
    start = time.monotonic()
    assert codes(open_package(tmp_path).findings) == ["F100"]
    assert time.monotonic() - start < 5


def test_resources_that_all_name_one_large_file_are_counted_each(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n" + b"1\n" * 500, [{"name": "a"}])
    descriptor = descriptor_of(tmp_path)
    first = descriptor["resources"][0]
    descriptor["resources"] = [{**first, "name": f"t{n}"} for n in range(10)]
    package = open_package(describe(tmp_path, descriptor), limits=Limits(package_bytes=3_500))
    assert codes(package.findings) == ["F100"] * 7
    assert len(package.tables) == 3


def test_more_resources_than_allowed_are_not_read(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    descriptor = descriptor_of(tmp_path)
    first = descriptor["resources"][0]
    descriptor["resources"] = [{**first, "name": f"t{n}"} for n in range(10)]
    package = open_package(describe(tmp_path, descriptor), limits=Limits(resources=4))
    assert (codes(package.findings), len(package.resources)) == (["F006"], 4)


def test_checksums_of_a_huge_list_are_told_up_to_a_number(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    (tmp_path / "SHA256SUMS").write_text("x\n" * 5_000)
    found = open_package(tmp_path).findings
    assert len(found) == 1_001
    assert any("in 4,002 more places" in item.message for item in found)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5_000, "\udcff\udcfe", "/proc/self/mem", "/dev/null", "nowhere.zip"])
def test_a_package_named_badly_is_one_sentence(path: str) -> None:
    result = CliRunner().invoke(main, ["validate", path])
    assert result.exit_code == 2, result.exception
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_pipe_given_as_a_package_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.zip")
    os.mkfifo(tmp_path / "datapackage.json")
    assert "not a plain file" in refused(tmp_path / "p.zip")
    assert "holds no datapackage.json" in refused(tmp_path)


# Limits.


def test_limits_are_stated_with_a_unit() -> None:
    assert Limits.stated(["table_bytes=20G", "columns = 5_000"]) == Limits(table_bytes=20 * 2**30, columns=5_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("table_byte=1", "did you mean 'table_bytes'"),
        ("columns", "NAME=NUMBER"),
        ("columns=-1", "NAME=NUMBER"),
        ("", "no limit"),
    ],
)
def test_a_limit_that_is_not_one_is_a_usage_error(text: str, words: str) -> None:
    result = CliRunner().invoke(main, ["validate", str(VALID), "--limit", text])
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_limit_given_on_the_command_line_is_kept(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    result = CliRunner().invoke(main, ["validate", str(tmp_path), "--limit", "table_bytes=3"])
    assert result.exit_code == 1
    assert "F100" in result.stdout


def test_security_md_states_every_limit_with_its_default() -> None:
    from dataclasses import fields

    text = (Path(__file__).parents[1] / "SECURITY.md").read_text("utf-8")
    for item in fields(Limits):
        default = getattr(Limits(), item.name)
        power, unit = next(((p, u) for p, u in ((30, "GiB"), (20, "MiB")) if default % 2**p == 0), (0, ""))
        stated = f"{default // 2**power:,} {unit}".strip()
        assert f"| `{item.name}` | {stated} |" in text
