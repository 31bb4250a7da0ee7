"""Mutations of what the descriptor states; the cells stay as they are."""

from __future__ import annotations

import copy
from typing import Any

from differential.package import ROWS, Given, Mutation, csv, field, quoted, set_cell, set_file


def stated(name: str, table: str = "counts", **constraints: Any) -> Mutation:
    """Return a mutation that states constraints of a field, in place of its own."""

    def mutate(given: Given) -> None:
        given.field(name, table)["constraints"] = constraints

    return mutate


def described(name: str, **properties: Any) -> Mutation:
    """Return a mutation that states properties of a field of 'counts'."""

    def mutate(given: Given) -> None:
        given.field(name).update(properties)

    return mutate


def keyed(table: str = "counts", **properties: Any) -> Mutation:
    """Return a mutation that states properties of a schema."""

    def mutate(given: Given) -> None:
        given.schema(table)["schema"].update(properties)

    return mutate


def resourced(**properties: Any) -> Mutation:
    """Return a mutation that states properties of the resource 'places'."""

    def mutate(given: Given) -> None:
        given.schema("places").update(properties)

    return mutate


def renamed(old: str, new: str) -> Mutation:
    """Return a mutation that renames a field of 'places', in the schema and in the file, and states keys of it."""

    def mutate(given: Given) -> None:
        given.field(old, "places")["name"] = new
        given.schema("places")["schema"] |= {"uniqueKeys": [["code", new]], "foreignKeys": reference([new], [new])}
        given.files["places"] = given.files["places"].replace(old.encode(), quoted(new).encode(), 1)

    return mutate


def both(first: Mutation, second: Mutation) -> Mutation:
    def mutate(given: Given) -> None:
        first(given)
        second(given)

    return mutate


def reference(fields: Any, target: Any, resource: str | None = None) -> list[dict[str, Any]]:
    return [{"fields": fields, "reference": {"fields": target, **({"resource": resource} if resource else {})}}]


