"""Codes that are someone else's: ISO 3166 countries and their UN M49 numbers, by a library that keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from returnees.findings import Finding
from returnees.tables.capped import rows_findings
from returnees.tables.model import Table

#: Alpha-3 codes that ISO 3166-1 leaves to its users (section 8.1.3), for instance for a country it does not list.
_USER_ASSIGNED = "AA[A-Z]|Q[M-Z][A-Z]|X[A-Z][A-Z]|ZZ[A-Z]"


def real_codes() -> tuple[dict[str, str], str]:
    """Return the M49 number of each code of ISO 3166-1 alpha-3, and the pattern of those left to its users."""
    import pycountry

    return {country.alpha_3: country.numeric for country in pycountry.countries}, rf"^(?:{_USER_ASSIGNED})\z"


def area_findings(table: Table) -> Iterator[Finding]:
    """Yield findings for countries whose code is not of ISO 3166-1 alpha-3, or whose M49 number is another's."""
    if not {"area_id", "kind"} <= set(table.frame.columns):
        return
    numbers, _ = real_codes()
    codes = table.frame["area_id"]
    country = (table.frame["kind"] == "country").fill_null(False)
    rows = [row for row in country.arg_true().to_list() if not _real(codes[row], numbers)]
    yield from rows_findings(
        table,
        "F310",
        pl.Series(rows, dtype=pl.UInt32),
        "area_id",
        lambda row: f"'{codes[row]}' is not a country code of ISO 3166-1 alpha-3.",
    )
    if "m49" not in table.frame.columns:
        return
    m49 = table.frame["m49"].cast(pl.String)
    wrong = [
        row
        for row in (country & m49.is_not_null()).arg_true().to_list()
        if codes[row] in numbers and numbers[codes[row]] != m49[row]
    ]
    yield from rows_findings(
        table,
        "F311",
        pl.Series(wrong, dtype=pl.UInt32),
        "m49",
        lambda row: f"'{m49[row]}' is not the M49 number of {codes[row]}, which is {numbers[codes[row]]}.",
    )


def _real(code: str | None, numbers: dict[str, str]) -> bool:
    """Whether ISO 3166-1 lists `code` or leaves it to its users; a missing one is another finding."""
    return code is None or code in numbers or re.fullmatch(_USER_ASSIGNED, code) is not None
