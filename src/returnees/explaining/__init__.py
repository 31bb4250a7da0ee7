"""Explanations for a person: a finding code, a figure with its readings and edits, a rule with its examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl

from returnees.consistency.setting import Setting, setting_of
from returnees.errors import UsageError, nearest
from returnees.findings import catalogue
from returnees.package.model import Package
from returnees.report.codes import code_entry
from returnees.report.lines import WIDTH, fitted

_CODE = re.compile(r"^F[0-9]{3}$")
#: The nearest name is looked for among at most so many figures, those that begin like the subject.
_MOST_COMPARED = 20_000


def is_code(subject: str) -> bool:
    """Whether `subject` is written as a finding code is."""
    return bool(_CODE.match(subject))


def explain_code(code: str) -> str:
    """Return what a finding code means, a broken example, and how to mend it.

    Raises
    ------
    UsageError
        If there is no such code; the message names the nearest.
    """
    if code not in catalogue():
        raise UsageError(f"there is no finding code {code}{nearest(code, catalogue())}")
    # A line of the example may be wider: it is a line of a file, and is shown as it stands there.
    lines = code_entry(catalogue()[code]).split("\n")
    return "\n".join(line if line.startswith("    ") else fitted(line, WIDTH) for line in lines)


def explain(subject: str, package: Package) -> str:
    """Return in words what the figure or the rule of `package` is that is called `subject`.

    Raises
    ------
    UsageError
        If there is no such figure or rule; the message names the nearest, which may be a finding code.
    """
    setting = setting_of(package)
    parts = list(_of_package(subject, setting)) if setting is not None else []
    if not parts:
        known = [*_ids(setting, subject), *(setting.rule_of if setting else ()), *catalogue()]
        raise UsageError(f"{package.label} has no figure or rule '{subject}'{nearest(subject, known)}")
    return "\n".join(parts)


def _of_package(subject: str, setting: Setting) -> Iterator[str]:
    """Yield the explanation of the figure and of the rule that are called `subject`."""
    from returnees.explaining.figures import explained_figure
    from returnees.explaining.rules import explained_rule

    figures = setting.tables["figures"]
    if "figure_id" in figures.frame.columns and figures.rows("figure_id", [subject]):
        yield explained_figure(subject, setting)
    if subject in setting.rule_of:
        yield explained_rule(setting.rule_of[subject], setting)


def _ids(setting: Setting | None, subject: str) -> Iterable[str]:
    """Return the figures whose ids may be near to `subject`."""
    if setting is None or "figure_id" not in setting.tables["figures"].frame.columns:
        return []
    ids = setting.tables["figures"].frame["figure_id"].cast(pl.String).drop_nulls()
    if len(ids) > _MOST_COMPARED:
        ids = ids.filter(ids.str.starts_with(subject[:3])).head(_MOST_COMPARED)
    return ids.to_list()
