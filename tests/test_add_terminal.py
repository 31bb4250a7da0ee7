"""``returnees add`` at a terminal: what is asked, what is offered, and that no is an answer."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from adding import FIGURE, as_options, table
from click.testing import CliRunner, Result
from making import files_of
from terminal import at_a_terminal, read_until

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


def test_an_answer_that_is_needed_is_asked_for_again_with_a_word(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = talk(package, monkeypatch, "", "ministry-2025")
    assert result.stderr.count("source: ") == 2
    assert "source: An answer is needed here; Ctrl-C leaves, and nothing is written." in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_questions_fit_the_terminal(package: Path) -> None:
    answers = as_options(FIGURE, "qualifier", "value")
    with at_a_terminal(["-m", "returnees", "add", str(package), *answers], columns=60) as (_, terminal):
        shown = read_until(terminal, "qualifier: ")
    assert "about, at_least, more_than" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 60


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
    before = files_of(package)
    with at_a_terminal(["-m", "returnees", "add", str(package)]) as (process, terminal):
        shown = read_until(terminal, "source")
        os.write(terminal, b"ministry-2025\n")
        shown += read_until(terminal, "area [XAA]:")
        process.send_signal(signal.SIGINT)
        shown += read_until(terminal, "nothing was written")
        assert process.wait(30) == 2
    assert "Traceback" not in shown
    assert files_of(package) == before


#: Asks for ever and counts how often Ctrl-C was pressed; Polars, which is used first, changes how signals end reading.
ASKING = """
import click, polars
from returnees.cli.asking import confirm
polars.DataFrame({"a": [1]}).lazy().select(polars.col("a") + 1).collect()
presses = 0
while True:
    try:
        confirm(f"question {presses}", default=True)
    except (click.Abort, KeyboardInterrupt):
        presses += 1
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_ctrl_c_is_never_lost_however_soon_after_the_question_it_comes() -> None:
    with at_a_terminal(["-c", ASKING]) as (process, terminal):
        for press in range(500):
            read_until(terminal, f"question {press} [Y/n]: ")
            process.send_signal(signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_what_is_typed_before_the_question_and_what_is_no_text_is_taken_well(package: Path) -> None:
    with at_a_terminal(["-m", "returnees", "add", str(package)]) as (process, terminal):
        os.write(terminal, b"\xff\nministry-2025\nXAB\n")
        shown = read_until(terminal, "measure:")
        assert "is not text in the terminal's encoding" in shown
        os.write(terminal, b"\x04")
        read_until(terminal, "nothing was written")
        assert process.wait(30) == 2
