"""``.zenodo.json``: what Zenodo reads from a repository when it archives a release."""

from __future__ import annotations

from html import escape
from typing import Any

from returnees.catalogue.datacite import contributors
from returnees.catalogue.facts import Contributor, Facts
from returnees.catalogue.forms import dumps


def zenodo(facts: Facts) -> bytes:
    """Return the deposit metadata."""
    licence = next((licence.spdx for licence in facts.licences if licence.spdx), None)
    return dumps(
        {
            "upload_type": "dataset",
            "title": facts.title,
            # Zenodo reads descriptions as HTML.
            "description": f"<p>{escape(facts.description or '', quote=False)}</p>",
            "creators": [_agent(who) for who in facts.creators],
            "contributors": contributors(facts, _agent, "type"),
            "keywords": list(facts.keywords),
            "license": licence.lower() if licence else None,
            "version": facts.version,
            "publication_date": facts.issued.isoformat() if facts.issued else None,
            "related_identifiers": [
                {"identifier": source.url, "relation": "isDerivedFrom"} for source in facts.sources if source.url
            ],
        }
    )


def _agent(who: Contributor) -> dict[str, Any]:
    return {"name": who.sorted_name, "affiliation": who.organization}
