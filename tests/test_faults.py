"""Whatever happens while a command writes, each file is the old one or the new one, and no other file changes."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from effort import times
from faults.commands import COMMANDS, untidy
from faults.steps import interrupted, killed, no_space, stopped_at, without_unfinished
from making import Files, codes, files_of, run_bound_by_permissions

import returnees
from returnees.cli import main
from returnees.errors import PackageError, ReturneesError
from returnees.package.opening import open_package
from returnees.tidying import tidying
from returnees.writing import replacing, taking_turns, write_all, write_bytes

pytestmark = pytest.mark.usefixtures("frictionless_here", "checked_once")

OLD = b"what stood here before\n"


class Stage:
    """A package and a folder to write to, in which what an earlier run wrote is already there, but older."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.writing = COMMANDS[name]
        self.writing.package(folder / "package")
        self.new = self._finished(folder.parent / f"{folder.name}-finished")
        for file in set(self.new) - set(files_of(folder)):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(OLD)
        self.old = files_of(folder)

    def arguments(self, folder: Path) -> list[str]:
        named = {"PACKAGE": str(folder / "package"), "OUT": str(folder / "out")}
        return [named.get(item, item) for item in self.writing.arguments]

    def _finished(self, folder: Path) -> Files:
        """Return what there is after a run that nothing disturbs."""
        self.writing.package(folder / "package")
        assert CliRunner().invoke(main, self.arguments(folder)).exit_code == 0
        return files_of(folder)

    def run(self) -> Result:
        return CliRunner().invoke(main, self.arguments(self.folder))

    def started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "returnees", *self.arguments(self.folder)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def found(self) -> Files:
        return files_of(self.folder)

    def assert_old_or_new(self, found: Files) -> None:
        assert set(found) == set(self.old)
        for file, content in found.items():
            assert content in (self.old[file], self.new[file]), file

    def assert_a_next_run_completes_it(self) -> None:
        result = self.run()
        assert result.exit_code == 0, result.output
        assert without_unfinished(self.found()) == self.new


#: Every command on a full disk. All write through the same two functions, so two are interrupted as well.
STOPS = [(name, no_space) for name in sorted(COMMANDS)] + [("tidy", interrupted), ("codebook", interrupted)]


@pytest.mark.parametrize(("name", "stop"), STOPS, ids=[f"{name} {stop.__name__}" for name, stop in STOPS])
def test_stopped_at_any_step(tmp_path: Path, name: str, stop: Callable[[], None]) -> None:
    stage = Stage(tmp_path / "stage", name)
    step = 0
    while True:
        with stopped_at(step, stop) as taken:
            result = stage.run()
        if len(taken) <= step:
            break  # it took fewer steps than that: every one has had its turn
        assert result.exception is None or isinstance(result.exception, SystemExit | KeyboardInterrupt), (
            result.exception
        )
        assert result.exit_code in ((0, 2) if stop is no_space else (0, 1)), result.output
        found = stage.found()
        stage.assert_old_or_new(found)  # and nothing is left behind
        for file, content in stage.old.items():
            (stage.folder / file).write_bytes(content)
        step += 1
    assert step > 4
    assert stage.found() == stage.new


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning", "ignore::RuntimeWarning")
def test_tidy_killed_at_each_step(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "stage", "tidy")
    plan = tidying(open_package(stage.folder / "package"))
    seen: set[tuple[str, ...]] = set()
    step, signalled = 0, True
    while signalled:
        child = os.fork()
        if child == 0:
            # Only files are written here: nothing of Polars, whose threads a forked process does not have.
            with stopped_at(step, killed):
                plan.write()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        signalled = os.WIFSIGNALED(status)
        found = without_unfinished(stage.found())
        stage.assert_old_or_new(found)
        seen.add(tuple(sorted(file for file in found if found[file] != stage.old[file])))
        for file, content in stage.old.items():
            (stage.folder / file).write_bytes(content)
        step += 1
    tables = ("package/data/areas.csv", "package/data/figures.csv")
    assert seen == {(), tables[:1], tables, (*tables, "package/datapackage.json")}


