"""Cells of text read as values by the lexical rules of Table Schema, in expressions that every engine runs.

The rules are those of `tables.lexical`, which judges the rows that come back; here they say which rows those are. What
an engine cannot tell for certain is *doubtful* and comes back to be judged. Patterns end with ``\\z``, for the ``$`` of
Java (Spark) also stands before a last line end, of which Unicode has several.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import narwhals as nw

from returnees.engines.seam import Engine
from returnees.schemas.asked import Dialect
from returnees.schemas.regexes import portable
from returnees.tables.lexical import STRING_FORMATS, not_checked
from returnees.tables.schema import Field

_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Cell:
    """One field's cells: the text (null where a missing value stands), its value, and where that is not certain.

    ``value`` is null where a cell is missing or does not read as the type. It is text for texts, months and dates
    (which sort as they follow each other), a number for numbers and years, microseconds since 1970 for moments, and a
    boolean.
    """

    text: nw.Expr
    value: nw.Expr
    doubtful: nw.Expr | None = None

    @property
    def unread(self) -> nw.Expr:
        """Whether a cell does not read as the type, for certain."""
        unread = ~self.text.is_null() & self.value.is_null()
        return unread if self.doubtful is None else unread & ~self.doubtful.fill_null(False)


def cell_of(field: Field, name: str, longest: int | None = None) -> Cell:
    """Return the cells of `field`, which stand in the engine's column `name`.

    Those of more than `longest` signs are not matched with a pattern, neither here nor by a constraint, but doubtful.
    """
    stated = nw.col(name)
    missing = stated.is_null() | stated.is_in(list(field.missing_values)) if field.missing_values else stated.is_null()
    text = nw.when(~missing).then(stated)
    textual = field.type in ("string", "any") or not_checked(field)
    matched = (field.type == "string" and field.format in STRING_FORMATS) or "pattern" in field.constraints
    if longest is None or not (textual and matched):
        return _read(field, text)
    long = text.str.len_chars() > longest
    short = _read(field, nw.when(~long).then(text))
    return Cell(text, nw.when(long).then(text).otherwise(short.value), long)


def _read(field: Field, text: nw.Expr) -> Cell:
    if not_checked(field):
        return Cell(text, text)
    readers: dict[str, Callable[[Field, nw.Expr], Cell]] = {
        "string": _string, "integer": _integer, "number": _number, "boolean": _boolean, "date": _date,
        "datetime": _datetime, "year": _year, "yearmonth": _yearmonth,
    }  # fmt: skip
    read = readers.get(field.type)
    return Cell(text, text) if read is None else replace(read(field, text), text=text)


def dialect_of(engine: Engine) -> Dialect:
    """Return what the constraints' expressions are written with on an engine; whether cells repeat is asked of keys."""
    return Dialect(
        whole=nw.Int64,
        pattern=engine.pattern,
        held=lambda field, value: _constant(value),
        listed=lambda field, values: values,
        alone=None,
    )


def _constant(value: Any) -> Any:
    """Return a value of a field as `Cell` holds it."""
    if isinstance(value, datetime):
        return round(value.replace(tzinfo=UTC).timestamp() * _MICROSECONDS)
    return value.isoformat() if isinstance(value, date) else value


def _string(field: Field, text: nw.Expr) -> Cell:
    pattern = STRING_FORMATS.get(field.format)
    if pattern is None:
        return Cell(text, text)
    return Cell(text, nw.when(text.str.contains(str(portable(pattern)))).then(text))


def _bare(field: Field, text: nw.Expr) -> nw.Expr:
    """Return the digits of a number: without its group separator and, if it is not bare, without what surrounds it."""
    if field.options.get("bareNumber", True) is False:
        # From the first digit on, with the sign or the point before it, to the last digit.
        text = text.str.replace_all(r"[^0-9]+\z", "")
        text = text.str.replace_all(r"^[^0-9+\-]*[^0-9+\-.]", "")
        several = text.str.contains(r"^\.+[+\-]")
        text = nw.when(several).then(text.str.replace_all(r"^\.+", "")).otherwise(text)
        text = text.str.replace_all(r"^\.\.+", ".")
    group = field.options.get("groupChar")
    return text.str.replace_all(str(group), "", literal=True) if group else text


def _integer(field: Field, text: nw.Expr) -> Cell:
    bare = _bare(field, text)
    # Up to 18 digits fit into 64 bits; those of 19 are told by the exact rules.
    sure = bare.str.contains(r"^[+-]?0*[0-9]{1,18}\z")
    value = nw.when(sure).then(bare.str.replace_all(r"^\+", "")).cast(nw.Int64)
    return Cell(text, value, bare.str.contains(r"^[+-]?0*[1-9][0-9]{18}\z"))


