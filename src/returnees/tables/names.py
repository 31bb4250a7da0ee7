"""What the codes of a table are called."""

from __future__ import annotations

from returnees.tables.model import Table

#: Fields of a table that say what its codes are called, the best first.
_NAMES = ("title", "name", "label")


def names_of_codes(table: Table, key: str) -> dict[str, str]:
    """Return the codes in the field `key` of a table, each with what the table calls it, or an empty text."""
    frame = table.frame
    name = next((field for field in _NAMES if field in frame.columns and field != key), None)
    names = [""] * frame.height if name is None else [str(cell or "") for cell in frame[name].to_list()]
    pairs = zip(frame[key].to_list(), names, strict=True)
    return {str(code): called for code, called in pairs if code is not None}