def test_a_kill_between_two_files_of_tidy_is_named_by_validate_and_mended_by_tidy(tmp_path: Path) -> None:
    folder = untidy(tmp_path / "package")
    tidying(open_package(folder)).write()  # now the descriptor states sizes and hashes
    for name in ("areas", "figures"):
        table = folder / "data" / f"{name}.csv"
        table.write_text(table.read_text().replace("\n", "\r\n"), newline="")
    # The first table and not the descriptor: what a kill right after the first step leaves.
    plan = tidying(open_package(folder))
    write_bytes(plan.changes[0].target, plan.changes[0].content)
    assert {"F007", "F008"} <= set(codes(returnees.validate(open_package(folder), conformance=False).findings))
    assert CliRunner().invoke(main, ["tidy", str(folder)]).exit_code == 0
    assert returnees.validate(open_package(folder), conformance=False).findings == ()


@pytest.mark.parametrize("name", ["tidy", "export", "release"])
def test_killed_at_a_random_moment(tmp_path: Path, name: str) -> None:
    stage = Stage(tmp_path / "stage", name)
    start = time.monotonic()
    with stage.started() as process:
        assert process.wait() == 0
    takes = time.monotonic() - start
    for file, content in stage.old.items():
        (stage.folder / file).write_bytes(content)
    # Most of the time goes into loading; the writing is in the last third.
    chance = random.Random(name)
    for moment in [chance.uniform(0.6, 1.05) * takes for _ in range(times(1))]:
        with stage.started() as process:
            time.sleep(moment)
            process.kill()
        stage.assert_old_or_new(without_unfinished(stage.found()))
    stage.assert_a_next_run_completes_it()


