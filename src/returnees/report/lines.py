"""Lines for a person at a terminal: wrapped to 80 columns, tables, and nothing that a terminal would obey."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Mapping, Sequence

from returnees.report.escape import for_log, visible

WIDTH = 80


def wrapped(text: str, first: str, rest: str) -> list[str]:
    """Return `text`, made safe to print, wrapped to the width; `first` and `rest` are the indents of its lines."""
    paragraphs = [visible(line) for line in text.split("\n")]
    lines = []
    for number, paragraph in enumerate(paragraphs):
        indent = first if number == 0 else rest
        if paragraph.startswith("  ") or not paragraph:
            # Source lines with a caret below them must keep their spaces.
            lines.append((rest + paragraph)[:WIDTH].rstrip())
        else:
            lines += textwrap.wrap(
                paragraph, WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False
            )
    return [for_log(line) for line in lines]


def grid(columns: Mapping[str, Sequence[str]], *, shared: Collection[str] = (), once: Collection[str] = ()) -> str:
    """Return a table of text cells, given by column.

    Parameters
    ----------
    shared
        Columns that are said once above the table when they say the same in every row.
    once
        Columns whose cell is left empty when the cells of all these columns are those of the row above.
    """
    from tabulate import tabulate

    cells = {name: [visible(cell) for cell in column] for name, column in columns.items()}
    rows = len(next(iter(cells.values()), []))
    constant = [name for name in cells if name in shared and rows > 1 and len(set(cells[name])) == 1]
    said = [f"{name} {cells[name][0]}" for name in constant if cells[name][0]]
    varying = [name for name in cells if name not in constant]
    keys = list(zip(*(cells[name] for name in once), strict=True)) if once else [()] * rows
    again = [bool(once) and row > 0 and keys[row] == keys[row - 1] for row in range(rows)]
    body = [["" if again[row] and name in once else cells[name][row] for name in varying] for row in range(rows)]
    table = tabulate(body, headers=varying, tablefmt="simple", disable_numparse=True)
    head = [", ".join(said), ""] if said else []
    return "".join(f"{line.rstrip()}\n" for line in (*head, *table.splitlines()))


def plain_number(value: float) -> int | float | None:
    """Return a number for JSON: whole when it is, null when it is infinite."""
    if math.isinf(value):
        return None
    return int(value) if value == int(value) else value
