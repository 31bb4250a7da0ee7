"""Reports: each format on a hundred thousand findings, and asking what a change brought in.

``python benchmarks/reports.py FORMAT FILE [FINDINGS]`` writes one report of made-up findings, as a process to measure.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FINDINGS = 100_000


def made_up(number: int) -> Any:
    """Return a report of `number` findings of every code, each in a row of its own with a message of some lines."""
    from returnees.findings import catalogue, finding
    from returnees.outcome import Report, TableSummary, VerdictCounts

    columns = ("figure_id", "source_id", "area_id", "measure_id", "as_of", "qualifier", "value", "low", "high", "note")
    codes = list(catalogue())
    findings, rows = [], {}
    for place in range(number):
        figure = f"a-source-2017-area-{place:06}-returned"
        said = f"The returned exceed the travelled: {place:,} at least, against 7 at most.\n{place:,}: {figure}"
        item = finding(
            codes[place * len(codes) // number],
            f"{said} (line {place})",
            resource="figures",
            file="data/figures.csv",
            line=place + 2,
            field="value",
            key=figure,
            rule=f"rule-{place % 20}" if place % 2 else None,
            figures=(figure,),
        )
        findings.append(item)
        cells = (figure, "a-source-2017", "FIN", "returned", "2017", "exact", str(place), "", "", "a | <b>")
        rows["figures", place + 2] = cells
    table = TableSummary("figures", "data/figures.csv", number, len(columns), number, 0, 0, columns)
    verdicts = {f"rule-{place}": VerdictCounts(5, 1, 2, 1, 1) for place in range(20)}
    return Report("made-up", "1.0.0", tuple(findings), (table,), verdicts, rows)


def reports(results: Any, in_turns: Callable[[Sequence[Sequence[str]], int], Sequence[Any]]) -> None:
    """Measure each format, the start of Python and the making of the findings included, and ``validate --since``."""
    from returnees.report.forms import FORMATS

    with tempfile.TemporaryDirectory() as folder:
        for form in FORMATS:
            command = [sys.executable, __file__, form, str(Path(folder) / form)]
            (measured,) = in_turns([command], 3)
            results.add(f"{FINDINGS:,} findings as {form} in s", measured.seconds, 3)
            results.add(f"{FINDINGS:,} findings as {form}, peak memory in MB", measured.megabytes, 500, "{:.0f}")
        package = changed_package(Path(folder) / "package")
        validate = [str(Path(sys.executable).parent / "returnees"), "validate", str(package)]
        alone, since = in_turns([validate, [*validate, "--since", "HEAD"]], 7)
        results.add(f"`validate --since` ({since.seconds:.2f} s) / `validate` ({alone.seconds:.2f} s)",
                    since.seconds / alone.seconds, 1.2)  # fmt: skip


def changed_package(folder: Path) -> Path:
    """Return a repository with this package, in which a figure has just been corrected and another added."""
    folder.mkdir()
    shutil.copy(ROOT / "datapackage.json", folder)
    for name in ("data", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    git = ["git", "-C", str(folder), "-c", "user.name=b", "-c", "user.email=b@example.org"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Start"]):
        subprocess.run([*git, *step], check=True)
    figures = folder / "data" / "figures.csv"
    header, first, *rest = figures.read_text(encoding="utf-8").splitlines(keepends=True)
    half = len(rest) // 2
    added = f"a-new-figure,{first.partition(',')[2]}"
    rest[half] = rest[half].replace(",exact,", ",about,")
    figures.write_text("".join([header, added, first, *rest]), encoding="utf-8")
    return folder


def main(form: str, file: str, number: str = str(FINDINGS)) -> None:
    """Write one report."""
    from returnees.cli.reporting import Plan, write_reports
    from returnees.report.view import View

    write_reports([Plan(form, Path(file))], made_up(int(number)), View())


if __name__ == "__main__":
    main(*sys.argv[1:])