def test_a_full_disk(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    target.write_bytes(OLD)
    # The system itself refuses: no file may grow beyond this. It is the error that a full disk gives, but for its name.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        with pytest.raises(ReturneesError, match="is as it was"):
            write_bytes(target, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert files_of(tmp_path) == {"table.csv": OLD}


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """Return a folder that is a disk of its own with room for next to nothing."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], capture_output=True, check=False)
    if done.returncode:
        words = "no disk can be mounted here; test_a_full_disk shows the same by a limit on files"
        (pytest.fail if os.environ.get("RETURNEES_REQUIRE_ALL") == "1" else pytest.skip)(words)
    return place


@pytest.mark.parametrize("name", ["tidy", "export", "release"])
def test_a_disk_that_is_really_full(small_disk: Path, name: str) -> None:
    try:
        stage = Stage(small_disk / "stage", name)
        (small_disk / "ballast").write_bytes(b"x")
        with (small_disk / "ballast").open("ab", buffering=0) as ballast:
            while True:
                try:
                    ballast.write(b"x" * 4_096)
                except OSError:
                    break
        result = stage.run()
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
        assert "No space left" in result.stderr
        assert stage.found() == stage.old
        (small_disk / "ballast").unlink()
        stage.assert_a_next_run_completes_it()
    finally:
        subprocess.run(["umount", small_disk], check=False)


@pytest.mark.parametrize("name", ["tidy", "export", "release"])
def test_a_folder_that_may_not_be_written_to(tmp_path: Path, name: str) -> None:
    stage = Stage(tmp_path / "stage", name)
    folders = [folder for folder in (stage.folder / "package" / "data", stage.folder / "package", stage.folder / "out")
               if folder.exists()]  # fmt: skip
    for folder in folders:
        folder.chmod(0o555)
    done = run_bound_by_permissions(*stage.arguments(stage.folder))
    for folder in folders:
        folder.chmod(0o755)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "Permission denied" in done.stderr
    assert stage.found() == stage.old


def test_two_runs_of_tidy_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "stage", "tidy")
    runs = [stage.started() for _ in range(2)]
    for process in runs:
        assert "Traceback" not in process.communicate()[1]
        assert process.returncode == 0
    assert stage.found() == stage.new


def test_two_runs_at_once_into_one_folder(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "stage", "export")
    runs = [stage.started() for _ in range(2)]
    assert [process.wait() for process in runs] == [0, 0]
    for process in runs:
        process.communicate()
    assert stage.found() == stage.new


def test_tidy_does_not_write_over_what_somebody_else_has_changed(tmp_path: Path) -> None:
    folder = untidy(tmp_path / "package")
    plan = tidying(open_package(folder))
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text() + "SWE,Sweden,country,752\n")
    now = files_of(folder)
    with pytest.raises(ReturneesError, match="changed by someone else"):
        plan.write()
    assert files_of(folder) == now


def test_tidy_reads_no_older_table_than_it_writes_over(tmp_path: Path) -> None:
    folder = untidy(tmp_path / "package")
    package = open_package(folder)
    assert package.table("areas").height == 2  # read now, and kept
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text() + "SWE,Sweden,country,752\n")
    tidying(package).write()
    assert open_package(folder).table("areas").height == 3


def test_tidy_of_a_package_whose_descriptor_has_changed_is_refused(tmp_path: Path) -> None:
    folder = untidy(tmp_path / "package")
    package = open_package(folder)
    descriptor = folder / "datapackage.json"
    descriptor.write_text(descriptor.read_text().replace('"1.0.0"', '"1.0.1"'))
    with pytest.raises(PackageError, match="changed since it was opened"):
        tidying(package)


def test_several_files_are_all_written_aside_before_the_first_is_replaced(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(OLD)
    contents = {tmp_path / name: b"new" for name in "ab"}
    with pytest.raises(ReturneesError, match="no file was written"):
        write_all({**contents, tmp_path / "c": b"new"}, expected={tmp_path / "c": b"other"})
    assert set(files_of(tmp_path).values()) == {OLD}
    write_all({**contents, tmp_path / "d": b"new"}, expected=dict.fromkeys(contents, OLD))
    assert files_of(tmp_path) == {"a": b"new", "b": b"new", "c": OLD, "d": b"new"}


def test_what_a_killed_run_left_is_cleared_away_later(tmp_path: Path) -> None:
    old, young, other = (
        tmp_path / ".t.csv.abcd1234.part",
        tmp_path / ".t.csv.abcd5678.part",
        tmp_path / ".u.csv.abcd1234.part",
    )
    for file in (old, young, other):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    write_bytes(tmp_path / "t.csv", b"new")
    assert sorted(files_of(tmp_path)) == sorted([young.name, other.name, "t.csv"])


def test_the_turn_is_taken_one_after_the_other(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; from returnees.writing import taking_turns\n"
        "with taking_turns(pathlib.Path(sys.argv[1])):\n"
        "    file = pathlib.Path(sys.argv[1]) / 'n'\n"
        "    number = int(file.read_text())\n"
        "    time.sleep(0.2)\n"
        "    file.write_text(str(number + 1))"
    )
    (tmp_path / "n").write_text("0")
    runs = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    assert [process.wait() for process in runs] == [0, 0, 0]
    assert (tmp_path / "n").read_text() == "3"


def test_without_locks_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with taking_turns(tmp_path), taking_turns(tmp_path):
        pass


def test_a_name_that_no_file_can_have_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReturneesError, match="cannot be written"), replacing(tmp_path / "a\0b"):
        pass


def test_tidy_of_a_descriptor_that_is_a_link_within_the_package(tmp_path: Path) -> None:
    folder = untidy(tmp_path / "package")
    (folder / "datapackage.json").rename(folder / "real.json")
    (folder / "datapackage.json").symlink_to("real.json")
    assert CliRunner().invoke(main, ["tidy", str(folder)]).exit_code == 0
    assert (folder / "datapackage.json").is_symlink()
    assert CliRunner().invoke(main, ["tidy", str(folder), "--check"]).exit_code == 0
