"""What is shown at a terminal fits its width, and nothing that could be copied is cut for that."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from terminal import shown_at

from returnees.cli import main
from returnees.report.grid import grid
from returnees.report.lines import fitted

WORDS = st.text("abc-é", min_size=1, max_size=12)
CELLS = st.lists(WORDS, max_size=4).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[str]]:
    names = draw(st.lists(WORDS, min_size=1, max_size=6, unique=True))
    rows = draw(st.integers(0, 4))
    return {name: draw(st.lists(CELLS, min_size=rows, max_size=rows)) for name in names}


@given(tables(), st.integers(4, 60))
def test_a_folded_table_keeps_each_word_and_its_width(columns: dict[str, list[str]], width: int) -> None:
    lines = grid(columns, width=width).splitlines()
    wide = [line for line in lines if len(line) > width]
    assert all(" " not in line.strip() for line in wide), lines
    rows = list(zip(*columns.values(), strict=True))
    words = [word for row in (columns, *rows) for cell in row for word in cell.split()]
    assert [word for line in lines for word in line.split() if set(word) != {"-"}] == [
        word for word in words if set(word) != {"-"}
    ]


@given(tables())
def test_a_table_that_fits_or_is_for_no_terminal_has_a_line_a_row(columns: dict[str, list[str]]) -> None:
    whole = grid(columns)
    assert len(whole.splitlines()) == 2 + len(next(iter(columns.values())))
    assert grid(columns, width=max(map(len, whole.splitlines()))) == whole


@given(st.lists(WORDS, max_size=20).map(" ".join), st.integers(1, 40))
def test_folding_changes_white_space_only(text: str, width: int) -> None:
    folded = fitted(text, width)
    assert folded.split() == text.split()
    assert all(len(line) <= width or " " not in line for line in folded.split("\n"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "--area", "FRA,MAR"],
        ["bounds", "--source", "fr-dgsi-2018-03"],
        ["compare", "--area", "DEU"],
        ["cite", "soufan-2017-usa-returned"],
        ["explain", "F201"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_fit_a_terminal_and_write_whole_lines_elsewhere(arguments: list[str]) -> None:
    shown = shown_at(80, ["-m", "returnees", *arguments])
    # An address, and a line of an example, which is a line of a file, are kept whole.
    kept = ("http", "    ", "- ", "+ ")
    assert [line for line in shown if len(line) > 80 and not line.startswith(kept)] == []
    piped = CliRunner().invoke(main, arguments)
    assert piped.exit_code == 0
    assert set(piped.stdout.split()) <= {*" ".join(shown).split(), *_rules(piped.stdout)}
    if arguments[0] != "explain":
        assert max(map(len, piped.stdout.splitlines())) > 80


def _rules(text: str) -> set[str]:
    """Return the lines between the header of a table and its rows, which are as long as its columns."""
    return {word for word in text.split() if set(word) == {"-"}}
