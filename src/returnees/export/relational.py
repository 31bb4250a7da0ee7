"""Tables as a database states them: types, keys, references and checks, all from the Table Schemas.

Only what the rows keep is stated: a package with errors is exported, too, when its owner insists, and a database would
refuse the rows that break what it states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from returnees.errors import UsageError
from returnees.export.choice import leads_nowhere
from returnees.export.contents import Content, Contents
from returnees.schemas import unsupported, value_of, violations
from returnees.tables.lexical import not_checked
from returnees.tables.schema import Field, ForeignKey, TableSchema

_COMPARISONS = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
_LENGTHS = {"minLength": ">=", "maxLength": "<="}


@dataclass(frozen=True)
class Dialect:
    """How one database writes what Table Schema says.

    ``types`` are its types by those of fields (text where there is none); ``literal`` writes a value of a field, or
    gives None where the database cannot compare with it; ``own`` gives further checks of a column; ``patterns`` writes
    the check of a pattern, or gives None where there is none.
    """

    types: Mapping[str, str]
    literal: Callable[[Field, Any], str | None]
    own: Callable[[Field, pl.Series], list[str]]
    patterns: Callable[[str, str], str | None] = lambda column, pattern: None


@dataclass(frozen=True)
class Relation:
    """One table with the keys and references that its rows keep.

    ``broken`` are the constraints that they break, as (field, constraint).
    """

    content: Content
    primary_key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    references: tuple[ForeignKey, ...]
    broken: frozenset[tuple[str, str]]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.content.name

    @property
    def keys(self) -> set[tuple[str, ...]]:
        """Everything another table can refer to."""
        return {key for key in (self.primary_key, *self.unique) if key}


def relations(contents: Contents, form: str) -> list[Relation]:
    """Return the tables of an export as relations.

    Raises
    ------
    UsageError
        If two columns of a table differ in nothing but capitals, which SQL takes for one.
    """
    for content in contents.tables:
        _distinct_columns(content, form)
    keyed = {content.name: _keyed(content) for content in contents.tables}
    return [
        Relation(
            relation.content,
            relation.primary_key,
            relation.unique,
            tuple(key for key in relation.content.table.schema.foreign_keys if _leads_somewhere(relation, key, keyed)),
            relation.broken,
        )
        for relation in keyed.values()
    ]


def create_table(relation: Relation, dialect: Dialect) -> str:
    """Return the statement that creates a table."""
    table = relation.content.table
    left_out = relation.broken | {(field, constraint) for field, constraint, _ in unsupported(table.schema)}
    lines = []
    for field in table.schema.fields:
        kind = "string" if not_checked(field) else field.type
        needed = field.required and (field.name, "required") not in left_out
        stated = [
            quoted(field.name),
            dialect.types.get(kind, dialect.types["string"]),
            *(["NOT NULL"] if needed else []),
        ]
        checks = [*dialect.own(field, table.frame[field.name]), *_checks(field, dialect, left_out)]
        lines.append(" ".join([*stated, *(f"CHECK ({check})" for check in checks)]))
    lines += [f"PRIMARY KEY ({_listed(relation.primary_key)})"] if relation.primary_key else []
    lines += [f"UNIQUE ({_listed(key)})" for key in relation.unique]
    for key in relation.references:
        target = f"{quoted(key.target or table.name)} ({_listed(key.target_fields)})"
        lines.append(f"FOREIGN KEY ({_listed(key.fields)}) REFERENCES {target}")
    body = ",\n  ".join(lines)
    return f"CREATE TABLE {quoted(table.name)} (\n  {body}\n)"


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


def _distinct_columns(content: Content, form: str) -> None:
    seen: dict[str, str] = {}
    for name in content.table.schema.names:
        if (other := seen.setdefault(name.casefold(), name)) != name:
            raise UsageError(
                f"{form} cannot hold the table '{content.name}': it takes '{other}' and '{name}' for one column; "
                "choose one with --columns, other tables with --table, or another format"
            )


def _keyed(content: Content) -> Relation:
    """Return a table with its keys, without references."""
    schema, frame = content.table.schema, content.table.frame
    found = violations(schema, frame).select("field", "constraint").unique()
    broken = frozenset((field or "", constraint) for field, constraint in found.iter_rows())
    whole = all((name, "required") not in broken for name in schema.primary_key)
    sound = whole and (", ".join(schema.primary_key), "primaryKey") not in broken
    primary = schema.primary_key if sound and set(schema.primary_key) <= set(schema.names) else ()
    unique: list[tuple[str, ...]] = [
        (field.name,)
        for field in schema.fields
        if field.constraints.get("unique") and (field.name, "unique") not in broken
    ]
    unique += [key for key in schema.unique_keys if (", ".join(key), "uniqueKeys") not in broken]
    known = [key for key in dict.fromkeys(unique) if key != primary and set(key) <= set(schema.names)]
    return Relation(content, primary, tuple(known), (), broken)


def _leads_somewhere(relation: Relation, key: ForeignKey, keyed: Mapping[str, Relation]) -> bool:
    """Whether a reference can be stated: to a key of a table that is there, and with no row that leads nowhere."""
    target = keyed.get(key.target or relation.name)
    if target is None or key.target_fields not in target.keys:
        return False
    return not leads_nowhere(relation.content.table, key, target.content.table).any()


def _checks(field: Field, dialect: Dialect, left_out: frozenset[tuple[str, str]]) -> list[str]:
    """Return the constraints of a field as conditions; a missing cell satisfies all of them."""
    column = quoted(field.name)
    checks: list[str | None] = []
    if field.categories is not None and (field.name, "categories") not in left_out:
        checks.append(_one_of(field, field.categories, dialect))
    for constraint, stated in field.constraints.items():
        if (field.name, constraint) in left_out:
            continue
        if constraint == "enum":
            checks.append(_one_of(field, stated, dialect))
        elif constraint == "pattern":
            checks.append(dialect.patterns(column, str(stated)))
        elif constraint in _LENGTHS:
            checks.append(f"length({column}) {_LENGTHS[constraint]} {int(stated)}")
        elif constraint in _COMPARISONS:
            bound = dialect.literal(field, value_of(field, stated))
            checks.append(None if bound is None else f"{column} {_COMPARISONS[constraint]} {bound}")
    return [check for check in checks if check is not None]


def _one_of(field: Field, stated: Any, dialect: Dialect) -> str | None:
    values = [dialect.literal(field, value_of(field, item)) for item in stated]
    return None if None in values else f"{quoted(field.name)} IN ({', '.join(map(str, values))})"


def key_of(schema: TableSchema, field: str) -> ForeignKey | None:
    """Return the reference of one field, or None."""
    return next((key for key in schema.foreign_keys if key.fields == (field,)), None)
