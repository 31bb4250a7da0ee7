"""The package that is mutated, and how its cells and files are."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any, NamedTuple


def field(name: str, type: str, **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": type, **({"constraints": constraints} if constraints else {})}


PLACES = {
    "fields": [
        field("code", "string", required=True, pattern="[A-Z]{3}"),
        field("name", "string", required=True, minLength=2, maxLength=12),
        field("kind", "string", enum=["country", "region"]),
    ],
    "primaryKey": ["code"],
}
COUNTS = {
    "fields": [
        field("id", "integer", required=True),
        field("place", "string", required=True),
        field("earlier", "integer"),
        field("persons", "integer", minimum=0, maximum=100000),
        field("share", "number", minimum=0, exclusiveMaximum=100),
        field("weight", "number"),
        field("day", "date", minimum="2000-01-01"),
        field("at", "datetime"),
        field("year", "year", minimum=1900),
        field("month", "yearmonth", maximum="2030-12"),
        field("final", "boolean"),
        field("label", "string", unique=True),
        field("note", "any"),
        field("mail", "string") | {"format": "email"},
        field("link", "string") | {"format": "uri"},
        field("uuid", "string") | {"format": "uuid"},
        field("binary", "string") | {"format": "binary"},
        field("grouped", "number") | {"groupChar": " ", "decimalChar": ","},
        field("dressed", "integer") | {"bareNumber": False},
        field("yes", "boolean") | {"trueValues": ["yes"], "falseValues": ["no"]},
        field("gap", "integer") | {"missingValues": ["", "-"]},
    ],
    "primaryKey": ["id"],
    "foreignKeys": [
        {"fields": ["place"], "reference": {"resource": "places", "fields": ["code"]}},
        {"fields": ["earlier"], "reference": {"fields": ["id"]}},
    ],
}
UUID = "123e4567-e89b-42d3-a456-426614174000"
ROWS = {
    "places": [["FIN", "Finland", "country"], ["USA", "the States", "country"], ["EUR", "Europe", "region"]],
    "counts": [
        ["1", "FIN", "", "80", "12.5", "-1e3", "2017-10-31", "2017-10-31T12:00:00Z", "2017", "2017-10", "true", "first",
         "a", "a@b.org", "https://b.org/a", UUID, "YQ==", "1 234,5", "80 pers.", "yes", "-"],
        ["2", "USA", "1", "7", "0", ".5", "2017-10-31", "2017-10-31T12:00:00", "2017", "2017-10", "false", "second",
         "", "", "", "", "", "", "", "no", ""],
        ["3", "EUR", "2", "5600", "30", "", "", "", "", "", "", "third",
         "", "", "", "", "", "", "", "", "5"],
        ["4", "FIN", "", "", "", "", "", "", "", "", "", "",
         "", "", "", "", "", "", "", "", ""],
    ],
}  # fmt: skip


class Given(NamedTuple):
    """A package that is about to be written: its descriptor and the bytes of its tables."""

    descriptor: dict[str, Any]
    files: dict[str, bytes]

    def schema(self, table: str = "counts") -> dict[str, Any]:
        found: dict[str, Any] = next(item for item in self.descriptor["resources"] if item["name"] == table)
        return found

    def field(self, name: str, table: str = "counts") -> dict[str, Any]:
        fields = self.schema(table)["schema"]["fields"]
        found: dict[str, Any] = next(item for item in fields if item["name"] == name)
        return found


def csv(table: str, rows: list[list[str]]) -> bytes:
    header = [item["name"] for item in (PLACES if table == "places" else COUNTS)["fields"]]  # type: ignore[index]
    return "".join(",".join(map(quoted, row)) + "\n" for row in [header, *rows]).encode()


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if re.search('[,"\n\r]', cell) else cell


def sound() -> Given:
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "type": "table",
            "format": "csv",
            "encoding": "utf-8",
            "schema": copy.deepcopy(schema),
        }
        for name, schema in (("places", PLACES), ("counts", COUNTS))
    ]
    profile = "https://datapackage.org/profiles/2.0/datapackage.json"
    return Given(
        {"$schema": profile, "name": "example", "resources": resources},
        {name: csv(name, rows) for name, rows in ROWS.items()},
    )


Mutation = Callable[[Given], None]


def set_cell(table: str, name: str, text: str) -> Mutation:
    def mutate(given: Given) -> None:
        rows = copy.deepcopy(ROWS[table])
        at = [item["name"] for item in given.schema(table)["schema"]["fields"]].index(name)
        rows[1][at] = text
        given.files[table] = csv(table, rows)

    return mutate


def set_file(table: str, change: Callable[[bytes], bytes]) -> Mutation:
    def mutate(given: Given) -> None:
        given.files[table] = change(given.files[table])

    return mutate


#: Sound rows of 'places' to put one faulty cell into; the codes that 'counts' refers to are among them.
CODES = [
    {"code": code, "name": "Somewhere", "kind": "country"}
    for code in ("FIN", "USA", "EUR", *("X" + first + second for first in "ABCD" for second in "ABCDEFGH"))
]


def set_column(table: str, name: str, texts: list[str]) -> Mutation:
    """Return a mutation that gives a table one row for each of `texts`, sound but for that one cell."""

    def mutate(given: Given) -> None:
        names = [item["name"] for item in given.schema(table)["schema"]["fields"]]
        rows = []
        for count, text in enumerate(texts):
            row = dict.fromkeys(names, "")
            row |= {"id": str(count), "place": "FIN"} if table == "counts" else CODES[count]
            row[name] = text
            rows.append([row[field] for field in names])
        given.files[table] = csv(table, rows)

    return mutate
