"""``returnees add`` at a terminal: what is asked, what is offered, and that no is an answer."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from adding import FIGURE, as_options, table
from click.testing import CliRunner, Result
from making import files_of

from returnees.cli import asking, main

pytestmark = pytest.mark.usefixtures("checked_once")


@pytest.fixture
def package(started: Path, tmp_path: Path) -> Path:
    return shutil.copytree(started, tmp_path / "package")


def talk(package: Path, monkeypatch: pytest.MonkeyPatch, *answers: str, options: Iterable[str] = ()) -> Result:
    """Run ``add`` as at a terminal, with these lines typed in."""
    monkeypatch.setattr(asking, "at_terminal", lambda: True)
    result = CliRunner().invoke(main, ["add", str(package), *options], input="".join(f"{line}\n" for line in answers))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_what_is_not_given_is_asked_for_and_known_codes_are_offered(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = talk(
        package, monkeypatch, "ministry-2025", "Country A", "quit", "women", "", "about", "1,000", "30", "", "", "", "",
        "environ 30", "y", "p. 9", "", "y",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "known: XAA (Country A), XAA-XAB (Countries A and B), XAB (Country B)" in result.stderr
    assert "as of [2024-12-31]" in result.stderr
    assert "is not a number such as 129" in result.stderr
    assert "figure [ministry-2025-xaa-quit-women]" in result.stderr
    assert "document [ministry-2025]" in result.stderr
    assert "+ ministry-2025-xaa-quit-women,ministry-2025,environ 30,about,30,,,p. 9," in result.stdout
    assert "ministry-2025-xaa-quit-women" in table(package, "figures")["figure_id"].to_list()


def test_an_unknown_code_is_completed_to_the_nearest(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = as_options(FIGURE, "source", "area")
    result = talk(package, monkeypatch, "minstry", "n", "", "Countri B", "", "", "", "", "", "y", options=options)
    assert "Is 'minstry' a new source?" in result.stderr
    assert "source [ministry-2025]" in result.stderr
    assert "area [XAB]" in result.stderr
    assert "+ ministry-2025-xab-quit-women,ministry-2025,XAB" in result.stdout


def test_a_new_source_is_asked_for_field_by_field(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = as_options(FIGURE, "source")
    result = talk(
        package, monkeypatch, "agency-2025", "y", "institute", "report", "A report", "2025", "", "", "",
        "", "", "", "", "", "y", options=options,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "A new source, 'agency-2025':" in result.stderr
    assert "+ agency-2025,institute,report,A report,2025,,," in result.stdout


def test_the_same_coordinates_lead_to_a_further_reading(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = talk(
        package, monkeypatch, "ministry-2025", "XAA", "finished", "all", "2024-12-31", "y", "institute-2025",
        "205 of them", "y", "", "", "y",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "Does it print 205, as the figure?" in result.stderr
    assert "+ ministry-2025-xaa-finished,institute-2025,205 of them,exact,205,,,," in result.stdout


def test_errors_are_asked_about_and_no_is_the_default(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(package)
    options = as_options(FIGURE | {"population": "men", "value": "400"})
    result = talk(package, monkeypatch, "", "", "", "", "", "", options=options)
    assert result.exit_code == 1
    assert "Write them all the same? [y/N]" in result.stderr
    assert files_of(package) == before


def test_no_at_the_end_writes_nothing(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(package)
    options = as_options(FIGURE)
    result = talk(package, monkeypatch, "", "", "", "", "", "n", options=options)
    assert (result.exit_code, "Nothing was written." in result.stderr) == (0, True)
    assert files_of(package) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_ctrl_c_at_a_terminal_writes_nothing(package: Path) -> None:
    import pty

    before = files_of(package)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "returnees", "add", str(package)],
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=os.environ | {"TERM": "dumb"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    os.close(slave)
    shown = read_until(master, "source")
    os.write(master, b"ministry-2025\n")
    shown += read_until(master, "area [XAA]:")
    # The prompt is printed before it is waited at: on a busy machine the first key can come too early.
    for _ in range(10):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
            break
    shown += read_until(master, "nothing was written")
    assert process.wait(30) == 2
    os.close(master)
    assert "Traceback" not in shown
    assert files_of(package) == before


def read_until(stream: int, words: str) -> str:
    """Return what a terminal shows until these words are there."""
    shown, end = "", time.monotonic() + 60
    while words not in shown and time.monotonic() < end:
        if select.select([stream], [], [], 0.5)[0]:
            try:
                shown += os.read(stream, 4096).decode("utf-8", "replace")
            except OSError:
                break
    assert words in shown, shown
    return shown
