"""The formats of a report by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

from returnees.errors import UsageError, nearest
from returnees.outcome import Report
from returnees.report.view import View

#: The formats, the module of each, and how many findings of one code it usually lists (None: all).
FORMATS: dict[str, tuple[str, int | None]] = {
    "text": ("text", 10),
    "json": ("jsonform", None),
    "github": ("github", 50),
    "markdown": ("markdown", 20),
    "sarif": ("sarif", None),
    "junit": ("junit", None),
    "html": ("html", 200),
}


def known_format(name: str) -> str:
    """Return `name` when it is a format.

    Raises
    ------
    UsageError
        If it is not; the message names the nearest.
    """
    if name not in FORMATS:
        known = nearest(name, FORMATS) or f"; there are {', '.join(FORMATS)}"
        raise UsageError(f"there is no format '{name}'{known}")
    return name


def render(form: str, report: Report, view: View | None = None) -> Iterator[str]:
    """Yield the report in a format of `FORMATS`, in pieces that follow each other."""
    module, usual = FORMATS[form]
    view = view or View()
    if view.most is None:
        view = replace(view, most=usual)
    pieces: Iterator[str] = import_module(f"returnees.report.{module}").pieces(report, view)
    return pieces


def rendered(form: str, report: Report, view: View | None = None) -> str:
    """Return the report in a format of `FORMATS` as one text."""
    return "".join(render(form, report, view))