def _number(field: Field, text: nw.Expr) -> Cell:
    bare = _bare(field, text)
    point = str(field.options.get("decimalChar", "."))
    if point != ".":
        bare = nw.when(~bare.str.contains(".", literal=True)).then(bare.str.replace_all(point, ".", literal=True))
    digits = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\z"
    # Beyond these a number may be too large for 64 bits, or a word of an engine's own.
    sure = r"^[+-]?(?:[0-9]{1,200}(?:\.[0-9]{0,200})?|\.[0-9]{1,200})(?:[eE][+-]?[0-9]{1,2})?\z"
    value: nw.Expr = nw.when(bare.str.contains(sure)).then(bare.str.replace_all(r"^\+", "")).cast(nw.Float64)
    for word, meant in (("NaN", math.nan), ("INF", math.inf), ("-INF", -math.inf)):
        value = nw.when(text == word).then(nw.lit(meant)).otherwise(value)
    return Cell(text, value, bare.str.contains(digits) & ~bare.str.contains(sure))


def _boolean(field: Field, text: nw.Expr) -> Cell:
    true = list(field.options.get("trueValues", ("true", "True", "TRUE", "1")))
    false = list(field.options.get("falseValues", ("false", "False", "FALSE", "0")))
    value = nw.when(text.is_in(true)).then(nw.lit(True)).otherwise(nw.when(text.is_in(false)).then(nw.lit(False)))
    return Cell(text, value)


#: Dates that the calendar has, but for the year 0, which has none: months of 31, 30 and 28 days, and leap days.
_CALENDAR = (
    "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
    "-02-29"
)


def of_calendar(text: nw.Expr) -> nw.Expr:
    """Whether a text is a date YYYY-MM-DD that the calendar has, of the years 1 to 9999."""
    return text.str.contains(rf"^(?:{_CALENDAR})\z") & ~text.str.starts_with("0000")


def day_number(year: nw.Expr, month: nw.Expr, day: nw.Expr) -> nw.Expr:
    """Return the days since 1970-01-01 of a date of the calendar, reckoned from its numbers.

    No engine parses a text that is no date without an error, and each has another range of years. The year is taken to
    begin in March, so that leap days come last (Hinnant, chrono-compatible low-level date algorithms).
    """
    year = nw.when(month <= 2).then(year - 1).otherwise(year)
    month = nw.when(month <= 2).then(month + 9).otherwise(month - 3)
    return year * 365 + year // 4 - year // 100 + year // 400 + (month * 153 + 2) // 5 + day - 719_469


def _date(_: Field, text: nw.Expr) -> Cell:
    return Cell(text, nw.when(of_calendar(text)).then(text))


def _datetime(_: Field, text: nw.Expr) -> Cell:
    form = (
        rf"^(?:{_CALENDAR})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?"
        r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?\z"
    )
    sound = nw.when(text.str.contains(form) & ~text.str.starts_with("0000")).then(text)
    day = day_number(*(sound.str.slice(at, size).cast(nw.Int64) for at, size in ((0, 4), (5, 2), (8, 2))))
    clock = [sound.str.slice(at, 2).cast(nw.Int64) for at in (11, 14, 17)]
    zoned = sound.str.contains(r"[+-][0-9]{2}:[0-9]{2}\z")
    offset = sound.str.slice(-5, 2).cast(nw.Int64) * 60 + sound.str.slice(-2, 2).cast(nw.Int64)
    sign = nw.when(sound.str.contains(r"-[0-9]{2}:[0-9]{2}\z")).then(nw.lit(-1)).otherwise(nw.lit(1))
    # The digits after the point, filled up to six.
    after: nw.Expr = sound.str.slice(19).str.replace_all(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\z", "")
    after = nw.concat_str(after.str.replace_all(".", "", literal=True), nw.lit("000000"))
    seconds = day * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    seconds = seconds - nw.when(zoned).then(sign * offset * 60).otherwise(nw.lit(0))
    moment = seconds * _MICROSECONDS + after.str.slice(0, 6).cast(nw.Int64)
    first = -62_135_596_800 * _MICROSECONDS
    within = (moment >= first) & (moment < 253_402_300_800 * _MICROSECONDS)
    return Cell(text, nw.when(~sound.is_null() & within).then(moment))


def _year(_: Field, text: nw.Expr) -> Cell:
    sound = nw.when(text.str.contains(r"^-?(?:[0-9]{4}|[1-9][0-9]{4,9})\z")).then(text).cast(nw.Int64)
    return Cell(text, nw.when((sound >= -(2**31)) & (sound < 2**31)).then(sound))


def _yearmonth(_: Field, text: nw.Expr) -> Cell:
    form = r"^-?(?:[0-9]{4}|[1-9][0-9]{4,14})-(?:0[1-9]|1[0-2])\z"
    longer = r"^-?[1-9][0-9]{15,}-(?:0[1-9]|1[0-2])\z"
    return Cell(text, nw.when(text.str.contains(form)).then(text), text.str.contains(longer))
