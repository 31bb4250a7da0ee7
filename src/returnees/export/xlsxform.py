"""XLSX: one workbook, a sheet a table and a codebook, with real numbers and dates that stay text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from returnees.errors import ReturneesError
from returnees.export.contents import Content, Contents
from returnees.export.xlsxcells import Styles, styles, write_link, write_text, write_value
from returnees.export.xlsxcodebook import CODEBOOK, write_codebook
from returnees.export.xlsxlimits import check_limits
from returnees.export.xlsxlinks import Links, links_of
from returnees.package import temporary
from returnees.writing import write_bytes

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

#: Widths of columns, in characters.
_NARROWEST, _WIDEST = 8, 60
#: When the workbook says it was made: the same package gives the same bytes, whenever it is exported.
_MADE = datetime(1980, 1, 1)


def write_xlsx(contents: Contents, files: Sequence[Path]) -> None:
    """Write all tables to one workbook.

    Raises
    ------
    UsageError
        If Excel cannot hold a table: the message says which cell, column or row, and what would help.
    ReturneesError
        If the file cannot be written.
    """
    (file,) = files
    check_limits(contents)
    write_bytes(file, _workbook(contents, file))


def _workbook(contents: Contents, file: Path) -> bytes:
    """Return the workbook; its sheets are collected in files of a temporary folder, not in memory."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    made = BytesIO()
    try:
        with temporary.made("returnees-") as room:
            book = Workbook(made, {"constant_memory": True, "tmpdir": room})
            about = {"title": contents.title, "comments": contents.said("description"), "created": _MADE}
            book.set_properties(about)
            looks = styles(book)
            for content in contents.tables:
                _write_sheet(book.add_worksheet(content.name), content, links_of(content, contents), looks)
            write_codebook(book.add_worksheet(CODEBOOK), contents, looks)
            book.close()
    except (OSError, XlsxWriterException) as error:
        raise ReturneesError(f"{file} was not written and is as it was: {error}") from None
    return made.getvalue()


def _write_sheet(sheet: Worksheet, content: Content, links: Links, looks: Styles) -> None:
    """Write one table: a frozen header with filters, then its rows."""
    plain = content.plain()
    _lay_out(sheet, plain, looks)
    for place, name in enumerate(plain.columns):
        write_text(sheet, 0, place, name, looks.header)
    addresses = [links.get(name, {}) for name in plain.columns]
    for number, row in enumerate(plain.iter_rows(), start=1):
        for place, value in enumerate(row):
            address = addresses[place].get(value) if isinstance(value, str) else None
            if address is not None:
                write_link(sheet, number, place, address, value, looks.link)
            else:
                write_value(sheet, number, place, value, looks.text)
        if not any(value is not None for value in row) and row:
            # Without a cell there would be no row.
            sheet.write_blank(number, 0, None, looks.text)


def _lay_out(sheet: Worksheet, plain: pl.DataFrame, looks: Styles) -> None:
    """Set the widths of the columns, the frozen header and the filters."""
    lengths = plain.select(pl.all().cast(pl.String).str.len_chars().max()).row(0) if plain.width else ()
    for place, (name, longest) in enumerate(zip(plain.columns, lengths, strict=True)):
        # Room beside the name for the button of the filter.
        width = max(_NARROWEST, min(len(name) + 3, _WIDEST), min((longest or 0) + 1, _WIDEST))
        sheet.set_column(place, place, width, looks.text if plain.schema[name] == pl.String else None)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    if plain.width:
        sheet.autofilter(0, 0, plain.height, plain.width - 1)
        # A code such as 004 is text on purpose; a green corner in each cell would call it a mistake.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{plain.height + 1}"})
