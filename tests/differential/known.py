"""The differences that are known; docs/conformance.md has the same list."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from differential.cells import case_of
from differential.package import UUID


class Known(NamedTuple):
    """A difference: who finds more, why, and the mutations that show it."""

    more: str
    why: str
    shown_by: frozenset[str]


def cells(name: str, *texts: str) -> set[str]:
    return {case_of(name, text) for text in texts}


def known(more: str, why: str, *shown_by: str | set[str]) -> Known:
    names = ({item} if isinstance(item, str) else item for item in shown_by)
    return Known(more, why, frozenset(itertools.chain.from_iterable(names)))


KNOWN: dict[str, Known] = {
    "spaces around a value": known(
        "returnees",
        "The standard allows none around a number or a month; frictionless trims them.",
        cells("persons", " 12", "12 "),
        cells("weight", " 12", "12 "),
        cells("month", " 2017-10", "2017-10 ", "2017- 10"),
    ),
    "underscores between digits": known(
        "returnees",
        "Python reads 1_000 as a number, and frictionless with it; the standard does not.",
        cells("persons", "1_000"),
        cells("weight", "1_000"),
        cells("grouped", "1_0"),
        cells("month", "2017-1_0"),
    ),
    "digits of other scripts": known(
        "returnees",
        "Python reads full-width and other digits as numbers, and frictionless with it; the standard knows 0 to 9.",
        cells("persons", "１２", "٣"),
        cells("weight", "１２", "٣"),
        cells("share", "１２"),
        cells("day", "２０１７-10-31"),
        cells("year", "２０１７"),
        cells("month", "２０１７-10"),
        cells("grouped", "１"),
        cells("dressed", "１"),
    ),
    "other spellings of infinity and NaN": known(
        "returnees",
        "The standard spells them NaN, INF and -INF and no other way; frictionless takes what Python takes.",
        cells("weight", "nan", "-NaN", "inf", "+INF", "Infinity"),
    ),
    "numbers beyond 64 bits": known(
        "returnees",
        "A number is read as a 64-bit float, in which 1e999 would become infinite; frictionless reads decimals.",
        cells("weight", "1e999", "-1e999"),
    ),
    "dates and months without their zeros": known(
        "returnees",
        "The standard asks for two digits for a month or a day and four for a year; frictionless takes fewer.",
        cells("day", "2017-1-1", "2017-10-3"),
        cells("month", "2017-1", "17-10", "+2017-10"),
    ),
    "other forms of ISO 8601": known(
        "returnees",
        "The standard takes dates and times in the form of XML Schema; frictionless takes further forms of ISO 8601.",
        cells("at", "2017-10-31 12:00:00", "2017-10-31T12:00:00+0200", "2017-10-31T12:00:00+02"),
        cells("at", "2017-10-31t12:00:00z", "2017-10-31T12:00:00,5Z"),
    ),
    "midnight as 24:00": known(
        "returnees",
        "XML Schema allows it for the start of the next day, as does frictionless; here the next day is asked for.",
        cells("at", "2017-10-31T24:00:00Z"),
    ),
    "times finer than microseconds": known(
        "returnees",
        "A moment is kept to the microsecond, and no digit is dropped silently; frictionless drops it.",
        cells("at", "2017-10-31T12:00:00.1234567Z"),
    ),
    "years beyond 9999 and before the year 0": known(
        "frictionless",
        "XML Schema allows years of more than four digits and negative ones; frictionless does not.",
        cells("year", "20171"),
        cells("month", "-2017-10"),
    ),
    "links with spaces or nothing after the scheme": known(
        "returnees",
        "A URI holds no space, and a scheme alone links to nothing; frictionless looks at the scheme only.",
        cells("link", "http://b.org/ a", "https:"),
    ),
    "other forms of a UUID": known(
        "returnees",
        "The standard means the form of 36 characters; frictionless takes what Python takes: braces, no hyphens.",
        cells("uuid", UUID.replace("-", ""), "{" + UUID + "}", "urn:uuid:" + UUID),
    ),
    "faulty Base64": known(
        "returnees",
        "Python's decoder passes over characters that are not of Base64, and frictionless with it.",
        cells("binary", "Y Q==", "YQ==\n", "_-__", "!!!!", "YQ==="),
    ),
    "a line feed at the end of a cell with a pattern": known(
        "returnees",
        "A pattern is for the whole cell; Python's $ overlooks a last line feed.",
        cells("code", "USA\n"),
    ),
    "alternatives in a pattern": known(
        "returnees",
        "A pattern is for the whole cell; frictionless ties only the first and the last alternative to its ends.",
        "pattern of alternatives broken",
    ),
    "patterns that need more than regular expressions": known(
        "frictionless",
        "Back-references are not applied here (F122), because a stranger's pattern could then take forever.",
        "pattern with a back-reference",
    ),
    "constraints that cannot be applied": known(
        "frictionless",
        "A constraint that the type does not have is a warning here (F122); frictionless refuses the package.",
        "minimum of a text",
        "pattern of a number",
        "maxLength of a number",
        "constraint that is unknown",
    ),
    "constraints that are not understood": known(
        "frictionless stops",
        "A bound or a pattern that cannot be read is a warning here (F122); frictionless ends with a fault.",
        "minimum of no number",
        "pattern not closed",
    ),
    "moments with and without a zone": known(
        "frictionless stops",
        "A moment without a zone is taken for UTC here; frictionless ends with a fault when a bound has one.",
        "minimum of a datetime, both without zones",
        "minimum of a datetime, both with zones",
    ),
    "values of an enum that are not of its type": known(
        "returnees",
        "The standard's own JSON profile refuses them; frictionless does not apply it.",
        "enum with no number",
    ),
    "dates of another format": known(
        "frictionless",
        "Formats other than the default are kept as text and a warning says so (F121).",
        "format of a date, other",
    ),
    "missing values of the package": known(
        "frictionless",
        "They hold for every schema that states none here; frictionless refuses them outside a schema.",
        "missingValues of the package",
    ),
    "categories": known(
        "returnees",
        "frictionless does not know the property of version 2 of the standard.",
        "categories broken",
        "categories with labels broken",
    ),
    "unique keys": known(
        "returnees",
        "frictionless does not know the property of version 2 of the standard.",
        "unique key broken",
    ),
    "empty parts of a primary key": known(
        "returnees",
        "Every field of a primary key must have a value; frictionless minds only a key that is empty as a whole.",
        "primary key of two fields met",
    ),
    "empty parts of a foreign key": known(
        "frictionless",
        "A key with an empty part refers to nothing, as in SQL; frictionless looks for a row with an empty cell.",
        "foreign key of two fields broken",
    ),
    "references to a field that is not there": known(
        "each something",
        "Here it is said once, of the key (F139); frictionless says of every row that it refers to nothing.",
        "foreign key to no field",
    ),
    "references to a table that could not be read": known(
        "frictionless",
        "Here a warning says that they were not checked (F140); frictionless takes the rows not read for missing.",
        "empty file",
        "quote that never closes",
        "encoding that is unknown",
    ),
    "lines of a file that could not be read": known(
        "each something",
        "Here the line is named and references to the table are not checked; frictionless counts differently.",
        "not in its encoding",
        "blank file",
    ),
    "a byte-order mark": known(
        "returnees",
        "It is an error here (F103), because many readers stumble; frictionless removes it.",
        "byte-order mark",
    ),
    "NUL bytes": known("returnees", "They are an error here (F105); frictionless keeps them as text.", "NUL byte"),
    "a stray carriage return": known(
        "frictionless",
        "Both find it; here it is part of its cell, while frictionless ends a row there.",
        "a stray carriage return",
    ),
    "stray quotes": known(
        "returnees",
        "RFC 4180 allows quotes only around whole cells (F109); frictionless takes them as they come.",
        "quote inside a cell",
        "text after a quote",
        "space before a quote",
    ),
    "spaces in the header": known("returnees", "A name is taken as it stands; frictionless trims it.", "header padded"),
    "names that are patterns of names": known(
        "returnees",
        "A field called * or ^...$ is not supported (F006), because the data frame would take it for several.",
        "field called like a pattern of names",
        "field called like all names",
    ),
    "rows below a faulty header": known(
        "returnees",
        "Rows are judged by the columns' names whatever their order; frictionless goes no further or by place.",
        "header out of order",
        "no header",
    ),
    "a delimiter that was not declared": known(
        "returnees",
        "Where none is declared it is a comma, as the standard says; frictionless guesses.",
        "semicolons",
    ),
    "a delimiter that is not the declared one": known(
        "frictionless",
        "Both find the header faulty; frictionless goes on by place and finds the first column's cells faulty, too.",
        "delimiter of another file",
    ),
    "an encoding that is not the declared one": known(
        "each something",
        "UTF-16 without a byte-order mark is read as it stands, so the header is faulty; frictionless asks for one.",
        "encoding of another file",
    ),
    "empty lists in a descriptor": known(
        "returnees",
        "The standard's own JSON profile refuses them; frictionless does not apply it.",
        "no primary key",
        "no resources",
    ),
}
