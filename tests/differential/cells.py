"""Texts for single cells, most of them near misses of what the type of the field allows."""

from __future__ import annotations

from differential.package import UUID

#: For each field, texts for its cell in the second row; most are near misses of what the field's type allows.
NUMERALS = [
    "12", "+12", "-12", "012", "-0", " 12", "12 ", "1_000", "1,000", "1 000", "１２", "٣", "²", "12.0", "12.", ".5",
    "1.5",
    "1e3", "1E3", "1e", "e3", "1e999", "-1e999", "0x1F", "--1", "+-1", "+", "-", ".", "nan", "NaN", "-NaN", "inf",
    "INF", "-INF", "+INF", "Infinity", "99999999999999999999", "9223372036854775807", "9223372036854775808", "1d", "1f",
    "1\u00a0000", "12%", "€12", "true", "NULL", "N/A", "\u200b12", "1'000",
]  # fmt: skip
DATES = [
    "2017-10-31", "2017-1-1", "2017-10-3", "2019-13-45", "2019-02-29", "2020-02-29", "20171031", "31.10.2017",
    "10/31/2017", "2017/10/31", " 2017-10-31", "2017-10-31 ", "2017-10", "2017", "２０１７-10-31",
    "2017-10-31T00:00:00",
    "2017-10-31Z", "0000-01-01", "0001-01-01", "12017-01-01", "-2017-01-01", "2017-W44-2", "2017-304",
    "yesterday", "17-10-31",
    "1999-12-31", "2000-01-01",
]  # fmt: skip
DATETIMES = [
    "2017-10-31T12:00:00Z", "2017-10-31T12:00:00", "2017-10-31 12:00:00", "2017-10-31T12:00", "2017-10-31T12:00:00.5Z",
    "2017-10-31T12:00:00.123456Z", "2017-10-31T12:00:00.1234567Z", "2017-10-31T12:00:00+02:00",
    "2017-10-31T12:00:00+0200", "2017-10-31T12:00:00+02", "2017-10-31T24:00:00Z",
    "2017-10-31T25:00:00Z", "2017-10-31T12:60:00Z",
    "2017-10-31T12:00:60Z", "2017-02-30T12:00:00Z", "2017-10-31", "20171031T120000Z", " 2017-10-31T12:00:00Z",
    "2017-10-31T12:00:00Z ", "2017-10-31t12:00:00z", "2017-10-31T12:00:00+99:00", "2017-10-31T12:00:00,5Z", "noon",
]  # fmt: skip
YEARS = [
    "2017", "17", "017", "02017", "+2017", "-2017", " 2017", "2017 ", "20171", "２０１７", "2_017", "2017.0", "2e3",
    "MMXVII", "1899", "1900", "0000", "99999999999", "2017-10",
]  # fmt: skip
MONTHS = [
    "2017-10", "2017-1", "2017-00", "2017-13", "201710", "2017-10-31", "2017/10", "10-2017", " 2017-10", "2017-10 ",
    "２０１７-10", "2017- 10", "17-10", "+2017-10", "-2017-10", "2031-01", "2030-12", "October",
    "2017-1_0", "12017-10",
]  # fmt: skip
BOOLEANS = ["true", "True", "TRUE", "tRUE", "1", "0", "false", "False", "FALSE", "yes", "no", "t", "f", "T", "Y",
            " true", "true ", "１", "2", "01", "null", "on"]  # fmt: skip
TEXTS = [
    "plain",
    "it's",
    'say "so"',
    "a, b",
    "two\nlines",
    " ",
    "  padded  ",
    "naïve",
    "日本語",
    "é",
    "-",
    "NULL",
    "N/A",
    "=",
]
MAILS = ["a@b.org", "a", "a@", "@b.org", "a b@c.org", "a@b", "a@b@c.org", "a@b.org ", "ä@b.org", "a.@b.org", "a@b..org",
         "Ann <a@b.org>"]  # fmt: skip
LINKS = ["https://b.org", "http://b.org/ a", "b.org", "/a", "mailto:a@b.org", "ftp://b.org", "urn:isbn:1", "https://",
         "https:", "://b.org", "1http://b.org", "https://b.org/ä", "h", "file:///a"]  # fmt: skip
UUIDS = [UUID, UUID.upper(), UUID.replace("-", ""), UUID[:-1], UUID + "0", "{" + UUID + "}", "urn:uuid:" + UUID,
         "00000000-0000-0000-0000-000000000000", " " + UUID, UUID.replace("4", "g"),
         "123e4567-e89b-12d3-a456-426614174000"]  # fmt: skip
BINARIES = ["YQ==", "YQ", "YQ=", "YWI=", "YWJj", "Y Q==", "YQ==\n", "_-__", "!!!!", "YQ===", "Y", "YR=="]
CELLS: dict[tuple[str, str], list[str]] = {
    ("counts", "persons"): NUMERALS,
    ("counts", "weight"): NUMERALS,
    ("counts", "share"): ["", "0", "-0.1", "99.99", "100", "100.0", "NaN", "INF", "-INF", "1e2", "9.9e1", "１２"],
    ("counts", "day"): DATES,
    ("counts", "at"): DATETIMES,
    ("counts", "year"): YEARS,
    ("counts", "month"): MONTHS,
    ("counts", "final"): BOOLEANS,
    ("counts", "yes"): ["yes", "no", "true", "1", "Yes", "", " yes"],
    ("counts", "label"): ["first", "First", "first ", "third", "", *TEXTS],
    ("counts", "note"): TEXTS,
    ("counts", "mail"): MAILS,
    ("counts", "link"): LINKS,
    ("counts", "uuid"): UUIDS,
    ("counts", "binary"): BINARIES,
    ("counts", "grouped"): ["1 234", "1 234,5", "1234,5", "1.5", "1,2,3", "1  234", " 1", "1_0", ",5", "5,", "１"],
    ("counts", "dressed"): ["80", "80 %", "$80", "€ 80", "-80", "$-80", "-$80", "pers.", "8 0", "80%%", "80.5", "a80b",
                            "80 in 3", "１"],
    ("counts", "gap"): ["", "-", "--", "5", "NA", " -"],
    ("counts", "id"): ["", "1", "01", "+1", "1.0", " 1", "3", "9", "x"],
    ("counts", "place"): ["", "FIN", "fin", "FIN ", "XXX", "EUR"],
    ("counts", "earlier"): ["", "1", "01", "2", "9", "x", "4"],
    ("places", "code"): ["", "USA", "FIN", "usa", "USAA", "US1", "USA ", "USA\n", "ÜSA", "EUR"],
    ("places", "name"): ["", "U", "US", "twelve chars", "more than twelve", "é" * 12, "日本", "👍", "👍" * 12, " "],
    ("places", "kind"): ["country", "Country", "country ", "", "region", "ocean", "countr", "country,region"],
}  # fmt: skip


#: Fields whose cells are judged by other rows, too: their texts are tried one at a time, in the second row.
KEYED = {"label", "id", "place", "earlier", "code"}


#: The other fields' texts, each once, and the table of the field.
COLUMNS = {name: (table, list(dict.fromkeys(texts))) for (table, name), texts in CELLS.items() if name not in KEYED}


def case_of(name: str, text: str) -> str:
    """Return the name by which a text in a field is known."""
    return f"{name} {text!a}"
