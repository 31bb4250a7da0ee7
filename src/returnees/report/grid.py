"""A table of text cells: a row a line, or folded over several lines where that is wider than the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from returnees.report.escape import visible
from returnees.report.lines import fitted

#: What lies between two columns.
_GAP = 2
#: How far the lines of a row after its first are indented, so that one sees where a row begins.
_INDENT = 4


def grid(
    columns: Mapping[str, Sequence[str]],
    *,
    shared: Collection[str] = (),
    once: Collection[str] = (),
    width: int | None = None,
) -> str:
    """Return a table of text cells, given by column.

    Parameters
    ----------
    shared
        Columns that are said once above the table when they say the same in every row.
    once
        Columns whose cell is left empty when the cells of all these columns are those of the row above.
    width
        How wide a line may be; None for any width. A row that is wider goes on in further lines, which are indented.
        Cells are kept whole, so that what they say can be copied; only one that is itself wider is wrapped between
        its words, and a word that is wider stands out.
    """
    cells = {name: [visible(cell) for cell in column] for name, column in columns.items()}
    rows = len(next(iter(cells.values()), []))
    constant = [name for name in cells if name in shared and rows > 1 and len(set(cells[name])) == 1]
    said = [f"{name} {cells[name][0]}" for name in constant if cells[name][0]]
    varying = [name for name in cells if name not in constant]
    keys = list(zip(*(cells[name] for name in once), strict=True)) if once else [()] * rows
    again = [bool(once) and row > 0 and keys[row] == keys[row - 1] for row in range(rows)]
    body = {name: ["" if again[row] and name in once else cells[name][row] for row in range(rows)] for name in varying}
    head = [fitted(", ".join(said), width), ""] if said else []
    return "".join(f"{line.rstrip()}\n" for line in (*head, *_laid_out(body, width)))


@dataclass(frozen=True)
class _Band:
    """Columns side by side: the line of their names, the rule below it, and a line a row, None where a row is blank."""

    names: str
    rule: str
    lines: list[str | None]

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[str]]) -> _Band:
        from tabulate import tabulate

        rows = list(zip(*columns.values(), strict=True))
        # As a row, since tabulate makes each column two wider than the name in its header.
        rule, names, *lines, _ = tabulate([list(columns), *rows], tablefmt="simple", disable_numparse=True).splitlines()
        return cls(names, rule, [line if any(row) else None for line, row in zip(lines, rows, strict=True)])

    @property
    def width(self) -> int:
        return len(self.rule)


def _laid_out(columns: Mapping[str, Sequence[str]], width: int | None) -> Iterator[str]:
    """Yield the lines of a table, one a row if they are no wider than `width`."""
    whole = _Band.of(columns)
    if width is None or whole.width <= width:
        yield from (whole.names, whole.rule, *(line or "" for line in whole.lines))
        return
    first, *others = (_Band.of(band) for band in _bands(columns, width))
    yield first.names
    yield from (" " * _INDENT + band.names for band in others)
    yield "-" * min(width, max([first.width, *(_INDENT + band.width for band in others)]))
    for line, *further in zip(first.lines, *(band.lines for band in others), strict=True):
        # A row that says only what differs from the one above needs no line for the rest.
        if line is not None:
            yield fitted(line.rstrip(), width)
        yield from (fitted(" " * _INDENT + more.rstrip(), width) for more in further if more is not None)


def _bands(columns: Mapping[str, Sequence[str]], width: int) -> list[dict[str, Sequence[str]]]:
    """Return the columns in bands that are no wider than `width`, each as many as fit, in their order."""
    bands: list[dict[str, Sequence[str]]] = []
    room = 0
    for name, cells in columns.items():
        needed = _GAP + _Band.of({name: cells}).width
        if not bands or needed > room:
            room = width + _GAP - (_INDENT if bands else 0)
            bands.append({})
        bands[-1][name] = cells
        room -= needed
    return bands
