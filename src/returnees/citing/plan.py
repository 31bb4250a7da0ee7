"""The forms a citation can take, one module a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from returnees.citing.gather import MOST_NAMED, Citation, citation
from returnees.errors import UsageError, nearest
from returnees.package.model import Package

Writer = Callable[[Citation], str]

#: Each form's writer, found by name.
FORMATS: Mapping[str, str] = {
    "text": "returnees.citing.textform:write_text",
    "bibtex": "returnees.citing.bibtex:write_bibtex",
    "csl-json": "returnees.citing.csl:write_csl",
}


def cite(package: Package, figure: str | None = None, form: str = "text", *, most: int | None = MOST_NAMED) -> str:
    """Return the citation of `figure`, or of the whole of `package`, as ``text``, ``bibtex`` or ``csl-json``.

    Of a figure's readings at most `most` are named; with None, all.

    Raises
    ------
    UsageError
        If there is no such figure or form; the message names the nearest.
    """
    if form not in FORMATS:
        raise UsageError(f"no format '{form}'{nearest(form, FORMATS)} (there are {', '.join(FORMATS)})")
    module, _, function = FORMATS[form].partition(":")
    writer: Writer = getattr(import_module(module), function)
    return writer(citation(package, figure, most=most))
