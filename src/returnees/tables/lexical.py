"""Cells of text read as values, by the lexical rules of Table Schema and by nothing looser."""

from __future__ import annotations

import polars as pl

from returnees.tables.schema import Field

_INTEGER = r"^[+-]?[0-9]+$"
_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
#: Words that are numbers; Polars reads them as what they mean.
_NUMBER_WORDS = ("NaN", "INF", "-INF")
#: A number with anything before and after it that is no digit; a sign or a point next to the digits is part of it.
_DRESSED = r"^[^0-9+\-]*?([+-]?\.?[0-9](?:.*[0-9])?)[^0-9]*$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DATETIME = f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}{_ZONE}$"
_YEAR = r"^-?(?:[0-9]{4}|[1-9][0-9]{4,})$"
_YEARMONTH = r"^-?(?:[0-9]{4}|[1-9][0-9]{4,})-(?:0[1-9]|1[0-2])$"
_TRUE = ("true", "True", "TRUE", "1")
_FALSE = ("false", "False", "FALSE", "0")

#: String formats of Table Schema, each as the pattern that a whole cell must match.
STRING_FORMATS = {
    "email": r"^[^@\s.]+(?:\.[^@\s.]+)*@[^@\s.]+(?:\.[^@\s.]+)+$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$",
    "uuid": r"^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$",
    "binary": r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
}

#: What a cell of each type looks like, for the messages.
FORMS = {
    "string": "text of the stated format",
    "integer": "a whole number such as 129, of at most 64 bits",
    "number": "a number such as 129 or 49.6, with a point and without separators",
    "boolean": "true or false",
    "date": "a date such as 2017-10-31",
    "datetime": "a date and time such as 2017-10-31T12:00:00Z",
    "year": "a year such as 2017",
    "yearmonth": "a month such as 2017-10",
}


def not_checked(field: Field) -> str | None:
    """Return in words why the cells of `field` are kept as text and not checked, or None when they are."""
    if field.type not in FORMS and field.type != "any":
        return f"type '{field.type}'"
    known = {"default"} | (set(STRING_FORMATS) if field.type == "string" else set())
    if field.format not in known:
        return f"format '{field.format}' of type '{field.type}'"
    return None


def present(field: Field) -> pl.Expr:
    """Return the cells of `field` as text, null where they hold one of its missing values."""
    cell = pl.col(field.name)
    if field.missing_values == ("",):
        return pl.when(cell != "").then(cell)
    return pl.when(~cell.is_in(list(field.missing_values))).then(cell)


def typed(field: Field) -> pl.Expr:
    """Return the values of `field`: Int64, Float64, Boolean, Date, Datetime (UTC), Int32 (year) or String.

    A cell that does not read as the type gives null.
    """
    cell = present(field)
    if not_checked(field):
        return cell.alias(field.name)
    value = {
        "string": _string,
        "integer": _integer,
        "number": _number,
        "boolean": _boolean,
        "date": _date,
        "datetime": _datetime,
        "year": _year,
        "yearmonth": _yearmonth,
        "any": _any,
    }[field.type]
    return value(field, cell).alias(field.name)


def _any(_: Field, cell: pl.Expr) -> pl.Expr:
    return cell


def _string(field: Field, cell: pl.Expr) -> pl.Expr:
    pattern = STRING_FORMATS.get(field.format)
    return cell if pattern is None else pl.when(cell.str.contains(pattern)).then(cell)


def _bare(field: Field, cell: pl.Expr) -> pl.Expr:
    """Return the digits of a number: without its group separator and, if it is not bare, without what surrounds it."""
    if field.options.get("bareNumber", True) is False:
        cell = cell.str.extract(_DRESSED)
    group = field.options.get("groupChar")
    return cell.str.replace_all(str(group), "", literal=True) if group else cell


def _integer(field: Field, cell: pl.Expr) -> pl.Expr:
    cell = _bare(field, cell)
    value = cell.str.strip_prefix("+").cast(pl.Int64, strict=False)
    return pl.when(cell.str.contains(_INTEGER)).then(value)


def _number(field: Field, cell: pl.Expr) -> pl.Expr:
    stated, cell = cell, _bare(field, cell)
    point = str(field.options.get("decimalChar", "."))
    if point != ".":
        # A point in the text would be taken for the decimal one after the exchange.
        cell = pl.when(~cell.str.contains(".", literal=True)).then(cell.str.replace(point, ".", literal=True))
    word = stated.is_in(list(_NUMBER_WORDS))
    if cell is not stated:
        cell = pl.when(word).then(stated).otherwise(cell)
    # Polars takes more for a number than the standard does, and never less.
    value = cell.cast(pl.Float64, strict=False)
    return pl.when((value.is_finite() & cell.str.contains(_NUMBER)) | word).then(value)


def _boolean(field: Field, cell: pl.Expr) -> pl.Expr:
    true = list(field.options.get("trueValues", _TRUE))
    false = list(field.options.get("falseValues", _FALSE))
    return pl.when(cell.is_in(true)).then(True).when(cell.is_in(false)).then(False)


def _date(_: Field, cell: pl.Expr) -> pl.Expr:
    return _of_our_era(pl.when(cell.str.contains(_DATE)).then(cell).str.to_date("%Y-%m-%d", strict=False))


def _datetime(_: Field, cell: pl.Expr) -> pl.Expr:
    sound = pl.when(cell.str.contains(_DATETIME)).then(cell)
    clock = sound.str.replace(r"(?:Z|[+-][0-9]{2}:[0-9]{2})$", "")
    moment = clock.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    sign = pl.when(sound.str.contains(r"-[0-9]{2}:[0-9]{2}$")).then(-1).otherwise(1)
    hours = sound.str.extract(r"[+-]([0-9]{2}):[0-9]{2}$").cast(pl.Int64).fill_null(0)
    minutes = sound.str.extract(r"[+-][0-9]{2}:([0-9]{2})$").cast(pl.Int64).fill_null(0)
    return _of_our_era(moment - pl.duration(minutes=sign * (hours * 60 + minutes), time_unit="us"))


def _of_our_era(day: pl.Expr) -> pl.Expr:
    """Return the dates of the years 1 to 9999: there is no year 0, and Python has no later ones."""
    return pl.when(day.dt.year().is_between(1, 9999)).then(day)


def _year(_: Field, cell: pl.Expr) -> pl.Expr:
    return pl.when(cell.str.contains(_YEAR)).then(cell).cast(pl.Int32, strict=False)


def _yearmonth(_: Field, cell: pl.Expr) -> pl.Expr:
    return pl.when(cell.str.contains(_YEARMONTH)).then(cell)
