"""``.zenodo.json``: what Zenodo reads from a repository when it archives a release."""

from __future__ import annotations

from html import escape
from typing import Any

from returnees.catalogue.datacite import contributors
from returnees.catalogue.facts import Facts
from returnees.catalogue.forms import dumps
from returnees.package.about import Contributor


def zenodo(facts: Facts) -> bytes:
    """Return the deposit metadata."""
    about = facts.about
    licence = next((licence.spdx for licence in about.licences if licence.spdx), None)
    return dumps(
        {
            "upload_type": "dataset",
            "title": about.title,
            # Zenodo reads descriptions as HTML.
            "description": f"<p>{escape(about.description or '', quote=False)}</p>",
            "creators": [_agent(who) for who in about.creators],
            "contributors": contributors(facts, _agent, "type"),
            "keywords": list(about.keywords),
            "license": licence.lower() if licence else None,
            "version": about.version,
            "publication_date": about.issued.isoformat() if about.issued else None,
            "related_identifiers": [
                {"identifier": source.url, "relation": "isDerivedFrom"} for source in about.sources if source.url
            ],
        }
    )


def _agent(who: Contributor) -> dict[str, Any]:
    return {"name": who.sorted_name, "affiliation": who.organization}
