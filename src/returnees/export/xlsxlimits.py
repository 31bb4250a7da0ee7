"""What Excel cannot hold, found before anything is written: an error with a way out, and never a silent cut.

The limits are those of Microsoft's page "Excel specifications and limits".
"""

from __future__ import annotations

from returnees.errors import UsageError
from returnees.export.contents import Content, Contents
from returnees.export.xlsxcodebook import CODEBOOK
from returnees.export.xlsxlinks import LONGEST_ADDRESS, address_columns, utf16

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767
LONGEST_NAME = 31
#: The name that Excel keeps for itself.
_RESERVED = "history"


def check_limits(contents: Contents) -> None:
    """Raise UsageError at the first thing that a workbook cannot hold."""
    for content in contents.tables:
        _check_name(content.name)
        height, width = content.table.raw.text.shape
        if height + 1 > MOST_ROWS:
            _refuse(content, f"has {height:,} rows and a sheet holds {MOST_ROWS - 1:,}; choose some with --where, "
                             "other tables with --table, or another format")  # fmt: skip
        if width > MOST_COLUMNS:
            _refuse(content, f"has {width:,} columns and a sheet holds {MOST_COLUMNS:,}; choose some with --columns, "
                             "or another format")  # fmt: skip
        addresses = address_columns(content.table)
        for name in content.table.raw.text.columns:
            if utf16(name) > LONGEST_CELL:
                _refuse(content, f"has a column whose name is longer than a cell can be ({LONGEST_CELL:,} characters)")
            most = LONGEST_ADDRESS if name in addresses else LONGEST_CELL
            _check_cells(content, name, most, "a link" if name in addresses else "a cell")


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or name.casefold() in (_RESERVED, CODEBOOK):
        why = (
            f"a sheet's name has at most {LONGEST_NAME} characters"
            if len(name) > LONGEST_NAME
            else "that sheet is the workbook's own"
        )
        raise UsageError(
            f"xlsx cannot hold the table '{name}': {why}; choose other tables with --table, or another format"
        )


def _check_cells(content: Content, name: str, most: int, what: str) -> None:
    """Raise UsageError when a cell of the column is too long."""
    text = content.table.raw.text[name]
    # A character is at most two of the units that Excel counts in; few columns have one that long.
    long = (text.str.len_chars() * 2 > most).arg_true()
    for row in long:
        length = utf16(text[row])
        if length > most:
            key = content.table.key(row)
            where = f"'{name}' of row {row + 1:,}" + (f" ('{key}')" if key else "")
            _refuse(content, f"has {length:,} characters in {where} and {what} holds {most:,}; shorten it, leave the "
                             "column out with --columns or the row with --where, or choose another format")  # fmt: skip


def _refuse(content: Content, why: str) -> None:
    raise UsageError(f"xlsx cannot hold the table '{content.name}': it {why}")
