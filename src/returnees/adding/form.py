"""What is asked of a person who adds a figure, made from the Table Schemas of the package and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from returnees.adding.codes import Codes
from returnees.errors import PackageError
from returnees.package.model import Package
from returnees.tables.model import Table
from returnees.tables.schema import Field, ForeignKey

#: Tables to which a new figure may bring a row; an unknown code of any other table is a mistake.
GROWING = ("sources", "publishers")
#: The parts of a number, which are asked for only where its qualifier has them.
NUMBERS = ("value", "low", "high")


@dataclass(frozen=True)
class Question:
    """One field to be filled in.

    ``option`` is its name on the command line, without hyphens before it; ``codes`` are the known answers, if there
    are any; ``opens`` is the record to fill in when the answer is not known yet.
    """

    option: str
    table: str
    field: Field
    codes: Codes | None
    opens: str | None

    @property
    def required(self) -> bool:
        """Whether there must be an answer."""
        return self.field.required

    @property
    def words(self) -> str:
        """What the field means, in words."""
        return self.field.description or self.field.title or self.field.name


@dataclass(frozen=True)
class Record:
    """One row to be filled in: ``key`` is the field that names it, ``questions`` its other fields by name."""

    name: str
    table: Table
    key: str
    questions: Mapping[str, Question]

    @property
    def noun(self) -> str:
        """What the row is called."""
        return _noun(self.key)


@dataclass(frozen=True)
class Form:
    """The records of a figure by name: ``figure``, ``reading``, and what may have to be added with them."""

    figures: Record
    records: Mapping[str, Record]

    @classmethod
    def of(cls, package: Package) -> Form:
        """Return the form of a package.

        Raises
        ------
        PackageError
            If the package has no table of figures with a key.
        """
        tables = package.tables
        figures = tables.get("figures")
        if figures is None or "figure_id" not in figures.raw.text.columns:
            raise PackageError(f"{package.label} has no table 'figures' with a field 'figure_id' to add to")
        records = {"figure": _record("figure", figures, "figure_id", "", tables)}
        taken = set(records["figure"].questions)
        if "readings" in tables and "figure_id" in tables["readings"].raw.text.columns:
            records["reading"] = _record("reading", tables["readings"], "figure_id", "reading-", tables, taken)
        for record in list(records.values()):
            records.update(_opened(record, tables, ()))
        return cls(records["figure"], records)

    @property
    def reading(self) -> Record | None:
        """The record of the reading, or None in a package without readings."""
        return self.records.get("reading")

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its option."""
        return {item.option: item for record in self.records.values() for item in record.questions.values()}

    def below(self, record: str) -> Iterator[Question]:
        """Yield the questions of a record and of those that it opens."""
        for item in self.records[record].questions.values():
            yield item
            if item.opens:
                yield from self.below(item.opens)


def _record(
    name: str,
    table: Table,
    key: str,
    prefix: str,
    tables: Mapping[str, Table],
    taken: set[str] | None = None,
    above: tuple[str, ...] = (),
) -> Record:
    """Return the record of one table.

    Where `taken` is given, only fields of a name in it need the prefix; no question opens a row of a table in `above`,
    as that would have no end.
    """
    questions = {}
    for field in table.schema.fields:
        if field.name == key or field.name not in table.raw.text.columns:
            continue
        bare = _noun(field.name)
        option = bare if taken is not None and field.name not in taken else prefix + bare
        reference = next((key for key in table.schema.foreign_keys if key.fields == (field.name,)), None)
        codes = _codes(field, reference, tables, table)
        grows = reference is not None and reference.target in GROWING and reference.target in tables
        opens = option if grows and reference is not None and reference.target not in above else None
        questions[field.name] = Question(option, table.name, field, codes, opens)
    return Record(name, table, key, questions)


def _codes(field: Field, reference: ForeignKey | None, tables: Mapping[str, Table], own: Table) -> Codes | None:
    """Return the known answers to a field: those of the table it refers to, or those its schema lists."""
    target = tables.get(reference.target or own.name) if reference else None
    if reference is None or target is None or reference.target_fields[0] not in target.frame.columns:
        return Codes.of_field(field)
    return Codes.of_table(_noun(field.name).replace("-", " "), target, reference.target_fields[0])


def _opened(record: Record, tables: Mapping[str, Table], above: tuple[str, ...]) -> dict[str, Record]:
    """Return the records that questions of `record` may open, and those that these open."""
    found: dict[str, Record] = {}
    for item in record.questions.values():
        if item.opens is None:
            continue
        reference = next(key for key in record.table.schema.foreign_keys if key.fields == (item.field.name,))
        target, within = tables[reference.target], (*above, reference.target)
        opened = _record(item.opens, target, reference.target_fields[0], f"{item.opens}-", tables, above=within)
        found[item.opens] = opened
        found.update(_opened(opened, tables, within))
    return found


def _noun(field: str) -> str:
    """Return the name of a field as an option: ``as-of``, and ``area`` for ``area_id``."""
    return field.removesuffix("_id").replace("_", "-")
