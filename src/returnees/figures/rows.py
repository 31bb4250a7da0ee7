"""Row checks of figures and readings: qualifier and values, units, dates, areas, and whether each figure was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import polars as pl

from returnees.figures.codes import area_findings
from returnees.figures.readings import number, reading_findings
from returnees.findings import Finding, finding
from returnees.tables.capped import rows_findings
from returnees.tables.model import Table

#: Which of value, low and high each qualifier has; the others must be empty.
PARTS: Mapping[str, tuple[str, ...]] = {
    "exact": ("value",),
    "about": ("value",),
    "at_least": ("low",),
    "more_than": ("low",),
    "up_to": ("high",),
    "less_than": ("high",),
    "range": ("low", "high"),
}
_DATE = r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$"
#: Fields that hold a date of full or reduced precision, by table.
DATES = (("figures", "as_of"), ("sources", "published"))


def row_findings(tables: Mapping[str, Table], today: date) -> list[Finding]:
    """Return what is wrong with single rows of the profile's tables; `today` is the last date that is not future."""
    findings: list[Finding] = []
    for name in ("figures", "readings"):
        if name in tables:
            findings += _values(tables[name])
    for name, field in DATES:
        if name in tables and field in tables[name].frame.columns:
            findings += _dates(tables[name], field, today)
    if "figures" in tables:
        findings += _units(tables)
        findings += _shares(tables)
        findings += reading_findings(tables)
    if "areas" in tables:
        findings += area_findings(tables["areas"])
    return findings + _not_checked(tables)


def _not_checked(tables: Mapping[str, Table]) -> list[Finding]:
    """Say which checks had nothing to work on: what is not there cannot have been verified."""
    if "figures" not in tables:
        message = "The package has no table 'figures': its tables were checked, and no rule between figures."
        return [finding("F300", message)]
    needs = {
        "that qualifier and values agree": {"qualifier", "value", "low", "high"},
        "that a unit fits its measure": {"measure_id", "unit"},
    }
    table = tables["figures"]
    findings = []
    for what, fields in needs.items():
        if absent := sorted(fields - set(table.raw.text.columns)):
            message = f"It was not checked {what}: 'figures' has no {', '.join(absent)}."
            findings.append(finding("F300", message, resource="figures", file=table.file))
    if "readings" not in tables:
        findings.append(finding("F300", "It was not checked that each figure has a reading: no table 'readings'."))
    return findings


def _values(table: Table) -> Iterator[Finding]:
    """Yield findings where a row's qualifier and its value, low and high do not go together."""
    if not {"qualifier", "value", "low", "high"} <= set(table.raw.text.columns):
        return
    # What the cell says counts here, not whether it reads as a number: that has its own finding.
    text = table.raw.text.select(
        pl.col("qualifier"), *(pl.col(name).fill_null("") != "" for name in ("value", "low", "high"))
    )
    wrong = text.select(_wrong_parts(qualifier, parts).alias(qualifier) for qualifier, parts in PARTS.items())
    for qualifier, parts in PARTS.items():
        say = _mismatch(text, qualifier, " and ".join(parts))
        yield from rows_findings(table, "F301", wrong[qualifier].arg_true(), "qualifier", say, asked=qualifier)
    if not {"low", "high"} <= set(table.frame.columns):
        return  # the file has them and the schema does not, which is said of the table
    order = table.frame.select((pl.col("low") > pl.col("high")).fill_null(False)).to_series().arg_true()
    cells = table.frame.select("low", "high")
    yield from rows_findings(
        table,
        "F302",
        order,
        "low",
        lambda row: f"The range runs from {number(cells['low'][row])} to {number(cells['high'][row])}.",
    )


def _wrong_parts(qualifier: str, parts: tuple[str, ...]) -> pl.Expr:
    """Whether a row has this qualifier, and not just these of value, low and high."""
    right = pl.all_horizontal(pl.col(name) == (name in parts) for name in ("value", "low", "high"))
    return (pl.col("qualifier") == qualifier) & ~right


def _mismatch(text: pl.DataFrame, qualifier: str, wanted: str) -> Callable[[int], str]:
    """Return what says, for a row, which parts the qualifier needs and which the row has."""

    def say(row: int) -> str:
        has = [name for name in ("value", "low", "high") if text[name][row]]
        return f"'{qualifier}' needs {wanted} and nothing else; the row has {' and '.join(has) or 'none'}."

    return say


def _dates(table: Table, field: str, today: date) -> Iterator[Finding]:
    """Yield findings for dates that no calendar has, and for dates that are still to come."""
    text = table.frame[field].cast(pl.String)
    # Many rows share a date: each is looked at once.
    # A year stands for its last day only when that is past: "2026" is possible throughout 2026.
    first = pl.col("text").str.replace(r"^([0-9]{4})$", "${1}-01").str.replace(r"^([0-9]{4}-[0-9]{2})$", "${1}-01")
    dates = (
        pl.DataFrame({"text": text.unique().drop_nulls()})
        .with_columns(pl.when(pl.col("text").str.contains(_DATE) & ~_of_no_year()).then(first).alias("day"))
        .with_columns(pl.col("day").str.to_date("%Y-%m-%d", strict=False).alias("date"))
    )
    impossible = text.is_in(dates.filter(pl.col("date").is_null())["text"].implode()).arg_true()
    yield from rows_findings(
        table, "F304", impossible, field, lambda row: f"'{text[row]}' in '{field}' is not a date of the calendar."
    )
    future = text.is_in(dates.filter(pl.col("date") > today)["text"].implode()).arg_true()
    yield from rows_findings(
        table, "F305", future, field, lambda row: f"'{text[row]}' in '{field}' is still to come (today is {today})."
    )


def _of_no_year() -> pl.Expr:
    """Whether a date is of the year 0, which the calendar does not have."""
    return pl.col("text").str.starts_with("0000")


def _units(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield findings for figures whose unit is not that of their measure."""
    table, measures = tables["figures"], tables.get("measures")
    needed = {"unit", "measure_id"}
    if measures is None or not (needed <= set(measures.frame.columns) and needed <= set(table.frame.columns)):
        return
    stated = table.frame.select("measure_id", "unit").with_row_index("row")
    known = measures.frame.select("measure_id", pl.col("unit").alias("wanted")).unique("measure_id", keep="first")
    wrong = stated.join(known, on="measure_id").filter(pl.col("unit") != pl.col("wanted")).sort("row")
    words = {row: (measure, unit, wanted) for row, measure, unit, wanted in wrong.head(2_000).iter_rows()}
    yield from rows_findings(
        table,
        "F303",
        wrong["row"],
        "unit",
        lambda row: "'{0}' is counted in {2}, and the row says {1}.".format(*words[row]),
    )


def _shares(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield findings for percentages above 100."""
    table = tables["figures"]
    if not {"unit", "value", "low", "high"} <= set(table.frame.columns):
        return
    above = pl.max_horizontal("value", "low", "high") > 100
    rows = table.frame.select(((pl.col("unit") == "percent") & above).fill_null(False)).to_series().arg_true()
    top = table.frame.select(pl.max_horizontal("value", "low", "high")).to_series()
    yield from rows_findings(table, "F306", rows, "value", lambda row: f"A share of {number(top[row])} percent.")
