"""Views of a database: the wide table, and the figures with what is said of their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from returnees.export.contents import Content, Contents
from returnees.export.relational import Relation, key_of, quoted, text_literal
from returnees.export.wide import PARTS, column

#: The name of the view of figures with their sources.
WITH_SOURCES = "figures_with_sources"
_CLAIM = "source_id"


def wide_view(contents: Contents) -> Content | None:
    """Return the wide table when it can be a view of the figures that the export holds, else None."""
    wide = next((content for content in contents.tables if content.wide is not None), None)
    figures = next((content for content in contents.tables if content.name == "figures"), None)
    if wide is None or wide.wide is None or figures is None:
        return None
    numbers = {"value", "low", "high"} & set(contents.package.tables["figures"].raw.text.columns)
    needed = {*wide.wide.index, "measure_id", "qualifier", *numbers}
    return wide if needed <= set(figures.table.schema.names) else None


def wide_sql(content: Content, figures: Content) -> str:
    """Return the query of the wide table.

    Each figure has a row and a measure of its own, so that the largest of what stands there is the figure itself.
    """
    wide = content.wide
    assert wide is not None
    own = figures.table.schema.names
    index = ", ".join(map(quoted, wide.index))
    ends = {part: ", ".join(quoted(name) for name in ("value", part) if name in own) for part in ("low", "high")}
    parts = {"low": '"published low"', "high": '"published high"', "qualifier": quoted("qualifier")}
    columns = {name: quoted(name) for name in wide.index} | {
        column(measure, part): f'max(CASE WHEN "measure_id" = {text_literal(measure)} THEN {parts[part]} END)'
        for measure in wide.measures
        for part in PARTS
    }
    chosen = [f"{columns[name]} AS {quoted(name)}" for name in content.table.schema.names]
    order = ", ".join(f"{quoted(name)} NULLS FIRST" for name in wide.index)
    return (
        f'WITH "numbered" AS (\n  SELECT {index}, "measure_id", "qualifier",\n'
        + "".join(f'    {_first(ends[part])} AS "published {part}",\n' for part in ("low", "high"))
        + f'    row_number() OVER (PARTITION BY {index}, "measure_id" ORDER BY rowid) AS "row of figure"\n'
        + '  FROM "figures"\n)\nSELECT\n  '
        + ",\n  ".join(chosen)
        + f'\nFROM "numbered"\nGROUP BY {index}, "row of figure"\nORDER BY {order}, "row of figure"'
    )


def _first(columns: str) -> str:
    return f"coalesce({columns})" if ", " in columns else columns or "NULL"


def sources_view(relations: Sequence[Relation]) -> str | None:
    """Return the query of the figures with the fields of their source, and of what that refers to (its publisher).

    None where figures do not refer to a table of the export. A figure without a source keeps its row.
    """
    known = {relation.name: relation for relation in relations}
    figures = known.get("figures")
    claim = key_of(figures.content.table.schema, _CLAIM) if figures else None
    if figures is None or claim is None or claim not in figures.references or WITH_SOURCES in known:
        return None
    source = known[claim.target]
    columns = {name: f'"figures".{quoted(name)}' for name in figures.content.table.schema.names}
    _add(columns, source, claim.target_fields[0], '"source"', "source")
    joins = [f'LEFT JOIN {quoted(source.name)} AS "source" ON "figures".{quoted(_CLAIM)} = '
             f'"source".{quoted(claim.target_fields[0])}']  # fmt: skip
    for number, key in enumerate(source.references):
        if len(key.fields) > 1 or key.target not in known or key.target == source.name:
            continue
        alias = quoted(f"of source {number}")
        _add(columns, known[key.target], key.target_fields[0], alias, key.fields[0].removesuffix("_id"))
        joins.append(f'LEFT JOIN {quoted(key.target)} AS {alias} ON "source".{quoted(key.fields[0])} = '
                     f"{alias}.{quoted(key.target_fields[0])}")  # fmt: skip
    chosen = ",\n  ".join(f"{expression} AS {quoted(name)}" for name, expression in columns.items())
    return f'SELECT\n  {chosen}\nFROM "figures"\n' + "\n".join(joins)


def _add(columns: dict[str, str], relation: Relation, key: str, alias: str, prefix: str) -> None:
    """Add the columns of a joined table, each called after what it is a column of."""
    taken = {name.casefold() for name in columns}
    for name in relation.content.table.schema.names:
        if name == key:
            continue
        called = f"{prefix}_{name}"
        while called.casefold() in taken:
            called += "_"
        taken.add(called.casefold())
        columns[called] = f"{alias}.{quoted(name)}"


def views_of(contents: Contents, relations: Sequence[Relation]) -> Mapping[str, str]:
    """Return the queries of the views that a database of these tables has, by name."""
    views = {}
    if (wide := wide_view(contents)) is not None:
        figures = next(content for content in contents.tables if content.name == "figures")
        views[wide.name] = wide_sql(wide, figures)
    if (sources := sources_view(relations)) is not None:
        views[WITH_SOURCES] = sources
    return views


def without_views(contents: Contents) -> Contents:
    """Return the tables that are stored, those that are views left out."""
    wide = wide_view(contents)
    return Contents(contents.package, tuple(content for content in contents.tables if content is not wide))
