"""Everything that is checked, on an engine: it says which rows matter, and these are judged and worded as ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import polars as pl

from returnees.checking import check
from returnees.consistency.known import Acknowledged
from returnees.consistency.setting import Setting, setting_of
from returnees.engines.extracting import extracted
from returnees.engines.faults import Faults, cells_of, not_run, table_faults
from returnees.engines.holding import Held, hold
from returnees.engines.judging import analyse_on
from returnees.engines.pillars import pillars
from returnees.engines.references import links, lost
from returnees.engines.rowfaults import row_faults, word_of
from returnees.engines.seam import ROW, Engine, Tell
from returnees.findings import Finding
from returnees.outcome import VerdictCounts
from returnees.package.model import Package
from returnees.tables.model import Table


def check_on(
    engine: Engine, package: Package, today: date, tell: Tell, *, joint: bool = True
) -> tuple[list[Finding], Mapping[str, VerdictCounts], Mapping[str, Table]]:
    """Return what `returnees.checking.check` finds in `package`, its verdicts, and the rows that findings speak of.

    Raises
    ------
    EngineError
        If the engine cannot go on.
    """
    held = hold(package, engine, tell)
    faults = _faults(engine, held, today, tell)
    needed = pillars(engine, held, package)
    for name, rows in needed.items():
        faults.setdefault(name, []).append(Faults(rows, {}))
    brought = None
    setting = _setting(held, package, needed)
    if setting is not None:
        acknowledged = Acknowledged(setting).figures
        about = faults.setdefault("figures", [])
        about.append(Faults(_rows_of(engine, held["figures"], acknowledged), {}))
        if setting.rules:
            brought = analyse_on(engine, held, setting, acknowledged, tell)
            about.append(Faults(brought.rows, {}))
    tell("fetching the rows of the findings")
    extract = package.with_tables(extracted(engine, held, {name: Faults.of(parts) for name, parts in faults.items()}))
    tell("wording the findings")
    findings, verdicts = check(extract, today, joint=joint, analysis=brought.analysis if brought else None)
    findings += [item for table in held.values() if table.here is None for item in not_run(table)]
    findings += brought.findings if brought and joint else ()
    return findings, verdicts, extract.tables


def _setting(held: Mapping[str, Held], package: Package, needed: Mapping[str, pl.Series]) -> Setting | None:
    """Return what the rules of `package` are read against; None where the figures are here to be asked, or not at all.

    `needed` are the rows, by table, that it takes.
    """
    figures = held.get("figures")
    if figures is None or figures.here is not None:
        return None
    none = pl.Series(ROW, [], pl.Int64)
    tables = {name: table.extract(needed.get(name, none).sort(), {}) for name, table in held.items()}
    return setting_of(package.with_tables(tables))


def _rows_of(engine: Engine, figures: Held, ids: Collection[str]) -> pl.Series:
    """Return the rows of the figures of these ids."""
    if not ids:
        return pl.Series(ROW, [], pl.Int64)
    wanted = engine.frame(pl.DataFrame({"figure_id": sorted(ids)}))
    known = figures.frame.select(ROW, word_of(figures, cells_of(figures), "figure_id").alias("figure_id"))
    rows = engine.fetch(known.join(wanted, on="figure_id", how="semi").select(ROW))
    return rows.to_series().cast(pl.Int64)


def _faults(engine: Engine, held: Mapping[str, Held], today: date, tell: Tell) -> dict[str, list[Faults]]:
    """Return the rows that are wrong, by table."""
    faults: dict[str, list[Faults]] = {}
    for name, table in held.items():
        if table.here is None:
            tell(f"checking {name}")
            faults.setdefault(name, []).append(table_faults(engine, table))
    tell("following keys from table to table")
    for link in links(held):
        if held[link.source].here is None:
            faults.setdefault(link.source, []).append(lost(engine, link))
    for name, found in row_faults(engine, held, today).items():
        faults.setdefault(name, []).extend(found)
    return faults
