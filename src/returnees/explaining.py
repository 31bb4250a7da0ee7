"""Explanations for a person: a finding code, a figure with its readings and edits, a rule with its examples."""

from __future__ import annotations

import re

from returnees.errors import UsageError, nearest
from returnees.findings import catalogue
from returnees.package.opening import open_package
from returnees.report.codes import code_entry

_CODE = re.compile(r"^F[0-9]{3}$")


def explain(subject: str, path: str | None = None) -> str:
    """Return in words what `subject` is: a finding code, or a figure or a rule of the package at `path`.

    Raises
    ------
    UsageError
        If there is no such code, figure or rule; the message names the nearest.
    PackageError
        If there is no package at `path`.
    """
    if _CODE.match(subject):
        return _code(subject)
    package = open_package(path)
    raise UsageError(f"{package.label} has no figure or rule '{subject}'")


def _code(code: str) -> str:
    """Return what a finding code means, a broken example, and how to mend it."""
    if code not in catalogue():
        raise UsageError(f"there is no finding code {code}{nearest(code, catalogue())}")
    return code_entry(catalogue()[code])
