"""``CITATION.cff`` (Citation File Format 1.2.0)."""

from __future__ import annotations

from returnees.catalogue.facts import Facts
from returnees.catalogue.forms import yaml
from returnees.package.about import Contributor

_MESSAGE = "If you use these data, cite the package with its version, and the source of each figure you quote."


def citation_cff(facts: Facts) -> bytes:
    """Return the citation file."""
    about = facts.about
    spdx = [licence.spdx for licence in about.licences if licence.spdx]
    addresses = [licence.url for licence in about.licences if licence.url]
    return yaml(
        {
            "cff-version": "1.2.0",
            "message": _MESSAGE,
            "type": "dataset",
            "title": about.title,
            "abstract": about.description,
            "authors": [_agent(who) for who in about.creators],
            "contact": [_agent(who) for who in about.in_role("contact")],
            "version": about.version,
            "date-released": about.issued,
            "doi": about.doi,
            "url": about.homepage,
            # Several licences in a list mean that the user may choose; one alone is a text.
            "license": spdx[0] if len(spdx) == 1 else spdx,
            "license-url": None if spdx else next(iter(addresses), None),
            "keywords": list(about.keywords),
        }
    )


def _agent(who: Contributor) -> dict[str, str]:
    """Return a person or an entity."""
    named = {"family-names": who.family, "given-names": who.given} if who.is_person else {"name": who.name}
    affiliation = who.organization if who.is_person else None
    members = named | {"affiliation": affiliation, "email": who.email, "website": who.path}
    return {key: value for key, value in members.items() if value}
