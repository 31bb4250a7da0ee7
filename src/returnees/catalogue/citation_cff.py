"""``CITATION.cff`` (Citation File Format 1.2.0)."""

from __future__ import annotations

from returnees.catalogue.facts import Contributor, Facts
from returnees.catalogue.forms import yaml

_MESSAGE = "If you use these data, cite the package with its version, and the source of each figure you quote."


def citation_cff(facts: Facts) -> bytes:
    """Return the citation file."""
    spdx = [licence.spdx for licence in facts.licences if licence.spdx]
    addresses = [licence.url for licence in facts.licences if licence.url]
    return yaml(
        {
            "cff-version": "1.2.0",
            "message": _MESSAGE,
            "type": "dataset",
            "title": facts.title,
            "abstract": facts.description,
            "authors": [_agent(who) for who in facts.creators],
            "contact": [_agent(who) for who in facts.in_role("contact")],
            "version": facts.version,
            "date-released": facts.issued,
            "doi": facts.doi,
            "url": facts.homepage,
            # Several licences in a list mean that the user may choose; one alone is a text.
            "license": spdx[0] if len(spdx) == 1 else spdx,
            "license-url": None if spdx else next(iter(addresses), None),
            "keywords": list(facts.keywords),
        }
    )


def _agent(who: Contributor) -> dict[str, str]:
    """Return a person or an entity."""
    named = {"family-names": who.family, "given-names": who.given} if who.is_person else {"name": who.name}
    affiliation = who.organization if who.is_person else None
    members = named | {"affiliation": affiliation, "email": who.email, "website": who.path}
    return {key: value for key, value in members.items() if value}
