"""The site as data: a JSON document beside each page, and the OpenAPI description of them all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from returnees.comparing import Disagreement
from returnees.report.jsonform import finding_dict
from returnees.site.content import Content, Figure
from returnees.site.links import Links
from returnees.site.pages.sources import PublisherPage, SourcePage
from returnees.site.pages.subjects import SubjectPage


def figure_document(content: Content, figure: Figure) -> dict[str, Any]:
    """Return a figure: its row, its interval (``most`` is null when it has no upper end), its words, its readings."""
    return {
        **figure.row,
        "interval": {"least": figure.least, "most": None if math.isinf(figure.most) else figure.most},
        "words": figure.words,
        "readings": list(content.readings.get(figure.id, ())),
    }


def disagreement_document(item: Disagreement) -> dict[str, Any]:
    """Return a disagreement: what it is of, the ids of its figures, and how far two of them are apart."""
    return {**item.coordinates, "figures": [figure.figure for figure in item.figures], "gap": item.gap}


def subject_document(content: Content, page: SubjectPage) -> dict[str, Any]:
    """Return an area, or another subject, with its figures."""
    return {
        **page.row,
        "code": page.code,
        "part_of": list(page.part_of),
        "parts": list(page.parts),
        "figures": [figure_document(content, item) for section in page.sections for item in section.figures],
        "disagreements": [disagreement_document(item) for item in page.disagreements],
        "contradictions": [finding_dict(item) for item in page.findings],
    }


def source_document(content: Content, page: SourcePage) -> dict[str, Any]:
    """Return a source with its figures and with what was read in it."""
    return {
        **page.row,
        "source_id": page.code,
        "figures": [figure_document(content, item) for item in page.figures],
        "read_here": list(page.read_here),
        "verdicts": dict(sorted(page.verdicts.items())),
        "contradictions": [finding_dict(item) for item in page.findings],
    }


def publisher_document(page: PublisherPage) -> dict[str, Any]:
    """Return a publisher with the ids of its sources."""
    return {
        **page.row,
        "publisher_id": page.code,
        "sources": [item.code for item in page.sources],
        "figures": page.figures,
        "verdicts": dict(sorted(page.verdicts.items())),
    }


def index_document(content: Content, links: Links, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the package is, where each document of the site is, and what can be downloaded."""
    stated = content.package.descriptor
    about = {
        key: stated[key] for key in ("name", "title", "description", "version", "created", "licenses") if key in stated
    }
    kinds: dict[str, Sequence[str]] = {
        "source": list(content.sources),
        "publisher": list(content.publishers),
        "figure": list(content.figures),
        "rule": list(content.setting.rule_of),
    }
    if content.subject is not None:
        kinds = {"subject": content.subject_codes, **kinds}
    return {
        **about,
        "documents": {
            links.folder(kind): {code: f"{links.path(kind, code)}.json" for code in codes}
            for kind, codes in kinds.items()
        },
        "downloads": list(files),
    }


def openapi(content: Content, links: Links) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of the documents."""
    kinds = {"figure": "A figure", "source": "A source", "publisher": "A publisher", "rule": "A rule"}
    if content.subject is not None:
        kinds = {"subject": f"One of {content.subject.title}", **kinds}
    paths: dict[str, Any] = {
        "/index.json": _get("What the package is, and where every document is", {"type": "object"}),
        "/quality.json": _get("The report of validation: findings and verdicts", {"type": "object"}),
        "/explore.json": _get("Every figure", {"type": "array", "items": {"$ref": "#/components/schemas/Figure"}}),
        "/changes.json": _get("The versions and what changed in each", {"type": "array", "items": {"type": "object"}}),
    }
    for kind, words in kinds.items():
        schema = {"$ref": "#/components/schemas/Figure"} if kind == "figure" else {"type": "object"}
        paths[f"/{links.folder(kind)}/{{file}}.json"] = _get(
            f"{words}, with its figures" if kind != "figure" else words, schema
        ) | {
            "parameters": [
                {
                    "name": "file",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                    "description": "The code where it can name a file; index.json has the path of every code.",
                }
            ],
        }
    stated = content.package.descriptor.get("licenses")
    licence = stated[0] if isinstance(stated, list) and stated and isinstance(stated[0], Mapping) else {}
    info: dict[str, Any] = {
        "title": content.title,
        "version": content.package.version or "0",
        "description": "Static JSON: each page of the site has a document at the same address with another ending.",
    }
    if isinstance(licence.get("name"), str):
        info["license"] = {"name": licence["name"]}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {"schemas": {"Figure": _figure_schema(content)}},
    }


def _get(summary: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    answer = {"description": summary, "content": {"application/json": {"schema": schema}}}
    return {"get": {"summary": summary, "responses": {"200": answer}}}


#: The types of Table Schema that JSON has; all others are written as text.
_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean", "year": "integer"}


def _figure_schema(content: Content) -> dict[str, Any]:
    """Return the JSON Schema of a figure, from the Table Schema of figures."""
    fields = content.setting.tables["figures"].schema.fields
    properties: dict[str, Any] = {
        field.name: {
            "type": [_TYPES.get(field.type, "string"), "null"],
            "description": field.description or field.title,
        }
        for field in fields
    }
    properties |= {
        "interval": {
            "type": "object",
            "description": "The least and the most that the figure can be.",
            "properties": {"least": {"type": "number"}, "most": {"type": ["number", "null"]}},
        },
        "words": {"type": "string", "description": "The number as the source qualified it."},
        "readings": {"type": "array", "items": {"type": "object"}, "description": "Where the figure was read."},
    }
    return {"type": "object", "required": ["figure_id", "interval", "words"], "properties": properties}
