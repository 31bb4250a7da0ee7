"""A citation in CSL-JSON: what citation managers and word processors read.

Names are given whole (``literal``): the tables state them as printed, and which part is the family name is not known.
"""

from __future__ import annotations

import json
import re
from typing import Any

from returnees.citing.gather import Citation, PackageWork, Work
from returnees.citing.textform import quoted
from returnees.report.escape import visible_json


def write_csl(citation: Citation) -> str:
    """Return a JSON array: the work, each other document it was read in, and the package."""
    items: list[dict[str, Any]] = []
    if citation.work is not None:
        work = _work(citation.work)
        work["note"] = f"{citation.about}: {citation.says}"
        work["custom"] = {"figure": citation.figure, "readings": _readings(citation)}
        if citation.locator:
            work["locator"] = citation.locator
        items.append(work)
        seen = {citation.work.id}
        for reading in citation.named:
            if reading.document.id not in seen:
                seen.add(reading.document.id)
                printed = [item for item in citation.named if item.document.id == reading.document.id]
                note = "; ".join(quoted(item.as_printed) for item in printed)
                locator = next((item.locator for item in printed if item.locator), "")
                place = {"locator": locator} if locator else {}
                items.append(_work(reading.document) | place | {"note": f"Where the figure was read: {note}"})
    items.append(_package(citation.package, citation.figure))
    return visible_json(json.dumps(items, ensure_ascii=False, indent=2)) + "\n"


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


def _package(package: PackageWork, figure: str) -> dict[str, Any]:
    """Return the package as a CSL item."""
    notes = [f"Figure {figure}" if figure else "", f"Licence: {package.licence}" if package.licence else ""]
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
