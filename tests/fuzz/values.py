"""What is put where something else is expected: values, texts and bytes that have broken readers before."""

from __future__ import annotations

from typing import Any

#: A word that stands only in a file outside every package: whatever prints it has read what it must not.
CANARY = "canary-7f3a91"

NAMES = [
    "", " ", "a", "figures", "Figures", "areas", "*", "^.*$", "^", "$", "a\0b", "../x", "con", "x" * 5_000, "é",
    "e\u0301", "\u202egpj", "\x1b[31m", "\ufeff", "__proto__", "constructor", "index", "literal", "row", "own_value",
    "part0", "len", "a,b", 'a"b', "a\nb", "-", "--help", "=1+1", "\u200b", "\x9b31m", "::error::x", "<script>", "%s",
    "{0}", "\\",
]  # fmt: skip
PATHS = [
    "data/areas.csv", "data/figures.csv", "schemas/rules.toml", "datapackage.json", "data", ".", "./data/areas.csv",
    "/etc/hostname", "../canary.txt", "data/../../canary.txt", "canary-link", "link-loop", "fifo",
    "https://example.org/a.csv", "file:///etc/hostname", "C:\\a.csv", "data\\areas.csv", "/proc/self/environ",
    "/dev/stdin", "/dev/zero", "~root/x", "a\0b", "x" * 300, "x/" * 3_000, "data/areas.csv/", "data//areas.csv",
    "data/areas.csv\n", "nowhere.csv", "CON", "data/AREAS.CSV", "\ud800", "s3://a/b", "zip://a",
]  # fmt: skip
PATTERNS = [
    "(", ")", "a)|(b", "[", "(a+)+b", "(a|aa)+b", "(a{1000}){1000}", "(?:a?){5000}a{5000}", "(?<=a)b", "(a)\\1",
    "\\p{L}+", "\\w{500}", "(?i)a", "(?P<x>a)", "[[:alpha:]]", "^a$", ".*.*.*.*.*.*.*b", "[^\\x00-\\x7f]", "\\Z",
    "\\u0041", "[a-z&&[^b]]", "(?:" * 300 + "a" + ")" * 300, "a" * 50_000, "{", "a{,5}", "a{5,1}", "(?#", "\\", "[]",
    "[^]", "\0", "\ud800",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**40, 10**400, 1.5, -0.0, 1e308, 5e-324, "", "1", "x",
    "NaN", "1e999", [], {}, [[]], [{}], [None], {"a": None}, {"": ""}, ["a", "a"], [""], {"$ref": "/etc/hostname"},
    {"$ref": "https://example.org/x.json"}, {"$ref": "#"}, {"value": "x"}, {"value": None, "label": 3},
    [{"value": 1}, "1"], {"name": "figures"}, "9" * 400,
]  # fmt: skip
WORDS = [
    "string", "integer", "number", "boolean", "date", "time", "datetime", "year", "yearmonth", "duration", "geopoint",
    "geojson", "object", "array", "list", "any", "table", "csv", "tsv", "xlsx", "default", "email", "uri", "binary",
    "uuid", "%Y", "utf-8", "utf-16", "utf-16-le", "latin-1", "cp1252", "utf-7", "idna", "zlib", "hex", "rot13",
    "cp037", "utf-8-sig", "sha256:00", "md5:", "crc32:00", "gz", "zip", "no", "schemas/rules.toml", "2.0", "1.0",
    "persons", "percent",
]  # fmt: skip
KEYS = [
    "$schema", "name", "path", "data", "profile", "schema", "type", "format", "mediatype", "encoding", "bytes",
    "hash", "dialect", "delimiter", "quoteChar", "header", "headerRows", "commentChar", "lineTerminator", "fields",
    "primaryKey", "uniqueKeys", "foreignKeys", "reference", "resource", "constraints", "required", "unique", "enum",
    "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
    "missingValues", "categories", "categoriesOrdered", "fieldsMatch", "groupChar", "decimalChar", "bareNumber",
    "trueValues", "falseValues", "jsonSchema", "about", "rules", "resources", "version", "created", "contributors",
    "licenses", "sources", "keywords", "extrapaths", "scheme", "innerpath", "compression", "basepath", "checklist",
    "pipeline", "control", "$ref", "title", "description", "unit", "id", "homepage", "image", "spatial", "temporal",
]  # fmt: skip
CELLS = [
    "", " ", "0", "-0", "+5", "1_000", "１２", "NaN", "INF", "-INF", "1e308", "1e999", "9" * 30, "-9223372036854775809",
    "5,600", "0x10", "2019-13-45", "0000-00-00", "9999-12-31", "-0001", "12017-01", "exact", "about", "range",
    "at_least", "more_than", "up_to", "less_than", "true", "\x1b]0;owned\x07", "\x1b[2J", "\u202etxt.exe",
    "\u2066a\u2069", "\x9b31m", "::error file=a::b", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "@SUM(1)",
    "a" * 20_000, "\ufffd", "\U0010ffff", "e\u0301" * 50, "\u200b", "\x7f", "\x85", "\u2028", "|", ";", "FIN", "USA",
    "returned", "travelled", "share_returned", "alpha-2017", "beta-2018", "alpha-2017-fin-returned", "2017",
    "2017-10",
]  # fmt: skip
BYTES = [
    b'"', b'""', b'"\n"', b",", b",,,,", b"\n", b"\n\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf",
    b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1a", b"\x1b[2J", b";", b"\t", b"|", b"'", b"#", b"\\", b"\\n",
    b"=1+1", b" ", b"a" * 4_000, b"," * 2_500, b'"a"b', b'a"b', b'"a\n\n\nb"', b"\xe2\x80\xae", b"\xc2\x9b", b'","',
    b'"' * 999,
]  # fmt: skip
JSON_BYTES = [
    b"NaN", b"Infinity", b"1e999", b"-1e999", b"9" * 5_000, b"9" * 300, b'"\\ud800"', b'"\\u0000"', b"[" * 300,
    b"[" * 50_000, b'{"a":' * 500, b'{"a":1,"a":2}', b"//", b"/**/", b",", b"}", b"{", b"'", b"\xef\xbb\xbf", b"\xff",
    b"01", b"+1", b".5", b"1.", b"nul", b"\t", b"\n", b"\0", b'"name": "x",', b'{"$ref": "#"}', b"-", b"1E400",
]  # fmt: skip
RULE_WORDS = [
    "<=", ">=", "==", "<", ">", "=", "!=", "=<", "+", "-", "*", "/", "(", ")", "((", "sum(parts)", "whole",
    "count(returned)", "count(x)", "earlier", "later", "returned", "travelled", "share_returned", "killed", "0", "1",
    "1e308", "1e999", "0.6", "9" * 400, "1e-320", "x" * 3_000, "(" * 60, "returned +" * 200, "\n", '"', "'",
    "[[rule]]", "[rule.passes]", "[rule.breaks]", 'along = "hierarchies"', 'along = "as_of"', 'along = "area"',
    'dimension = "area"', 'where = { area = ["FIN"] }', 'measures = ["returned"]', "id = 1", "figures = [{}]",
    'severity = "info"', 'severity = "fatal"', "passes = 1", "a.b.c = 1", "x = [" + "[" * 500, "\x1b[31m", "\u202e",
    "inf", "nan", "figures = [{ measure = 'returned', exact = 1e999 }]",
    "figures = [{ measure = 'returned', exact = " + "9" * 400 + " }]", "1979-05-27T07:32:00Z", "9999-99-99", "\0",
    "#", "=", "{", "}", "assert = ''", 'id = "a"', "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]  # fmt: skip
ENTRY_NAMES = [
    "../escape.txt", "/absolute.txt", "C:drive.txt", "a\\b.txt", "datapackage.json", "DATAPACKAGE.JSON",
    "data/areas.csv", "data", "data/", "data/areas.csv/x", "./datapackage.json", "data//areas.csv", "nested.zip",
    "x" * 300, "a/" * 200 + "b", "é.txt", "e\u0301.txt", "", ".", "..", " ", "con", "nul.txt", "a\x1b[2J.txt",
    "\u202e.txt", "a\n.txt", ".hidden", "~/x", "a:b", "a\x00b", "ſ", "s",
]  # fmt: skip
