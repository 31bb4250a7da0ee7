"""A citation in CSL-JSON: what citation managers and word processors read.

Names are given whole (``literal``): the tables state them as printed, and which part is the family name is not known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from returnees.citing.gather import Citation, Reading, Work
from returnees.citing.textform import quoted
from returnees.report.jsontext import json_text


def write_csl(citation: Citation) -> str:
    """Return a JSON array: the work, each other document it was read in, and the package."""
    works = [_claiming(citation, citation.work)] if citation.work else []
    documents = [_document(document, readings) for document, readings in citation.documents]
    return json_text([*works, *documents, _package(citation)])


def _claiming(citation: Citation, work: Work) -> dict[str, Any]:
    """Return the work that claims the figure, with the figure and all its readings."""
    return (
        _work(work)
        | _optional(locator=citation.locator)
        | {"note": citation.sentence, "custom": {"figure": citation.figure, "readings": _readings(citation)}}
    )


def _document(document: Work, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return another document that the figure was read in, with what it prints."""
    locator = next((item.locator for item in readings if item.locator), "")
    printed = "; ".join(quoted(item.as_printed) for item in readings)
    return _work(document) | _optional(locator=locator, note=f"Where the figure was read: {printed}")


def _readings(citation: Citation) -> list[dict[str, str]]:
    """Return what each document prints, and where."""
    return [
        {"document": item.document.id, "as_printed": item.as_printed}
        | ({"locator": item.locator} if item.locator else {})
        for item in citation.readings
    ]


def _work(work: Work) -> dict[str, Any]:
    """Return a work as a CSL item."""
    newspaper = work.kind == "document" and work.publisher_kind == "media"
    kind = "report" if work.kind == "report" else "article-newspaper" if newspaper else "document"
    if work.kind == "document" and not newspaper and work.url:
        kind = "webpage"
    names = [{"literal": name} for name in work.authors]
    item: dict[str, Any] = {"id": work.id, "type": kind, "title": work.title}
    if names:
        item["editor" if work.edited else "author"] = names
    elif work.publisher and not newspaper:
        item["author"] = [{"literal": work.publisher}]
    if work.publisher:
        item["container-title" if newspaper else "publisher"] = work.publisher
    return item | _optional(issued=_date(work.published), language=work.language, URL=work.url)


def _package(citation: Citation) -> dict[str, Any]:
    """Return the package as a CSL item; it says what the figure says where no work does."""
    package = citation.package
    notes = [f"Figure {citation.figure}" if citation.figure else "", "" if citation.work else citation.sentence]
    notes.append(f"Licence: {package.licence}" if package.licence else "")
    item: dict[str, Any] = {
        "id": "-".join(filter(None, [package.name, package.version])),
        "type": "dataset",
        "title": package.title,
    }
    return item | _optional(
        author=[{"literal": name} for name in package.authors],
        version=package.version,
        issued=_date(package.issued),
        DOI=package.doi,
        URL=package.url,
        note="; ".join(filter(None, notes)),
    )


def _optional(**fields: Any) -> dict[str, Any]:
    """Return the fields that say something."""
    return {name: value for name, value in fields.items() if value}


def _date(published: str) -> dict[str, Any]:
    """Return a date as CSL has it, as precise as it is known."""
    match = re.match(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", published)
    return {"date-parts": [[int(part) for part in match.groups() if part]]} if match else {}
