"""The codebook of a workbook: a sheet with what the package says of itself, and of each table and field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from returnees.export.contents import Content, Contents
from returnees.export.xlsxcells import Styles, write_link, write_text
from returnees.export.xlsxlinks import is_address
from returnees.tables.wording import allowed, demands

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

#: The name of the sheet.
CODEBOOK = "codebook"
_COLUMNS = {"table": 16, "field": 36, "title": 32, "meaning": 70, "unit": 14, "asks": 40, "values": 40, "key": 28}
#: The height of a line of text, in points.
_LINE = 15


def write_codebook(sheet: Worksheet, contents: Contents, styles: Styles) -> None:
    """Write the sheet: title, version, licence and a note on the first lines, then one line a table and a field."""
    for place, width in enumerate(_COLUMNS.values()):
        sheet.set_column(place, place, width)
    top = list(_about(contents))
    write_text(sheet, 0, 0, contents.title, styles.title)
    for row, (label, text) in enumerate(top, start=1):
        write_text(sheet, row, 0, label, styles.header)
        if is_address(text):
            write_link(sheet, row, 1, text, text, styles.link)
        else:
            write_text(sheet, row, 1, text, styles.text)
    head = len(top) + 2
    for place, name in enumerate(_COLUMNS):
        write_text(sheet, head, place, name, styles.header)
    row = head
    for content in contents.tables:
        for line in _lines(content):
            row += 1
            # Spreadsheets do not all fit a row to the lines of its text when they open it.
            lines = [-(-len(text) * 11 // (width * 10)) for text, width in zip(line, _COLUMNS.values(), strict=True)]
            sheet.set_row(row, _LINE * min(max(lines), 20))
            for place, text in enumerate(line):
                if text:
                    write_text(sheet, row, place, text, styles.wrapped)
    sheet.autofilter(head, 0, row, len(_COLUMNS) - 1)
    sheet.freeze_panes(head + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _about(contents: Contents) -> Iterator[tuple[str, str]]:
    """Give what stands above the table."""
    licence, address = contents.licence
    said = (
        ("description", contents.said("description")),
        ("version", contents.package.version or ""),
        ("licence", licence),
        ("", address if is_address(address) else ""),
        ("homepage", contents.said("homepage")),
        ("dates", "Dates are text, as precise as known: 2017, 2017-10 or 2017-10-31. An empty cell says nothing."),
    )
    yield from ((label, text) for label, text in said if text)


def _lines(content: Content) -> Iterator[list[str]]:
    """Give the lines of one table: its own, then one a field."""
    schema = content.table.schema
    yield [content.name, "", content.title, content.description, "", "", "", ""]
    references = {key.fields[0]: key for key in schema.foreign_keys if len(key.fields) == 1}
    for field in schema.fields:
        keys = ["primary key"] if field.name in schema.primary_key else []
        if (key := references.get(field.name)) is not None:
            keys.append(f"{key.target_fields[0]} of {key.target or content.name}")
        values = ", ".join(
            str(value).lower() if isinstance(value, bool) else str(value) for value in allowed(field) or ()
        )
        yield [content.name, field.name, field.title, field.description, field.unit, ", ".join(demands(field)), values,
               "; ".join(keys)]  # fmt: skip
