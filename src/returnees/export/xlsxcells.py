"""Cells of a workbook: what they look like, and how a value becomes one without being changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from returnees.errors import UsageError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: A spreadsheet keeps this many significant digits of a number; one with more is written as text.
DIGITS = 15


class Styles(NamedTuple):
    """How cells look: a header, a text, a link, the title of a sheet, a text over several lines."""

    header: Format
    text: Format
    link: Format
    title: Format
    wrapped: Format


def styles(book: Workbook) -> Styles:
    """Return the styles of a workbook; the number format ``@`` keeps a text from becoming a date or a number."""
    header = {"bold": True, "bg_color": "#D9E2EC", "bottom": 1, "valign": "top", "num_format": "@"}
    return Styles(
        header=book.add_format(header),
        text=book.add_format({"num_format": "@"}),
        link=book.add_format({"num_format": "@", "font_color": "#0563C1", "underline": 1}),
        title=book.add_format({"bold": True, "font_size": 14}),
        wrapped=book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    )


def write_value(sheet: Worksheet, row: int, place: int, value: object, style: Format) -> None:
    """Write a number as a number, true and false as such, a text as a text, and nothing for None."""
    if isinstance(value, bool):
        _written(sheet.write_boolean(row, place, value), value)
    elif isinstance(value, int | float):
        if value == value and abs(value) != float("inf") and float(f"{value:.{DIGITS}G}") == value:
            _written(sheet.write_number(row, place, value), value)
        else:
            # A spreadsheet would round it, or has no number for it.
            write_text(sheet, row, place, str(value), style)
    elif value is not None:
        write_text(sheet, row, place, str(value), style)


def write_text(sheet: Worksheet, row: int, place: int, text: str, style: Format) -> None:
    """Write a text that stays one, whatever it looks like."""
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes such a text for markup of its own and would write it unescaped; in two parts it does not.
        _written(sheet.write_rich_string(row, place, text[:2], style, text[2:], style), text)
    else:
        _written(sheet.write_string(row, place, text, style), text)


def write_link(sheet: Worksheet, row: int, place: int, address: str, text: str, style: Format) -> None:
    """Write a text that leads to a page."""
    _written(sheet.write_url(row, place, address, style, text), address)


def _written(fault: int, value: object) -> None:
    """Raise UsageError when XlsxWriter, which only returns a number then, has left something out."""
    if fault:
        raise UsageError(f"xlsx cannot hold {str(value)[:60]!a}...: it is too long for Excel; choose another format")
