"""A figure explained: its interval, its readings, every edit it takes part in, disagreements, known issues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from returnees.comparing import Agreement, Disagreement, compared
from returnees.consistency.edits import lay
from returnees.consistency.known import known_issues
from returnees.consistency.links import with_neighbours
from returnees.consistency.naming import coordinate_fields, statements
from returnees.consistency.setting import NEEDED, Setting
from returnees.consistency.system import System
from returnees.consistency.verdicts import BROKEN, HOLDS, UNDECIDED, UNVERIFIABLE, verdicts
from returnees.consistency.wording import sides, span, terms_of
from returnees.figures.readings import amount
from returnees.report.lines import wrapped

#: In this order edits are listed, the gravest first.
_ORDER = (BROKEN, UNDECIDED, HOLDS, UNVERIFIABLE)
_PLURAL = {HOLDS: "hold"}


def explained_figure(figure: str, setting: Setting) -> str:
    """Return the explanation of the figure called `figure`, at most 80 columns wide but for long names."""
    table = setting.tables["figures"]
    row = table.frame.row(table.rows("figure_id", [figure])[figure], named=True)
    lines = wrapped(f"{figure}: {amount(row) if 'qualifier' in row else ''}", "", "  ")
    lines += [*wrapped(_about(setting, row), "", ""), ""]
    lines += _readings(setting, figure)
    if all(name in table.frame.columns for name in NEEDED):
        lines += _consistency(setting, figure)
    else:
        lines += ["No rule was laid over it: the table of figures lacks what that needs.", ""]
    for issue in known_issues(setting):
        if figure in issue.figures:
            lines += wrapped(f"Known issue {issue.id} ({issue.rule}): {issue.reason}", "", "  ")
    return "".join(f"{line}\n" for line in lines).rstrip("\n") + "\n"


def _about(setting: Setting, row: dict[str, object]) -> str:
    """Return the figure's coordinates, then its place."""
    fields = [name for name in coordinate_fields(setting) if row.get(name) is not None]
    told = ", ".join(f"{name.removesuffix('_id').replace('_', ' ')} {row[name]}" for name in fields)
    table = setting.tables["figures"]
    place = table.place(table.rows("figure_id", [str(row["figure_id"])])[str(row["figure_id"])])
    note = f" Note: {row['note']}" if row.get("note") else ""
    return f"{told}; {place}.{note}"


def _readings(setting: Setting, figure: str) -> Iterator[str]:
    """Yield how the figure was printed in each document it was read in."""
    table = setting.tables.get("readings")
    if table is None or not {"figure_id", "document_id"} <= set(table.frame.columns):
        yield from ("The package has no table of readings.", "")
        return
    numbered = table.frame.with_row_index("row").filter(pl.col("figure_id") == figure)
    yield f"Readings ({numbered.height:,})"
    for row in numbered.iter_rows(named=True):
        printed = f"“{row['as_printed']}”" if row.get("as_printed") else ""
        number = amount(row) if "qualifier" in row else ""
        where = f", {row['locator']}" if row.get("locator") else ""
        text = " ".join(part for part in (printed, f"({number})" if printed and number else number) if part)
        yield from wrapped(f"{text} in {row['document_id']}{where}; {table.place(row['row'])}", "  ", "    ")
    yield ""


def _consistency(setting: Setting, figure: str) -> Iterator[str]:
    """Yield the interval, the edits and the disagreements of the figure."""
    quantities = setting.quantities
    own = quantities.frame.filter(pl.col("figure") == figure)
    if own.height == 0:
        yield from ("It lacks a coordinate, so that no rule was laid over it.", "")
        return
    yield from wrapped(f"Read as {span(own['least'][0], own['most'][0])}.", "", "")
    yield ""
    yield from _edits(setting, figure, own)
    yield from _disagreements(setting, figure, own)


def _edits(setting: Setting, figure: str, own: pl.DataFrame) -> Iterator[str]:
    """Yield every edit of the figure with its verdict, the gravest first."""
    # Rules look no further than a publisher's own figures.
    near = setting.quantities.frame.filter(pl.col("publisher") == own["publisher"][0])
    near = near.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("quantity"))
    figures = replace(setting.quantities, frame=near)
    start = replace(figures, frame=near.filter(pl.col("figure") == figure))
    known = with_neighbours(figures, setting.rules, setting.profile, rounds=1, most=0, start=start)
    system = lay(setting.rules, known, setting.profile).system
    judged = verdicts(system.of(_of_figure(system, figure)))
    said = statements(setting, known, system, judged["edit"], first=figure)
    terms = terms_of(system, judged["edit"])
    counts = dict(judged.group_by("verdict").len().iter_rows())
    total = f"{judged.height:,} edit{'' if judged.height == 1 else 's'}"
    counted = ", ".join(f"{counts.get(name, 0):,} {_PLURAL.get(name, name)}" for name in _ORDER)
    yield f"{total}: {counted}" if judged.height else "No rule applies to it."
    for verdict in _ORDER:
        for row in judged.filter(pl.col("verdict") == verdict).iter_rows(named=True):
            numbers = f": {sides(terms[row['edit']], row['limit'])}" if verdict == BROKEN else ""
            turned = ", dates the other way round" if row["dates_reversed"] else ""
            yield from wrapped(f"{verdict} {row['rule']}{turned}{numbers}", "  ", "    ")
            yield from wrapped(said[row["edit"]], "    ", "      ")
    yield ""


def _of_figure(system: System, figure: str) -> pl.Series:
    """Return the edits that the figure is in, by a term or a share, and that a published figure is limited by."""
    named = system.quantities.filter(pl.col("figure") == figure)["quantity"]
    own = pl.concat([
        system.terms.filter(pl.col("quantity").is_in(named.implode()))["edit"],
        system.guards.filter(pl.col("figure") == figure)["edit"],
    ])  # fmt: skip
    published = system.quantities.filter(pl.col("figure").is_not_null())["quantity"]
    limited = system.terms.filter((pl.col("coefficient") > 0) & pl.col("quantity").is_in(published.implode()))["edit"]
    return own.filter(own.is_in(limited.implode())).unique().sort()


def _disagreements(setting: Setting, figure: str, own: pl.DataFrame) -> Iterator[str]:
    """Yield the disagreements with other sources at the same time, and the agreements."""
    same = ["measure", *setting.profile.dimensions]
    frame = setting.quantities.frame.join(own.select(same), on=same, how="semi")
    found = compared(setting, frame, window=0, by="source")
    groups: list[Disagreement | Agreement] = [*found.disagreements, *found.agreements]
    for item in groups:
        if figure in [other.figure for other in item.figures]:
            yield _words(item)
            for other in item.figures:
                mark = " (this figure)" if other.figure == figure else f": {other.figure}"
                yield from wrapped(
                    f"{other.printed}{mark}, source {other.source}, {other.as_of or 'no date'}", "  ", "    "
                )
            yield ""
    if not found.disagreements and not found.agreements:
        yield from ("No other source has a figure of the same thing and time.", "")


def _words(item: Disagreement | Agreement) -> str:
    if isinstance(item, Disagreement):
        return f"Sources disagree, by up to {span(item.gap, item.gap)}:"
    return f"Sources agree on {span(item.low, item.high)}:"
