"""What paths, links and devices in a stranger's package cannot make the reader do, and how much it reads."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

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
)

import returnees
from returnees.cli import main
from returnees.package import jail
from returnees.package.limits import Limits
from returnees.package.opening import open_package

SECRET = "a secret of somebody else"


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
    if (path, what) == ("folder", "path"):
        why = "is a folder without a table file"  # one that has them is a table in several files
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

        def vanishing(root: Path, path: str, *, folder: bool = False) -> Path:
            found = resolve(root, path, folder=folder)
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
    with pytest.raises(returnees.PackageError, match="not a plain file"):
        open_package(tmp_path / "p.zip")
    with pytest.raises(returnees.PackageError, match=r"holds no datapackage\.json"):
        open_package(tmp_path)


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