#: Mutations of what the descriptor states; the cells stay as they are.
SCHEMAS: dict[str, Mutation] = {
    "minimum met": stated("persons", minimum=7),
    "minimum broken": stated("persons", minimum=8),
    "minimum as text": stated("persons", minimum="8"),
    "minimum of a fraction": stated("share", minimum=12.5),
    "maximum met": stated("persons", maximum=5600),
    "maximum broken": stated("persons", maximum=5599),
    "exclusiveMinimum met": stated("persons", exclusiveMinimum=6),
    "exclusiveMinimum broken": stated("persons", exclusiveMinimum=7),
    "exclusiveMaximum met": stated("persons", exclusiveMaximum=5601),
    "exclusiveMaximum broken": stated("persons", exclusiveMaximum=5600),
    "maximum of a date met": stated("day", maximum="2017-10-31"),
    "maximum of a date broken": stated("day", maximum="2017-10-30"),
    "minimum of a year broken": stated("year", minimum=2018),
    "minimum of a year as text": stated("year", minimum="2018"),
    "exclusiveMaximum of a month broken": stated("month", exclusiveMaximum="2017-10"),
    "minimum of a month met": stated("month", minimum="2017-10"),
    "minimum of a datetime, both without zones": described("at", constraints={"minimum": "2017-10-31T12:00:01"}),
    "minimum of a datetime, both with zones": described("at", constraints={"minimum": "2017-10-31T12:00:01Z"}),
    "minimum of a text": stated("label", minimum=1),
    "minimum of no number": stated("persons", minimum="many"),
    "required met": stated("label", table="counts", required=False),
    "required broken": stated("label", required=True),
    "unique broken": stated("place", unique=True),
    "unique of empty cells": stated("grouped", unique=True),
    "unique by value": stated("gap", unique=True),
    "enum of texts broken": stated("label", enum=["first", "second"]),
    "enum of numbers met": stated("persons", enum=[80, 7, 5600]),
    "enum of numbers broken": stated("persons", enum=[80, 7]),
    "enum of numbers as texts": stated("persons", enum=["80", "7", "5600"]),
    "enum of fractions broken": stated("share", enum=[0, 12.5]),
    "enum of dates met": stated("day", enum=["2017-10-31"]),
    "enum of dates broken": stated("day", enum=["2017-10-30"]),
    "enum of years broken": stated("year", enum=[2016]),
    "enum of booleans broken": stated("final", enum=[True]),
    "enum with no number": stated("persons", enum=[80, 7, 5600, "many"]),
    "pattern met": stated("label", pattern="[a-z]+"),
    "pattern broken": stated("label", pattern="[a-z]{5}"),
    "pattern of alternatives": stated("label", pattern="first|second|third"),
    "pattern of alternatives broken": stated("label", pattern="first|sec|third"),
    "pattern of a number": stated("persons", pattern="[0-9]+"),
    "pattern not closed": stated("label", pattern="[a-z"),
    "pattern with look-around": stated("label", pattern="(?!x)[a-z]+"),
    "pattern with a back-reference": stated("label", pattern="([a-z])\\1"),
    "minLength met": stated("label", minLength=5),
    "minLength broken": stated("label", minLength=6),
    "maxLength met": stated("label", maxLength=6),
    "maxLength broken": stated("label", maxLength=5),
    "maxLength of a number": stated("persons", maxLength=1),
    "categories met": described("label", categories=["first", "second", "third"]),
    "categories broken": described("label", categories=["first", "second"]),
    "categories with labels broken": described("persons", categories=[{"value": 80, "label": "a"}]),
    "constraint that is unknown": stated("persons", even=True),
    "constraints of the wrong shape": described("persons", constraints=["required"]),
    "required of the wrong shape": stated("label", required="yes"),
    "minLength of the wrong shape": stated("label", minLength="6"),
    "type integer for fractions": described("share", type="integer", constraints={}),
    "type number for integers": described("id", type="number"),
    "type date for years": described("year", type="date", constraints={}),
    "type year for months": described("month", type="year", constraints={}),
    "type boolean for texts": described("label", type="boolean", constraints={}),
    "NaN and a minimum": both(stated("weight", minimum=-2000), set_cell("counts", "weight", "NaN")),
    "month of a late year and a maximum": set_cell("counts", "month", "12017-10"),
    "type that is unknown": described("label", type="words"),
    "format that is unknown": described("label", format="words"),
    "format of a date": described("day", format="%Y-%m-%d", constraints={}),
    "format of a date, other": described("day", format="%d.%m.%Y", constraints={}),
    "format of a date, any": described("day", format="any", constraints={}),
    "trueValues of another word": described("final", trueValues=["wahr"]),
    "falseValues of another word": described("final", falseValues=["falsch"]),
    "decimalChar of a comma": described("share", decimalChar=","),
    "bareNumber of a number": described("share", bareNumber=False),
    "missingValues of a field": described("label", missingValues=["", "first"], constraints={"required": True}),
    "missingValues of a schema": keyed(missingValues=["", "first"]),
    "missingValues without the empty text": keyed(missingValues=["-"]),
    "missingValues with labels": keyed(missingValues=[{"value": "", "label": "none"}, {"value": "80", "label": "x"}]),
    "missingValues of the package": lambda given: given.descriptor.update(missingValues=["", "80"]),
    "missingValues hide a required cell": keyed(missingValues=["", "FIN"]),
    "missingValues and bounds": keyed(missingValues=["", "2017"]),
    "primary key of two fields met": keyed(primaryKey=["place", "persons"]),
    "primary key of two fields broken": keyed(primaryKey=["day", "month"]),
    "primary key twice": keyed(primaryKey=["place"]),
    "primary key as text": keyed(primaryKey="id"),
    "primary key with an empty cell": keyed(primaryKey=["persons"]),
    "primary key of a field that is not there": keyed(primaryKey=["nothing"]),
    "no primary key": keyed(primaryKey=[]),
    "unique key met": keyed(uniqueKeys=[["place", "persons"]]),
    "unique key broken": keyed(uniqueKeys=[["day", "month"]]),
    "foreign key as text": keyed(foreignKeys=reference("place", "code", "places")),
    "foreign key of two fields met": keyed(foreignKeys=reference(["id", "place"], ["id", "place"])),
    "foreign key of two fields broken": keyed(foreignKeys=reference(["earlier", "place"], ["id", "place"])),
    "foreign key with an empty part": keyed(foreignKeys=reference(["earlier", "id"], ["earlier", "id"])),
    "foreign key broken": keyed(foreignKeys=reference(["label"], ["code"], "places")),
    "foreign key of a number to a text": keyed(foreignKeys=reference(["id"], ["name"], "places")),
    "foreign key of an integer to a number": keyed(foreignKeys=reference(["gap"], ["share"])),
    "foreign key to no table": keyed(foreignKeys=reference(["place"], ["code"], "nothing")),
    "foreign key to no field": keyed(foreignKeys=reference(["place"], ["nothing"], "places")),
    "foreign key of no field": keyed(foreignKeys=reference(["nothing"], ["code"], "places")),
    "foreign key of unequal lengths": keyed(foreignKeys=reference(["place", "id"], ["code"], "places")),
    "fields of one name": lambda given: given.schema("places")["schema"]["fields"].append(field("kind", "string")),
    "field called like a pattern of names": renamed("kind", "^.*$"),
    "field called like all names": renamed("kind", "*"),
    "field with a comma in its name": renamed("kind", "kind, really"),
    "field with a line feed in its name": renamed("kind", "ki\nnd"),
    "field without a name": lambda given: given.schema("places")["schema"]["fields"].append({"type": "string"}),
    "field that the file lacks": lambda given: given.schema("places")["schema"]["fields"].append(field("x", "string")),
    "field gone": lambda given: given.schema("places")["schema"]["fields"].pop() and None,
    "no fields": lambda given: given.schema("places")["schema"]["fields"].clear(),
    "no schema": lambda given: given.schema("places").pop("schema") and None,
    "no encoding": lambda given: given.schema("places").pop("encoding") and None,
    "encoding of another file": resourced(encoding="utf-16"),
    "encoding that is unknown": resourced(encoding="words"),
    "delimiter of another file": resourced(dialect={"delimiter": ";"}),
    "format of tabs, with tabs": both(
        resourced(format="tsv"), set_file("places", lambda content: content.replace(b",", b"\t"))
    ),
    "dialect stated": resourced(dialect={"delimiter": ",", "header": True}),
    "path that is not there": resourced(path="nothing.csv"),
    "path that climbs": resourced(path="../places.csv"),
    "path absolute": resourced(path="/places.csv"),
    "no path": lambda given: given.schema("places").pop("path") and None,
    "no name": lambda given: given.schema("places").pop("name") and None,
    "name twice": lambda given: given.descriptor["resources"].append(copy.deepcopy(given.schema("places"))),
    "no resources": lambda given: given.descriptor["resources"].clear(),
    "bytes stated": resourced(bytes=len(csv("places", ROWS["places"]))),
    "bytes not true": resourced(bytes=1),
    "hash not true": resourced(hash="sha256:" + "0" * 64),
}  # fmt: skip
